"""GridRanges and DimensionRanges: as areas, and what becomes of them when rows move."""

from collections.abc import Callable
from typing import Any

from tests.google_standin.a1 import Area

Range = dict[str, Any]
Ends = tuple[int, int] | None
Move = Callable[[int, int], Ends]
"""Start and end of a span before a change -> after it; None once it is gone."""
KEYS = {
    "ROWS": ("startRowIndex", "endRowIndex"),
    "COLUMNS": ("startColumnIndex", "endColumnIndex"),
}
EVER = 10**9


def area(given: Range, rows: int, columns: int) -> Area:
    """Return a GridRange as an area, its open ends at those of the grid."""
    return Area(
        given.get("startRowIndex") or 0,
        min(given.get("endRowIndex", rows), rows),
        given.get("startColumnIndex") or 0,
        min(given.get("endColumnIndex", columns), columns),
    )


def of_area(sheet_id: int, found: Area) -> Range:
    """Return the GridRange of an area."""
    return {
        "sheetId": sheet_id,
        "startRowIndex": found.top,
        "endRowIndex": found.bottom,
        "startColumnIndex": found.left,
        "endColumnIndex": found.right,
    }


def shown(given: Range) -> Range:
    """Return a range as answers give it: a sheet id of 0 is left out."""
    return {name: value for name, value in given.items() if name != "sheetId" or value}


def overlaps(one: Area, other: Area) -> bool:
    """Say whether two areas share a cell."""
    return (
        one.top < other.bottom
        and other.top < one.bottom
        and one.left < other.right
        and other.left < one.right
    )


def holds(one: Area, other: Area) -> bool:
    """Say whether an area lies whole within the first."""
    return (
        one.top <= other.top
        and other.bottom <= one.bottom
        and one.left <= other.left
        and other.right <= one.right
    )


def inserted(at: int, count: int) -> Move:
    """Return what an insertion does to a span."""

    def move(start: int, end: int) -> Ends:
        return (start + count if start >= at else start, end + count if end > at else end)

    return move


def deleted(first: int, last: int) -> Move:
    """Return what a deletion of [first, last) does to a span."""

    def place(index: int) -> int:
        return index - max(0, min(index, last) - first)

    def move(start: int, end: int) -> Ends:
        ends = place(start), place(end)
        return ends if ends[0] < ends[1] else None

    return move


def moved(first: int, last: int, to: int) -> Move:
    """Return what moving [first, last) to before `to` does to a span; all within moves along."""
    count = last - first
    target = to - count if to > last else to

    def move(start: int, end: int) -> Ends:
        if first <= start and end <= last:
            return start - first + target, end - first + target
        left = deleted(first, last)(start, end)
        return inserted(target, count)(*left) if left else None

    return move


def changed(given: Range, dimension: str, move: Move) -> Range | None:
    """Return a GridRange after a change along one dimension; None once it is gone."""
    start, end = KEYS[dimension]
    if start not in given and end not in given:
        return given
    ends = move(given.get(start) or 0, given.get(end, EVER))
    if ends is None:
        return None
    result = given | {start: ends[0]}
    return result if end not in given else result | {end: ends[1]}


def changed_dimension(given: Range, dimension: str, move: Move) -> Range | None:
    """Return a DimensionRange after a change; None once it is gone."""
    if given.get("dimension") != dimension:
        return given
    ends = move(given.get("startIndex") or 0, given.get("endIndex", EVER))
    return None if ends is None else given | {"startIndex": ends[0], "endIndex": ends[1]}
