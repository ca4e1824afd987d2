"""Requests that change rows and columns: insert, delete, move, append, size, group."""

from typing import Any

from tests.google_standin import masks, ranges
from tests.google_standin.book import Book
from tests.google_standin.cells import BARE
from tests.google_standin.grid import Sheet
from tests.google_standin.wire import Json, invalid

Span = tuple[Sheet, str, int, int]


def _span(book: Book, given: Json) -> Span:
    sheet = book.sheet(given.get("sheetId") or 0)
    dimension = given.get("dimension", "")
    if dimension not in ("ROWS", "COLUMNS"):
        raise invalid("The dimension must be ROWS or COLUMNS.")
    start = given.get("startIndex") or 0
    return sheet, dimension, start, given.get("endIndex", _size(sheet, dimension))


def _size(sheet: Sheet, dimension: str) -> int:
    return sheet.row_count if dimension == "ROWS" else sheet.column_count


def insert_dimension(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Insert rows or columns that take the formats of those before or after."""
    sheet, dimension, start, end = _span(book, given["range"])
    size, before = _size(sheet, dimension), bool(given.get("inheritFromBefore"))
    if start > size or (start == size and not before) or end <= start:
        raise invalid(
            f"range.startIndex[{start}] must be less than the grid size ({size}) if "
            "inheritFromBefore is false."
        )
    if before and start == 0:
        raise invalid("inheritFromBefore cannot be true when inserting at the first index.")
    book.insert(sheet, dimension, start, end - start, start - 1 if before else start)
    return {}


def delete_dimension(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Delete rows or columns, but not all of them."""
    sheet, dimension, start, end = _span(book, given["range"])
    size = _size(sheet, dimension)
    if start >= size:
        raise invalid(f"Cannot delete a {dimension.lower()[:-1]} that does not exist: {start}")
    if start == 0 and end >= size:
        raise invalid(f"You can't delete all the {dimension.lower()} on the sheet.")
    frozen = "frozenRowCount" if dimension == "ROWS" else "frozenColumnCount"
    if start <= sheet.grid_properties.get(frozen, 0) and end >= size:
        raise invalid(f"Sorry, it is not possible to delete all non-frozen {dimension.lower()}.")
    book.remove(sheet, dimension, start, min(end, size))
    return {}


def move_dimension(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Move rows or columns to before the one that now has the destination's index."""
    sheet, dimension, start, end = _span(book, given["source"])
    to = given.get("destinationIndex", 0)
    if to > _size(sheet, dimension) or end > _size(sheet, dimension):
        raise invalid("The destination lies outside of the grid.")
    if not start <= to <= end:
        book.move(sheet, dimension, start, end, to)
    return {}


def append_dimension(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Add rows or columns at the end."""
    sheet, dimension, _, size = _span(book, given)
    book.insert(sheet, dimension, size, given.get("length", 0), None)
    return {}


def update_properties(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Set the size of rows or columns, or hide them."""
    sheet, dimension, start, end = _span(book, given["range"])
    tree = masks.parse(given.get("fields", ""))
    held = sheet.dimensions.setdefault(dimension, {})
    for index in range(start, end):
        new = masks.merged(tree, held.get(index, {}), given.get("properties", {}))
        held[index] = {name: value for name, value in new.items() if value}
    return {}


def auto_resize(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Fit the size to what is there; sizes are of no account here."""
    _span(book, given["dimensions"])
    return {}


def add_group(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Group rows or columns, one deeper where they are grouped already."""
    sheet, dimension, start, end = _span(book, given["range"])
    held = sheet.groups.setdefault(dimension, [])
    inside = [g for g in held if g["range"]["startIndex"] <= start < g["range"]["endIndex"]]
    span = {"sheetId": sheet.id, "dimension": dimension, "startIndex": start, "endIndex": end}
    held.append({"range": span, "depth": len(inside) + 1})
    name = "rowGroupControlAfter" if dimension == "ROWS" else "columnGroupControlAfter"
    sheet.grid_properties[name] = True
    return _groups(held)


def delete_group(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Ungroup rows or columns, the deepest group first."""
    sheet, dimension, start, end = _span(book, given["range"])
    held = sheet.groups.get(dimension, [])
    same = [g for g in held if (g["range"]["startIndex"], g["range"]["endIndex"]) == (start, end)]
    if not same:
        raise invalid("Cannot find a group over the range to delete.")
    held.remove(max(same, key=lambda group: group["depth"]))
    return _groups(held)


def _groups(held: list[dict[str, Any]]) -> dict[str, Any]:
    found = [group | {"range": ranges.shown(group["range"])} for group in held]
    return {"dimensionGroups": found} if found else {}


def insert_range(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Insert blank cells; those there move down or to the right."""
    sheet, area = book.range_area(given["range"])
    rows = given.get("shiftDimension") == "ROWS"
    count = (area.bottom - area.top) if rows else (area.right - area.left)
    cells = [
        (row, column, sheet.cell(row, column))
        for row in range(area.top, len(sheet.rows) if rows else area.bottom)
        for column in range(area.left, area.right if rows else sheet.column_count)
        if not sheet.cell(row, column).is_bare
    ]
    for row, column, _ in cells:
        sheet.put(row, column, BARE)
    for row, column, cell in cells:
        place = (row + count, column) if rows else (row, column + count)
        sheet.reach(place[0] + 1, place[1] + 1)
        sheet.put(*place, cell)
    return {}


def delete_range(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Delete cells; those below or to the right move in."""
    sheet, area = book.range_area(given["range"])
    rows = given.get("shiftDimension") == "ROWS"
    count = (area.bottom - area.top) if rows else (area.right - area.left)
    last_row = len(sheet.rows) if rows else area.bottom
    last_column = area.right if rows else sheet.column_count
    for row in range(area.top, last_row):
        for column in range(area.left, last_column):
            source = (row + count, column) if rows else (row, column + count)
            sheet.put(row, column, sheet.cell(*source))
    return {}


KINDS = {
    "insertDimension": insert_dimension,
    "deleteDimension": delete_dimension,
    "moveDimension": move_dimension,
    "appendDimension": append_dimension,
    "updateDimensionProperties": update_properties,
    "autoResizeDimensions": auto_resize,
    "addDimensionGroup": add_group,
    "deleteDimensionGroup": delete_group,
    "insertRange": insert_range,
    "deleteRange": delete_range,
}
