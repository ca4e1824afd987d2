"""A row of the Reports tab -> a Report and its Problems.

Pure. A row that cannot be used never stops the others: it stays where it is, with a status and
a problem that a manager understands.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache, partial

from forms.definition import Form, Question
from forms.hashtags import find_hashtags
from forms.rules import (
    SHEET_MAXIMUM,
    Fault,
    check,
    check_address,
    check_length,
    check_link,
    complete_link,
    split_name_and_address,
    split_tags,
)
from forms.wording import N_
from sheets_sync.cells import as_day, as_text, shown
from sheets_sync.community import Problem, Report, Status
from sheets_sync.doubts import (
    Context,
    blocking,
    canonical,
    decision_faults,
    is_stranger,
    is_unproven,
    match_faults,
    memory_faults,
)
from sheets_sync.headers import Table
from sheets_sync.layout import REPORTS, Column, Holds, Owner, Tab
from sheets_sync.memory import Memory
from sheets_sync.roster import Match, split_names
from sheets_sync.spreadsheet import Cell, CellFault

STANDARD = ("date", "reporter", "email", "text", "tags", "link", "about", "outcome")
LOOKED_AT = frozenset({Status.CHECK, Status.UNMATCHED, Status.HELD})
"""Statuses that ask a manager to look; the others are settled, and their problems with them."""
UNNAMED = "a member"
"""Shown for a reporter of whom only an address is known."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with its report, what is wrong with it, and what the state should remember."""

    row: int
    report: Report
    memory: Memory
    problems: tuple[Problem, ...]
    doubtless: bool = False
    """Whether nothing about it is doubtful, and so no later day will find anything."""


def reports_tab(form: Form) -> Tab:
    """Return the Reports tab with columns for the form's further questions."""
    further = [
        Column(q.column, Owner.REPORTER, q.label, Holds.TEXT, q.choices, optional=False)
        for q in further_questions(form)
    ]
    return REPORTS.insisting(*(q.column for q in form.questions)).with_columns(*further)


def further_questions(form: Form) -> list[Question]:
    """Return the questions whose answers have no standard column."""
    return [q for q in form.questions if q.column not in STANDARD]


