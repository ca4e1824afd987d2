"""People at the spreadsheet: what a manager does to it by hand, between and during syncs.

`Person` is what the contract tests ask of each backend; `Manager` does it to a workbook file.
Rows are the numbers people see; a column is its header in row 1, or an index from 0.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy as shallow
from datetime import date, datetime, time
from pathlib import Path
from typing import Protocol, TypeVar

from openpyxl import Workbook as Book
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet as Sheet

from tests.tables import rows as rows_of

T = TypeVar("T")
Typed = str | float | int | bool | date | datetime | None


class Person(Protocol):
    """Someone with the spreadsheet open, whatever program it is."""

    def cells(self, tab: str) -> list[list[Typed]]:
        """Return what the tab holds; blanks are None, trailing ones cut."""
        ...

    def is_text(self, tab: str, row: int, column: str | int) -> bool:
        """Say whether the cell holds text (not a number, not a formula)."""
        ...

    def tabs(self) -> list[str]:
        """Return the titles in order."""
        ...

    def holds(self, tab: str, markdown: str) -> None:
        """Make the tab hold this table and nothing else; add the tab if it is not there."""
        ...

    def text(self, tab: str) -> str:
        """Return the tab as Markdown, to be compared with `table(...)`."""
        ...

    def types(self, tab: str, row: int, column: str | int, value: Typed) -> None:
        """Type into one cell; text that begins with `=` is a formula, as in any editor."""
        ...

    def inserts_row(self, tab: str, row: int, values: Sequence[Typed] = ()) -> None:
        """Insert a row; what was there moves down."""
        ...

    def deletes_row(self, tab: str, row: int) -> None:
        """Delete a row; what was below moves up."""
        ...

    def moves_row(self, tab: str, row: int, to: int) -> None:
        """Cut a row and insert it so that it becomes row `to`."""
        ...

    def copies_row(self, tab: str, row: int, to: int) -> None:
        """Copy a row and insert the copy so that it becomes row `to`."""
        ...

    def sorts(self, tab: str, by: str | int, *, descending: bool = False) -> None:
        """Sort the rows below the header by one column."""
        ...

    def renames_header(self, tab: str, old: str, new: str) -> None:
        """Type over a header."""
        ...

    def moves_column(self, tab: str, column: str | int, to: int) -> None:
        """Cut a column and insert it so that it has index `to`."""
        ...

    def adds_column(self, tab: str, header: str, values: Sequence[Typed] = ()) -> None:
        """Fill the first free column at the right."""
        ...

    def adds_tab(self, title: str) -> None:
        """Add an empty tab at the end."""
        ...


def table(*lines: str) -> str:
    """Return a Markdown table as `text` gives one; spaces and width of cells do not matter."""
    return markdown_of(rows_of("\n".join(lines)))


class Manager:
    """A person who opens the workbook file, does one thing, saves and closes it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: Book | None = None
        self._seen: tuple[object, Book] | None = None
        """The book as it was when it was last only looked at, and which file that was."""

    @contextmanager
    def editing(self) -> Iterator[Book]:
        """Keep the file open for several acts; saved once at the end."""
        if self._open is not None:
            yield self._open
            return
        self._open, self._seen = self._read(), None
        try:
            yield self._open
            self._save(self._open)
        finally:
            self._open = None

    def cells(self, tab: str) -> list[list[Typed]]:
        found = [[cell.value for cell in row] for row in self._looks_at(tab).iter_rows()]
        return cut([cut(row, None) for row in found], [])

    def is_text(self, tab: str, row: int, column: str | int) -> bool:
        sheet = self._looks_at(tab)
        return sheet.cell(row, _index(sheet, column) + 1).data_type in ("s", "inlineStr")

    def tabs(self) -> list[str]:
        return list(self._looked_at().sheetnames)

    def holds(self, tab: str, markdown: str) -> None:
        with self.editing() as book:
            if tab not in book.sheetnames:
                book.create_sheet(tab)
            sheet = book[tab]
            for cell in list(_cells(sheet).values()):
                cell.value = None
            for number, row in enumerate(rows_of(markdown), start=1):
                for index, value in enumerate(row):
                    if value is not None:
                        sheet.cell(number, index + 1, value)  # type: ignore[arg-type]

    def text(self, tab: str) -> str:
        return markdown_of(self.cells(tab))

    def types(self, tab: str, row: int, column: str | int, value: Typed) -> None:
        with self.editing() as book:
            sheet = book[tab]
            sheet.cell(row, _index(sheet, column) + 1).value = value

    def inserts_row(self, tab: str, row: int, values: Sequence[Typed] = ()) -> None:
        with self.editing() as book:
            _rearrange(book[tab], lambda order: order.insert(row - 1, 0), at_least=row - 1)
            for index, value in enumerate(values):
                book[tab].cell(row, index + 1).value = value

    def deletes_row(self, tab: str, row: int) -> None:
        with self.editing() as book:
            _rearrange(book[tab], lambda order: order.pop(row - 1), at_least=row)

    def moves_row(self, tab: str, row: int, to: int) -> None:
        with self.editing() as book:
            _rearrange(
                book[tab],
                lambda order: order.insert(to - 1, order.pop(row - 1)),
                at_least=max(row, to),
            )

    def copies_row(self, tab: str, row: int, to: int) -> None:
        with self.editing() as book:
            _rearrange(
                book[tab],
                lambda order: order.insert(to - 1, order[row - 1]),
                at_least=max(row, to - 1),
            )

    def sorts(self, tab: str, by: str | int, *, descending: bool = False) -> None:
        with self.editing() as book:
            sheet = book[tab]
            column = _index(sheet, by) + 1

            def sort(order: list[int]) -> None:
                order[1:] = sorted(
                    order[1:],
                    key=lambda row: sort_key(sheet.cell(row, column).value),
                    reverse=descending,
                )

            _rearrange(sheet, sort, at_least=1)

    def renames_header(self, tab: str, old: str, new: str) -> None:
        self.types(tab, 1, old, new)

    def moves_column(self, tab: str, column: str | int, to: int) -> None:
        with self.editing() as book:
            sheet = book[tab]
            order = list(range(1, max(sheet.max_column, to + 1) + 1))
            order.insert(to, order.pop(_index(sheet, column)))
            new_place = {old: new for new, old in enumerate(order, start=1)}
            moved = {(row, new_place[c]): cell for (row, c), cell in _cells(sheet).items()}
            _put_cells(sheet, moved)

    def adds_column(self, tab: str, header: str, values: Sequence[Typed] = ()) -> None:
        with self.editing() as book:
            sheet = book[tab]
            used = [c for (_, c), cell in _cells(sheet).items() if cell.value is not None]
            for row, value in enumerate((header, *values), start=1):
                sheet.cell(row, max(used, default=0) + 1).value = value

    def adds_tab(self, title: str) -> None:
        with self.editing() as book:
            book.create_sheet(title)

    def _looks_at(self, tab: str) -> Sheet:
        return self._looked_at()[tab]

    def _looked_at(self) -> Book:
        if self._open is not None:
            return self._open
        version = self._version()
        book = self._read()
        self._seen = (version, book)
        return book

    def _read(self) -> Book:
        """Return what the file holds; opened again only when it is another one."""
        if self._seen is not None and self._seen[0] == self._version():
            return self._seen[1]
        return load_workbook(self.path)

    def _version(self) -> object:
        there = self.path.stat()
        return (there.st_ino, there.st_size, there.st_mtime_ns)

    def _save(self, book: Book) -> None:
        # As editors do: a new file takes the old one's place.
        beside = self.path.with_name(f"{self.path.stem}.saving{self.path.suffix}")
        book.save(beside)
        os.replace(beside, self.path)


