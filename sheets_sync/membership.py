"""The People tab and the mentor sheet -> everybody, who mentors whom, and what is wrong with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sheets_sync.agreement import KEPT as AGREED
from sheets_sync.agreement import dump_agreed, load_agreed
from sheets_sync.closed_groups import group_queue
from sheets_sync.community import Person, Problem, Report, Role
from sheets_sync.headers import Table
from sheets_sync.last_seen import last_reports
from sheets_sync.layout import PEOPLE, Tab
from sheets_sync.mentorships import KEPT as PROPOSED
from sheets_sync.mentorships import Mentorship, load_proposed, read_mentors
from sheets_sync.merge import Merged, merge
from sheets_sync.people import Listed, read_people
from sheets_sync.roster import Roster
from sheets_sync.state.base import Acquaintance


@dataclass(frozen=True, slots=True)
class Membership:
    """Everybody on the roster, and who mentors whom."""

    listed: Sequence[Listed]
    roster: Roster
    pairs: Sequence[Mentorship]
    """The rows of the mentor sheet that name two known people."""
    merged: Merged
    problems: Sequence[Problem]
    sheet: Tab
    table: Table | None
    """The mentor sheet; None when it cannot be read and no copy is kept."""
    proposed: Mapping[tuple[str, str], str]
    """By mentee and mentor: the report for which a pair was proposed, ever."""
    notes: Mapping[int, str] = field(default_factory=dict)
    """By row of People: how it adds to somebody else's."""

    def keep(self) -> Mapping[str, str]:
        """Return single values for the state."""
        # What a sheet says that cannot be read is not known to have changed.
        return {AGREED: dump_agreed(self.merged.agreed)} if self.table else {}

    def people(self, reports: Iterable[Report]) -> tuple[Person, ...]:
        """Return everybody with today's mentor and the day of their latest report."""
        last = last_reports(reports)
        return tuple(
            replace(
                one.person,
                mentor=self.merged.mentors.get(one.person.id, ""),
                last_report=last.get(one.person.id),
            )
            for one in self.listed
        )

    def acquaintances(self) -> Mapping[str, Acquaintance]:
        """Return everybody as they are to be recognised next time."""
        # Who is asked about stays as they were, so that the question stays until it is answered.
        return {one.person.id: _acquaintance(one.person) for one in self.listed if not one.asked}


def read_membership(
    tables: Mapping[str, Table],
    known: Sequence[Acquaintance],
    values: Mapping[str, str],
    *,
    sheet: Tab,
    groups: Mapping[Role, Sequence[str]],
    required: Mapping[Role, Sequence[str]],
    today: date,
) -> Membership:
    """Read the roster and merge the mentor sheet into it; `values` are the state's single ones."""
    table = tables.get(sheet.title)
    people = read_people(tables.get(PEOPLE.title), known, groups=groups, today=today)
    listed = people.listed
    roster = Roster(one.person for one in listed)
    proposed = load_proposed(values.get(PROPOSED, ""))
    pairs, faults = read_mentors(table, roster, proposed)
    before = load_agreed(values.get(AGREED, ""))
    merged = merge(listed, pairs, roster, today=today, sheet=sheet.title, before=before)
    queue = group_queue(listed, merged.mentors, groups=groups, required=required)
    told = (*people.problems, *faults, *merged.problems, *queue)
    return Membership(listed, roster, pairs, merged, told, sheet, table, proposed, people.notes)


def _acquaintance(person: Person) -> Acquaintance:
    return Acquaintance(person.id, person.email, person.username, person.name)
