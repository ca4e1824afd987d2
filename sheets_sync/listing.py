"""What the last sync found of people, and what somebody asks -> rows: who mentors whom.

Whoever prints them may pass them on, so no row holds an address.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime

from digests.masking import without_addresses
from digests.press import Press, stock_of
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


@dataclass(frozen=True, slots=True)
class Found:
    """Everybody, and whom somebody asked for, each by name."""

    everybody: Sequence[Person]
    chosen: Sequence[Person]

    def by_id(self) -> Mapping[str, Person]:
        """Return everybody by internal id."""
        return {one.id: one for one in self.everybody}


def find_people(project: Project, wanted: Wanted, now: datetime) -> Found:
    """Return whom somebody asks for.

    Raises ListingError, and DigestError before the first sync.
    """
    press = open_press(project)
    people = sorted(press.community().people, key=_by_name)
    today = press.today(now).date()
    mentor = _meant(wanted.mentor, people) if wanted.mentor else None
    quiet = _quiet(press, wanted.quiet_weeks, now) if wanted.quiet_weeks is not None else None
    chosen = [
        one
        for one in people
        if (wanted.alumni or not is_gone(one, today))
        and (mentor is None or one.mentor == mentor.id)
        and not (wanted.without_mentor and one.mentor)
        and _is_among(wanted.group, one.groups)
        and _is_among(wanted.country, (one.country,))
        and (quiet is None or one.id in quiet)
    ]
    return Found(people, chosen)


def _quiet(press: Press, weeks: int, now: datetime) -> Set[str]:
    rules = replace(press.rules, quiet_weeks=weeks or press.rules.quiet_weeks)
    return {one.person.id for one in quiet_people(stock_of(press, "", (), now), rules)}


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


def tree_rows(found: Found) -> list[Cells]:
    """Return a row for each mentor, with those of their mentees who are asked for beneath."""
    below: dict[str, list[Person]] = {}
    for one in found.chosen:
        below.setdefault(one.mentor, []).append(one)
    by_id = found.by_id()
    mentors = {one.id for one in found.chosen if Role.MENTOR in one.roles} | below.keys()
    rows: list[Cells] = []
    for head in found.everybody:
        if head.id in mentors:
            rows += [_row(head, by_id), *_leaves(below.get(head.id, ()), by_id)]
    if "" in below:
        rows += [{"name": WITHOUT}, *_leaves(below[""], by_id)]
    return rows


def _leaves(below: Sequence[Person], by_id: Mapping[str, Person]) -> Iterator[Cells]:
    for one in below:
        yield {**_row(one, by_id), "name": f"└ {_name(one)}"}


def person_rows(found: Found) -> list[Cells]:
    """Return a row for each person who is asked for."""
    mentees: dict[str, list[str]] = {}
    for one in found.everybody:
        mentees.setdefault(one.mentor, []).append(_name(one))
    by_id = found.by_id()
    return [{**_row(one, by_id), "mentees": mentees.get(one.id, [])} for one in found.chosen]


def _row(one: Person, by_id: Mapping[str, Person]) -> Cells:
    mentor = by_id.get(one.mentor)
    return {
        "name": _name(one),
        "username": one.username,
        "groups": one.groups,
        "country": one.country,
        "mentor": _name(mentor) if mentor else "",
        "mentor username": mentor.username if mentor else "",
        "last seen": one.last_report or NEVER,
        "joined": one.joined,
        "break until": one.break_until,
    }


def _name(person: Person) -> str:
    return without_addresses(person.name) or person.username or "(no name)"
