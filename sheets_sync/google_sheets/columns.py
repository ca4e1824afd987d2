"""A column of the layout -> requests that make it, or that give an older one what it lacks.

Pure. `row` is the header's, as people see it; `at` is the column's index, from 0.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sheets_sync.layout import Column, Holds, Owner
from sheets_sync.look import COLOURS, FORMATS, HEADER_TEXT, SHADE, note, understood

Request = dict[str, Any]
"""One request of `spreadsheets.batchUpdate`, or a part of one."""

_KINDS = {
    Holds.TEXT: "TEXT",
    Holds.DATE: "DATE",
    Holds.MOMENT: "DATE_TIME",
    Holds.NUMBER: "NUMBER",
}
_DATED = (Holds.DATE, Holds.MOMENT)


@dataclass(frozen=True, slots=True)
class There:
    """What a tab has besides values; columns are indexes from 0."""

    sheet_id: int
    columns: int
    """How many the grid has, used or not."""
    frozen: int = 0
    notes: frozenset[int] = frozenset()
    """Columns with a note on the header."""
    lists: frozenset[int] = frozenset()
    """Columns with a drop-down, or any other rule, below the header."""
    formats: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """By column, the formats that the cell below the header was given: `numberFormat`, say."""
    protected: frozenset[str] = frozenset()
    """Descriptions of the protected ranges."""
    views: frozenset[str] = frozenset()
    """Titles of the filter views."""
    coloured: frozenset[int] = frozenset()
    """Columns with colours by a condition."""
    is_filtered: bool = False
    """There is a basic filter, or a table that brings its own."""


def make_column(
    sheet_id: int,
    row: int,
    at: int,
    column: Column,
    header: str = "",
    *,
    protected: frozenset[str] = frozenset(),
) -> list[Request]:
    """Return the requests that make a column of ours, `row` being its header's."""
    requests = [
        _put_header(sheet_id, row, at, column, header or column.name),
        _widen(sheet_id, at, column),
        _format(sheet_id, row, at, _whole_format(column)),
    ]
    if column.choices:
        requests.append(_offer(sheet_id, row, at, column))
    if column.owner is Owner.TIDINGS and description(column) not in protected:
        requests.append(_protect(sheet_id, at, column))
    return requests


def furnish(there: There, row: int, at: int, column: Column) -> Iterator[Request]:
    """Give a column that people made what it needs, where they gave it nothing of the kind."""
    sheet_id = there.sheet_id
    if at not in there.notes:
        yield _put_note(sheet_id, row, at, column)
    given = there.formats.get(at, frozenset())
    lacking = {name: wanted for name, wanted in _needed_format(column).items() if name not in given}
    if lacking:
        yield _format(sheet_id, row, at, lacking)
    if column.choices and at not in there.lists:
        yield _offer(sheet_id, row, at, column)
    if column.owner is Owner.TIDINGS and description(column) not in there.protected:
        yield _protect(sheet_id, at, column)


def description(column: Column) -> str:
    """Return what a protected range is known by, and what a person reads of it."""
    return f"Tidings writes this column: {column.name}"


def column_range(sheet_id: int, row: int, at: int) -> Request:
    """Return the range of a column below its header, to the end of the grid."""
    return {**below(sheet_id, row), "startColumnIndex": at, "endColumnIndex": at + 1}


def below(sheet_id: int, index: int) -> Request:
    return {"sheetId": sheet_id, "startRowIndex": index}


def colour(hexadecimal: str) -> Request:
    red, green, blue = (int(hexadecimal[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return {"rgbColor": {"red": red, "green": green, "blue": blue}}


def _put_header(sheet_id: int, row: int, at: int, column: Column, header: str) -> Request:
    cell = {
        "userEnteredValue": {"stringValue": header},
        "note": note(column),
        "userEnteredFormat": {
            "backgroundColorStyle": colour(COLOURS[column.owner]),
            "textFormat": {"bold": True, "foregroundColorStyle": colour(HEADER_TEXT)},
            "verticalAlignment": "MIDDLE",
            "wrapStrategy": "WRAP",
        },
    }
    return _put(sheet_id, row, at, cell, "userEnteredValue,note,userEnteredFormat")


def _put_note(sheet_id: int, row: int, at: int, column: Column) -> Request:
    return _put(sheet_id, row, at, {"note": note(column)}, "note")


def _put(sheet_id: int, row: int, at: int, cell: Request, fields: str) -> Request:
    start = {"sheetId": sheet_id, "rowIndex": row - 1, "columnIndex": at}
    return {"updateCells": {"start": start, "rows": [{"values": [cell]}], "fields": fields}}


def _widen(sheet_id: int, at: int, column: Column) -> Request:
    return {
        "updateDimensionProperties": {
            "range": {
                "sheetId": sheet_id,
                "dimension": "COLUMNS",
                "startIndex": at,
                "endIndex": at + 1,
            },
            # A character takes about 7 pixels; the cell's edges and the filter's mark the rest.
            "properties": {"pixelSize": 7 * column.width + 24},
            "fields": "pixelSize",
        }
    }


def _whole_format(column: Column) -> dict[str, Any]:
    wanted = {
        "numberFormat": {"type": _KINDS[column.holds], "pattern": FORMATS[column.holds]},
        "verticalAlignment": "TOP",
        "wrapStrategy": "WRAP" if column.holds is Holds.TEXT else "OVERFLOW_CELL",
    }
    if column.holds in _DATED:
        wanted["horizontalAlignment"] = "LEFT"
    if column.owner is Owner.TIDINGS:
        wanted["backgroundColorStyle"] = colour(SHADE)
    return wanted


def _needed_format(column: Column) -> dict[str, Any]:
    """Return what also a column needs that people made: dates as dates, our shade."""
    whole = _whole_format(column)
    needed = {}
    if column.holds in _DATED:
        needed["numberFormat"] = whole["numberFormat"]
    if column.owner is Owner.TIDINGS:
        needed["backgroundColorStyle"] = whole["backgroundColorStyle"]
    return needed


def _format(sheet_id: int, row: int, at: int, wanted: Mapping[str, Any]) -> Request:
    return {
        "repeatCell": {
            "range": column_range(sheet_id, row, at),
            "cell": {"userEnteredFormat": dict(wanted)},
            "fields": ",".join(f"userEnteredFormat.{name}" for name in wanted),
        }
    }


def _offer(sheet_id: int, row: int, at: int, column: Column) -> Request:
    return {
        "setDataValidation": {
            "range": column_range(sheet_id, row, at),
            "rule": {
                "condition": {
                    "type": "ONE_OF_LIST",
                    "values": [{"userEnteredValue": choice} for choice in column.choices],
                },
                "inputMessage": understood(column),
                # A warning, not a wall: the sync says what it cannot use.
                "strict": False,
                "showCustomUi": True,
            },
        }
    }


def _protect(sheet_id: int, at: int, column: Column) -> Request:
    return {
        "addProtectedRange": {
            "protectedRange": {
                "range": {"sheetId": sheet_id, "startColumnIndex": at, "endColumnIndex": at + 1},
                "description": description(column),
                "warningOnly": True,
            }
        }
    }
