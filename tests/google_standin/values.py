"""Values of a range: read, written, appended, cleared; counted as Google counts them."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.google_standin import a1, entering
from tests.google_standin.a1 import Area, Rect
from tests.google_standin.book import Book, beyond_grid, within
from tests.google_standin.cells import Cell, Value
from tests.google_standin.display import shown
from tests.google_standin.grid import Row, Sheet
from tests.google_standin.wire import Json, invalid

Rows = list[list[Value]]
Enter = Callable[[Json, Cell, str], Cell]
BOTH = {"RAW": entering.raw, "USER_ENTERED": entering.user_entered}


def enter(option: str | None) -> Enter:
    """Return how values are taken: it must be said."""
    if option not in BOTH:
        raise invalid(
            "'valueInputOption' is required but not specified"
            if option in (None, "", "INPUT_VALUE_OPTION_UNSPECIFIED")
            else f"Invalid value at 'value_input_option', {option!r}"
        )
    return BOTH[option]


def read(sheet: Sheet, area: Area, render: str, dates: str, major: str) -> dict[str, Any]:
    """Return the ValueRange of an area: trailing blanks cut, `values` absent where all is blank."""
    take = _renderer(render, dates)
    lines = [take(row[area.left : area.right]) for row in sheet.rows[area.top : area.bottom]]
    columns = major == "COLUMNS"
    if columns:
        wide = max(map(len, lines), default=0)
        lines = [[line[i] if i < len(line) else "" for line in lines] for i in range(wide)]
    for line in lines:
        while line and line[-1] == "":
            line.pop()
    while lines and not lines[-1]:
        lines.pop()
    answer: dict[str, Any] = {
        "range": a1.name(sheet.title, area),
        "majorDimension": "COLUMNS" if columns else "ROWS",
    }
    return answer | {"values": lines} if lines else answer


def _renderer(render: str, dates: str) -> Callable[[Row], list[Value]]:
    if render in ("", "FORMATTED_VALUE"):
        return lambda row: ["" if cell is None else cell.shown for cell in row]
    as_text = dates == "FORMATTED_STRING"
    if render == "UNFORMATTED_VALUE":
        return lambda row: [_unformatted(cell, as_text) for cell in row]
    if render == "FORMULA":
        return lambda row: [
            cell.formula if cell and cell.formula else _unformatted(cell, as_text) for cell in row
        ]
    raise invalid(f"Invalid value at 'value_render_option', {render!r}")


def _unformatted(cell: Cell | None, as_text: bool) -> Value:
    if cell is None or cell.value is None:
        return cell.error if cell else ""
    if as_text and cell.format and cell.pattern[0] in ("DATE", "TIME", "DATE_TIME"):
        return cell.shown
    return cell.value


def rows_of(given: Json, major: str | None, *, name: str = "data.values") -> Rows:
    """Return the rows of a body's `values`, whichever way they lie."""
    if given is None:
        return []
    if not isinstance(given, list):
        raise not_a_list(name, given)
    for index, line in enumerate(given):
        if not isinstance(line, list):
            raise not_a_list(f"{name}[{index}]", line)
    if major != "COLUMNS":
        return given
    wide = max(map(len, given), default=0)
    return [[line[i] if i < len(line) else None for line in given] for i in range(wide)]


def not_a_list(name: str, given: Json) -> Exception:
    """Return the refusal of `values` that are no list, as recorded."""
    text = f'"{given}"' if isinstance(given, str) else str(given)
    message = f"Invalid value at '{name}' (type.googleapis.com/google.protobuf.ListValue), {text}"
    violation = {"field": name, "description": message}
    return invalid(
        message,
        [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}],
    )


def write(book: Book, sheet: Sheet, rect: Rect, rows: Rows, take: Enter) -> dict[str, Any]:
    """Write rows from the corner of a rectangle; return the UpdateValuesResponse."""
    area = within(sheet, rect)
    if (rect.bottom or 0) > sheet.row_count or (rect.right or 0) > sheet.column_count:
        raise beyond_grid(sheet, rect)
    high, wide = len(rows), max(map(len, rows), default=0)
    _check_fits(sheet, rect, area, high, wide)
    sheet.reach(area.top + high, area.left + wide)
    put(book, sheet, area.top, area.left, rows, take)
    return updated(book, sheet, area.top, area.left, rows)


def put(book: Book, sheet: Sheet, top: int, left: int, rows: Rows, take: Enter) -> None:
    """Enter values; null leaves a cell alone."""
    locale = book.locale
    for number, line in enumerate(rows, start=top):
        for index, value in enumerate(line, start=left):
            if value is not None:
                book.put(sheet, number, index, take(value, sheet.cell(number, index), locale))


