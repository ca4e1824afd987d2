"""A workbook's package → its worksheets as plain values, with the faults of cells in place."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from sheets_sync.spreadsheet import Cell, CellFault, Worksheet
from sheets_sync.xlsx.package import Package, damaged

_EPOCH = datetime.fromisoformat("1899-12-30")


def read_worksheets(package: Package) -> tuple[Worksheet, ...]:
    """Return every tab; chart sheets hold no cells and are left out."""
    parts = package.sheets()
    try:
        with CalamineWorkbook.from_filelike(BytesIO(package.content)) as book:
            return tuple(
                _worksheet(package, parts.get(found.name, ""), book.get_sheet_by_name(found.name))
                for found in book.sheets_metadata
                if found.typ is SheetTypeEnum.WorkSheet
            )
    except (CalamineError, ValueError) as fault:
        raise damaged(package, fault) from fault


def _worksheet(package: Package, part: str, sheet: CalamineSheet) -> Worksheet:
    rows = _plain_rows(sheet)
    if part in package.formulas:
        for (row, column), fault in package.formulas[part].faults.items():
            _set(rows, row, column, fault)
    return Worksheet(sheet.name, rows)


def _plain_rows(sheet: CalamineSheet) -> list[list[Cell]]:
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    # One loop without calls for text, which most cells are: 100,000 rows pass through here.
    blank = [""] * sheet.total_width
    for row in rows:
        if row == blank:
            continue
        for index, value in enumerate(row):
            kind = type(value)
            if kind is not str:
                row[index] = _PLAIN[kind](value)
    return rows


def _set(rows: list[list[Cell]], row: int, column: int, fault: CellFault) -> None:
    while len(rows) < row:
        rows.append([])
    cells = rows[row - 1]
    cells.extend([""] * (column + 1 - len(cells)))
    cells[column] = fault


def _number(value: float) -> float | int:
    return int(value) if value.is_integer() else value


def _day(value: date) -> int:
    return value.toordinal() - _EPOCH.toordinal()


def _moment(value: datetime) -> float | int:
    return _days(value - _EPOCH)


def _clock(value: time) -> float | int:
    return _moment(datetime.combine(_EPOCH, value))


def _days(value: timedelta) -> float | int:
    if not value.seconds and not value.microseconds:
        return value.days
    return value.days + (value.seconds + value.microseconds / 1e6) / 86_400


_PLAIN: dict[type, Callable[[Any], Cell]] = {
    bool: bool,
    int: int,
    float: _number,
    date: _day,
    datetime: _moment,
    time: _clock,
    timedelta: _days,
}
