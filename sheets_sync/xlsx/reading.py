"""The bytes of a workbook → its worksheets as plain values, with the faults of cells in place."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum

from sheets_sync.spreadsheet import Cell, Worksheet

_EPOCH = date(1899, 12, 30).toordinal()
_DAY = 86_400


def read_worksheets(content: bytes) -> list[Worksheet]:
    """Return every tab; chart sheets hold no cells and are left out."""
    with CalamineWorkbook.from_filelike(BytesIO(content)) as book:
        return [
            Worksheet(found.name, _plain_rows(book.get_sheet_by_name(found.name)))
            for found in book.sheets_metadata
            if found.typ is SheetTypeEnum.WorkSheet
        ]


def _plain_rows(sheet: CalamineSheet) -> Sequence[Sequence[Cell]]:
    rows = sheet.to_python(skip_empty_area=False)
    # One loop without calls for text, which most cells are: 100,000 rows pass through here.
    for row in rows:
        for index, value in enumerate(row):
            if type(value) is not str:
                row[index] = _plain(value)
    return rows


def _plain(value: float | bool | date | datetime | time | timedelta) -> float | int | bool:
    kind = type(value)
    if kind is bool:
        return value
    number = value if kind is float or kind is int else _serial(value)
    return int(number) if number == int(number) else number


def _serial(value: date | datetime | time | timedelta) -> float:
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