def _check_fits(sheet: Sheet, rect: Rect, area: Area, high: int, wide: int) -> None:
    is_cell = (rect.bottom, rect.right) == (rect.top + 1, rect.left + 1)
    if is_cell:
        return
    where = f"Requested writing within range [{a1.name(sheet.title, area)}]"
    if rect.bottom is not None and area.top + high > rect.bottom:
        raise invalid(f"{where}, but tried writing to row [{rect.bottom + 1}]")
    if rect.right is not None and area.left + wide > rect.right:
        raise invalid(f"{where}, but tried writing to column [{a1.column_letters(rect.right)}]")


def updated(book: Book, sheet: Sheet, top: int, left: int, rows: Rows) -> dict[str, Any]:
    """Return what was written: the rectangle whole, the counts without what null left alone."""
    high, wide = max(len(rows), 1), max(max(map(len, rows), default=0), 1)
    written = [(r, c) for r, line in enumerate(rows) for c, v in enumerate(line) if v is not None]
    counts = {
        "updatedRows": len({row for row, _ in written}),
        "updatedColumns": len({column for _, column in written}),
        "updatedCells": len(written),
    }
    area = Area(top, top + high, left, left + wide)
    return {
        "spreadsheetId": book.id,
        "updatedRange": a1.name(sheet.title, area),
        **{name: count for name, count in counts.items() if count},
    }


def clear(sheet: Sheet, area: Area, locale: str) -> str:
    """Remove the values of an area, not its formats; return its name."""
    for number, row in enumerate(sheet.rows[area.top : area.bottom], start=area.top):
        for index in range(area.left, min(area.right, len(row))):
            cell = row[index]
            if cell is not None and (cell.value is not None or cell.formula or cell.error):
                sheet.put(number, index, entering.holding(None, cell, locale))
    return a1.name(sheet.title, area)


def table(sheet: Sheet, rect: Rect) -> Area | None:
    """Return the table an append finds in a range: the last block there, whole; or nothing."""
    area = within(sheet, rect)
    for row in range(min(area.bottom, len(sheet.rows)) - 1, area.top - 1, -1):
        if sheet.has_value(row, area.left, area.right):
            return _block(sheet, row, _last_column(sheet, row, area))
    return None


def _last_column(sheet: Sheet, row: int, area: Area) -> int:
    return max(c for c in range(area.left, area.right) if sheet.has_value(row, c, c + 1))


def _block(sheet: Sheet, row: int, column: int) -> Area:
    """Return the block around a cell: it ends where a whole row or column beside it is blank."""
    top, bottom, left, right = row, row + 1, column, column + 1
    while True:
        old = (top, bottom, left, right)
        while sheet.has_value(bottom, left - 1, right + 1):
            bottom += 1
        while sheet.has_value(top - 1, left - 1, right + 1):
            top -= 1
        if left and _column_has_value(sheet, left - 1, top - 1, bottom + 1):
            left -= 1
        if _column_has_value(sheet, right, top - 1, bottom + 1):
            right += 1
        if old == (top, bottom, left, right):
            return Area(top, bottom, left, right)


def _column_has_value(sheet: Sheet, column: int, top: int, bottom: int) -> bool:
    return any(sheet.has_value(row, column, column + 1) for row in range(max(top, 0), bottom))


def append(
    book: Book, sheet: Sheet, rect: Rect, rows: Rows, take: Enter, *, insert: bool
) -> tuple[dict[str, Any], Area]:
    """Write below the table of a range; return the AppendValuesResponse and where it went."""
    found = table(sheet, rect)
    top, left = (found.bottom, found.left) if found else (rect.top, rect.left)
    high, wide = len(rows), max(map(len, rows), default=0)
    if not found:
        _check_fits(sheet, rect, within(sheet, rect), 0, wide)
    answer: dict[str, Any] = {"spreadsheetId": book.id}
    if found:
        answer["tableRange"] = a1.name(sheet.title, found)
    if insert and top < sheet.row_count and high:
        book.insert(sheet, "ROWS", top, high, None)
    sheet.reach(top + high, left + wide)
    put(book, sheet, top, left, rows, take)
    answer["updates"] = updated(book, sheet, top, left, rows)
    return answer, Area(top, top + max(high, 1), left, left + max(wide, 1))


def rendered(cells: Sequence[Cell], locale: str) -> list[Cell]:
    """Return cells with what they show worked out again, after their formats changed."""
    return [
        cell._replace(shown=cell.error or shown(cell.value, cell.pattern, locale)) for cell in cells
    ]
