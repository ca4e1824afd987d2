"""What readers chose on their pages, beside the Subscriptions tab -> what counts, what is written.

Pure. A choice counts from the click on. It is written into a cell that is blank or still holds
what Tidings wrote; a manager's older words there stay, and the choice counts beside them. What a
manager types later counts instead.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from forms.rules import Fault
from forms.wording import N_
from sheets_sync.cells import any_day, shown
from sheets_sync.community import Community, Problem, Subscription
from sheets_sync.headers import Table
from sheets_sync.spreadsheet import Cell, Value

FREQUENCY, PAUSED = "frequency", "paused until"
CONFIRMED = "confirmation"
"""Source of a choice that was confirmed by the link sent to its address."""
COLUMNS = ("filter", FREQUENCY, PAUSED, "language", "format")


class ChoiceAct(StrEnum):
    """What somebody did."""

    CHOOSE = "choose"
    ANSWER = "answer"
    """Says whether they are still in; `chosen` is for the People tab."""
    ASK = "ask"
    """Wants mail at an address that has yet to be confirmed."""
    REVOKE = "revoke"
    """Made the links of older mails useless."""
    TELL = "tell"
    """Is to be told that the mail moved to another address."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One click on a page."""

    key: str
    """The same key again is the same click."""
    act: ChoiceAct
    subscriber: str
    address: str
    chosen: Mapping[str, str]
    """Column of the Subscriptions tab -> value; columns that were left alone are not in it."""
    source: str
    received: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What was chosen for a cell, and what stood there then; another text there is a later edit."""

    chosen: str
    stands: str


Memory = dict[str, dict[str, Kept]]
"""Folded address -> column -> what is kept."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The tab as it counts, and how it differs from the one that people see."""

    table: Table | None
    written: Mapping[int, Mapping[str, Value]] = field(default_factory=dict)
    """Row -> column -> value to write."""
    appended: frozenset[int] = frozenset()
    """Rows of `table` that the sheet lacks."""
    problems: Mapping[int, tuple[Problem, ...]] = field(default_factory=dict)
    memory: Memory = field(default_factory=dict)


def with_choices(community: Community, choices: Iterable[Choice]) -> Community:
    """Return the community in which these choices count already."""
    wishes = {one.email.casefold(): one for one in community.subscriptions}
    for choice in choices:
        folded = choice.address.casefold()
        before = wishes.get(folded) or Subscription(choice.address, "", "weekly")
        wishes[folded] = _chosen(before, choice.chosen)
    return replace(community, subscriptions=tuple(wishes.values()))


def _chosen(wish: Subscription, chosen: Mapping[str, str]) -> Subscription:
    paused = date.fromisoformat(chosen[PAUSED]) if chosen.get(PAUSED) else None
    return replace(
        wish,
        filter=chosen.get("filter", wish.filter),
        frequency=chosen.get(FREQUENCY, wish.frequency) or "weekly",
        paused_until=paused if PAUSED in chosen else wish.paused_until,
        language=chosen.get("language", wish.language),
        format=chosen.get("format", wish.format) or "html",
    )


def apply(
    table: Table | None,
    memory: Memory,
    queue: Sequence[Choice],
    *,
    roster: Iterable[str],
    behind: bool = False,
) -> Applied:
    """Return the Subscriptions tab as it counts after these choices.

    `roster` are the addresses that get mail without a row: there a stop outlives its row.
    `behind` tells that an older copy of the sheet was saved over ours: what it lost comes back.
    """
    if table is None:
        return Applied(None, memory=memory)
    sheet = _Sheet(table)
    members = {address.casefold() for address in roster}
    for address, columns in memory.items():
        if behind:
            sheet.bring_back(address, columns)
        else:
            sheet.remember(address, columns, member=address in members)
    for choice in queue:
        for column, value in choice.chosen.items():
            sheet.choose(choice.address, column, value)
    return sheet.applied()


