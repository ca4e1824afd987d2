"""A workbook's package → its worksheets as plain values, with the faults of cells in place."""

from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from sheets_sync.spreadsheet import Cell, CellFault, Worksheet
from sheets_sync.xlsx.package import Package, damaged

_EPOCH = date(1899, 12, 30).toordinal()
_DAY = 86_400


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
    for row in rows:
        for index, value in enumerate(row):
            if type(value) is not str:
                row[index] = _plain(value)
    return rows


def _set(rows: list[list[Cell]], row: int, column: int, fault: CellFault) -> None:
    while len(rows) < row:
        rows.append([])
    cells = rows[row - 1]
    cells.extend([""] * (column + 1 - len(cells)))
    cells[column] = fault


def _plain(value: float | bool | date | datetime | time | timedelta) -> float | int | bool:
    if isinstance(value, bool):
        return value
    number = value if isinstance(value, float | int) else _serial(value)
    return int(number) if number == int(number) else number


def _serial(value: date | time | timedelta) -> float:
    if isinstance(value, datetime):
        return value.toordinal() - _EPOCH + _part_of_day(value)
    if isinstance(value, date):
        return value.toordinal() - _EPOCH
    if isinstance(value, time):
        return _part_of_day(value)
    return value.total_seconds() / _DAY


def _part_of_day(value: datetime | time) -> float:
    seconds = value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    return seconds / _DAY
