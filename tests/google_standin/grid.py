"""The cells of one sheet and what hangs on its rows and columns.

Rows are as long as they need to be; an item of a row is a cell or None for one with nothing in it.
A row never changes, it is replaced: so that a copy of a sheet is made at once, for undoing a batch.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.google_standin import ranges
from tests.google_standin.a1 import Area
from tests.google_standin.cells import BARE, Cell
from tests.google_standin.ranges import Move, Range
from tests.google_standin.wire import invalid

Row = list[Cell | None]
MAX_CELLS = 10_000_000
MAX_COLUMNS = 18_278


@dataclass(slots=True)
class Sheet:
    """One tab."""

    id: int
    title: str
    row_count: int = 1000
    column_count: int = 26
    rows: list[Row] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)
    """What SheetProperties hold besides id, title, index and size."""
    grid_properties: dict[str, Any] = field(default_factory=dict)
    merges: list[Range] = field(default_factory=list)
    protected: list[dict[str, Any]] = field(default_factory=list)
    conditional: list[dict[str, Any]] = field(default_factory=list)
    filter_views: list[dict[str, Any]] = field(default_factory=list)
    basic_filter: dict[str, Any] | None = None
    groups: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    dimensions: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    """ROWS or COLUMNS -> index -> DimensionProperties that differ from the usual."""
    banding: list[dict[str, Any]] = field(default_factory=list)

    def copy(self) -> "Sheet":
        """Return a copy that shares nothing that changes; cells never do."""
        values = {name: deepcopy(getattr(self, name)) for name in self.__slots__ if name != "rows"}
        return Sheet(**values, rows=self.rows[:])

    @property
    def whole(self) -> Area:
        """Return the area of the grid."""
        return Area(0, self.row_count, 0, self.column_count)

    def cell(self, row: int, column: int) -> Cell:
        """Return what one place holds."""
        if row >= len(self.rows) or column >= len(self.rows[row]):
            return BARE
        return self.rows[row][column] or BARE

    def put(self, row: int, column: int, cell: Cell) -> None:
        """Set what one place holds; the grid must reach that far."""
        rows, is_bare = self.rows, cell is BARE or cell == BARE
        if is_bare and (len(rows) <= row or len(rows[row]) <= column):
            return
        while len(rows) <= row:
            rows.append([])
        line = rows[row] = rows[row][:]
        if len(line) <= column:
            line += [None] * (column + 1 - len(line))
        line[column] = None if is_bare else cell

    def area(self, given: Range) -> Area:
        """Return a GridRange of this sheet as an area."""
        return ranges.area(given, self.row_count, self.column_count)

    def has_value(self, row: int, left: int, right: int) -> bool:
        """Say whether a row shows or holds anything between two columns."""
        if row < 0 or row >= len(self.rows):
            return False
        return any(
            c is not None and (c.value is not None or c.formula)
            for c in self.rows[row][max(left, 0) : right]
        )

    def last_row(self, left: int = 0, right: int = MAX_COLUMNS) -> int:
        """Return the last row that holds a value, -1 where none does."""
        for row in range(len(self.rows) - 1, -1, -1):
            if self.has_value(row, left, right):
                return row
        return -1

    def filled(self) -> Iterator[tuple[int, int, Cell]]:
        """Yield each cell there is with its place."""
        for number, row in enumerate(self.rows):
            for index, cell in enumerate(row):
                if cell is not None:
                    yield number, index, cell

    def reach(self, rows: int, columns: int) -> None:
        """Make the grid at least this large."""
        self.resize(max(rows, self.row_count), max(columns, self.column_count))

    def resize(self, rows: int, columns: int) -> None:
        """Set the size of the grid; what lies outside is cut."""
        if columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
            raise invalid(
                "This action would increase the number of cells in the workbook above the limit "
                f"of {MAX_CELLS} cells."
            )
        if rows < self.row_count:
            self.remove("ROWS", rows, self.row_count)
        if columns < self.column_count:
            self.remove("COLUMNS", columns, self.column_count)
        self.row_count, self.column_count = rows, columns

    def insert(self, dimension: str, at: int, count: int, *, like: int | None = None) -> None:
        """Insert rows or columns; `like` is the one whose formats they take."""
        if dimension == "ROWS":
            if at < len(self.rows):
                self.rows[at:at] = [self._dressed(like) for _ in range(count)]
            self.row_count += count
        else:
            for number, row in enumerate(self.rows):
                if at < len(row):
                    new = _dress(row[like]) if like is not None else None
                    self.rows[number] = [*row[:at], *[new] * count, *row[at:]]
            self.column_count += count
        self._hang(dimension, ranges.inserted(at, count))

    def _dressed(self, like: int | None) -> Row:
        if like is None or like >= len(self.rows):
            return []
        return [_dress(cell) for cell in self.rows[like]]

    def remove(self, dimension: str, first: int, last: int) -> None:
        """Delete the rows or columns [first, last)."""
        if dimension == "ROWS":
            del self.rows[first:last]
            self.row_count -= last - first
        else:
            self.rows = [row[:first] + row[last:] for row in self.rows]
            self.column_count -= last - first
        self._hang(dimension, ranges.deleted(first, last))

    def move(self, dimension: str, first: int, last: int, to: int) -> None:
        """Move the rows or columns [first, last) to before the one that is `to` now."""
        count = last - first
        target = to - count if to > last else to
        if dimension == "ROWS":
            while len(self.rows) < max(last, to):
                self.rows.append([])
            _move(self.rows, first, last, target)
        else:
            blanks: Row = [None] * max(last, to)
            self.rows = [row + blanks[len(row) :] for row in self.rows]
            for row in self.rows:
                _move(row, first, last, target)
        self._hang(dimension, ranges.moved(first, last, to))

    def _hang(self, dimension: str, move: Move) -> None:
        """Move what hangs on rows and columns along."""
        self.merges = _changed(self.merges, dimension, move)
        for holder in (self.protected, self.filter_views, self.banding):
            holder[:] = [new for old in holder if (new := _with_range(old, dimension, move))]
        if self.basic_filter:
            self.basic_filter = _with_range(self.basic_filter, dimension, move)
        for rule in self.conditional:
            rule["ranges"] = _changed(rule.get("ranges", []), dimension, move)
        self.conditional = [rule for rule in self.conditional if rule["ranges"]]
        kept = self.dimensions.get(dimension, {})
        ends = {ends[0]: props for i, props in kept.items() if (ends := move(i, i + 1))}
        if kept:
            self.dimensions[dimension] = ends

    def sort(self, area: Area, key: Callable[[Sequence[Cell]], Any]) -> None:
        """Sort the rows of an area; what hangs on rows stays where it is, as does the rest."""
        lines = [
            [self.cell(row, column) for column in range(area.left, area.right)]
            for row in range(area.top, min(area.bottom, len(self.rows)))
        ]
        for row, line in enumerate(sorted(lines, key=key), start=area.top):
            for column, cell in enumerate(line, start=area.left):
                self.put(row, column, cell)


def _move(items: list[Any], first: int, last: int, target: int) -> None:
    block = items[first:last]
    del items[first:last]
    items[target:target] = block


def _dress(cell: Cell | None) -> Cell | None:
    """Return a blank with the format and rule of another cell."""
    if cell is None or not (cell.format or cell.validation):
        return None
    return Cell(format=cell.format, validation=cell.validation)


def _changed(given: list[Range], dimension: str, move: Move) -> list[Range]:
    return [new for old in given if (new := ranges.changed(old, dimension, move))]


def _with_range(holder: dict[str, Any], dimension: str, move: Move) -> dict[str, Any] | None:
    if "range" not in holder:
        return holder
    new = ranges.changed(holder["range"], dimension, move)
    return None if new is None else holder | {"range": new}
