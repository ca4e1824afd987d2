"""The values of all tabs, as Google gives them -> worksheets, and what our hidden tab says.

Values come unformatted and dates as serial numbers, so neither locale nor zone changes them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sheets_sync.google_sheets.cell import ERRORS, plain_number
from sheets_sync.google_sheets.known import Known, letters, quoted
from sheets_sync.spreadsheet import Cell, CellFault, Stamp, Worksheet

ERROR_MASK = (
    "spreadsheetId,sheets(properties.sheetId,"
    "data(startRow,startColumn,rowData.values.effectiveValue.errorValue))"
)
ANSWER_MASK = "spreadsheetId,updatedSpreadsheet.sheets.data.rowData.values.effectiveValue"
_ERROR_TYPES = {
    "REF": "#REF!",
    "N_A": "#N/A",
    "VALUE": "#VALUE!",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "NAME": "#NAME?",
    "NUM": "#NUM!",
    "NULL_VALUE": "#NULL!",
    "LOADING": "Loading...",
}
STAMP_ROW, TOKEN_ROW, FIRST_LOG_ROW = 2, 3, 4

Rows = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Log:
    """What the hidden tab says: who wrote last, and the numbers of the last batches."""

    stamp: Stamp | None = None
    tokens: tuple[int, ...] = ()
    """Newest first."""


def values_params(ranges: Sequence[str]) -> dict[str, Sequence[str] | str]:
    """Return the parameters of `values:batchGet`."""
    return {
        "ranges": ranges,
        "majorDimension": "ROWS",
        "valueRenderOption": "UNFORMATTED_VALUE",
        "dateTimeRenderOption": "SERIAL_NUMBER",
    }


def ranges_of(known: Known) -> list[str]:
    """Return the ranges to read: all tabs whole, of ours only what says who wrote last."""
    ranges = [quoted(tab.title) for tab in known.seen]
    if known.log:
        ranges.append(f"{quoted(known.log.title)}!A{STAMP_ROW}:Z{TOKEN_ROW}")
    return ranges


def rows_of(answer: Mapping[str, Any]) -> list[Rows]:
    """Return the rows of each range."""
    return [found.get("values", []) for found in answer.get("valueRanges", ())]


def log_of(rows: Rows) -> Log:
    """Return what the hidden tab's rows say; a tab that people spoiled says nothing."""
    stamp, tokens = [*rows, [], []][:2]
    try:
        numbers = tuple(int(token) for token in tokens)
        return Log(Stamp(str(stamp[0]), int(stamp[1])) if len(stamp) > 1 else None, numbers)
    except ValueError:
        return Log()


def answer_with(title: str) -> dict[str, Any]:
    """Return what makes a batch's answer show a tab as it is after the batch."""
    return {
        "includeSpreadsheetInResponse": True,
        "responseIncludeGridData": True,
        "responseRanges": [quoted(title)],
    }


def log_in(answer: Mapping[str, Any]) -> Rows:
    """Return the rows of the hidden tab that a batch's answer shows; none where it shows none."""
    sheets = answer.get("updatedSpreadsheet", {}).get("sheets") or [{}]
    block = (sheets[0].get("data") or [{}])[0]
    return [
        [_effective(cell.get("effectiveValue", {})) for cell in row.get("values", ())]
        for row in block.get("rowData", ())
    ]


def _effective(value: Mapping[str, Any]) -> Cell:
    if "errorValue" in value:
        return _ERROR_TYPES.get(value["errorValue"].get("type", ""), "#ERROR!")
    found: Cell = next(iter(value.values()), "")
    return plain_number(found) if isinstance(found, float) else found


def suspicious(rows: Rows) -> list[tuple[int, int]]:
    """Return where texts stand that look like an error; make floats that are whole numbers ints."""
    found = []
    # One loop without calls for text, which most cells are.
    for number, row in enumerate(rows):
        for index, value in enumerate(row):
            kind = type(value)
            if kind is str:
                if value in ERRORS:
                    found.append((number, index))
            elif kind is float:
                row[index] = plain_number(value)
    return found


def error_ranges(known: Known, places: Mapping[int, Sequence[tuple[int, int]]]) -> list[str]:
    """Return one range a tab that covers its suspicious cells."""
    titles = {tab.id: tab.title for tab in known.seen}
    return [f"{quoted(titles[id])}!{_around(found)}" for id, found in places.items()]


def _around(places: Sequence[tuple[int, int]]) -> str:
    rows, columns = zip(*places, strict=True)
    first = f"{letters(min(columns))}{min(rows) + 1}"
    return f"{first}:{letters(max(columns))}{max(rows) + 1}"


def errors_in(answer: Mapping[str, Any]) -> set[tuple[int, int, int]]:
    """Return sheet id, row and column (from 0) of each cell that holds an error."""
    return {
        (sheet.get("properties", {}).get("sheetId", 0), row, column)
        for sheet in answer.get("sheets", ())
        for block in sheet.get("data", ())
        for row, column in _errors_of(block)
    }


def _errors_of(block: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    top, left = block.get("startRow", 0), block.get("startColumn", 0)
    for number, row in enumerate(block.get("rowData", ())):
        for index, cell in enumerate(row.get("values", ())):
            if "errorValue" in cell.get("effectiveValue", {}):
                yield top + number, left + index


def worksheets_of(
    known: Known, found: Sequence[Rows], errors: set[tuple[int, int, int]]
) -> tuple[Worksheet, ...]:
    """Return the tabs that people see, with the errors in their cells named."""
    rows: dict[int, list[list[Cell]]] = {}
    for tab, values in zip(known.seen, found, strict=False):
        width = max(map(len, values), default=0)
        for line in values:
            line.extend([""] * (width - len(line)))
        rows[tab.id] = values
    for id, row, column in errors:
        cells = rows.get(id, [])
        if row < len(cells) and column < len(cells[row]):
            value = cells[row][column]
            if isinstance(value, str) and value in ERRORS:
                cells[row][column] = CellFault(value)
    return tuple(Worksheet(tab.title, rows[tab.id]) for tab in known.seen)
