"""A snapshot and somebody's traces -> the rows to empty, the cells to change, and what was found.

Pure. Rows that are about them go as a whole; from all other cells, of whatever tab, their name and
address are taken out. A row stays where it is, empty, so that nothing moves.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from forms.plural import counted
from forms.rules import split_name_and_address
from sheets_sync.cells import as_text
from sheets_sync.columns import Layout
from sheets_sync.headers import Table, find_table
from sheets_sync.layout import MENTORS, PEOPLE, SUBSCRIPTIONS, Tab
from sheets_sync.spreadsheet import (
    Cell,
    Changes,
    Edit,
    EmptyRow,
    SheetError,
    Snapshot,
    Value,
    Worksheet,
)
from sheets_sync.traces import Traces

MOST_SHOWN = 50
_BETWEEN = re.compile("[;,\n\uff1b\u061b]")


@dataclass(slots=True)
class Cleared:
    """What is taken out of one spreadsheet."""

    rows: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """By tab, the rows that go."""
    edits: list[Edit] = field(default_factory=list)
    reports: set[str] = field(default_factory=set)
    """Ids of the reports in the rows that go."""
    perhaps: list[str] = field(default_factory=list)
    """Places that may mean them, or somebody else."""

    def changes(self, words: tuple[str, ...]) -> Changes:
        """Return the batch; afterwards these words stand nowhere."""
        emptied = (EmptyRow(tab, row) for tab, rows in self.rows.items() for row in rows)
        return Changes(edits=tuple(self.edits), emptied=tuple(emptied), forgotten=words)

    def lines(self) -> Iterator[str]:
        """Say what goes."""
        for tab, rows in self.rows.items():
            some = ", ".join(map(str, rows[:MOST_SHOWN])) + (" …" if rows[MOST_SHOWN:] else "")
            yield f"{tab}: {counted(len(rows), 'row')} ({some})"
        places: dict[str, int] = defaultdict(int)
        for edit in self.edits:
            places[edit.tab] += 1
        for tab, count in places.items():
            yield f"{tab}: their name or address, out of {counted(count, 'other cell')}"


def clear(
    sheet: Snapshot,
    traces: Traces,
    reports: Set[str],
    tabs: Sequence[Tab],
    *,
    aliases: Mapping[str, Mapping[str, str]],
    layouts: Mapping[str, Layout],
) -> Cleared:
    """Find everything of one person.

    `reports` are ids of theirs; `tabs` those that hold reports.
    """
    cleared = Cleared()
    known = {tab.title.casefold(): tab for tab in (*tabs, PEOPLE, MENTORS, SUBSCRIPTIONS)}
    for worksheet in sheet.worksheets:
        tab = known.get(worksheet.title.strip().casefold())
        table = _table(worksheet, tab, aliases, layouts) if tab else None
        _Eraser(worksheet, table, traces, reports, cleared).look()
    return cleared


def _table(
    worksheet: Worksheet,
    tab: Tab,
    aliases: Mapping[str, Mapping[str, str]],
    layouts: Mapping[str, Layout],
) -> Table | None:
    layout = layouts.get(tab.title, Layout())
    others = aliases.get(tab.title, {})
    try:
        return find_table(
            worksheet, tab, aliases=others, ours=True, kept=layout.ours, renamed=layout.renamed
        )
    except SheetError:
        return None  # then its cells are looked at like those of any other tab


@dataclass(frozen=True, slots=True)
class _Eraser:
    """Looks through one tab."""

    worksheet: Worksheet
    table: Table | None
    traces: Traces
    reports: Set[str]
    cleared: Cleared

    def look(self) -> None:
        names = {at: name for name, at in self.table.columns.items()} if self.table else {}
        first = self.table.header_row if self.table else 0
        for number, cells in enumerate(self.worksheet.rows, 1):
            if self.table and number > first and self._is_theirs(self.table, cells):
                self.cleared.rows[self.worksheet.title].append(number)
                self.cleared.reports.update(filter(None, [self.table.text(cells, "id")]))
            else:
                for at, cell in enumerate(cells):
                    if isinstance(cell, str) and cell:
                        self._look_at(number, at, cell, names.get(at, ""))

    def _is_theirs(self, table: Table, cells: Sequence[Cell]) -> bool:
        if table.tab.title == PEOPLE.title:
            return self._is_person(*(table.text(cells, n) for n in ("name", "email", "username")))
        if table.tab.title == MENTORS.title:
            return any(self.traces.is_named(table.text(cells, n)) for n in ("mentee", "mentor"))
        if table.tab.title == SUBSCRIPTIONS.title:
            return self._is_address(table.text(cells, "email"))
        return table.text(cells, "id") in self.reports or is_writer(
            self.traces, table.text(cells, "reporter"), table.text(cells, "email")
        )

    def _is_person(self, name: str, email: str, username: str) -> bool:
        if email or username:
            known = {one.casefold() for one in self.traces.usernames}
            return self._is_address(email) or username.casefold() in known
        return bool(name) and self.traces.is_named(name)

    def _is_address(self, typed: str) -> bool:
        typed = split_name_and_address(typed)[1] or typed
        return typed.casefold() in {one.casefold() for one in self.traces.addresses}

    def _look_at(self, row: int, at: int, cell: str, name: str) -> None:
        new: Value = self.traces.without(cell)
        if name == "about":
            new = about_without(self.traces, cell) or None
        elif name == "mentor" and self.traces.is_named(cell):
            new = None
        elif new == cell and self.traces.is_named(cell):
            self.cleared.perhaps.append(f"{self.worksheet.title} row {row}: {as_text(cell)!r}")
        if new != cell:
            self.cleared.edits.append(Edit(self.worksheet.title, row, at, new))


def is_writer(traces: Traces, reporter: str, email: str) -> bool:
    """Tell whether a report is theirs; an address says more than a name."""
    address = split_name_and_address(email)[1] or email or split_name_and_address(reporter)[1]
    return traces.is_named(address or reporter)


def about_without(traces: Traces, typed: str) -> str:
    """Return the answer to whom a report concerned without them; as it was where they are not."""
    people = [part.strip() for part in _BETWEEN.split(typed) if part.strip()]
    left = without_entries(traces, people)
    return typed if left == people else "; ".join(left)


def without_entries(traces: Traces, people: Iterable[str]) -> list[str]:
    """Return whom a report concerned, without them."""
    return [traces.without(one) for one in people if not traces.is_named(one)]
