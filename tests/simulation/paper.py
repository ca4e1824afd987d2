"""What people believe stands in the spreadsheet, beside what does: every foreign cell is watched.

All that people do is done to both. Between two looks Tidings may append rows, correct what the
form wrote, and write its own columns; anything else that differs is a cell that it spoiled.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sheets_sync.headers import plain
from sheets_sync.layout import TABS, Owner
from tests.google_people import Colleague
from tests.google_standin.cells import BARE, Cell
from tests.google_standin.grid import Sheet
from tests.people import Typed, sort_key
from tests.simulation.history import marks_in

WATCHED = ("Reports", "People", "Mentors", "Tags", "Subscriptions", "Digests")
OURS = {
    tab.title: {plain(c.name) for c in tab.columns if c.owner is Owner.TIDINGS}
    | {plain(f"{c.name} (Tidings)") for c in tab.columns}
    for tab in TABS
}
Order = list[int | None]


@dataclass(slots=True)
class Line:
    """One row as people believe it to be."""

    cells: list[Cell | None] = field(default_factory=list)
    is_ours: bool = False
    """Appended by Tidings, and not looked at yet: only what people typed since is known."""
    typed: set[int] = field(default_factory=set)

    def copy(self) -> "Line":
        """Return it once more."""
        return Line(self.cells[:], self.is_ours, set(self.typed))

    def cell(self, column: int) -> Cell:
        """Return what one cell should hold."""
        return (self.cells[column] if column < len(self.cells) else None) or BARE

    def put(self, column: int, cell: Cell) -> None:
        """Change one cell."""
        self.cells += [None] * (column + 1 - len(self.cells))
        self.cells[column] = cell
        self.typed.add(column)


class Paper:
    """One tab, and what people believe of it."""

    def __init__(self, person: Colleague, tab: str) -> None:
        self._person, self.tab = person, tab
        self.lines: list[Line] = []
        self.agree()

    @property
    def sheet(self) -> Sheet:
        """Return the tab as it is."""
        found = self._person.book.titled(self.tab)
        assert found is not None
        return found

    # What people see

    def headers(self) -> list[str]:
        """Return the first row."""
        return [str((cell or BARE).value or "") for cell in self.sheet.rows[0]]

    def column(self, header: str) -> int:
        """Return where a column stands; -1 when nobody finds it."""
        names = [plain(one) for one in self.headers()]
        return names.index(plain(header)) if plain(header) in names else -1

    def value(self, row: int, header: str) -> Typed:
        """Return what a cell shows; rows are counted from 0, the header's."""
        at = self.column(header)
        return self.sheet.cell(row, at).value if at >= 0 else None

    def columns(self, *headers: str) -> list[tuple[Any, ...]]:
        """Return the rows that hold something: each number, and the cells below these headers.

        Nothing, when one of the headers is not found.
        """
        places, sheet = [self.column(header) for header in headers], self.sheet
        if min(places) < 0:
            return []
        return [(row, *(sheet.cell(row, at).value for at in places)) for row in self.filled()]

    def marks(self, row: int) -> list[str]:
        """Return the marks that a row holds, whatever its columns are called by now.

        Each once: what is wrong with a row quotes it.
        """
        found = [mark for cell in self.sheet.rows[row] if cell for mark in marks_in(cell.value)]
        return list(dict.fromkeys(found))

    def filled(self) -> list[int]:
        """Return the rows below the header that hold something."""
        sheet = self.sheet
        wide = sheet.column_count
        return [at for at in range(1, len(sheet.rows)) if sheet.has_value(at, 0, wide)]

    # What people do

    def types(self, row: int, header: str, value: Typed) -> None:
        """Type into a cell."""
        at = self.column(header)
        if at < 0:
            return
        self._look()
        self._person.types(self.tab, row + 1, at, value)
        self.lines += [Line() for _ in range(row + 1 - len(self.lines))]
        self.lines[row].put(at, self.sheet.cell(row, at))

    def inserts(self, row: int) -> None:
        """Insert a blank row."""
        self._orders(lambda order: order.insert(row, None))
        self._person.inserts_row(self.tab, row + 1)

    def deletes(self, row: int) -> None:
        """Delete a row."""
        self._orders(lambda order: order.pop(row))
        self._person.deletes_row(self.tab, row + 1)

    def moves(self, row: int, to: int) -> None:
        """Cut a row and insert it elsewhere."""
        self._orders(lambda order: order.insert(to, order.pop(row)))
        self._person.moves_row(self.tab, row + 1, to + 1)

    def copies(self, row: int, to: int) -> None:
        """Insert a copy of a row."""
        self._orders(lambda order: order.insert(to, order[row]))
        self._person.copies_row(self.tab, row + 1, to + 1)

    def sorts(self, header: str, *, descending: bool) -> None:
        """Sort all rows below the header by a column."""
        at = self.column(header)
        if at < 0:
            return
        sheet = self.sheet

        def sort(order: Order) -> None:
            end = sheet.last_row() + 1
            order[1:end] = sorted(
                order[1:end],
                key=lambda row: sort_key(sheet.cell(row or 0, at).value),
                reverse=descending,
            )

        self._orders(sort)
        self._person.sorts(self.tab, at, descending=descending)

    def moves_column(self, header: str, to: int) -> None:
        """Cut a column and insert it elsewhere."""
        at = self.column(header)
        if at < 0 or to > len(self.headers()) - 1:
            return
        self._look()
        wide = max(len(self.headers()), *(len(line.cells) for line in self.lines))
        order = list(range(wide))
        order.insert(to, order.pop(at))
        for line in self.lines:
            line.cells = [line.cell(column) for column in order]
            line.typed = {new for new, old in enumerate(order) if old in line.typed}
        self._person.moves_column(self.tab, at, to)

    def _orders(self, change: Callable[[Order], object]) -> None:
        self._look()
        order: Order = list(range(max(len(self.lines), len(self.sheet.rows))))
        change(order)
        old = self.lines + [Line() for _ in range(len(order) + 1 - len(self.lines))]
        self.lines = [Line() if at is None else old[at].copy() for at in order]

    def _look(self) -> None:
        """Notice rows that Tidings has appended."""
        rows = self.sheet.rows
        self.lines += [Line() for _ in range(len(rows) - len(self.lines))]
        for line, row in zip(self.lines, rows, strict=False):
            if _is_blank(line.cells) and not _is_blank(row):
                line.is_ours = True

    # What the invariants ask

    def agree(self) -> None:
        """Believe what stands there now."""
        self.lines = [Line(row[:]) for row in self.sheet.rows]

    def version(self) -> list[Line]:
        """Return what people believe, to come back to it."""
        self._look()
        return [line.copy() for line in self.lines]

    def differences(self) -> "Iterator[Difference]":
        """Yield each foreign cell that is not what people believe, and each row of ours."""
        self._look()
        theirs = self._foreign_columns()
        for number, line in enumerate(self.lines):
            row = self.sheet.rows[number] if number < len(self.sheet.rows) else []
            for at in theirs if number else range(len(self.headers())):
                found = (row[at] if at < len(row) else None) or BARE
                known = line.cell(at)
                if line.is_ours and at not in line.typed:
                    continue
                if found is not known and not _alike(found, known):
                    marks = [mark for cell in line.cells if cell for mark in marks_in(cell.value)]
                    yield Difference(self.tab, number, self.headers()[at], known, found, marks)

    def ours(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Yield the rows that Tidings appended and nobody has typed into."""
        headers = self.headers()
        for number, line in enumerate(self.lines):
            if line.is_ours and not line.typed and number < len(self.sheet.rows):
                cells = [self.sheet.cell(number, at).value for at in range(len(headers))]
                yield number, dict(zip(map(plain, headers), cells, strict=True))

    def _foreign_columns(self) -> Sequence[int]:
        ours = OURS[self.tab]
        return [at for at, name in enumerate(self.headers()) if plain(name) not in ours]


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that holds something else than people believe."""

    tab: str
    row: int
    header: str
    known: Cell
    found: Cell
    marks: Sequence[str]
    """Of what people believe the row to be."""

    def __str__(self) -> str:
        notes = " ".join(f"(note {mark})" for mark in dict.fromkeys(self.marks))
        return (
            f"{self.tab} row {self.row + 1}, {self.header!r}: people left {self.known.value!r}, "
            f"and it holds {self.found.value!r} {notes}".rstrip()
        )


def _alike(one: Cell, other: Cell) -> bool:
    return (one.value, one.formula, one.error) == (other.value, other.formula, other.error)


def _is_blank(cells: Sequence[Cell | None]) -> bool:
    return all(cell is None or (cell.value is None and not cell.formula) for cell in cells)
