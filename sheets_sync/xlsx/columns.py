"""A sheet and a column's index → the format of the whole column.

One entry of the file may stand for many columns; openpyxl keeps it under the first one's letter.
"""

from copy import copy
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet as Sheet


def format_of(sheet: Sheet, index: int) -> Any:
    """Return the entry that holds for the column, None when there is none."""
    number = index + 1
    for letter, entry in sheet.column_dimensions.items():
        if entry.min is None or entry.max is None:
            if letter == get_column_letter(number):
                return entry
        elif entry.min <= number <= entry.max:
            return entry
    return None


def own_format(sheet: Sheet, index: int) -> Any:
    """Return an entry for this column alone; its neighbours keep what they had."""
    shared = format_of(sheet, index)
    number = index + 1
    if shared is None or shared.min is None or shared.min == shared.max:
        return sheet.column_dimensions[get_column_letter(number)]
    first, last = shared.min, shared.max
    for left, right in ((first, index), (number, number), (number + 1, last)):
        if left <= right:
            part = copy(shared)
            part.min, part.max, part.index = left, right, get_column_letter(left)
            sheet.column_dimensions[part.index] = part
    return sheet.column_dimensions[get_column_letter(number)]
