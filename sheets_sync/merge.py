"""The Mentors tab and the people -> who is whose mentor today, and what is wrong (faults 49-54).

Pure and linear in rows. A mentor's name in the managers' own column of People counts where the
Mentors tab says nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from forms.rules import Fault
from sheets_sync.cells import any_day, shown
from sheets_sync.community import Person, Problem, Role
from sheets_sync.headers import Table
from sheets_sync.layout import MENTORS
from sheets_sync.people import Listed
from sheets_sync.roster import Match, Roster
from sheets_sync.spreadsheet import Cell


@dataclass(frozen=True, slots=True)
class Mentorship:
    """A pair, as a row of the Mentors tab has it; blank dates are open ends."""

    row: int
    mentee: str
    mentor: str
    """Internal ids of both."""
    since: date | None = None
    until: date | None = None
    tab: str = MENTORS.title

    def is_current(self, today: date) -> bool:
        """Tell whether it counts on this day; the last day still does."""
        return (self.since is None or self.since <= today) and (
            self.until is None or today <= self.until
        )


@dataclass(frozen=True, slots=True)
class Merged:
    """The mentor of each person today (internal ids), and everything doubtful."""

    mentors: Mapping[str, str]
    problems: tuple[Problem, ...]


def read_mentors(table: Table | None, roster: Roster) -> tuple[list[Mentorship], list[Problem]]:
    """Return the rows that name two known people, and what is wrong with the others."""
    if table is None:
        return [], []
    pairs: list[Mentorship] = []
    problems: list[Problem] = []
    for row, cells in table.data():
        faults = list(_row_faults(table, roster, row, cells))
        problems += faults
        mentee = roster.find(table.text(cells, "mentee")).person
        mentor = roster.find(table.text(cells, "mentor")).person
        if mentee and mentor:
            since, until = (_day(table, cells, name) for name in ("since", "until"))
            pairs.append(Mentorship(row, mentee.id, mentor.id, since, until, table.title))
    return pairs, problems


def _day(table: Table, cells: Sequence[Cell], column: str) -> date | None:
    found = any_day(table.cell(cells, column))
    return found if isinstance(found, date) else None


def _row_faults(table: Table, roster: Roster, row: int, cells: Sequence[Cell]) -> Iterator[Problem]:
    for column in ("mentee", "mentor"):
        typed = table.text(cells, column)
        match = roster.find(typed)
        if match.person is None:
            yield Problem(
                table.title, row, column, shown(typed), *_unknown(typed, match.candidates)
            )
    for column in ("since", "until"):
        found = any_day(table.cell(cells, column))
        if isinstance(found, Fault):
            yield Problem(table.title, row, column, shown(table.cell(cells, column)), *found.text())
    since, until = _day(table, cells, "since"), _day(table, cells, "until")
    if since and until and until < since:
        yield Problem(
            table.title,
            row,
            "until",
            until.isoformat(),
            f"it ends before it begins ({since.isoformat()})",
            "correct one of the two dates",
        )


def _unknown(typed: str, candidates: Sequence[Person]) -> tuple[str, str]:
    if not typed:
        return "nobody is named", "write a name, e-mail address or username"
    if candidates:
        names = ", ".join(person.username or person.email or person.name for person in candidates)
        return "several people bear this name", f"write one of: {names}"
    return "nobody on the People tab is called so", "correct it, or add the person to People"


def merge(
    listed: Sequence[Listed],
    pairs: Sequence[Mentorship],
    roster: Roster,
    *,
    today: date,
    sheet: str = MENTORS.title,
) -> Merged:
    """Return today's mentor of each person, and everything that a manager should look at."""
    problems = list(_twice(pairs, roster))
    current = _current(pairs, today)
    mentors = {}
    for one in listed:
        rows = current.get(one.person.id, [])
        chosen, faults = _choose(one, rows, roster)
        problems += faults
        if chosen:
            mentors[one.person.id] = chosen
    problems += _mentor_faults(current, roster)
    problems += _circles(mentors, current, roster, sheet)
    usable = {
        mentee: mentor
        for mentee, mentor in mentors.items()
        if mentor != mentee and Role.ALUMNI not in roster.by_id[mentor].roles
    }
    problems += _without(listed, mentors, current, sheet)
    return Merged(usable, tuple(problems))


