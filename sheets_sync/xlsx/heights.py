"""Rows and their texts → heights that editors may go on fitting to the text.

openpyxl marks every height that it writes as fixed by hand; then rows would no longer grow
with their text once it has saved a workbook.
"""

import re
from collections.abc import Mapping

from openpyxl import Workbook as Book
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.worksheet import Worksheet as Sheet

from sheets_sync.xlsx import columns
from sheets_sync.xlsx.package import Package

LINE = 15.0
"""Points."""
LETTER = 0.9
"""Width of a letter, where that of a column is counted in digits; it allows for words that move to
the next line whole."""
MOST_LINES = 12
"""A longer text is cut off to the eye, so that one report never fills the screen."""

SHORT = 20
"""So many letters stand on one line in nearly every column."""

_ROW = re.compile(rb"<row [^>]*>")
_NUMBER = re.compile(rb'\br="(\d+)"')


class _Automatic(RowDimension):
    """A height that was reckoned from the text, not set by a person."""

    @property
    def customHeight(self) -> bool:
        return False


def fit(sheet: Sheet, row: int, values: Mapping[int, object]) -> None:
    """Make a row as high as its longest text asks for; LibreOffice does not by itself.

    `values` are its cells by column index: asking the sheet for a row looks at all its cells. A
    height that a person chose stays.
    """
    height = _height(sheet, values)
    before = sheet.row_dimensions.get(row)
    if before is None and height:
        sheet.row_dimensions[row] = _Automatic(sheet, index=row, ht=height)
    elif isinstance(before, _Automatic):  # which may be hidden, by a filter say
        before.ht = height


def may_wrap(value: object) -> bool:
    """Tell, at little cost, whether a value may need more than one line."""
    return isinstance(value, str) and (len(value) > SHORT or "\n" in value)


def fit_anew(sheet: Sheet, row: int, width: int) -> None:
    """Make a row as high as it has to be after an edit; the sheet is so many columns wide."""
    cells = ((at, sheet._cells.get((row, at + 1))) for at in range(width))
    fit(sheet, row, {at: cell.value for at, cell in cells if cell is not None})


def forget(sheet: Sheet) -> None:
    """Drop the heights below the header that were reckoned from what stood there."""
    for row, dimension in sheet.row_dimensions.items():
        if row > 1 and isinstance(dimension, _Automatic):
            dimension.ht = None


def keep_automatic(book: Book, package: Package) -> None:
    """Mark the heights that nobody set by hand, which openpyxl does not tell apart."""
    parts = package.sheets()
    for sheet in book.worksheets:
        part = parts.get(sheet.title, "")
        fixed = _fixed(package.part(part)) if part in package.formulas else set()
        for row, dimension in sheet.row_dimensions.items():
            if row not in fixed:
                dimension.__class__ = _Automatic


def _fixed(xml: bytes) -> set[int]:
    if b"customHeight" not in xml:
        return set()
    marked = (tag for tag in _ROW.findall(xml) if re.search(rb'customHeight="(1|true)"', tag))
    return {int(number[1]) for tag in marked if (number := _NUMBER.search(tag))}


def _height(sheet: Sheet, values: Mapping[int, object]) -> float | None:
    """Return the height of a row with these values; None for a row of one line."""
    lines = max((_lines(sheet, column, value) for column, value in values.items()), default=1)
    return LINE * min(lines, MOST_LINES) + 1 if lines > 1 else None


def _lines(sheet: Sheet, column: int, value: object) -> int:
    shape = columns.format_of(sheet, column)
    width = shape.width if shape is not None and shape.width else 13
    if not isinstance(value, str) or shape is None or not shape.alignment.wrap_text:
        return 1
    return sum(1 + int(len(line) * LETTER / width) for line in value.split("\n"))
