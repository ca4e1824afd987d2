"""Rows of the Mentors tab -> pairs of known people, and what is wrong with the other rows."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from forms.rules import Fault
from forms.wording import N_
from sheets_sync.cells import any_day, shown
from sheets_sync.community import Person, Problem
from sheets_sync.headers import Table
from sheets_sync.layout import MENTORS
from sheets_sync.roster import Roster
from sheets_sync.spreadsheet import Cell

KEPT = "mentors proposed"
PROPOSED = "proposed by report {id}"
"""The note of a row that Tidings adds; it counts once a person fills in `since`."""
_PROPOSED = re.compile(r"proposed by report (r-[0-9a-z]{10})", re.IGNORECASE)


class Mentorship(NamedTuple):
    """A pair, and where it stands; blank dates are open ends."""

    row: int
    mentee: str
    mentor: str
    """Internal ids of both."""
    since: date | None = None
    until: date | None = None
    tab: str = MENTORS.title
    proposed: str = ""
    """Id of the report that proposed it, while nobody has filled in `since`."""

    def is_current(self, today: date) -> bool:
        """Tell whether it counts on this day; the last day still does."""
        return (
            not self.proposed
            and (self.since is None or self.since <= today)
            and (self.until is None or today <= self.until)
        )

    def is_over(self, today: date) -> bool:
        """Tell whether its last day is past."""
        return not self.proposed and self.until is not None and self.until < today


def load_proposed(kept: str) -> dict[tuple[str, str], str]:
    """Return by mentee and mentor the report for which a pair was proposed, ever."""
    found: list[tuple[str, str, str]] = json.loads(kept) if kept else []
    return {(mentee, mentor): report for mentee, mentor, report in found}


def dump_proposed(proposed: Mapping[tuple[str, str], str]) -> str:
    """Return it as the state keeps it."""
    return json.dumps(sorted((*pair, report) for pair, report in proposed.items()))


def read_mentors(
    table: Table | None, roster: Roster, proposed: Mapping[tuple[str, str], str] | None = None
) -> tuple[list[Mentorship], list[Problem]]:
    """Return the rows that name two known people, and what is wrong with the others.

    `proposed` tells rows that were proposed while the column of notes is away.
    """
    if table is None:
        return [], []
    pairs: list[Mentorship] = []
    problems: list[Problem] = []
    for row, cells in table.data():
        problems += _row_faults(table, roster, row, cells)
        mentee = roster.find(table.text(cells, "mentee")).person
        mentor = roster.find(table.text(cells, "mentor")).person
        if mentee and mentor:
            since, until = (_day(table, cells, name) for name in ("since", "until"))
            by = "" if since else _proposing(table, cells, (mentee.id, mentor.id), proposed or {})
            pairs.append(Mentorship(row, mentee.id, mentor.id, since, until, table.title, by))
    return pairs, problems


def _proposing(
    table: Table,
    cells: Sequence[Cell],
    pair: tuple[str, str],
    proposed: Mapping[tuple[str, str], str],
) -> str:
    """Return the report that proposed a row."""
    if "note" not in table.columns:
        return proposed.get(pair, "")
    found = _PROPOSED.search(table.text(cells, "note"))
    return found[1] if found else ""


def _day(table: Table, cells: Sequence[Cell], column: str) -> date | None:
    found = any_day(table.cell(cells, column))
    return found if isinstance(found, date) else None


def _row_faults(table: Table, roster: Roster, row: int, cells: Sequence[Cell]) -> Iterator[Problem]:
    for column in ("mentee", "mentor"):
        typed = table.text(cells, column)
        match = roster.find(typed)
        if match.person is None:
            fault = unknown(typed, match.candidates)
            yield Problem.of(table.title, row, column, shown(typed), fault)
    for column in ("since", "until"):
        found = any_day(table.cell(cells, column))
        if isinstance(found, Fault):
            yield Problem.of(table.title, row, column, table.shown(cells, column), found)
    since, until = _day(table, cells, "since"), _day(table, cells, "until")
    if since and until and until < since:
        told, todo = N_("it ends before it begins ({since})"), N_("correct one of the two dates")
        fault = Fault(told, todo, {"since": since.isoformat()})
        yield Problem.of(table.title, row, "until", until.isoformat(), fault)


def unknown(typed: str, candidates: Sequence[Person]) -> Fault:
    """Return what is wrong with a name that stands for nobody, or for several people."""
    if not typed:
        return Fault(N_("nobody is named"), N_("write a name, e-mail address or username"))
    if candidates:
        names = ", ".join(person.username or person.email or person.name for person in candidates)
        told, todo = N_("several people bear this name"), N_("write one of: {names}")
        return Fault(told, todo, {"names": names})
    return Fault(
        N_("nobody on the People tab is called so"), N_("correct it, or add the person to People")
    )


def current(pairs: Iterable[Mentorship], today: date) -> dict[str, list[Mentorship]]:
    """Return the pairs that count today, by mentee; of the same pair the first row."""
    found: dict[str, list[Mentorship]] = defaultdict(list)
    for pair in pairs:
        if pair.is_current(today):
            known = found[pair.mentee]
            if all(other.mentor != pair.mentor for other in known):
                known.append(pair)
    return dict(found)


def ended(pairs: Iterable[Mentorship], today: date) -> Mapping[tuple[str, str], Mentorship]:
    """Return by mentee and mentor the row of a pair that is over; the latest of several."""
    found: dict[tuple[str, str], Mentorship] = {}
    for pair in pairs:
        if pair.is_over(today):
            before = found.setdefault((pair.mentee, pair.mentor), pair)
            if pair.until and before.until and before.until < pair.until:
                found[pair.mentee, pair.mentor] = pair
    return found


def twice(pairs: Iterable[Mentorship], roster: Roster, today: date) -> Iterator[Problem]:
    """Name each row whose pair stands in another one, for the same time."""
    first: dict[tuple[str, str, object], int] = {}
    for pair in pairs:
        if pair.proposed:
            continue
        time = "today" if pair.is_current(today) else pair.since
        row = first.setdefault((pair.mentee, pair.mentor, time), pair.row)
        if row != pair.row:
            told, todo = N_("the same pair stands in row {row}"), N_("remove one of the two rows")
            fault = Fault(told, todo, {"row": row})
            yield Problem.of(pair.tab, pair.row, "mentee", roster.by_id[pair.mentee].name, fault)
