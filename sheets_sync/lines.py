"""The tabs of reports, the journal and what was known -> a line for each report.

Pure but for fresh ids. A new submission is a line like any other, below the last row; what a
line's report is remembered by comes with it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from types import MappingProxyType
from typing import NamedTuple

from forms.definition import Form
from sheets_sync.cells import any_day, as_text
from sheets_sync.headers import Table
from sheets_sync.identity import Found, Identity, identify
from sheets_sync.intake import Intake, as_cells, as_value, correct, prints
from sheets_sync.linked import SOURCE, TIMESTAMP, answered, arrived, as_moment
from sheets_sync.memory import MEMORY, Memory, of_a_row
from sheets_sync.older_copy import Lost
from sheets_sync.roster import Roster
from sheets_sync.spreadsheet import Cell, Value
from sheets_sync.state.base import Known
from sheets_sync.unchanged import NAMING, LookedAt, Standing, unchanged_rows
from sheets_sync.validate import STANDARD, content_printer, further_questions

IMPORTED = "import"
"""Source of what came from a table: no news, unless it is of the last days."""


class Line(NamedTuple):
    """A report's row: as found, corrected, or to be appended."""

    table: Table
    row: int
    cells: Sequence[Cell]
    content: str
    """Print of what people typed."""
    id: str
    memory: Memory
    before: Memory
    """The memory without the corrections, for while they cannot be written."""
    question: str = ""
    """What must be answered before there is an id."""
    appended: bool = False
    fresh: bool = False
    """Its id stands nowhere but in the row that is about to be written."""
    written: Mapping[str, Value] = MappingProxyType({})
    """Reporter's cells to write, by column."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the lines are compared with."""

    known: Mapping[str, Known]
    intake: Intake
    lost: Lost
    """What an older copy, saved over ours, does not show (fault 43)."""
    unseen: Set[str]
    """Tabs that are read for the first time."""
    now: datetime
    begun: datetime
    """When this state began: what an id was given to before is known to nobody any more."""
    zone: tzinfo
    roster: Roster
    mentors: Mapping[str, str]
    last_write: int = 0
    """Which of our writes the sheet shows."""
    highest: int = 0
    """Highest number of acceptance of reports that were erased: none is given twice."""
    looked_at: LookedAt = field(default_factory=LookedAt)
    """Rows that had nothing left to do."""

    def touched(self) -> set[str]:
        """Return the ids about which something has come in."""
        intake = self.intake
        return {*intake.memories, *intake.corrections, *intake.withdrawn, *self.waiting()}

    def waiting(self) -> set[str]:
        """Return the ids that have no row to be missed."""
        return {*self.intake.rows, *self.lost.reports}


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines to look at, and the rows of reports that stand as they stood."""

    lines: Sequence[Line]
    unchanged: Mapping[str, Standing]

    def ids(self, without: Set[str] = frozenset()) -> set[str]:
        """Return the ids of all that is there, but for what stands in these tabs."""
        ids = {line.id for line in self.lines if line.table.title not in without}
        return ids | {id for id, one in self.unchanged.items() if one.table.title not in without}


class _Row(NamedTuple):
    """A row that stands for a report, with what identifies it."""

    table: Table
    row: int
    cells: Sequence[Cell]
    found: Found


def find_lines(tables: Sequence[Table], form: Form, past: Past, stopped: Set[str]) -> Lines:
    """Return every report's line: the rows from top to bottom, then what the journal brings.

    New rows go to the first table. `stopped` names tabs that could not be read.
    """
    columns = (*STANDARD, *(q.column for q in further_questions(form)))
    today = past.now.astimezone(past.zone).date()
    unchanged = _unchanged(tables, past)
    quiet = {(one.table.title, one.row) for one in unchanged.values()}
    rows = [row for table in tables for row in _rows(table, columns, past, len(tables) > 1, quiet)]
    who = _identified(rows, past, len(tables) > 1, stopped, unchanged)
    lines: list[Line] = []
    for row, identity in zip(rows, who, strict=True):
        line = _line(row, identity, past)
        if corrections := past.intake.corrections.get(line.id):
            memory = _before_corrections(line.memory, past.lost.before.get(line.id))
            done = correct(line.table, line.cells, memory, corrections, form, today)
            told_apart_by = _told_apart_by(line.table, columns)
            content = content_printer(line.table, told_apart_by)(done.cells)
            line = line._replace(
                cells=done.cells, content=content, memory=done.memory, written=done.written
            )
        lines.append(line)
    present = {*unchanged, *(line.id for line in lines)}
    lines += _new_lines(tables[0], present, columns, past, today)
    return Lines(lines, unchanged)


def _before_corrections(memory: Memory, answers: Mapping[str, str] | None) -> Memory:
    """Return the memory from before the corrections that an older copy undid; None: it undid none.

    Then they are made as they were the first time: where people's words stood, these stay.
    """
    return memory if answers is None else replace(memory, form=prints(answers))


def _unchanged(tables: Sequence[Table], past: Past) -> dict[str, Standing]:
    """Return the rows, by id, that need no look."""
    standing = unchanged_rows(tables, past.looked_at, past.known, past.touched())
    if past.looked_at.are_others:
        named = {table.title: table.picker(*NAMING) for table in tables}
        standing = {
            id: one
            for id, one in standing.items()
            if one.names_the_same(named[one.table.title](one.cells), past.roster, past.mentors)
        }
    return standing


def _rows(
    table: Table,
    columns: Sequence[str],
    past: Past,
    several: bool,
    quiet: Collection[tuple[str, int]],
) -> Iterator[_Row]:
    title, telling = table.title, table.picker("id", *STANDARD, TIMESTAMP)
    content_of = content_printer(table, _told_apart_by(table, columns))
    for row, cells in table.data():
        told = telling(cells)
        if (title, row) not in quiet and any(map(as_text, told)):
            id = as_text(told[0])
            away = several and id in past.known and past.known[id].tab != title
            yield _Row(table, row, cells, Found(id, content_of(cells), away))


def _identified(
    rows: Sequence[_Row], past: Past, several: bool, stopped: Set[str], settled: Collection[str]
) -> list[Identity]:
    """Tell whose row each is; what stands in a tab that could not be read is nobody's else.

    Nor is what is `settled` already.
    """
    if not rows:
        return []
    known = {id: one.content for id, one in past.known.items() if id not in settled}
    return identify(
        [row.found for row in rows],
        known=known | dict.fromkeys(past.waiting() - known.keys(), ""),
        elsewhere={id for id, one in past.known.items() if one.tab in stopped} if stopped else (),
        at_home={row.found.id for row in rows if not row.found.away} if several else (),
    )


def _new_lines(
    table: Table, present: Set[str], columns: Sequence[str], past: Past, today: date
) -> list[Line]:
    """Return the lines to append: what the journal brings, and what an older copy lacks."""
    lines: list[Line] = []
    content_of = content_printer(table, columns)
    for id, answers in {**past.lost.reports, **past.intake.rows}.items():
        if id in present:
            continue
        row = table.last_row + len(lines) + 1
        cells = as_cells(table, answers, today)
        content = content_of(cells)
        # With all corrections applied, also those that were still waiting for the row.
        memory = replace(_memory(table, cells, Identity(id), past), form=prints(answers))
        written = {column: as_value(column, text, today) for column, text in answers.items()}
        lines.append(
            Line(table, row, cells, content, id, memory, memory, appended=True, written=written)
        )
    return lines


def _told_apart_by(table: Table, columns: Sequence[str]) -> Sequence[str]:
    # Of two equal answers to a form, the moment tells which row is whose once an id is gone.
    return (*columns, TIMESTAMP) if table.tab.foreign else columns


def _line(row: _Row, who: Identity, past: Past) -> Line:
    table, cells = row.table, row.cells
    memory = _memory(table, cells, who, past)
    if table.tab.foreign:
        memory = answered(table, cells, memory)
    content = row.found.content
    return Line(
        table, row.row, cells, content, who.id, memory, memory, who.question, fresh=who.fresh
    )


def _memory(table: Table, cells: Sequence[Cell], who: Identity, past: Past) -> Memory:
    """Return what is remembered of a report; of one never seen, what its row tells."""
    known = past.known.get(who.id)
    memory = MEMORY.validate_json(known.memory) if known else None
    if sent := past.intake.memories.get(who.id):
        kept = memory or sent
        memory = replace(sent, mentor=kept.mentor, mentor_name=kept.mentor_name)
    elif memory is None and who.fresh and not who.copied_from and table.text(cells, "id"):
        memory = _adopted(table, cells, past)
    elif memory is None:
        memory = _first_seen(table, cells, who, past)
    return replace(memory, withdrawn=True) if who.id in past.intake.withdrawn else memory


def _first_seen(table: Table, cells: Sequence[Cell], who: Identity, past: Past) -> Memory:
    considered = table.title in past.unseen
    if table.tab.foreign and not who.copied_from:
        at = arrived(table, cells, now=past.now, zone=past.zone)
        return of_a_row(at, SOURCE, considered)
    return of_a_row(past.now, "sheet", considered, who.copied_from)


def _adopted(table: Table, cells: Sequence[Cell], past: Past) -> Memory:
    """Return the memory of a report that has an id of ours already: imported, or state lost."""
    received = as_moment(table.cell(cells, "received"), past.zone) or past.now
    source = as_text(table.cell(cells, "source")) or "sheet"
    name = table.text(cells, "mentor")
    mentor = past.roster.find(name).person if name else None
    is_unseen = table.title in past.unseen
    return Memory(
        received,
        source,
        mentor=mentor.id if mentor else "",
        mentor_name=name,
        considered=is_unseen or source in ("archive", IMPORTED),
        undated=source == IMPORTED and not isinstance(any_day(table.cell(cells, "date")), date),
        earlier=received < past.begun and not is_unseen,
    )
