"""Requests that change cells: update, repeat, append, copy, cut, sort, find and replace."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from tests.google_standin import celldata, entering, formulas, masks
from tests.google_standin.a1 import Area
from tests.google_standin.book import Book
from tests.google_standin.cells import BARE, Cell
from tests.google_standin.grid import Sheet
from tests.google_standin.wire import Json, invalid


def update_cells(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Set cells from the corner; in a range, those without data lose the masked fields."""
    tree, rows = _mask(given), given.get("rows", [])
    if "range" in given:
        sheet, area = book.range_area(given["range"])
    else:
        start = given.get("start", {})
        sheet = book.sheet(start.get("sheetId") or 0)
        area = _reached(start.get("rowIndex", 0), start.get("columnIndex", 0), rows)
    _check_inside(sheet, area, _reached(area.top, area.left, rows))
    clears = "range" in given
    # Below that there is nothing to clear, and nothing comes.
    last = min(area.bottom, max(area.top + len(rows), len(sheet.rows)))
    for row in range(area.top, last):
        data = _values(rows, row - area.top)
        for column in range(area.left, area.right):
            part = data[column - area.left] if column - area.left < len(data) else None
            if part is not None or clears:
                _set(book, sheet, row, column, part or {}, tree)
    return {}


def _values(rows: Sequence[Json], index: int) -> list[Json]:
    found: list[Json] = (rows[index] or {}).get("values", []) if index < len(rows) else []
    return found


def _reached(top: int, left: int, rows: Sequence[Json]) -> Area:
    wide = max((len(_values(rows, i)) for i in range(len(rows))), default=0)
    return Area(top, top + len(rows), left, left + wide)


def _check_inside(sheet: Sheet, area: Area, data: Area) -> None:
    """Refuse data that reach beyond the range asked for, or beyond the grid."""
    for name, last, reached in (
        ("row", min(area.bottom, sheet.row_count), data.bottom),
        ("column", min(area.right, sheet.column_count), data.right),
    ):
        if reached > last:
            raise invalid(
                f"Attempting to write {name}: {last}, beyond the last requested {name} of: "
                f"{last - 1}"
            )


def _mask(given: Json) -> masks.Tree:
    if not given.get("fields"):
        raise invalid(
            "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"
        )
    return masks.parse(given["fields"])


def _set(book: Book, sheet: Sheet, row: int, column: int, data: Json, tree: masks.Tree) -> None:
    cell = celldata.changed(sheet.cell(row, column), data, tree, book.locale)
    book.put(sheet, row, column, cell)


