"""Requests about sheets and the spreadsheet: add, delete, duplicate, properties."""

import re
from copy import deepcopy
from typing import Any

from tests.google_standin import celldata, formulas, masks, render
from tests.google_standin.book import Book
from tests.google_standin.grid import Sheet
from tests.google_standin.wire import ApiError, Json, invalid

SIZES = {"rowCount", "columnCount"}
KNOWN = {"sheetId", "title", "index", "sheetType", "gridProperties"}


def add_sheet(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Add a sheet, at the end unless an index says where."""
    asked = given.get("properties") or {}
    grid = asked.get("gridProperties") or {}
    title = asked.get("title") or _free_title(book)
    _check_title(book, title, None)
    sheet = Sheet(
        _new_id(book, asked.get("sheetId")),
        title,
        grid.get("rowCount", 1000),
        grid.get("columnCount", 26),
    )
    sheet.grid_properties = {n: v for n, v in grid.items() if n not in SIZES and v}
    sheet.properties = _kept({n: v for n, v in asked.items() if n not in KNOWN})
    book.sheets.insert(asked.get("index", len(book.sheets)), sheet)
    _check_cells(book)
    return {"properties": render.sheet_properties(book, sheet)}


def _new_id(book: Book, asked: int | None) -> int:
    if asked is None:
        return book.new_number()
    if any(sheet.id == asked for sheet in book.sheets):
        raise invalid(f"Sheet with id {asked} already exists.")
    return asked


def _free_title(book: Book) -> str:
    taken = {sheet.title for sheet in book.sheets}
    return next(t for n in range(1, 10**4) if (t := f"Sheet{n}") not in taken)


def _check_title(book: Book, title: str, own: Sheet | None) -> None:
    same = book.titled(title)
    if same and same is not own:
        raise invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')


def _check_cells(book: Book) -> None:
    if sum(sheet.row_count * sheet.column_count for sheet in book.sheets) > 10_000_000:
        raise invalid(
            "This action would increase the number of cells in the workbook above the limit of "
            "10000000 cells."
        )


def delete_sheet(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Delete a sheet, but not the last one."""
    sheet = book.sheet(given.get("sheetId") or 0)
    if len(book.sheets) == 1:
        raise invalid("You can't remove all the sheets in a document.")
    book.sheets.remove(sheet)
    book.named_ranges = [
        named for named in book.named_ranges if named["range"].get("sheetId", 0) != sheet.id
    ]
    book.metadata = [m for m in book.metadata if not _is_on(m["location"], sheet.id)]
    return {}


def _is_on(location: Json, sheet_id: int) -> bool:
    place = location.get("dimensionRange")
    found = place.get("sheetId", 0) if place else location.get("sheetId")
    return bool(found == sheet_id)


def duplicate_sheet(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Copy a sheet within the spreadsheet."""
    source = book.sheet(given.get("sourceSheetId") or 0)
    title = given.get("newSheetName") or f"Copy of {source.title}"
    _check_title(book, title, None)
    copy = source.copy()
    copy.id, copy.title = _new_id(book, given.get("newSheetId")), title
    for held in (*copy.merges, *(p["range"] for p in copy.protected if "range" in p)):
        held["sheetId"] = copy.id
    book.sheets.insert(given.get("insertSheetIndex", 0), copy)
    return {"properties": render.sheet_properties(book, copy)}


def update_sheet(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Change what the mask names of a sheet's properties."""
    asked = given.get("properties") or {}
    sheet = book.sheet(asked.get("sheetId") or 0)
    tree = masks.parse(given.get("fields", ""))
    if not given.get("fields"):
        raise invalid("At least one field must be listed in 'fields'.")
    names = set(tree) if tree else set(asked) | {"title"} & set(asked)
    if "title" in names:
        _retitle(book, sheet, asked.get("title", ""))
    if "gridProperties" in names:
        _update_grid(book, sheet, asked.get("gridProperties") or {}, tree.get("gridProperties", {}))
    for name in names - KNOWN:
        sheet.properties.pop(name, None)
        sheet.properties |= _kept({name: asked.get(name)})
        if name.startswith("tabColor") and not asked.get(name):
            sheet.properties = {n: v for n, v in sheet.properties.items() if "tabColor" not in n}
    if all(other.properties.get("hidden") for other in book.sheets):
        raise invalid("You can't hide all the sheets in a document.")
    if "index" in names:
        _place(book, sheet, asked.get("index", 0))
    return {}


def _retitle(book: Book, sheet: Sheet, title: str) -> None:
    if not title:
        raise invalid("The sheet name cannot be empty.")
    _check_title(book, title, sheet)
    if book.has_formulas:
        for holder in book.sheets:
            for row, column, cell in list(holder.filled()):
                if cell.formula:
                    text = formulas.retitled(cell.formula, sheet.title, title)
                    holder.put(row, column, cell._replace(formula=text))
    sheet.title = title


def _update_grid(book: Book, sheet: Sheet, asked: Json, tree: masks.Tree) -> None:
    names = set(tree) or set(asked)
    rows = asked.get("rowCount", 0) if "rowCount" in names else sheet.row_count
    columns = asked.get("columnCount", 0) if "columnCount" in names else sheet.column_count
    if rows < 1 or columns < 1:
        raise invalid("gridProperties.rowCount and columnCount must be at least 1.")
    if rows < sheet.row_count:
        book.remove(sheet, "ROWS", rows, sheet.row_count)
    if columns < sheet.column_count:
        book.remove(sheet, "COLUMNS", columns, sheet.column_count)
    sheet.resize(rows, columns)
    _check_cells(book)
    for name in names - SIZES:
        sheet.grid_properties.pop(name, None)
        if asked.get(name):
            sheet.grid_properties[name] = asked[name]


def _kept(asked: Json) -> dict[str, Any]:
    """Return properties as Google keeps them: nothing false, a colour beside its style."""
    kept: dict[str, Any] = {}
    for name, value in asked.items():
        rgb = (value or {}).get("rgbColor") if name == "tabColorStyle" else value
        if name in ("tabColor", "tabColorStyle") and rgb is not None:
            kept["tabColor"] = celldata.kept_color(rgb)
            kept["tabColorStyle"] = {"rgbColor": celldata.kept_color(rgb)}
        elif value and name not in ("tabColor", "tabColorStyle"):
            kept[name] = value
    return kept


def _place(book: Book, sheet: Sheet, index: int) -> None:
    """Move a sheet to before the one that now has the index."""
    old = book.sheets.index(sheet)
    book.sheets.remove(sheet)
    book.sheets.insert(index - 1 if index > old else index, sheet)


def update_spreadsheet(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Change what the mask names of the spreadsheet's properties."""
    asked = given.get("properties") or {}
    tree = masks.parse(given.get("fields", ""))
    for name in tree or asked:
        value: Any = deepcopy(asked.get(name))
        if name == "title":
            book.title = value
        elif name == "locale":
            book.locale = _checked(name, value, r"[a-z]{2}(_[A-Z]{2})?")
        elif name == "timeZone":
            book.time_zone = _checked(name, value, r"[A-Za-z_]+(/[\w+-]+)*")
        elif name in ("autoRecalc", "iterativeCalculationSettings"):
            book.properties[name] = value
        else:
            raise unsupported(name)
    return {}


def _checked(name: str, value: Any, pattern: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise invalid(f"Unsupported {name}: {value}")
    return value


def unsupported(name: str) -> ApiError:
    """Return the refusal of a field that cannot be set."""
    return invalid(f"The field {name} cannot be updated.")


KINDS = {
    "addSheet": add_sheet,
    "deleteSheet": delete_sheet,
    "duplicateSheet": duplicate_sheet,
    "updateSheetProperties": update_sheet,
    "updateSpreadsheetProperties": update_spreadsheet,
}
