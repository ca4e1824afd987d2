"""The Reports tab, the journal and what was known -> one line for each report, and what is gone.

Pure but for fresh ids. A new submission is a line like any other, below the last row; what a
line's report is remembered by comes with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo

from forms.definition import Form
from forms.plural import counted
from sheets_sync.cells import EPOCH, as_text
from sheets_sync.community import Problem
from sheets_sync.gather import Gathered, Seen, is_settled, is_sudden
from sheets_sync.headers import Table
from sheets_sync.identity import WELL_FORMED, Found, Identity, identify
from sheets_sync.intake import Intake, as_cells, as_value, correct
from sheets_sync.layout import TABS
from sheets_sync.memory import MEMORY, Memory
from sheets_sync.roster import Roster
from sheets_sync.spreadsheet import Cell, Snapshot, Value
from sheets_sync.state.base import Known
from sheets_sync.validate import STANDARD, content_print, further_questions, to_utc


@dataclass(frozen=True, slots=True)
class Line:
    """A report's row: as found, corrected, or to be appended."""

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
    written: Mapping[str, Value] = field(default_factory=dict)
    """Reporter's cells to write, by column."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the lines are compared with."""

    known: Mapping[str, Known]
    intake: Intake
    restorable: Mapping[str, Mapping[str, str]]
    """Answers of reports that an older copy, saved over ours, has lost (fault 43)."""
    first: bool
    now: datetime
    zone: tzinfo
    roster: Roster

    def waiting(self) -> set[str]:
        """Return the ids that have no row to be missed."""
        return {*self.intake.rows, *self.restorable}


def find_lines(table: Table, form: Form, past: Past) -> list[Line]:
    """Return every report's line: the rows from top to bottom, then what the journal brings."""
    columns = (*STANDARD, *(q.column for q in further_questions(form)))
    today = past.now.astimezone(past.zone).date()
    rows = [(n, cells) for n, cells in table.data() if _is_report(table, cells)]
    prints = [content_print(table, cells, columns) for _, cells in rows]
    found = [
        Found(table.text(cells, "id"), content)
        for (_, cells), content in zip(rows, prints, strict=True)
    ]
    known = {id: one.content for id, one in past.known.items()}
    who = identify(found, known=known | dict.fromkeys(past.waiting() - known.keys(), ""))
    lines = []
    for (row, cells), content, identity in zip(rows, prints, who, strict=True):
        line = _line(table, row, cells, content, identity, past)
        if submissions := past.intake.corrections.get(line.id):
            done = correct(table, cells, line.memory, submissions, form, today)
            content = content_print(table, done.cells, columns)
            line = replace(
                line, cells=done.cells, content=content, memory=done.memory, written=done.written
            )
        lines.append(line)
    row = table.last_row
    present = {line.id for line in lines}
    for id, answers in {**past.restorable, **past.intake.rows}.items():
        if id not in present:
            row += 1
            cells = as_cells(table, answers, today)
            written = {column: as_value(column, text, today) for column, text in answers.items()}
            content = content_print(table, cells, columns)
            memory = _memory(table, cells, Identity(id), past)
            lines.append(
                Line(row, cells, content, id, memory, memory, appended=True, written=written)
            )
    return lines


def _is_report(table: Table, cells: Sequence[Cell]) -> bool:
    return any(table.text(cells, name) for name in ("id", *STANDARD))


def _line(
    table: Table, row: int, cells: Sequence[Cell], content: str, who: Identity, past: Past
) -> Line:
    memory = _memory(table, cells, who, past)
    return Line(row, cells, content, who.id, memory, memory, who.question, fresh=who.fresh)


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
        memory = Memory(past.now, "sheet", considered=past.first, copied_from=who.copied_from)
    return replace(memory, withdrawn=True) if who.id in past.intake.withdrawn else memory


def _adopted(table: Table, cells: Sequence[Cell], past: Past) -> Memory:
    """Return the memory of a report that has an id of ours already: imported, or state lost."""
    received = past.now
    serial = table.cell(cells, "received")
    if isinstance(serial, int | float) and not isinstance(serial, bool) and 0 < serial < 2958466:
        received = to_utc(EPOCH + timedelta(days=serial), past.zone)
    source = as_text(table.cell(cells, "source")) or "sheet"
    name = table.text(cells, "mentor")
    mentor = past.roster.find(name).person if name else None
    return Memory(
        received,
        source,
        mentor=mentor.id if mentor else "",
        mentor_name=name,
        considered=past.first or source == "archive",
    )


def find_missing(
    lines: Sequence[Line], past: Past, seen: Seen, gathered: Gathered, sheet: Snapshot
) -> list[Known]:
    """Return the reports that are newly gone; a sudden loss freezes the tab instead (fault 20).

    Rows that were moved to a tab of the managers' own are no loss.
    """
    present = {line.id for line in lines} | past.waiting()
    there = [one for one in past.known.values() if one.missing_since is None]
    gone = [one for one in there if one.id not in present]
    if seen.accept_removals or not is_sudden(len(gone), len(there)):
        return gone
    lost = {one.id for one in gone} - _ids_elsewhere(sheet)
    if not is_sudden(len(lost), len(there)) or is_settled(gathered, "Reports", lost, seen):
        return gone
    message = f"{len(lost)} of {len(there)} reports are suddenly gone; nothing is written here"
    remedy = "bring them back, or run: tidings sync --accept-removals"
    gathered.frozen.add("Reports")
    gathered.problems.append(Problem("Reports", None, "", "", message, remedy))
    gathered.notes.append(f"Reports: {message}; {remedy}")
    return []


def _ids_elsewhere(sheet: Snapshot) -> set[str]:
    """Return the ids that stand in tabs of the managers' own."""
    tabs = {tab.title for tab in TABS}
    return {
        cell
        for worksheet in sheet.worksheets
        if worksheet.title not in tabs
        for row in worksheet.rows
        for cell in row
        if isinstance(cell, str) and WELL_FORMED.fullmatch(cell)
    }


def note_restored(lines: Sequence[Line], past: Past, gathered: Gathered) -> None:
    """Say so when reports that an older copy lacked are put back."""
    back = sum(line.appended and line.id in past.restorable for line in lines)
    if back:
        gathered.notes.append(
            "An older copy of the spreadsheet was saved over ours; what it lacked was put back: "
            f"{counted(back, 'report')}"
        )
