"""What our cells should show, beside what they show -> the changes to write.

Only columns that Tidings owns, cells of rows that it appends, and a person's own correction ever
come into a plan; a cell that shows the right value already never does (fault 48).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo

from sheets_sync.cells import holds
from sheets_sync.choices import Applied
from sheets_sync.community import Community, Person, Problem, told
from sheets_sync.decisions import Decisions
from sheets_sync.gather import Gathered
from sheets_sync.headers import Table
from sheets_sync.judging import Judged
from sheets_sync.membership import Membership
from sheets_sync.renewal import COLUMN as STILL_IN
from sheets_sync.settle import Settled
from sheets_sync.spreadsheet import Append, Cell, Changes, Edit, Rewrite, Value
from sheets_sync.state.delivery import TAKEN_OVER, IssueLine
from sheets_sync.subscriptions import Subscribed
from sheets_sync.taglist import TagList
from sheets_sync.validate import local


def plan_changes(
    judged: Judged, community: Community, issues: Sequence[IssueLine], zone: tzinfo
) -> Changes:
    """Return the one batch that makes the sheet show what was decided."""
    plan = Plan()
    tables = judged.gathered.tables
    plan.reports(judged.told.settled, zone)
    if table := tables.get("People"):
        plan.people(table, judged.members, community.people, community.problems)
        plan.answers(table, judged.answered.written)
    if table := tables.get("Mentors"):
        plan.mentors(table, community.problems, judged.proposals.rows)
    if table := tables.get("Tags"):
        plan.tags(table, judged.tags)
    if table := tables.get("Subscriptions"):
        plan.subscriptions(table, judged.wishes.subscribed, judged.wishes.applied)
    if table := tables.get("Problems"):
        plan.problems(table, community.problems)
    if table := tables.get("Digests"):
        plan.issues(table, issues, zone, judged.decisions)
    return plan.changes(judged.gathered)


class Plan:
    """Collects changes."""

    def __init__(self) -> None:
        self._edits: list[Edit] = []
        self._appends: list[Append] = []
        self._rewrites: list[Rewrite] = []

    def edit(
        self, table: Table, row: int, cells: Sequence[Cell], ours: Mapping[str, Value]
    ) -> None:
        """Put our values where a row shows others."""
        title, columns, width = table.title, table.columns, len(cells)
        for name, value in ours.items():
            at = columns.get(name, -1)
            if at >= 0 and not holds(cells[at] if at < width else None, value):
                self._edits.append(Edit(title, row, at, value))

    def append(self, table: Table, values: Mapping[str, Value]) -> None:
        """Add a row; columns that the tab lacks are left out."""
        placed: dict[int, Value] = {
            table.columns[name]: value
            for name, value in values.items()
            if name in table.columns and value not in (None, "")
        }
        self._appends.append(Append(table.title, placed))

    def reports(self, settled: Sequence[Settled], zone: tzinfo) -> None:
        """Plan our cells of the reports, new rows, and corrected cells."""
        for one in settled:
            line, table, memory = one.line, one.line.table, one.judged.memory
            ours: dict[str, Value] = {
                "status": str(one.report.status),
                "problem": told(one.problems),
            }
            if line.id:
                ours |= {
                    "id": line.id,
                    "received": local(memory.received, zone),
                    "source": memory.source,
                    "mentor": memory.mentor_name,
                }
            if line.appended:
                self.append(table, {**line.written, **ours})
                continue
            self.edit(table, line.row, line.cells, ours)
            self._edits += [
                Edit(table.title, line.row, table.columns[name], value)
                for name, value in line.written.items()
            ]

    def people(
        self,
        table: Table,
        members: Membership,
        people: Sequence[Person],
        problems: Iterable[Problem],
    ) -> None:
        """Plan our cells of the People tab; rows that add to another show how, and nothing else."""
        names = {person.id: person.name for person in people}
        by_row = {one.row: person for one, person in zip(members.listed, people, strict=True)}
        messages = _by_row(table.title, problems)
        for row, cells in table.data():
            person = by_row.get(row)
            ours: dict[str, Value] = {
                "mentor": names.get(person.mentor, "") if person else "",
                "last report": person.last_report if person else None,
                "problem": messages.get(row) or members.notes.get(row, ""),
            }
            self.edit(table, row, cells, ours)

    def answers(self, table: Table, answered: Mapping[int, str]) -> None:
        """Plan what people answered to “still in?”, by row."""
        for row, answer in answered.items():
            self.edit(table, row, table.rows[row - 1], {STILL_IN: answer})

    def mentors(
        self,
        table: Table,
        problems: Iterable[Problem],
        proposals: Iterable[Mapping[str, Value]],
    ) -> None:
        """Plan our cells of the Mentors tab, and rows for the pairs that reports tell of."""
        messages = _by_row(table.title, problems)
        for row, cells in table.data():
            self.edit(table, row, cells, {"problem": messages.get(row, "")})
        for values in proposals:
            self.append(table, values)

    def tags(self, table: Table, tags: TagList) -> None:
        """Plan our cells of the Tags tab, and rows for the tags that it lacks."""
        for row, ours in tags.ours.items():
            self.edit(table, row, table.rows[row - 1], ours)
        for values in tags.missing:
            self.append(table, values)

    def subscriptions(
        self, table: Table, subscribed: Iterable[Subscribed], applied: Applied
    ) -> None:
        """Plan our cells of the Subscriptions tab, and what readers chose on their pages."""
        for one in subscribed:
            ours: dict[str, Value] = {"status": one.status, "problem": told(one.problems)}
            ours |= applied.written.get(one.row, {})
            if one.row in applied.appended:
                self.append(table, ours)
            else:
                self.edit(table, one.row, table.rows[one.row - 1], ours)

    def problems(self, table: Table, problems: Iterable[Problem]) -> None:
        """Plan the Problems tab, anew as a whole when it differs."""
        wanted = [_problem_row(table, problem) for problem in problems]
        stands = [cells for _, cells in table.data()]
        same = len(stands) == len(wanted) and all(map(_shows, stands, wanted))
        if table.header_row == 1 and not same:
            self._rewrites.append(Rewrite(table.title, wanted))

    def issues(
        self, table: Table, issues: Iterable[IssueLine], zone: tzinfo, decisions: Decisions
    ) -> None:
        """Plan one line for each issue; what an older state wrote stays."""
        rows = {table.text(cells, "issue"): (row, cells) for row, cells in table.data()}
        for line in issues:
            ours: dict[str, Value] = {
                "issue": line.issue,
                "period": line.period,
                "reports": line.reports,
                "recipients": line.recipients,
                "sent": line.sent,
                "failed": line.failed,
                "at": local(line.at, zone),
            }
            if line.issue in decisions.told:
                ours["decision"] = decisions.words[line.issue]
            if line.issue not in rows:
                self.append(table, ours)
            elif line.period != TAKEN_OVER:
                self.edit(table, *rows[line.issue], ours)

    def changes(self, gathered: Gathered) -> Changes:
        """Return the batch, without the tabs to which nothing may be written."""
        frozen = gathered.frozen
        return Changes(
            tabs=tuple(gathered.tabs),
            columns=tuple(one for one in gathered.columns if one.tab not in frozen),
            edits=tuple(one for one in self._edits if one.tab not in frozen),
            appends=tuple(one for one in self._appends if one.tab not in frozen),
            rewrites=tuple(one for one in self._rewrites if one.tab not in frozen),
        )


def _by_row(tab: str, problems: Iterable[Problem]) -> dict[int, str]:
    found: dict[int, list[Problem]] = defaultdict(list)
    for problem in problems:
        if problem.tab == tab and problem.row is not None:
            found[problem.row].append(problem)
    return {row: told(those) for row, those in found.items()}


def _problem_row(table: Table, problem: Problem) -> list[Value]:
    values: dict[str, Value] = {
        "tab": problem.tab,
        "row": problem.row,
        "column": problem.column,
        "value": problem.value,
        "what is wrong": problem.message,
        "what to do": problem.remedy,
    }
    cells: list[Value] = [None] * (max(table.columns.values(), default=-1) + 1)
    for name, value in values.items():
        if name in table.columns:
            cells[table.columns[name]] = value
    return cells


def _shows(cells: Sequence[Cell], wanted: Sequence[Value]) -> bool:
    padded = [*cells, *[None] * (len(wanted) - len(cells))]
    return all(holds(padded[at], value) for at, value in enumerate(wanted))