def repeat_cell(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Set all cells of a range alike; formulas shift as if filled down."""
    tree, data = _mask(given), given.get("cell", {})
    sheet, area = book.range_area(given["range"])
    formula = (data.get("userEnteredValue") or {}).get("formulaValue")
    # Whole columns are blank: what such a cell becomes is worked out once.
    blank = None if formula else celldata.changed(BARE, data, tree, book.locale)
    for row in range(area.top, area.bottom):
        for column in range(area.left, area.right):
            part = data
            if formula:
                text = formulas.copied(formula, row - area.top, column - area.left)
                part = data | {"userEnteredValue": {"formulaValue": text}}
            elif blank and sheet.cell(row, column) is BARE:
                book.put(sheet, row, column, blank)
                continue
            _set(book, sheet, row, column, part, tree)
    return {}


def append_cells(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Add rows after the last one with data, whatever tables there are."""
    tree, rows = _mask(given), given.get("rows", [])
    sheet = book.sheet(given.get("sheetId") or 0)
    area = _reached(sheet.last_row() + 1, 0, rows)
    sheet.reach(area.bottom, area.right)
    for row in range(area.top, area.bottom):
        for column, data in enumerate(_values(rows, row - area.top)):
            _set(book, sheet, row, column, data, tree)
    return {}


def copy_paste(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Copy a range onto another, over and over where the other is larger."""
    source, area = book.range_area(given["source"])
    target, onto = book.range_area(given["destination"])
    kind = given.get("pasteType", "PASTE_NORMAL")
    if given.get("pasteOrientation") == "TRANSPOSE":
        raise invalid("The stand-in does not transpose.")
    high, wide = area.bottom - area.top, area.right - area.left
    block = [
        [source.cell(r, c) for c in range(area.left, area.right)]
        for r in range(area.top, area.bottom)
    ]
    rows = max(1, (onto.bottom - onto.top) // high) * high
    columns = max(1, (onto.right - onto.left) // wide) * wide
    target.reach(onto.top + rows, onto.left + columns)
    for row in range(rows):
        for column in range(columns):
            cell = block[row % high][column % wide]
            place = onto.top + row, onto.left + column
            away = (place[0] - area.top - row % high, place[1] - area.left - column % wide)
            old = target.cell(*place)
            book.put(target, *place, _pasted(cell, old, kind, away, book.locale))
    return {}


def _pasted(cell: Cell, old: Cell, kind: str, away: tuple[int, int], locale: str) -> Cell:
    if kind == "PASTE_FORMAT":
        return celldata.reshown(old._replace(format=cell.format), locale)
    if kind == "PASTE_DATA_VALIDATION":
        return old._replace(validation=cell.validation)
    if kind == "PASTE_CONDITIONAL_FORMATTING":
        return old
    if cell.formula and kind != "PASTE_VALUES":
        cell = cell._replace(formula=formulas.copied(cell.formula, *away))
    if kind in ("PASTE_VALUES", "PASTE_FORMULA"):
        taken = old._replace(
            value=cell.value,
            error=cell.error,
            formula="" if kind == "PASTE_VALUES" else cell.formula,
        )
        return celldata.reshown(taken, locale)
    return cell


def cut_paste(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Move a block of cells."""
    source, area = book.range_area(given["source"])
    start = given["destination"]
    target = book.sheet(start.get("sheetId") or 0)
    top, left = start.get("rowIndex", 0), start.get("columnIndex", 0)
    block = [
        (r, c, source.cell(r, c))
        for r in range(area.top, area.bottom)
        for c in range(area.left, area.right)
    ]
    for row, column, _ in block:
        source.put(row, column, BARE)
    target.reach(top + area.bottom - area.top, left + area.right - area.left)
    for row, column, cell in block:
        book.put(target, row - area.top + top, column - area.left + left, cell)
    return {}


def sort_range(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Sort rows by one or more columns; blanks come last, whichever the order."""
    sheet, area = book.range_area(given["range"])
    for spec in reversed(given.get("sortSpecs", [])):
        index = spec.get("dimensionIndex", 0) - area.left
        sheet.sort(area, sort_key(index, descending=spec.get("sortOrder") == "DESCENDING"))
    return {}


def sort_key(index: int, *, descending: bool) -> Callable[[Sequence[Cell]], Any]:
    """Return the key that puts numbers before texts before bools, and blanks last."""

    def key(line: Sequence[Cell]) -> Any:
        value = line[index].value
        match value:
            case None:
                return (1, _Ordered((), descending))
            case bool():
                return (0, _Ordered((2, value), descending))
            case int() | float():
                return (0, _Ordered((0, value), descending))
            case _:
                return (0, _Ordered((1, value.casefold()), descending))

    return key


class _Ordered:
    """Something that sorts one way or the other; equal things keep their order."""

    def __init__(self, value: tuple[Any, ...], descending: bool) -> None:
        self.value, self.descending = value, descending

    def __lt__(self, other: "_Ordered") -> bool:
        return other.value < self.value if self.descending else self.value < other.value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Ordered) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)


def set_data_validation(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Set the rule of a range, or drop it."""
    sheet, area = book.range_area(given["range"])
    for row in range(area.top, area.bottom):
        for column in range(area.left, area.right):
            cell = sheet.cell(row, column)
            sheet.put(row, column, cell._replace(validation=given.get("rule")))
    return {}


def find_replace(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Replace a text in cells that hold text."""
    flags = 0 if given.get("matchCase") else re.IGNORECASE
    text = given["find"] if given.get("searchByRegex") else re.escape(given["find"])
    pattern = re.compile(f"^(?:{text})$" if given.get("matchEntireCell") else text, flags)
    found = {"values": 0, "occurrences": 0, "rows": 0, "sheets": 0}
    for sheet, area in _searched(book, given):
        changed = set()
        for row, column, cell in list(sheet.filled()):
            inside = area.top <= row < area.bottom and area.left <= column < area.right
            if not inside or not isinstance(cell.value, str) or cell.formula:
                continue
            new, count = pattern.subn(lambda _: given.get("replacement", ""), cell.value)
            if count:
                sheet.put(row, column, entering.user_entered(new, cell, book.locale))
                found["values"] += 1
                found["occurrences"] += count
                changed.add(row)
        found["rows"] += len(changed)
        found["sheets"] += bool(changed)
    names = {
        "values": "valuesChanged",
        "occurrences": "occurrencesChanged",
        "rows": "rowsChanged",
        "sheets": "sheetsChanged",
    }
    return {names[name]: count for name, count in found.items() if count}


def _searched(book: Book, given: Json) -> list[tuple[Sheet, Area]]:
    if given.get("allSheets"):
        return [(sheet, sheet.whole) for sheet in book.sheets]
    if "range" in given:
        return [book.range_area(given["range"])]
    sheet = book.sheet(given.get("sheetId") or 0)
    return [(sheet, sheet.whole)]


KINDS = {
    "updateCells": update_cells,
    "repeatCell": repeat_cell,
    "appendCells": append_cells,
    "copyPaste": copy_paste,
    "cutPaste": cut_paste,
    "sortRange": sort_range,
    "setDataValidation": set_data_validation,
    "findReplace": find_replace,
}