class _Sheet:
    """The tab while choices are applied to it."""

    def __init__(self, table: Table) -> None:
        # A column that is about to be added stands beyond every row.
        widest = max((len(row) for row in table.rows), default=0)
        self._width = max(widest, *(at + 1 for at in table.columns.values()))
        extra = [name for name in COLUMNS if name not in table.columns]
        columns = {**table.columns, **{n: self._width + at for at, n in enumerate(extra)}}
        self._all = self._width + len(extra)
        self._rows = [self._padded(row) for row in table.rows]
        self._real = table
        self._table = replace(table, columns=columns)
        self._places: dict[str, int] = {}
        for row, cells in table.data():
            self._places.setdefault(_address(table.text(cells, "email")), row)
        self._written: dict[int, dict[str, Value]] = {}
        self._appended: set[int] = set()
        self._memory: Memory = {}

    def remember(self, address: str, columns: Mapping[str, Kept], *, member: bool) -> None:
        """Let go of what a manager changed since; bring back a stop whose row is gone."""
        row = self._places.get(address)
        if row is None:
            stopped = columns.get(FREQUENCY)
            if member and stopped is not None and stopped.chosen == "stop":
                self.choose(address, FREQUENCY, "stop")
            return
        for column, kept in columns.items():
            if self._text(row, column) == kept.stands:
                self._memory.setdefault(address, {})[column] = kept
                self._put(row, column, kept.chosen)

    def bring_back(self, address: str, columns: Mapping[str, Kept]) -> None:
        """Choose everything again, where an older copy of the sheet shows what stood before."""
        for column, kept in columns.items():
            self.choose(address, column, kept.chosen)

    def choose(self, address: str, column: str, value: str) -> None:
        """Make a choice count, and write it where the cell is free."""
        folded = address.casefold()
        row = self._places.get(folded) or self._append(address)
        known = self._memory.get(folded, {}).get(column)
        stands = known.stands if known else self._text(row, column)
        free = not stands or (known is not None and known.chosen == stands) or stands == value
        if free and column in self._real.columns:
            if stands != value:
                self._written.setdefault(row, {})[column] = _value(column, value)
            stands = value
        self._memory.setdefault(folded, {})[column] = Kept(value, stands)
        self._put(row, column, value)

    def applied(self) -> Applied:
        """Return what came of it."""
        problems = {
            row: tuple(
                self._conflict(row, column, kept)
                for column, kept in columns.items()
                if kept.stands and kept.stands != kept.chosen
            )
            for address, columns in self._memory.items()
            if (row := self._places[address])
        }
        table = replace(self._table, rows=self._rows)
        return Applied(table, self._written, frozenset(self._appended), problems, self._memory)

    def _conflict(self, row: int, column: str, kept: Kept) -> Problem:
        told = N_("they chose “{chosen}” on their own page, and that counts")
        if not kept.chosen:
            told = N_("they emptied this on their own page, and that counts")
        remedy = N_("leave it so, write the same here, or write something else, which then counts")
        fault = Fault(told, remedy, {"chosen": kept.chosen})
        return Problem.of(self._real.title, row, column, shown(kept.stands), fault)

    def _append(self, address: str) -> int:
        self._rows.append(self._padded(()))
        row = len(self._rows)
        self._put(row, "email", address)
        self._places[address.casefold()] = row
        self._appended.add(row)
        self._written[row] = {"email": address}
        return row

    def _padded(self, cells: Sequence[Cell]) -> list[Cell]:
        return [*cells, *[None] * (self._all - len(cells))]

    def _put(self, row: int, column: str, value: str) -> None:
        self._rows[row - 1][self._table.columns[column]] = value or None

    def _text(self, row: int, column: str) -> str:
        cells = self._rows[row - 1]
        if column == PAUSED:
            day = any_day(self._table.cell(cells, column))
            if isinstance(day, date):
                return day.isoformat()
        text = self._table.text(cells, column)
        return text.casefold() if column in (FREQUENCY, "format") else text


def _address(typed: str) -> str:
    return typed.rpartition("<")[2].strip(" >").casefold()


def _value(column: str, value: str) -> Value:
    return date.fromisoformat(value) if column == PAUSED and value else value or None


def load_memory(text: str) -> Memory:
    """Return the memory that was dumped; an empty one for an empty text."""
    found = json.loads(text or "{}")
    return {a: {c: Kept(*pair) for c, pair in columns.items()} for a, columns in found.items()}


def dump_memory(memory: Memory) -> str:
    """Return the memory as JSON."""
    plain = {
        address: {column: [kept.chosen, kept.stands] for column, kept in columns.items()}
        for address, columns in memory.items()
    }
    return json.dumps(plain, ensure_ascii=False)
