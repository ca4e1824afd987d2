"""One cell <-> the text, day or moment that it stands for."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from forms.rules import Fault, check_day, clean, read_date
from forms.wording import N_
from sheets_sync.spreadsheet import Cell, CellFault, Value

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - serial numbers count in the spreadsheet's own zone
SECOND = 1 / 86400
EXAMPLE = "2026-11-30"


def as_text(cell: Cell) -> str:
    """Return what a text column's cell says; a number as its shortest decimal (`42`, `2.5`)."""
    if isinstance(cell, str):
        return clean(cell)
    if cell is None or isinstance(cell, CellFault):
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e16:
        return str(int(cell))
    return repr(cell)


@lru_cache(maxsize=16384)
def as_day(cell: Cell, *, today: date) -> date | Fault | None:
    """Return the day that a date column's cell names, None when blank, or what is wrong with it."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, str):
        return read_date(clean(cell), today=today)
    day = _serial_day(cell)
    if day is None:
        return Fault(
            N_("“{value}” is not a date"),
            N_("write year, month and day like this: {example}"),
            {"value": as_text(cell), "example": today.isoformat()},
        )
    return check_day(day, today=today) or day


def any_day(cell: Cell) -> date | Fault | None:
    """Return the day of a cell that may lie in the future, such as the end of a break."""
    if cell is None:  # most cells
        return None
    found = as_day(cell, today=date.max - timedelta(days=1))
    if isinstance(found, Fault) and "example" in found.values:
        return replace(found, values={**found.values, "example": EXAMPLE})
    return found


def _serial_day(cell: Cell) -> date | None:
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not 1 <= cell < 2958466:
        return None
    return (EPOCH + timedelta(days=int(cell))).date()


@lru_cache(maxsize=16384)
def as_serial(value: date | datetime) -> float:
    """Return the serial number of a day or naive moment."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return (moment - EPOCH) / timedelta(days=1)


def holds(cell: Cell, value: Value) -> bool:
    """Tell whether a cell already shows a value, so that nothing need be written."""
    if cell is None:
        return value is None or value == ""
    if cell == value:
        return type(cell) is not bool or type(value) is bool
    if value is None or value == "":
        return cell == ""
    if isinstance(value, date):
        number = isinstance(cell, int | float) and not isinstance(cell, bool)
        return number and abs(float(cell) - as_serial(value)) < SECOND  # type: ignore[arg-type]
    return False


def shown(cell: Cell) -> str:
    """Return a cell's content for a Problem: on one line, at most 60 characters."""
    text = cell.what if isinstance(cell, CellFault) else as_text(cell)
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
