"""The XML of a workbook's parts -> how much reading it would take, before anything is read.

Fault 33. python-calamine lays out every cell from the first to the last that holds something, and
copies a shared string into each cell that shows it: a file of some kilobytes could ask for all
memory. What is here takes time in proportion to the bytes, whatever they are.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

A_ROW = 5
"""A row takes as long as so many cells."""
MOST_CELLS = 3_000_000
"""Laid out in all tabs together: 100,000 reports with twice as many columns as Tidings needs."""
_RUNGS = (("X", 99_999), ("I", 199_999), ("IF", 9_999))
"""Rectangles of somewhat fewer cells: last column, last row."""
_SMALL = 1 << 20

_PLACE = re.compile(rb"r\s*+=\s*+[\"']([A-Za-z]*+)(\d++)[\"']")
# In the ordinary form only, in which no attribute can hide another one.
_EMPTY_CELL = re.compile(rb'<(?:\w+:)?c r="[A-Z]+\d+"(?: \w+="\w*")*+\s?(?:/>|></(?:\w+:)?c>)')
_EMPTY_ROW = re.compile(
    rb'<(?:\w+:)?row r="\d+"(?: [\w:]+="[\w.: -]*")*+\s?(?:/>|>\s*+</(?:\w+:)?row>)'
)
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_SHARED = re.compile(rb't\s*+=\s*+["\']s["\'][^<>]*+>\s*+<(?:\w+:)?v>\s*+(\d{1,9})\s*+<')


def cells_laid_out(sheets: Sequence[bytes]) -> int:
    """Return how many cells, rows counted in, reach from the corner to the last that holds any."""
    roughly = sum(map(_at_most, sheets))
    return roughly if roughly <= MOST_CELLS else sum(map(_reach, sheets))


def cells_merged(xml: bytes) -> int:
    """Return how many cells of a sheet are hidden behind merged ones."""
    return sum(
        (int(bottom) - int(top) + 1) * (column(right) - column(left) + 1)
        for left, top, right, bottom in _MERGED.findall(xml, max(xml.rfind(b"sheetData"), 0))
    )


def characters_shown(sheets: Sequence[bytes], strings: bytes, *, limit: int) -> int:
    """Return how many characters the cells with shared strings hold, roughly if within a limit."""
    lengths = [len(one) for one in re.split(rb"</(?:\w+:)?si\s*+>", strings)]
    longest = max(lengths)
    roughly = longest * sum(xml.count(b"v>") for xml in sheets)
    if roughly <= limit:
        return roughly
    shown = (int(at) for xml in sheets for at in _SHARED.findall(xml))
    return sum(lengths[at] if at < len(lengths) else longest for at in shown)


@lru_cache(maxsize=2048)
def column(letters: bytes) -> int:
    """Return the number of a column, from 1; 0 for none."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _at_most(xml: bytes) -> int:
    if len(xml) < _SMALL:
        return _reach(xml)
    for letters, row in _RUNGS:
        if not _outside(letters, str(row)).search(xml):
            return row * (column(letters.encode()) + A_ROW)
    return _reach(xml)


def _outside(letters: str, digits: str) -> re.Pattern[bytes]:
    """Return what finds a place that is not within some columns and as many digits of rows."""
    here, more = letters[0], len(letters) - 1
    columns = rf"[A-Z]{{0,{more}}}|[A-{here}][A-Z]{{{more}}}"
    rows = rf"\d{{1,{len(digits) - 1}}}|[1-{digits[0]}]\d{{{len(digits) - 1}}}"
    return re.compile(rf"""r\s*+=\s*+(?!["'](?:{columns})(?:{rows})["'])""".encode("ascii"))


def _reach(xml: bytes) -> int:
    """Return how many cells reach down to a sheet's last row and across to its last column."""
    # Programs write formats of whole columns down to the last row, which costs nothing to read.
    filled = _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", xml))
    places = _PLACE.findall(filled)
    columns = {letters[:4] for letters, _ in places}
    rows = {digits[:9] for _, digits in places}
    return max(map(int, rows), default=0) * (max(map(column, columns), default=0) + A_ROW)
