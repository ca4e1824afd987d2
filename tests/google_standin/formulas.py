"""Formulas: worked out when something changed, rewritten when rows, columns or titles do.

Only what tests need is known: arithmetic, text joining, comparisons, references and a few
functions; any other function gives #NAME?, as an unknown one does on Google.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from tests.google_standin import a1
from tests.google_standin.cells import Cell, Value, plain
from tests.google_standin.display import serial, shown
from tests.google_standin.evaluate import Grid, Problem, evaluate
from tests.google_standin.grid import Sheet
from tests.google_standin.ranges import Move

REFERENCE = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")"""
    r"""|(?P<title>(?:'(?:[^']|'')*'|[A-Za-z_]\w*)!)?"""
    r"""(?P<ref>\$?[A-Za-z]{1,3}\$?\d+(?::\$?[A-Za-z]{1,3}\$?\d+)?(?![\w(])"""
    r"""|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w(])|\$?\d+:\$?\d+(?!\w))"""
)
_ONE = re.compile(r"(\$?)([A-Za-z]{0,3})(\$?)(\d*)")


def _mapped(formula: str, change: Callable[[str, str], str]) -> str:
    """Return a formula with each reference changed; texts in quotes stay."""

    def replace(found: re.Match[str]) -> str:
        if found["text"]:
            return found[0]
        before = formula[found.start() - 1 : found.start()]
        if before and (before.isalnum() or before in "_."):
            return found[0]
        return (found["title"] or "") + change(found["title"] or "", found["ref"])

    return REFERENCE.sub(replace, formula)


def copied(formula: str, rows: int, columns: int) -> str:
    """Return a formula as it reads when pasted so far away; $ holds a part in place."""

    def change(title: str, ref: str) -> str:
        return ":".join(_offset(part, rows, columns) for part in ref.split(":"))

    return _mapped(formula, change)


def _offset(part: str, rows: int, columns: int) -> str:
    hold_column, letters, hold_row, digits = _parts(part)
    if letters and not hold_column:
        column = a1.column_number(letters) + columns
        if column < 0:
            return "#REF!"
        letters = a1.column_letters(column)
    if digits and not hold_row:
        if int(digits) + rows < 1:
            return "#REF!"
        digits = str(int(digits) + rows)
    return hold_column + letters + hold_row + digits


def _parts(part: str) -> tuple[str, ...]:
    found = _ONE.fullmatch(part)
    assert found, part
    hold_column, letters, hold_row, digits = found.groups()
    # In `$5` the sign belongs to the row.
    return (
        ("", "", hold_column, digits) if not letters else (hold_column, letters, hold_row, digits)
    )


def after_move(formula: str, holder: str, changed: str, dimension: str, move: Move) -> str:
    """Return a formula of the sheet `holder` after rows or columns of `changed` moved."""

    def change(title: str, ref: str) -> str:
        named = title[:-1].strip("'").replace("''", "'") if title else holder
        if named.casefold() != changed.casefold():
            return ref
        return _moved(ref, dimension, move)

    return _mapped(formula, change)


def _moved(ref: str, dimension: str, move: Move) -> str:
    ends = [_parts(part) for part in ref.split(":")]
    indexes = [_index(end, dimension) for end in ends]
    if indexes[0] is None or indexes[-1] is None:
        return ref
    new = move(indexes[0], indexes[-1] + 1)
    if new is None:
        return "#REF!"
    places = (new[0], new[1] - 1)
    return ":".join(_with(end, dimension, place) for end, place in zip(ends, places, strict=False))


def _index(end: tuple[str, ...], dimension: str) -> int | None:
    if dimension == "ROWS":
        return int(end[3]) - 1 if end[3] else None
    return a1.column_number(end[1]) if end[1] else None


def _with(end: tuple[str, ...], dimension: str, place: int) -> str:
    if dimension == "ROWS":
        return f"{end[0]}{end[1]}{end[2]}{place + 1}"
    return f"{end[0]}{a1.column_letters(place)}{end[2]}{end[3]}"


def retitled(formula: str, old: str, new: str) -> str:
    """Return a formula after a sheet got another title."""

    def replace(found: re.Match[str]) -> str:
        title = found["title"]
        if not title or title[:-1].strip("'").replace("''", "'") != old:
            return found[0]
        return f"{a1.quoted(new)}!{found['ref']}"

    return REFERENCE.sub(replace, formula)


def recalculate(sheets: Sequence[Sheet], locale: str, now: Callable[[], datetime]) -> None:
    """Work out each formula of a spreadsheet and put what it gives into its cell."""
    grid = _Worked(sheets, now)
    for sheet in sheets:
        for row, column, cell in list(sheet.filled()):
            if cell.formula:
                sheet.put(row, column, _worked(cell, grid.at(sheet.title, row, column), locale))


def _worked(cell: Cell, value: Value | Problem, locale: str) -> Cell:
    if isinstance(value, Problem):
        return cell._replace(value=None, shown=value.code, error=value.code)
    value = plain(value)
    return cell._replace(value=value, shown=shown(value, cell.pattern, locale), error="")


class _Worked(Grid):
    """Cells of all sheets by name; each formula is worked out once."""

    def __init__(self, sheets: Sequence[Sheet], now: Callable[[], datetime]) -> None:
        self.sheets = {sheet.title.casefold(): sheet for sheet in sheets}
        self.now = now
        self.known: dict[tuple[str, int, int], Value | Problem] = {}

    def at(self, title: str, row: int, column: int) -> Value | Problem:
        """Return what a place gives; a circle of references gives #REF!."""
        sheet = self.sheets.get(title.casefold())
        if sheet is None:
            return Problem("#REF!")
        cell = sheet.cell(row, column)
        if not cell.formula:
            return Problem(cell.error) if cell.error else cell.value
        place = (sheet.title, row, column)
        if place not in self.known:
            self.known[place] = Problem("#REF!")
            self.known[place] = evaluate(cell.formula[1:], sheet.title, self)
        return self.known[place]

    def size(self, title: str) -> tuple[int, int]:
        """Return how far a sheet is filled."""
        sheet = self.sheets.get(title.casefold())
        return (0, 0) if sheet is None else (len(sheet.rows), max(map(len, sheet.rows), default=0))

    def today(self) -> float:
        """Return now as a serial number."""
        return serial(self.now().replace(tzinfo=None))
