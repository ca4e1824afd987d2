"""One cell: what was entered, what it is, how it shows, and what hangs on it.

Cells never change, they are replaced: so that a batch that fails is undone by keeping the old rows.
"""

from typing import Any, NamedTuple

Value = str | int | float | bool | None
Format = dict[str, Any]


class Cell(NamedTuple):
    """What one place of a sheet holds; `shown` is ready, so that reading is fast."""

    value: Value = None
    """The effective value; dates are serial numbers, None is a blank."""
    shown: str = ""
    formula: str = ""
    error: str = ""
    format: Format | None = None
    note: str = ""
    validation: dict[str, Any] | None = None

    @property
    def is_bare(self) -> bool:
        """Say whether nothing at all is here, not even a format."""
        return self == BARE

    @property
    def pattern(self) -> tuple[str, str]:
        """Return kind and pattern of the number format, both empty where it is automatic."""
        number = (self.format or {}).get("numberFormat") or {}
        return number.get("type", ""), number.get("pattern", "")


BARE = Cell()
MAX_TEXT = 50_000


def plain(value: Value) -> Value:
    """Return a number as Google gives it: whole ones without a point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return int(value)
    return value


def entered(cell: Cell) -> dict[str, Any] | None:
    """Return the ExtendedValue that was entered; None for a blank."""
    return {"formulaValue": cell.formula} if cell.formula else extended(cell)


def extended(cell: Cell) -> dict[str, Any] | None:
    """Return the effective ExtendedValue; None for a blank."""
    if cell.error:
        return {"errorValue": {"type": _ERRORS.get(cell.error, "ERROR"), "message": cell.error}}
    match cell.value:
        case None:
            return None
        case bool():
            return {"boolValue": cell.value}
        case int() | float():
            return {"numberValue": cell.value}
        case _:
            return {"stringValue": cell.value}


_ERRORS = {
    "#REF!": "REF",
    "#NAME?": "NAME",
    "#DIV/0!": "DIVIDE_BY_ZERO",
    "#VALUE!": "VALUE",
    "#N/A": "N_A",
    "#NUM!": "NUM",
}
