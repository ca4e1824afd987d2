"""A value and an openpyxl cell → the cell holds exactly that value; text is never calculated."""

import re
from datetime import date, datetime, timedelta

from openpyxl.cell.cell import Cell

from sheets_sync.look import DATE_FORMAT, MOMENT_FORMAT
from sheets_sync.spreadsheet import LONGEST_TEXT, Value, too_long

# What XML 1.0 cannot hold (fault 8).
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Spreadsheets read _x000D_ as a carriage return; the underscore before it is written as _x005F_.
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
# What an editor would take for a formula or a number when the cell is edited.
_CALCULABLE = re.compile(r"[=+\-@'\t\r\n]|[\d.,:/\-+ eE%]+\Z")


def put(cell: Cell, value: Value) -> None:
    """Set the cell's value and, only where the kind of value asks for it, its format."""
    if isinstance(value, str):
        _put_text(cell, value)
    elif isinstance(value, date):
        _put_date(cell, value)
    else:
        cell.value = value


def _put_text(cell: Cell, text: str) -> None:
    kept = _FORBIDDEN.sub("", text)
    length = len(kept.encode("utf-16-le")) // 2
    if length > LONGEST_TEXT:
        raise too_long(f"{cell.parent.title}!{cell.coordinate}", length)
    if not kept:
        cell.value = None
        return
    # openpyxl guesses from the first character, so the kind is set after the value (fault 9).
    cell.value = "text"
    cell._value = _ESCAPE_LIKE.sub("_x005F_", kept).replace("\r", "_x000D_")  # type: ignore[attr-defined]
    cell.data_type = "s"
    if _CALCULABLE.match(kept) and not cell.quotePrefix:
        cell.quotePrefix = True


def _put_date(cell: Cell, value: date) -> None:
    wanted = MOMENT_FORMAT if isinstance(value, datetime) else DATE_FORMAT
    kept = cell.number_format if cell.is_date or _is_date_format(cell) else wanted
    cell.value = _to_the_second(value)
    cell.number_format = kept


def _is_date_format(cell: Cell) -> bool:
    return cell.number_format in (DATE_FORMAT, MOMENT_FORMAT)


def _to_the_second(value: date) -> date:
    if not isinstance(value, datetime):
        return value
    return (value + timedelta(microseconds=500_000)).replace(microsecond=0)
