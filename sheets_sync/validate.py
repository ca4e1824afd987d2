"""A row of the Reports tab -> a Report and its Problems.

Pure. A row that cannot be used never stops the others: it stays where it is, with a status and
a problem that a manager understands.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache, partial
from typing import NamedTuple

from forms.definition import Form, Question
from forms.hashtags import find_hashtags
from forms.phrase import phrase
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
from sheets_sync.cells import as_day, as_text
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
from sheets_sync.memory import Memory, with_mentor
from sheets_sync.roster import Match, split_names
from sheets_sync.spreadsheet import NO_RESULT, Cell, CellFault

STANDARD = ("date", "reporter", "email", "text", "tags", "link", "about", "outcome")
LASTING = ("reporter", "text", "tags", "link", "outcome")
"""Columns whose last good value serves while the cell shows an error."""
LOOKED_AT = frozenset({Status.CHECK, Status.UNMATCHED, Status.HELD})
"""Statuses that ask a manager to look; the others are settled, and their problems with them."""
UNNAMED = "a member"
"""Shown for a reporter of whom only an address is known."""


class Judged(NamedTuple):
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


def content_printer(table: Table, columns: Sequence[str]) -> Callable[[Sequence[Cell]], str]:
    """Return what makes a short print of what people typed in these columns of a row."""
    picked = table.picker(*columns)

    def content_print(cells: Sequence[Cell]) -> str:
        typed = "\x1f".join(map(canonical, picked(cells), columns))
        return hashlib.blake2b(typed.encode("utf-8", "replace"), digest_size=12).hexdigest()

    return content_print


class _Read(NamedTuple):
    """A row's cells as they were understood, with what is wrong with them."""

    typed: Mapping[str, str]
    """By column."""
    link: str
    tags: tuple[str, ...]
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
        further = [q.column for q in self._further]
        columns = {*STANDARD, "decision", "portal page", *further} - {"date"}
        self._blank = dict.fromkeys(columns, "")
        self._places = [(name, at) for name, at in table.columns.items() if name in columns]
        self._picked = table.picker(*STANDARD)
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
        reporter, text = read.typed["reporter"], read.typed["text"]
        grounds = list(blocking(reporter, text, read.link, memory, question))
        faults = [
            *grounds,
            *read.faults,
            *match_faults(read.match, reporter, memory, self._context),
            *memory_faults(memory, self._table, cells, read.decision),
        ]
        status = self._status(id, grounds, faults, read, memory)
        memory = self._with_mentor(memory, read.match)
        report = self._report(id, read, memory, status)
        told = faults if status in LOOKED_AT else []
        problems = tuple([self._problem(row, cells, id, *fault) for fault in told])
        return Judged(row, report, memory, problems, doubtless=not faults)

    def _read(self, cells: Sequence[Cell], before: Report | None) -> _Read:
        typed, usual = self._typed(cells, before)
        tags, tag_faults = self._tags(typed["tags"])
        if not typed["tags"] and self._context.hashtags:
            tags = find_hashtags(typed["text"])
        decision = typed["decision"].casefold()
        day = as_day(self._table.cell(cells, "date"), today=self._context.today)
        faults = [("tags", fault) for fault in tag_faults]
        faults += decision_faults(decision)
        if isinstance(day, Fault):
            faults.append(("date", day))
            usual = False
        if self._further or not usual:
            faults = [*self._cell_faults(cells, typed), *faults]
        link = complete_link(typed["link"])
        if link and (fault := check_link(link)):
            faults.append(("link", fault))
            link = ""
        email = typed["email"]
        if email and (fault := _address_fault(email)):
            faults.append(("email", fault))
        return _Read(
            typed,
            link,
            tags,
            day if isinstance(day, date) else None,
            decision,
            self._context.roster.find(typed["reporter"], email),
            faults,
        )

    def _typed(self, cells: Sequence[Cell], before: Report | None) -> tuple[dict[str, str], bool]:
        """Return what the cells say, by column, and whether each is a text that fits."""
        typed = self._blank.copy()
        usual = True
        for column, at in self._places:
            if at < len(cells) and (cell := cells[at]) is not None:
                typed[column] = as_text(cell)
                if not isinstance(cell, str) or len(cell) > SHEET_MAXIMUM:
                    usual = False
                    if before is not None and column in LASTING and isinstance(cell, CellFault):
                        last = getattr(before, column)  # fault 25: the last good value is kept
                        typed[column] = ", ".join(last) if isinstance(last, tuple) else str(last)
        return typed, usual

    def _report(self, id: str, read: _Read, memory: Memory, status: Status) -> Report:
        typed, person = read.typed, read.match.person
        return Report(
            id=id,
            date=read.day or memory.received.astimezone(self._context.zone).date(),
            reporter=typed["reporter"],
            person=person.id if person else "",
            name=person.name if person else _public_name(typed["reporter"]),
            text=typed["text"],
            tags=read.tags,
            link=read.link,
            about=self._about(typed["about"]),
            outcome=typed["outcome"],
            status=status,
            mentor=memory.mentor,
            received=memory.received,
            source=memory.source,
            accepted=0,
            extra=self._extra(typed),
            once_at=typed["portal page"],
        )

    def _cell_faults(
        self, cells: Sequence[Cell], typed: Mapping[str, str]
    ) -> Iterator[tuple[str, Fault]]:
        for column, cell in zip(STANDARD, self._picked(cells), strict=True):
            if cell is None:
                continue
            if isinstance(cell, CellFault):
                yield (
                    column,
                    Fault(
                        N_("the cell shows {what}; the last good value is kept"),
                        N_("type the value itself"),
                        {"what": phrase(NO_RESULT) if cell.what == NO_RESULT else cell.what},
                    ),
                )
            elif isinstance(cell, str) and (fault := check_length(cell, SHEET_MAXIMUM)):
                yield column, fault
        for question in self._further:
            if answer := typed[question.column]:
                checked = check(question, answer, today=self._context.today, maximum=SHEET_MAXIMUM)
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
        return with_mentor(memory, mentor, self._context.roster.by_id[mentor].name)

    def _extra(self, typed: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        if not self._further:
            return ()
        return tuple([(q.label, typed[q.column]) for q in self._further if typed[q.column]])

    def _problem(
        self, row: int, cells: Sequence[Cell], id: str, column: str, fault: Fault
    ) -> Problem:
        value = id if column == "id" else self._table.shown(cells, column)
        return Problem.of(self._table.title, row, column, value, fault)


@lru_cache(maxsize=4096)
def _address_fault(typed: str) -> Fault | None:
    return check_address(split_name_and_address(typed)[1] or typed)


def _public_name(reporter: str) -> str:
    name, _ = split_name_and_address(reporter)  # also puts the name on one line
    return name or UNNAMED


@lru_cache(maxsize=4096)
def local(moment: datetime, zone: tzinfo) -> datetime:
    """Return a UTC moment as the naive date and time of a zone, to the second."""
    return moment.astimezone(zone).replace(tzinfo=None, microsecond=0)


def to_utc(moment: datetime, zone: tzinfo) -> datetime:
    """Return a naive moment of a zone in UTC."""
    return moment.replace(tzinfo=zone).astimezone(UTC)
