"""A1 notation ↔ rectangles of a sheet."""

import re
from typing import NamedTuple

_PART = r"\$?([A-Za-z]{0,3})\$?(\d{0,8})"
_RANGE = re.compile(rf"{_PART}(?::{_PART})?")
_PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}\d+|[Rr]\d*([Cc]\d*)?|[Cc]\d*|(?i:true|false)")


class Rect(NamedTuple):
    """Rows and columns from 0, the ends not included; None is without an end."""

    top: int
    bottom: int | None
    left: int
    right: int | None


class Area(NamedTuple):
    """A rectangle with its ends."""

    top: int
    bottom: int
    left: int
    right: int


def column_number(letters: str) -> int:
    """Return 0 for A, 26 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letters(number: int) -> str:
    """Return A for 0, AA for 26."""
    letters, number = "", number + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def rect(text: str) -> Rect | None:
    """Return the rectangle of `A1`, `A1:B2`, `A:C`, `2:5` or `D4:A1`; None if it is not one."""
    found = _RANGE.fullmatch(text)
    if not found or not text:
        return None
    first, second = found.groups()[:2], found.groups()[2:]
    if ":" not in text:
        return _one(*first) if all(first) else None
    if not any(second) or not any(first) or "0" in (first[1], second[1]):
        return None
    top, bottom = _span([int(row) - 1 if row else None for row in (first[1], second[1])])
    left, right = _span([column_number(c) if c else None for c in (first[0], second[0])])
    return Rect(top, bottom, left, right)


def _one(letters: str, row: str) -> Rect | None:
    if row == "0":
        return None
    column, number = column_number(letters), int(row) - 1
    return Rect(number, number + 1, column, column + 1)


def _span(ends: list[int | None]) -> tuple[int, int | None]:
    known = sorted(end for end in ends if end is not None)
    if not known:
        return 0, None
    return known[0], known[1] + 1 if len(known) == 2 else None


def split(text: str) -> tuple[str, str, bool]:
    """Return a range's title and rest, and whether the title was quoted; either may be empty."""
    if text.startswith("'"):
        found = re.fullmatch(r"'((?:[^']|'')*)'(?:!(.*))?", text, re.DOTALL)
        if found:
            return found[1].replace("''", "'"), found[2] or "", True
    title, mark, rest = text.rpartition("!")
    return (title, rest, False) if mark else ("", text, False)


def quoted(title: str) -> str:
    """Return a title as ranges show it: in quotes only where it needs them."""
    if _PLAIN_TITLE.fullmatch(title) and not _LIKE_A_CELL.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def name(title: str, area: Area) -> str:
    """Return a rectangle as Google writes it; one cell without a colon."""
    first = f"{column_letters(area.left)}{area.top + 1}"
    last = f"{column_letters(area.right - 1)}{area.bottom}"
    return f"{quoted(title)}!{first}" + ("" if first == last else f":{last}")