def content_print(table: Table, cells: Sequence[Cell], columns: Sequence[str]) -> str:
    """Return a short print of what people typed in these columns."""
    typed = "\x1f".join(canonical(table, cells, name) for name in columns)
    return hashlib.blake2b(typed.encode("utf-8", "replace"), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class _Read:
    """A row's cells as they were understood, with what is wrong with them."""

    reporter: str
    text: str
    link: str
    tags: tuple[str, ...]
    outcome: str
    day: date | None
    decision: str
    match: Match
    faults: Sequence[tuple[str, Fault]]


class Judge:
    """Judges rows of one table in one context; remembers what repeats from row to row."""

    def __init__(self, table: Table, context: Context) -> None:
        self._table = table
        self._context = context
        self._further = further_questions(context.form)
        self._tags = lru_cache(maxsize=None)(split_tags)
        self._about = lru_cache(maxsize=None)(partial(split_names, roster=context.roster))

    def judge(
        self,
        row: int,
        cells: Sequence[Cell],
        id: str,
        memory: Memory,
        *,
        before: Report | None = None,
        question: str = "",
    ) -> Judged:
        """Return the report in a row. `before` is the report as last seen, for lost values."""
        read = self._read(cells, before)
        grounds = list(blocking(read.reporter, read.text, read.link, memory, question))
        faults = [
            *grounds,
            *read.faults,
            *match_faults(read.match, read.reporter, memory, self._context),
            *memory_faults(memory, self._table, cells, read.decision),
        ]
        status = self._status(id, grounds, faults, read, memory)
        memory = self._with_mentor(memory, read.match)
        report = self._report(id, cells, read, memory, status)
        told = faults if status in LOOKED_AT else []
        problems = tuple(self._problem(row, cells, id, *fault) for fault in told)
        return Judged(row, report, memory, problems, doubtless=not faults)

    def _read(self, cells: Sequence[Cell], before: Report | None) -> _Read:
        table = self._table
        link = complete_link(self._value(cells, "link", before))
        text = self._value(cells, "text", before)
        typed = self._value(cells, "tags", before)
        tags, tag_faults = self._tags(typed)
        if not typed and self._context.hashtags:
            tags = find_hashtags(text)
        decision = table.text(cells, "decision").casefold()
        day = as_day(table.cell(cells, "date"), today=self._context.today)
        faults = [*self._cell_faults(cells), *(("tags", fault) for fault in tag_faults)]
        faults += decision_faults(decision)
        if isinstance(day, Fault):
            faults.append(("date", day))
        if link and (fault := check_link(link)):
            faults.append(("link", fault))
            link = ""
        email = table.text(cells, "email")
        if email and (fault := _address_fault(email)):
            faults.append(("email", fault))
        return _Read(
            reporter=self._value(cells, "reporter", before),
            text=text,
            link=link,
            tags=tags,
            outcome=self._value(cells, "outcome", before),
            day=day if isinstance(day, date) else None,
            decision=decision,
            match=self._context.roster.find(table.text(cells, "reporter"), email),
            faults=faults,
        )

    def _report(
        self, id: str, cells: Sequence[Cell], read: _Read, memory: Memory, status: Status
    ) -> Report:
        person = read.match.person
        return Report(
            id=id,
            date=read.day or memory.received.astimezone(self._context.zone).date(),
            reporter=read.reporter,
            person=person.id if person else "",
            name=person.name if person else _public_name(read.reporter),
            text=read.text,
            tags=read.tags,
            link=read.link,
            about=self._about(self._table.text(cells, "about")),
            outcome=read.outcome,
            status=status,
            mentor=memory.mentor,
            received=memory.received,
            source=memory.source,
            accepted=0,
            extra=self._extra(cells),
            once_at=self._table.text(cells, "portal page"),
        )

    def _value(self, cells: Sequence[Cell], column: str, before: Report | None) -> str:
        cell = self._table.cell(cells, column)
        if isinstance(cell, CellFault) and before is not None:
            last = getattr(before, column)  # fault 25: the last good value is kept
            return ", ".join(last) if isinstance(last, tuple) else str(last)
        return as_text(cell)

    def _cell_faults(self, cells: Sequence[Cell]) -> Iterator[tuple[str, Fault]]:
        for column in STANDARD:
            cell = self._table.cell(cells, column)
            if isinstance(cell, CellFault):
                yield (
                    column,
                    Fault(
                        N_("the cell shows {what}; the last good value is kept"),
                        N_("type the value itself"),
                        {"what": cell.what},
                    ),
                )
            elif isinstance(cell, str) and (fault := check_length(cell, SHEET_MAXIMUM)):
                yield column, fault
        for question in self._further:
            typed = self._table.text(cells, question.column)
            if typed:
                checked = check(question, typed, today=self._context.today, maximum=SHEET_MAXIMUM)
                for fault in checked.faults:
                    yield question.column, fault

    def _status(
        self,
        id: str,
        grounds: Sequence[object],
        faults: Sequence[object],
        read: _Read,
        memory: Memory,
    ) -> Status:
        if memory.withdrawn:
            return Status.WITHDRAWN
        if read.decision == "hide":
            return Status.HIDDEN
        if read.decision == "ok" and id:
            return Status.OK
        if grounds:
            return Status.HELD
        if is_stranger(read.match, self._context):
            return Status.UNMATCHED
        if is_unproven(read.match, memory, self._context):
            return Status.UNMATCHED
        return Status.CHECK if faults else Status.OK

    def _with_mentor(self, memory: Memory, match: Match) -> Memory:
        if memory.mentor_name or match.person is None:
            return memory
        mentor = self._context.mentors.get(match.person.id, "")
        if not mentor:
            return memory
        return replace(memory, mentor=mentor, mentor_name=self._context.roster.by_id[mentor].name)

    def _extra(self, cells: Sequence[Cell]) -> tuple[tuple[str, str], ...]:
        answers = ((q.label, self._table.text(cells, q.column)) for q in self._further)
        return tuple((label, answer) for label, answer in answers if answer)

    def _problem(
        self, row: int, cells: Sequence[Cell], id: str, column: str, fault: Fault
    ) -> Problem:
        value = id if column == "id" else shown(self._table.cell(cells, column))
        return Problem.of(self._table.title, row, column, value, fault)


@lru_cache(maxsize=4096)
def _address_fault(typed: str) -> Fault | None:
    return check_address(split_name_and_address(typed)[1] or typed)


def _public_name(reporter: str) -> str:
    name, _ = split_name_and_address(reporter)  # also puts the name on one line
    return name or UNNAMED


def local(moment: datetime, zone: tzinfo) -> datetime:
    """Return a UTC moment as the naive date and time of a zone, to the second."""
    return moment.astimezone(zone).replace(tzinfo=None, microsecond=0)


def to_utc(moment: datetime, zone: tzinfo) -> datetime:
    """Return a naive moment of a zone in UTC."""
    return moment.replace(tzinfo=zone).astimezone(UTC)
