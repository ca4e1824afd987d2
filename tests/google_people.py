"""A person with the spreadsheet open in the browser: what `tests.people.Person` asks, on Google."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time

from sheets_sync.google_sheets.known import LOG_ID
from tests.google_standin import entering
from tests.google_standin.book import Book
from tests.google_standin.cells import BARE, Cell
from tests.google_standin.display import moment, serial
from tests.google_standin.grid import Sheet
from tests.google_standin.world import World
from tests.people import Typed, cut, markdown_of, sort_key
from tests.tables import rows as rows_of

ERRORS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!")


class Colleague:
    """Someone with whom the spreadsheet is shared; each act is whole, as Google makes it."""

    def __init__(self, world: World, book: Book) -> None:
        self.world, self.book = world, book

    @contextmanager
    def editing(self) -> Iterator[Book]:
        """Do several things before anybody else does one."""
        with self.world.lock:
            yield self.book

    def cells(self, tab: str) -> list[list[Typed]]:
        sheet = self._tab(tab)
        rows = [[_typed(cell or BARE) for cell in row] for row in sheet.rows]
        return cut([cut(row, None) for row in rows], [])

    def is_text(self, tab: str, row: int, column: str | int) -> bool:
        sheet = self._tab(tab)
        cell = sheet.cell(row - 1, _index(sheet, column))
        return isinstance(cell.value, str) and not cell.formula and not cell.error

    def tabs(self) -> list[str]:
        return [sheet.title for sheet in self.book.sheets if sheet.id != LOG_ID]

    def holds(self, tab: str, markdown: str) -> None:
        with self.world.lock:
            if tab not in self.tabs():
                self.adds_tab(tab)
            sheet = self._tab(tab)
            for row, column, cell in list(sheet.filled()):
                sheet.put(row, column, cell._replace(value=None, shown="", formula="", error=""))
            for number, line in enumerate(rows_of(markdown)):
                for index, value in enumerate(line):
                    self._put(sheet, number, index, value)

    def text(self, tab: str) -> str:
        return markdown_of(self.cells(tab))

    def types(self, tab: str, row: int, column: str | int, value: Typed) -> None:
        with self.world.lock:
            sheet = self._tab(tab)
            self._put(sheet, row - 1, _index(sheet, column), value)

    def inserts_row(self, tab: str, row: int, values: Sequence[Typed] = ()) -> None:
        with self.world.lock:
            sheet = self._tab(tab)
            self.book.insert(sheet, "ROWS", row - 1, 1, None)
            for index, value in enumerate(values):
                self._put(sheet, row - 1, index, value)

    def deletes_row(self, tab: str, row: int) -> None:
        with self.world.lock:
            self.book.remove(self._tab(tab), "ROWS", row - 1, row)

    def moves_row(self, tab: str, row: int, to: int) -> None:
        with self.world.lock:
            before = to if to > row else to - 1
            self.book.move(self._tab(tab), "ROWS", row - 1, row, before)

    def copies_row(self, tab: str, row: int, to: int) -> None:
        with self.world.lock:
            sheet = self._tab(tab)
            line = [sheet.cell(row - 1, column) for column in range(sheet.column_count)]
            self.book.insert(sheet, "ROWS", to - 1, 1, None)
            for column, cell in enumerate(line):
                sheet.put(to - 1, column, cell)

    def sorts(self, tab: str, by: str | int, *, descending: bool = False) -> None:
        with self.world.lock:
            sheet = self._tab(tab)
            column = _index(sheet, by)
            lines = [
                [sheet.cell(row, at) for at in range(sheet.column_count)]
                for row in range(1, sheet.last_row() + 1)
            ]
            lines.sort(key=lambda line: sort_key(line[column].value), reverse=descending)
            for row, line in enumerate(lines, start=1):
                for at, cell in enumerate(line):
                    sheet.put(row, at, cell)

    def renames_header(self, tab: str, old: str, new: str) -> None:
        self.types(tab, 1, old, new)

    def moves_column(self, tab: str, column: str | int, to: int) -> None:
        with self.world.lock:
            sheet = self._tab(tab)
            at = _index(sheet, column)
            before = to + 1 if to > at else to
            self.book.move(sheet, "COLUMNS", at, at + 1, before)

    def adds_column(self, tab: str, header: str, values: Sequence[Typed] = ()) -> None:
        with self.world.lock:
            sheet = self._tab(tab)
            used = [at for _, at, cell in sheet.filled() if _typed(cell) is not None]
            at = max(used, default=-1) + 1
            sheet.reach(1, at + 1)
            for row, value in enumerate((header, *values)):
                self._put(sheet, row, at, value)

    def adds_tab(self, title: str) -> None:
        with self.world.lock:
            self.book.sheets.append(Sheet(self.book.new_number(), title))

    def renames_tab(self, old: str, new: str) -> None:
        """Type over a tab's title."""
        with self.world.lock:
            self._tab(old).title = new

    def _tab(self, title: str) -> Sheet:
        found = self.book.titled(title)
        assert found is not None, f"there is no tab {title!r}, only {self.tabs()}"
        return found

    def _put(self, sheet: Sheet, row: int, column: int, value: Typed) -> None:
        sheet.reach(row + 1, column + 1)
        self.book.put(
            sheet, row, column, _entered(value, sheet.cell(row, column), self.book.locale)
        )
        self.book.recalculate()


def _entered(value: Typed, old: Cell, locale: str) -> Cell:
    """Return the cell for what is typed; text stays text, as in a column formatted so."""
    if isinstance(value, str) and value in ERRORS:
        return old._replace(value=None, shown=value, error=value, formula="")
    if isinstance(value, str) and value.startswith("=") and len(value) > 1:
        return entering.user_entered(value, old, locale)
    if isinstance(value, date):
        is_moment = isinstance(value, datetime)
        whole = value if is_moment else datetime.combine(value, time())
        pattern = {"type": "DATE_TIME" if is_moment else "DATE"}
        dressed = old._replace(format={**(old.format or {}), "numberFormat": pattern})
        return entering.holding(serial(whole), dressed, locale)
    return entering.holding(value, old, locale)


def _typed(cell: Cell) -> Typed:
    """Return what a person sees in a cell as Python has it; a formula as it was typed."""
    if cell.formula:
        return cell.formula
    if cell.error:
        return cell.error
    number = isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
    if number and cell.pattern[0] in ("DATE", "DATE_TIME"):
        return moment(float(cell.value))  # type: ignore[arg-type]
    return cell.value


def _index(sheet: Sheet, column: str | int) -> int:
    if isinstance(column, int):
        return column
    headers = [cell.value for cell in (c or BARE for c in sheet.rows[0])]
    assert column in headers, f"{sheet.title} has no column {column!r}, only {headers}"
    return headers.index(column)
