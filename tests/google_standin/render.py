"""A spreadsheet → the body of `spreadsheets.get`, and of what batches answer about its parts."""

from collections.abc import Callable
from typing import Any

from tests.google_standin import masks, ranges
from tests.google_standin.a1 import Area
from tests.google_standin.book import Book
from tests.google_standin.cells import Cell, entered, extended
from tests.google_standin.grid import Sheet
from tests.google_standin.masks import Tree

WHITE = {"red": 1, "green": 1, "blue": 1}


def color(red: float = 0, green: float = 0, blue: float = 0) -> dict[str, Any]:
    """Return a colour; a part that is 0 is left out."""
    parts = {"red": red, "green": green, "blue": blue}
    return {name: value for name, value in parts.items() if value}


DEFAULT_FORMAT: dict[str, Any] = {
    "backgroundColor": WHITE,
    "backgroundColorStyle": {"rgbColor": WHITE},
    "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
    "verticalAlignment": "BOTTOM",
    "wrapStrategy": "OVERFLOW_CELL",
    "textFormat": {
        "foregroundColor": {},
        "foregroundColorStyle": {"rgbColor": {}},
        "fontFamily": "arial,sans,sans-serif",
        "fontSize": 10,
        "bold": False,
        "italic": False,
        "strikethrough": False,
        "underline": False,
    },
}
EFFECTIVE_FORMAT: dict[str, Any] = DEFAULT_FORMAT | {
    "hyperlinkDisplayType": "PLAIN_TEXT",
    "textFormat": DEFAULT_FORMAT["textFormat"] | {"fontFamily": "Arial"},
}
_THEME = {
    "TEXT": color(),
    "BACKGROUND": WHITE,
    "ACCENT1": color(0.25882354, 0.52156866, 0.95686275),
    "ACCENT2": color(0.91764706, 0.2627451, 0.20784314),
    "ACCENT3": color(0.9843137, 0.7372549, 0.015686275),
    "ACCENT4": color(0.20392157, 0.65882355, 0.3254902),
    "ACCENT5": color(1, 0.42745098, 0.003921569),
    "ACCENT6": color(0.27450982, 0.7411765, 0.7764706),
    "LINK": color(0.06666667, 0.33333334, 0.8),
}
THEME: dict[str, Any] = {
    "primaryFontFamily": "Arial",
    "themeColors": [
        {"colorType": kind, "color": {"rgbColor": rgb}} for kind, rgb in _THEME.items()
    ],
}


def spreadsheet(
    book: Book, tree: Tree, areas: list[tuple[Sheet, Area]] | None, *, grid_data: bool
) -> dict[str, Any]:
    """Return a spreadsheet; with areas only their sheets, and their cells if asked for."""
    wanted = book.sheets if areas is None else [s for s in book.sheets if _of(areas, s)]
    answer: dict[str, Any] = {
        "spreadsheetId": book.id,
        "properties": book_properties(book),
        "spreadsheetUrl": f"https://docs.google.com/spreadsheets/d/{book.id}/edit",
        "sheets": [_sheet(book, s, tree, areas, grid_data=grid_data) for s in wanted],
    }
    if book.named_ranges:
        answer["namedRanges"] = [named_range(named) for named in book.named_ranges]
    if found := [metadata(m) for m in book.metadata if m["location"].get("spreadsheet")]:
        answer["developerMetadata"] = found
    return answer


def book_properties(book: Book) -> dict[str, Any]:
    """Return SpreadsheetProperties."""
    return {
        "title": book.title,
        "locale": book.locale,
        "timeZone": book.time_zone,
        "defaultFormat": DEFAULT_FORMAT,
        "spreadsheetTheme": THEME,
        **book.properties,
    }


def sheet_properties(book: Book, sheet: Sheet) -> dict[str, Any]:
    """Return SheetProperties."""
    size = {"rowCount": sheet.row_count, "columnCount": sheet.column_count}
    return {
        "sheetId": sheet.id,
        "title": sheet.title,
        "index": book.sheets.index(sheet),
        "sheetType": "GRID",
        "gridProperties": size | sheet.grid_properties,
        **sheet.properties,
    }


def _sheet(
    book: Book, sheet: Sheet, tree: Tree, areas: list[tuple[Sheet, Area]] | None, *, grid_data: bool
) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "merges": [ranges.shown(merge) for merge in sheet.merges],
        "protectedRanges": [protected(p) for p in sheet.protected],
        "conditionalFormats": [_conditional(rule) for rule in sheet.conditional],
        "filterViews": [_ranged(view) for view in sheet.filter_views],
        "bandedRanges": [_ranged(band) for band in sheet.banding],
        "basicFilter": _ranged(sheet.basic_filter) if sheet.basic_filter else None,
        "rowGroups": [_ranged(group) for group in sheet.groups.get("ROWS", [])],
        "columnGroups": [_ranged(group) for group in sheet.groups.get("COLUMNS", [])],
        "developerMetadata": [
            metadata(m) for m in book.metadata if m["location"].get("sheetId") == sheet.id
        ],
    }
    answer: dict[str, Any] = {"properties": sheet_properties(book, sheet)}
    answer |= {name: part for name, part in parts.items() if part}
    if grid_data:
        spans = _of(areas, sheet) if areas is not None else [sheet.whole]
        answer["data"] = [_data(book, sheet, area, tree) for area in spans]
    return answer


