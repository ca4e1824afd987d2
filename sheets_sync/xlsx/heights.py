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
MOST_LINES = 12
"""A longer text is cut off to the eye, so that one report never fills the screen."""

_ROW = re.compile(rb"<row [^>]*>")
_NUMBER = re.compile(rb'\br="(\d+)"')


class _Automatic(RowDimension):
    """A height that was reckoned from the text, not set by a person."""

    @property
    def customHeight(self) -> bool:
        return False


def fit(sheet: Sheet, row: int, values: Mapping[int, object]) -> None:
    """Make a new row as high as its longest text asks for; LibreOffice does not by itself.

    `values` are its cells by column index: asking the sheet for a row looks at all its cells.
    """
    lines = max((_lines(sheet, column, value) for column, value in values.items()), default=1)
    if lines > 1:
        sheet.row_dimensions[row] = _Automatic(
            sheet, index=row, ht=LINE * min(lines, MOST_LINES) + 1
        )


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


def _lines(sheet: Sheet, column: int, value: object) -> int:
    shape = columns.format_of(sheet, column)
    width = shape.width if shape is not None and shape.width else 13
    if not isinstance(value, str) or shape is None or not shape.alignment.wrap_text:
        return 1
    return sum(1 + int(len(line) * 1.05 / width) for line in value.split("\n"))