def _twice(pairs: Iterable[Mentorship], roster: Roster) -> Iterator[Problem]:
    first: dict[tuple[str, str, date | None], int] = {}
    for pair in pairs:
        row = first.setdefault((pair.mentee, pair.mentor, pair.since), pair.row)
        if row != pair.row:
            yield Problem(
                pair.tab,
                pair.row,
                "mentee",
                roster.by_id[pair.mentee].name,
                f"the same pair stands in row {row}",
                "remove one of the two rows",
            )


def _current(pairs: Iterable[Mentorship], today: date) -> dict[str, list[Mentorship]]:
    current: dict[str, list[Mentorship]] = defaultdict(list)
    for pair in pairs:
        if pair.is_current(today):
            known = current[pair.mentee]
            if all(other.mentor != pair.mentor for other in known):
                known.append(pair)
    return dict(current)


def _choose(one: Listed, rows: Sequence[Mentorship], roster: Roster) -> tuple[str, list[Problem]]:
    """Return the one mentor of a person; two of them are a Problem on both rows, and nobody's."""
    if len(rows) > 1:
        where = " and ".join(f"row {pair.row}" for pair in rows)
        return "", [
            Problem(
                pair.tab,
                pair.row,
                "mentor",
                roster.by_id[pair.mentor].name,
                f"{one.person.name} has {len(rows)} mentors today ({where}); none is used",
                "fill in until on the row that is over",
            )
            for pair in rows
        ]
    own = roster.find(one.names_mentor) if one.names_mentor else Match(None)
    if not rows:
        return (own.person.id, []) if own.person else ("", list(_own_unknown(one, own)))
    row, mentor = rows[0], rows[0].mentor
    if own.person and own.person.id != mentor:
        return mentor, [
            Problem(
                "People",
                one.row,
                "mentor",
                one.names_mentor,
                f"{row.tab} row {row.row} says {roster.by_id[mentor].name}; that row counts",
                "correct one of the two places",
            )
        ]
    return mentor, []


def _own_unknown(one: Listed, own: Match) -> Iterator[Problem]:
    if one.names_mentor:
        faults = _unknown(one.names_mentor, own.candidates)
        yield Problem("People", one.row, "mentor", shown(one.names_mentor), *faults)


def _mentor_faults(
    current: Mapping[str, Sequence[Mentorship]], roster: Roster
) -> Iterator[Problem]:
    for pair in (pair for rows in current.values() for pair in rows):
        mentor, mentee = roster.by_id[pair.mentor], roster.by_id[pair.mentee]
        if pair.mentor == pair.mentee:
            yield _fault(pair, mentor, "they are their own mentor", "name somebody else")
        elif Role.ALUMNI in mentor.roles and Role.ALUMNI not in mentee.roles:
            yield _fault(
                pair,
                mentor,
                f"{mentor.name} is alumni; {mentee.name} has no mentor who is here",
                "fill in until, and add a row with a new mentor",
            )
        elif Role.MENTOR not in mentor.roles and Role.ALUMNI not in mentor.roles:
            yield _fault(
                pair,
                mentor,
                f"{mentor.name} is not in the Mentor group",
                "add Mentor to their groups on People, or name another mentor",
            )


def _fault(pair: Mentorship, mentor: Person, message: str, remedy: str) -> Problem:
    return Problem(pair.tab, pair.row, "mentor", mentor.name, message, remedy)


def _circles(
    mentors: Mapping[str, str],
    current: Mapping[str, Sequence[Mentorship]],
    roster: Roster,
    sheet: str,
) -> Iterator[Problem]:
    """Name each circle of two or more once, at its first row. Walks every person once."""
    settled: set[str] = set()
    for start in mentors:
        path: list[str] = []
        at = start
        while at in mentors and at not in settled:
            settled.add(at)
            path.append(at)
            at = mentors[at]
        if at in path and len(circle := path[path.index(at) :]) > 1:
            rows = sorted(pair.row for id in circle for pair in current.get(id, ()))
            names = " → ".join(roster.by_id[id].name for id in (*circle, circle[0]))
            yield Problem(
                sheet,
                rows[0] if rows else None,
                "mentor",
                roster.by_id[circle[0]].name,
                f"they mentor each other in a circle: {names}",
                "correct one of the rows",
            )


def _without(
    listed: Sequence[Listed],
    mentors: Mapping[str, str],
    current: Mapping[str, Sequence[Mentorship]],
    sheet: str,
) -> Iterator[Problem]:
    for one in listed:
        person = one.person
        expected = Role.MEMBER in person.roles and Role.ALUMNI not in person.roles
        if expected and person.id not in mentors and person.id not in current:
            message = f"{person.name} has no mentor"
            yield Problem("People", one.row, "mentor", "", message, f"add a row to {sheet}")
