"""Lines -> the reports as judged and accepted, and what the state is to remember of them."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import NamedTuple

from sheets_sync.community import Problem, Report
from sheets_sync.doubts import Context
from sheets_sync.intake import as_cell
from sheets_sync.lines import Line, Lines, Past
from sheets_sync.memory import MEMORY, Memory, memory_as_json
from sheets_sync.spreadsheet import Cell, Changes, Edit
from sheets_sync.state.base import REPORT, USABLE, Known
from sheets_sync.unchanged import LookedAt, row_print
from sheets_sync.validate import Judge, Judged

RECENT = timedelta(days=7)
"""Rows of a tab's first sync that are younger than this are still mailed."""


class Settled(NamedTuple):
    """A line and its report, with the number of acceptance."""

    line: Line
    report: Report
    judged: Judged

    @property
    def problems(self) -> Sequence[Problem]:
        return self.judged.problems


def settle(lines: Sequence[Line], context: Context, past: Past) -> list[Settled]:
    """Judge every line, and number the reports that are used for the first time."""
    highest = max((one.accepted or 0 for one in past.known.values()), default=0)
    highest = max(highest, past.highest)
    settled = []
    for line, judge in _judged_by(lines, context):
        known = past.known.get(line.id)
        before = REPORT.validate_json(known.fields) if known and _faulty(line.cells) else None
        judged = judge.judge(
            line.row, line.cells, line.id, line.memory, before=before, question=line.question
        )
        number = _number(judged, known, highest, context.today)
        highest = max(highest, number or 0)
        report = replace(judged.report, accepted=number) if number else judged.report
        settled.append(Settled(line, report, judged))
    return settled


def _judged_by(lines: Sequence[Line], context: Context) -> Iterator[tuple[Line, Judge]]:
    """Yield each line with the judge of its table."""
    for table, those in groupby(lines, key=attrgetter("table")):
        judge = Judge(table, context)
        yield from ((line, judge) for line in those)


def _faulty(cells: Sequence[Cell]) -> bool:
    return not all(cell is None or isinstance(cell, str | float | int) for cell in cells)


def is_accepted(report: Report) -> bool:
    """Tell whether a report is used in mails."""
    return report.status in USABLE


def _number(judged: Judged, known: Known | None, highest: int, today: date) -> int | None:
    """Return when, in the order of all, the report was first used; 0: everyone has read it."""
    if known and known.accepted is not None:
        return known.accepted
    if not is_accepted(judged.report):
        return None
    memory = judged.memory
    if memory.earlier:
        return 0
    undated = memory.source == "archive" or memory.undated
    old = undated or judged.report.date <= today - RECENT
    return 0 if memory.considered and old else highest + 1


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the state is to hold: once all is written, and while it cannot be."""

    known: Sequence[Known]
    unwritten: Mapping[str, Known | None]
    """By id, what to hold instead while the sheet cannot be written; None: nothing yet."""


def remember(
    settled: Sequence[Settled],
    missing: Sequence[Known],
    past: Past,
    *,
    counter: int,
    now: datetime,
) -> Remembered:
    """Return what changed against the state. `counter` numbers the write that would follow."""
    moment = now.astimezone(UTC).isoformat()
    changed: list[Known] = []
    unwritten: dict[str, Known | None] = {}
    for one in settled:
        line = one.line
        if not line.id:
            continue
        known = past.known.get(line.id)
        # A run may have appended the row and never come to record it: that was a write of ours too.
        # And what people brought back is not what an older copy lacks since they removed it.
        is_back = known is not None and known.missing_since is not None
        ours = line.appended or line.id in past.intake.rows or is_back
        memory = _corrected(one.judged.memory, line.id, past, counter)
        new = _known(one, known, memory, counter if ours else 0, moment)
        if new == known:
            continue
        changed.append(new)
        if line.fresh and not line.appended:
            unwritten[line.id] = None
        elif line.memory != line.before:
            unwritten[line.id] = new._replace(memory=memory_as_json(line.before))
    away = {known.id: known._replace(missing_since=moment) for known in missing}
    seen = {one.line.id for one in settled}
    changed += (away | _sent_unseen(seen, past, away, counter)).values()
    return Remembered(changed, unwritten)


def _known(
    one: Settled, known: Known | None, memory: Memory, appended_at: int, moment: str
) -> Known:
    line, report = one.line, one.report
    accepted = known.accepted if known else None
    if accepted is None and is_accepted(report):
        accepted = report.accepted
    return Known(
        id=line.id,
        tab=line.table.title,
        fields=REPORT.serializer.to_json(report).decode(),
        content=line.content,
        status=str(report.status),
        accepted=accepted,
        accepted_at=(known.accepted_at if known else None)
        or (moment if accepted is not None else None),
        missing_since=None,
        written_at=appended_at or (known.written_at if known else 0),
        memory=memory_as_json(memory),
    )


def _corrected(memory: Memory, id: str, past: Past, counter: int) -> Memory:
    """Return the memory with the number of the write that brings a report's corrections."""
    corrections = past.intake.corrections.get(id)
    if not corrections:
        return memory
    written = {entry.number: counter for entry in corrections}
    return replace(memory, corrected={**memory.corrected, **written})


def _sent_unseen(
    seen: Set[str], past: Past, missing: Mapping[str, Known], counter: int
) -> dict[str, Known]:
    """Return the reports that were corrected or withdrawn while their row is gone."""
    found: dict[str, Known] = {}
    for id in (past.intake.withdrawn | past.intake.corrections.keys()) - seen:
        if known := missing.get(id) or past.known.get(id):
            memory = _corrected(MEMORY.validate_json(known.memory), id, past, counter)
            memory = replace(memory, withdrawn=memory.withdrawn or id in past.intake.withdrawn)
            found[id] = known._replace(memory=memory_as_json(memory))
    return found


def done_with(
    settled: Sequence[Settled],
    lines: Lines,
    before: LookedAt,
    changes: Changes,
    frozen: Set[str],
) -> LookedAt:
    """Return the rows about which nothing is left to do once the changes are written.

    A row that then stands otherwise than it was to be is looked at once more.
    """
    # What is planned for a row of reports stands side by side.
    planned = {at: list(those) for at, those in groupby(changes.edits, key=itemgetter(0, 1))}
    moving = {*frozen, *(column.tab for column in changes.columns)}
    rows = {id: before.rows[id] for id in lines.unchanged}
    for tab, those in groupby(settled, key=lambda one: one.line.table.title):
        for line in (one.line for one in those if one.judged.doubtless and tab not in moving):
            if line.id and not line.appended and not line.written:
                rows[line.id] = row_print(_written(line.cells, planned.get((tab, line.row), ())))
    return replace(before, rows=rows)


def _written(cells: Sequence[Cell], edits: Sequence[Edit]) -> Sequence[Cell]:
    """Return a row as it will be read once these edits are written."""
    if not edits:
        return cells
    row = [*cells]
    for _, _, column, value in edits:
        if column >= len(row):
            row += [None] * (column + 1 - len(row))
        row[column] = as_cell(value)
    return row
