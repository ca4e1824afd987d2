"""Journal entries and the Reports tab -> rows to append, corrected cells, and what to remember.

Pure. A new submission becomes a row as if it stood in the sheet already, so that it is judged
like any other even while the sheet cannot be written.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from forms.definition import Form
from forms.rules import SHEET_MAXIMUM, read_date
from forms.submission import Act, Entry, Submission
from sheets_sync.cells import as_serial
from sheets_sync.doubts import canonical
from sheets_sync.headers import Table
from sheets_sync.memory import Memory
from sheets_sync.spreadsheet import Cell, Value

EARLIER = "earlier"
"""Begins the source of what people sent long before we were asked to collect it: no news."""


@dataclass(slots=True)
class Intake:
    """What the journal brings to the sheet, by report id."""

    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    """Reports that have no row yet, all corrections applied: column -> answer."""
    memories: dict[str, Memory] = field(default_factory=dict)
    corrections: dict[str, list[Entry]] = field(default_factory=dict)
    """For rows that the sheet has already, oldest first.

    Also for those that a run wrote which never came to record it, and once more what an older copy
    of the sheet undid.
    """
    withdrawn: set[str] = field(default_factory=set)


def take_in(queue: Sequence[Entry], form: Form) -> Intake:
    """Sort what waits in the journal by what it asks for."""
    intake = Intake()
    for entry in queue:
        submission = entry.submission
        id = submission.report
        if submission.act is Act.WITHDRAWAL:
            intake.withdrawn.add(id)
        elif submission.act is Act.REPORT:
            intake.rows[id] = answers_by_column(submission.answers, form)
            first = intake.memories.get(id, first_memory(submission))
            held = submission.held or first.held
            intake.memories[id] = replace(first, held=held, form=prints(intake.rows[id]))
        else:
            intake.corrections.setdefault(id, []).append(entry)
            if id in intake.rows:
                intake.rows[id] = answers_by_column(submission.answers, form)
                intake.memories[id] = replace(intake.memories[id], held=submission.held)
    return intake


def first_memory(submission: Submission) -> Memory:
    """Return what to remember of a report that a submission makes."""
    return Memory(
        received=submission.received,
        source=submission.source,
        held=submission.held,
        proven=bool(submission.person),
        considered=submission.source.startswith(EARLIER),
    )


def answers_by_column(answers: Mapping[str, str], form: Form) -> dict[str, str]:
    """Return the answers by the header of their column, also those that were left empty."""
    return {q.column: fitting(answers.get(q.name, "")) for q in form.questions}


def fitting(answer: str) -> str:
    """Return an answer as far as a cell holds it, and say so where the rest stays with us."""
    if len(answer) <= SHEET_MAXIMUM:
        return answer
    kept = SHEET_MAXIMUM - 100
    return f"{answer[:kept]}\n[… {len(answer) - kept} more characters are kept by Tidings]"


def prints(answers: Mapping[str, str]) -> dict[str, str]:
    """Return a short print of each answer."""
    return {column: _print(answer) for column, answer in answers.items()}


def as_value(column: str, answer: str, today: date) -> Value:
    """Return what is written for an answer: a real date in the date column, else text."""
    if column == "date" and answer:
        found = read_date(answer, today=today)
        if isinstance(found, date):
            return found
    return answer or None


def as_cell(value: Value) -> Cell:
    """Return a value as it would be read back."""
    return as_serial(value) if isinstance(value, date) else value


def as_cells(table: Table, answers: Mapping[str, str], today: date) -> list[Cell]:
    """Return a row as it would be read back, had it been appended."""
    cells: list[Cell] = [None] * (max(table.columns.values(), default=-1) + 1)
    for column, answer in answers.items():
        if (at := table.columns.get(column, -1)) >= 0:
            cells[at] = as_cell(as_value(column, answer, today))
    return cells


@dataclass(frozen=True, slots=True)
class Corrected:
    """A row after its corrections: its cells, those to write, and what to remember."""

    cells: Sequence[Cell]
    written: Mapping[str, Value]
    memory: Memory


def correct(
    table: Table,
    cells: Sequence[Cell],
    memory: Memory,
    corrections: Sequence[Entry],
    form: Form,
    today: date,
) -> Corrected:
    """Apply corrections to the cells that are blank or still hold what the form last wrote.

    A cell that a person typed stays, and the difference is remembered as a conflict.
    """
    row = [*cells, *[None] * (max(table.columns.values(), default=0) + 1 - len(cells))]
    written: dict[str, Value] = {}
    conflicts = dict(memory.conflicts)
    last = dict(memory.form)
    held = memory.held
    for entry in corrections:
        held = entry.submission.held or held
        for column, wanted in answers_by_column(entry.submission.answers, form).items():
            at = table.columns.get(column, -1)
            if at < 0 or _print(wanted) == last.get(column):
                continue
            stands = canonical(table.cell(row, column), column)
            untouched = not stands or _print(stands) == last.get(column)
            if not untouched and stands != wanted:
                conflicts[column] = (wanted, stands)
            else:
                conflicts.pop(column, None)
                if stands != wanted:
                    written[column] = as_value(column, wanted, today)
                    row[at] = as_cell(written[column])
            last[column] = _print(wanted)
    return Corrected(row, written, replace(memory, form=last, conflicts=conflicts, held=held))


def _print(answer: str) -> str:
    return hashlib.blake2b(answer.encode("utf-8", "replace"), digest_size=9).hexdigest()
