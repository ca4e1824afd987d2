"""A value <-> a cell as Google's API holds it; text is never calculated, nothing is cut."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sheets_sync.cells import as_serial
from sheets_sync.spreadsheet import LONGEST_TEXT, Cell, CellFault, Value, too_long

DAY = {"type": "DATE", "pattern": "yyyy-mm-dd"}
MOMENT = {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}
PLAIN_TEXT = {"type": "TEXT"}
ERRORS = frozenset(
    ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#ERROR!", "Loading...")
)
"""What a formula that went wrong shows; the values of a range cannot tell it from text."""

# What a sheet cannot hold (fault 8).
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def cell_data(value: Value, *, formatted: bool, place: str) -> dict[str, Any]:
    """Return a value as CellData. Raises SheetUnwritable when a text is too long."""
    if value is None or value == "":
        return {}
    cell: dict[str, Any] = {"userEnteredValue": _extended(value, place)}
    if formatted and (number_format := _format(value)):
        cell["userEnteredFormat"] = {"numberFormat": number_format}
    return cell


def _extended(value: Value, place: str) -> dict[str, Any]:
    if isinstance(value, str):
        return {"stringValue": _text(value, place)}
    if isinstance(value, bool):
        return {"boolValue": value}
    return {"numberValue": as_serial(value) if isinstance(value, date) else value}


def _text(text: str, place: str) -> str:
    kept = _FORBIDDEN.sub("", text)
    length = len(kept.encode("utf-16-le")) // 2
    if length > LONGEST_TEXT:
        raise too_long(place, length)
    return kept


def _format(value: Value) -> Mapping[str, str] | None:
    if isinstance(value, datetime):
        return MOMENT
    if isinstance(value, date):
        return DAY
    # Else a person who looks into the cell and leaves it with Enter makes 0042 a number.
    return PLAIN_TEXT if isinstance(value, str) else None


def is_dated(value: Value) -> bool:
    """Tell whether a value needs the format of a date to be read as one."""
    return isinstance(value, date)


def written(value: Value) -> Cell:
    """Return what a cell reads after this value was put there."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _FORBIDDEN.sub("", value)
    return plain_number(as_serial(value)) if isinstance(value, date) else value


def plain_cell(value: object) -> Cell:
    """Return a cell of an answer; whole numbers as such."""
    if isinstance(value, float):
        return plain_number(value)
    if value is None or isinstance(value, str | int):
        return value
    return CellFault(str(value))


def plain_number(value: float) -> float | int:
    """Return a number as Google's JSON has it."""
    return int(value) if value.is_integer() and abs(value) < 1e15 else value