def _cells(sheet: Sheet) -> dict[tuple[int, int], Cell]:
    return sheet._cells  # type: ignore[attr-defined, no-any-return]


def _put_cells(sheet: Sheet, cells: dict[tuple[int, int], Cell]) -> None:
    for (row, column), cell in cells.items():
        cell.row, cell.column = row, column
    sheet._cells = dict(sorted(cells.items()))  # type: ignore[attr-defined]


def _rearrange(sheet: Sheet, change: Callable[[list[int]], object], *, at_least: int) -> None:
    """Put rows, with values, kinds and formats, into the order that `change` makes; 0 is blank."""
    order = list(range(1, max(sheet.max_row, at_least) + 1))
    change(order)
    columns = sheet.max_column
    old = dict(_cells(sheet))
    new: dict[tuple[int, int], Cell] = {}
    taken: set[int] = set()
    for number, row in enumerate(order, start=1):
        for column in range(1, columns + 1):
            if (cell := old.get((row, column))) is not None:
                new[number, column] = _copy(cell) if row in taken else cell
        taken.add(row)
    _put_cells(sheet, new)


def _copy(cell: Cell) -> Cell:
    copy = Cell(cell.parent, cell.row, cell.column)
    copy._value, copy.data_type = cell._value, cell.data_type  # type: ignore[attr-defined]
    copy._style = shallow(cell._style)  # type: ignore[attr-defined]
    return copy


def _index(sheet: Sheet, column: str | int) -> int:
    if isinstance(column, int):
        return column
    headers = [cell.value for cell in sheet[1]]
    assert column in headers, f"{sheet.title} has no column {column!r}, only {headers}"
    return headers.index(column)


def sort_key(value: object) -> tuple[int, float, str]:
    """Order as editors do: numbers and dates, then text, then blanks."""
    if value is None:
        return (2, 0, "")
    if isinstance(value, datetime):
        return (0, value.timestamp(), "")
    if isinstance(value, date):
        return (0, datetime(value.year, value.month, value.day).timestamp(), "")  # noqa: DTZ001
    if isinstance(value, int | float):
        return (0, float(value), "")
    return (1, 0, str(value).casefold())


def cut(items: list[T], blank: T) -> list[T]:
    """Return a list without the blanks at its end."""
    while items and items[-1] == blank:
        items.pop()
    return items


def markdown_of(rows: Sequence[Sequence[object]]) -> str:
    """Return rows as a Markdown table."""
    width = max((len(row) for row in rows), default=0)
    texts = [[_shown(value) for value in row] + [""] * (width - len(row)) for row in rows]
    while width and all(not row[width - 1] for row in texts):
        width -= 1
    wide = [max(len(row[i]) for row in texts) for i in range(width)]
    return "\n".join(
        "| " + " | ".join(row[i].ljust(wide[i]) for i in range(width)) + " |" for row in texts
    )


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    return str(value).replace("\n", "⏎")
