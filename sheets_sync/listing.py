"""What the last sync found of people, and what somebody asks -> rows: who mentors whom.

Whoever prints them may pass them on, so no row holds an address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from digests.masking import without_addresses
from digests.press import stock_of
from digests.quiet import quiet_people
from digests.subscribers import is_gone
from sheets_sync.community import Person, Role
from sheets_sync.headers import plain
from sheets_sync.mailing import open_press
from sheets_sync.project import Project
from sheets_sync.roster import Roster

Cell = str | date | Sequence[str] | None
Cells = Mapping[str, Cell]

TREE_COLUMNS = ("name", "username", "groups", "country", "last seen")
COLUMNS = (
    *("name", "username", "groups", "country", "mentor", "mentor username", "mentees"),
    *("last seen", "joined", "break until"),
)
NEVER = "no report seen"
WITHOUT = "(no mentor)"


class ListingError(Exception):
    """What was asked for cannot be told; the message names the remedy."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom somebody asks for; everything must hold."""

    mentor: str = ""
    without_mentor: bool = False
    group: str = ""
    country: str = ""
    quiet_weeks: int | None = None
    """Only people of whom no report was seen for so long; 0: as the settings have it."""
    alumni: bool = False
    """Also those who left."""


def find_people(project: Project, wanted: Wanted, now: datetime) -> list[Person]:
    """Return whom somebody asks for, by name.

    Raises ListingError, and DigestError before the first sync.
    """
    press = open_press(project)
    people, today = press.community().people, press.today(now).date()
    mentor = _meant(wanted.mentor, people) if wanted.mentor else None
    quiet = None
    if wanted.quiet_weeks is not None:
        weeks = wanted.quiet_weeks or press.rules.quiet_weeks
        rules = replace(press.rules, quiet_weeks=weeks)
        quiet = {one.person.id for one in quiet_people(stock_of(press, "", (), now), rules)}
    found = [
        one
        for one in people
        if (wanted.alumni or not is_gone(one, today))
        and (mentor is None or one.mentor == mentor.id)
        and not (wanted.without_mentor and one.mentor)
        and _is_among(wanted.group, one.groups)
        and _is_among(wanted.country, (one.country,))
        and (quiet is None or one.id in quiet)
    ]
    return sorted(found, key=_by_name)


def _meant(typed: str, people: Sequence[Person]) -> Person:
    found = Roster(people).find(typed)
    if found.person is None and found.candidates:
        names = ", ".join(person.username or person.name for person in found.candidates)
        raise ListingError(f"several people are called {typed!r}; write one of: {names}")
    if found.person is None:
        raise ListingError(f"nobody on the People tab is called {typed!r}; write it as it is there")
    return found.person


def _is_among(asked: str, words: Sequence[str]) -> bool:
    return not asked or plain(asked) in map(plain, words)


def _by_name(person: Person) -> tuple[str, str, str]:
    return plain(person.name), plain(person.username), person.id


def tree_rows(project: Project, chosen: Sequence[Person]) -> list[Cells]:
    """Return a row for each mentor, with those of their mentees who are asked for beneath."""
    by_id = {one.id: one for one in open_press(project).community().people}
    below: dict[str, list[Person]] = {one.mentor: [] for one in chosen}
    for one in chosen:
        below[one.mentor].append(one)
    heads = {one.id for one in chosen if Role.MENTOR in one.roles} | below.keys() - {""}
    rows: list[Cells] = []
    for head in sorted((by_id[id] for id in heads), key=_by_name):
        rows += _branch(_row(head, by_id, {}), below.get(head.id, ()), by_id)
    return rows + _branch({"name": WITHOUT}, below[""], by_id) if "" in below else rows


def _branch(head: Cells, below: Sequence[Person], by_id: Mapping[str, Person]) -> list[Cells]:
    leaves = [_row(one, by_id, {}) for one in below]
    return [head, *({**leaf, "name": f"└ {leaf['name']}"} for leaf in leaves)]


def person_rows(project: Project, chosen: Sequence[Person]) -> list[Cells]:
    """Return a row for each person."""
    people = open_press(project).community().people
    mentees: dict[str, list[str]] = {}
    for one in sorted(people, key=_by_name):
        if one.mentor:
            mentees.setdefault(one.mentor, []).append(_name(one))
    by_id = {one.id: one for one in people}
    return [_row(one, by_id, mentees) for one in chosen]


def _row(one: Person, by_id: Mapping[str, Person], mentees: Mapping[str, Sequence[str]]) -> Cells:
    mentor = by_id.get(one.mentor)
    return {
        "name": _name(one),
        "username": one.username,
        "groups": one.groups,
        "country": one.country,
        "mentor": _name(mentor) if mentor else "",
        "mentor username": mentor.username if mentor else "",
        "mentees": mentees.get(one.id, ()),
        "last seen": one.last_report or NEVER,
        "joined": one.joined,
        "break until": one.break_until,
    }


def _name(person: Person) -> str:
    return without_addresses(person.name) or person.username or "(no name)"