def _of(areas: list[tuple[Sheet, Area]] | None, sheet: Sheet) -> list[Area]:
    return [area for other, area in areas or [] if other is sheet]


def _data(book: Book, sheet: Sheet, area: Area, tree: Tree) -> dict[str, Any]:
    below = _below(tree, "sheets", "data")
    answer: dict[str, Any] = {}
    if area.top:
        answer["startRow"] = area.top
    if area.left:
        answer["startColumn"] = area.left
    if masks.wants(below, "rowData"):
        rows = _rows(sheet, area, _below(below, "rowData", "values"))
        answer |= {"rowData": rows} if rows else {}
    spans = {"ROWS": range(area.top, area.bottom), "COLUMNS": range(area.left, area.right)}
    for dimension, name in (("ROWS", "rowMetadata"), ("COLUMNS", "columnMetadata")):
        if masks.wants(below, name):
            answer[name] = [_dimension(book, sheet, dimension, i) for i in spans[dimension]]
    return answer


def _dimension(book: Book, sheet: Sheet, dimension: str, index: int) -> dict[str, Any]:
    usual = {"pixelSize": 21 if dimension == "ROWS" else 100}
    answer = usual | sheet.dimensions.get(dimension, {}).get(index, {})
    place = {
        "sheetId": sheet.id,
        "dimension": dimension,
        "startIndex": index,
        "endIndex": index + 1,
    }
    here = [metadata(m) for m in book.metadata if m["location"].get("dimensionRange") == place]
    return answer | {"developerMetadata": here} if here else answer


def _below(tree: Tree, *path: str) -> Tree:
    for name in path:
        if not tree or "*" in tree or name not in tree:
            return {}
        tree = tree[name]
    return tree


def _rows(sheet: Sheet, area: Area, tree: Tree) -> list[dict[str, Any]]:
    """Return RowData; what a mask leaves nothing of is cut at the end, as blanks are."""
    parts = {name: make for name, make in CELL_PARTS.items() if not tree or name in tree}
    nested = {name: below for name, below in tree.items() if below}
    rows = masks.Masked()
    for row in sheet.rows[area.top : area.bottom]:
        cells = [_cell(cell, parts) for cell in row[area.left : area.right]]
        if nested:
            cells = [masks.kept(tree, cell) for cell in cells]
        while cells and not cells[-1]:
            cells.pop()
        rows.append({"values": cells} if cells else {})
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _cell(cell: Cell | None, parts: dict[str, Callable[[Cell], Any]]) -> dict[str, Any]:
    if cell is None:
        return {}
    return {name: part for name, make in parts.items() if (part := make(cell)) is not None}


CELL_PARTS: dict[str, Callable[[Cell], Any]] = {
    "userEnteredValue": entered,
    "effectiveValue": extended,
    "formattedValue": lambda cell: cell.shown or None,
    "userEnteredFormat": lambda cell: cell.format or None,
    "effectiveFormat": lambda cell: _effective_format(cell),
    "note": lambda cell: cell.note or None,
    "dataValidation": lambda cell: cell.validation,
}


def _effective_format(cell: Cell) -> dict[str, Any] | None:
    return _over(EFFECTIVE_FORMAT | {"horizontalAlignment": _side(cell)}, cell.format or {})


def _side(cell: Cell) -> str:
    if isinstance(cell.value, bool) or cell.error:
        return "CENTER"
    return "RIGHT" if isinstance(cell.value, int | float) else "LEFT"


def _over(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    whole = ("backgroundColor", "foregroundColor", "rgbColor")
    return base | {
        name: _over(base[name], value)
        if isinstance(value, dict) and isinstance(base.get(name), dict) and name not in whole
        else value
        for name, value in more.items()
    }


def _ranged(holder: dict[str, Any]) -> dict[str, Any]:
    return holder | {"range": ranges.shown(holder["range"])} if "range" in holder else holder


def named_range(named: dict[str, Any]) -> dict[str, Any]:
    """Return a NamedRange as answers give it."""
    return _ranged(named)


def protected(given: dict[str, Any]) -> dict[str, Any]:
    """Return a ProtectedRange as answers give it."""
    return _ranged(given)


def _conditional(rule: dict[str, Any]) -> dict[str, Any]:
    return rule | {"ranges": [ranges.shown(given) for given in rule["ranges"]]}


def metadata(entry: dict[str, Any]) -> dict[str, Any]:
    """Return DeveloperMetadata as answers give it."""
    location = dict(entry["location"])
    if "dimensionRange" in location:
        location["dimensionRange"] = ranges.shown(location["dimensionRange"])
    return entry | {"location": location}
