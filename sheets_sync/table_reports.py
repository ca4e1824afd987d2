"""Rows of a table of reports -> the rows that they become, those that make none, and what is wrong.

Pure. A report's id comes from its content, so that the same table again brings nothing twice.
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime

from sheets_sync.cells import any_day, as_text
from sheets_sync.community import Community, Problem
from sheets_sync.doubts import Context
from sheets_sync.erased import Erased
from sheets_sync.given import Rules
from sheets_sync.headers import Table
from sheets_sync.identity import WELL_FORMED, report_id_for
from sheets_sync.imports import Cells
from sheets_sync.layout import Holds, Owner
from sheets_sync.lines import IMPORTED
from sheets_sync.linked import as_moment
from sheets_sync.memory import Memory
from sheets_sync.mentor_sheet import MentorSheet
from sheets_sync.reps_archive import SOURCE as ARCHIVE
from sheets_sync.roster import Roster
from sheets_sync.spreadsheet import Cell, Value
from sheets_sync.validate import Judge, local


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that is not added."""

    file: str
    line: int
    reason: str

    def text(self) -> str:
        """Return it as one line."""
        return f"{self.file}, line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is there already, and who is known."""

    known: Set[str]
    values: Mapping[str, str]
    community: Community
    erased: Erased
    now: datetime
    mentors: MentorSheet | None = None


@dataclass(slots=True)
class Found:
    """What a table holds for one tab."""

    rows: list[Cells] = field(default_factory=list)
    there: int = 0
    """How many rows stand in the tab already."""
    left_out: list[Refusal] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_reports(source: Table, there: Table, rules: Rules, standing: Standing) -> Found:
    """Read every row; `there` is the Reports tab."""
    found = Found()
    clerk = _Clerk(source, rules, standing)
    known = {there.text(cells, "id") for _, cells in there.data()} | standing.known
    for line, cells in source.data():
        row, problems = clerk.read(line, cells)
        if refusal := clerk.refusal(line, cells, row):
            found.left_out.append(refusal)
        elif row["id"] in known:
            found.there += 1
        else:
            found.rows.append(row)
            found.problems += problems
    return found


class _Clerk:
    """Reads rows of reports, one after the other."""

    def __init__(self, source: Table, rules: Rules, standing: Standing) -> None:
        self._source = source
        self._rules = rules
        self._standing = standing
        today = standing.now.astimezone(rules.zone).date()
        roster = Roster(standing.community.people)
        context = Context(rules.form, roster, {}, today, rules.zone)
        self._judge = Judge(source, context)
        self._seen: Counter[str] = Counter()
        own = (column for column in source.tab.columns if column.owner is not Owner.TIDINGS)
        self._columns = [column.name for column in own if column.name in source.columns]

    def read(self, line: int, cells: Sequence[Cell]) -> tuple[dict[str, Value], list[Problem]]:
        """Return the row as it will stand in the sheet, and what is wrong with it."""
        values = values_of(self._source, cells, self._columns)
        received = as_moment(self._source.cell(cells, "received"), self._rules.zone)
        source = ARCHIVE if self._source.text(cells, "source") == ARCHIVE else IMPORTED
        memory = Memory(received or self._standing.now, source)
        id = self._id(cells, values)
        judged = self._judge.judge(line, cells, id, memory)
        row: dict[str, Value] = {
            **values,
            "id": id,
            "received": local(memory.received, self._rules.zone),
            "source": source,
        }
        return row, list(judged.problems)

    def refusal(self, line: int, cells: Sequence[Cell], row: Cells) -> Refusal | None:
        """Return why a row makes no report."""
        reason = ""
        text = self._source.text
        if self._standing.erased.any(str(row["id"]), text(cells, "reporter"), text(cells, "email")):
            reason = "this was erased at a person's wish"
        elif not text(cells, "reporter") and not text(cells, "email"):
            reason = "nobody is named who reports"
        elif not text(cells, "text") and not text(cells, "link"):
            reason = "there is neither text nor link"
        return Refusal(self._source.title, line, reason) if reason else None

    def _id(self, cells: Sequence[Cell], values: Mapping[str, Value]) -> str:
        """Return the id in the file if it is one of ours, else one that the content gives.

        Of rows that are exactly alike each is a report of its own.
        """
        own = self._source.text(cells, "id")
        if WELL_FORMED.fullmatch(own):
            return own
        content = "\x1f".join(f"{name}\x1e{value}" for name, value in sorted(values.items()))
        self._seen[content] += 1
        return report_id_for(f"import {content} {self._seen[content]}")


def values_of(source: Table, cells: Sequence[Cell], names: Sequence[str]) -> dict[str, Value]:
    """Return the cells of these columns that hold anything, days as days."""
    found: dict[str, Value] = {}
    for name in names:
        held = source.tab.column(name).holds
        cell = source.cell(cells, name)
        day = any_day(cell) if held is Holds.DATE else None
        value = day if isinstance(day, date) else as_text(cell)
        if value:
            found[name] = value
    return found
