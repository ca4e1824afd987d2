"""A CSV file or a workbook -> a worksheet whose row numbers are the lines that people see.

Nothing is guessed: what is not UTF-8 is refused, and what separates the cells is what makes the
most headers known.
"""

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from sheets_sync.headers import header_row, plain
from sheets_sync.spreadsheet import Cell, SheetError, Worksheet
from sheets_sync.xlsx import Workbook

SEPARATORS = (",", ";", "\t", "|")
LONGEST_CELL = 1 << 20


class TableError(Exception):
    """The file cannot be read; the message names the file, the fault and the remedy."""


def load_table(path: Path, names: Sequence[str], *, tab: str = "", encoding: str = "") -> Worksheet:
    """Read the file; `names` are headers that are known. Raises TableError."""
    if path.suffix.lower() == ".xlsx":
        return _from_workbook(path, tab)
    return Worksheet(path.name, _best(_text(path, encoding), names, path))


def _from_workbook(path: Path, tab: str) -> Worksheet:
    try:
        worksheets = Workbook(path, pause=0).read().worksheets
    except SheetError as error:
        raise TableError(str(error)) from error
    if not tab and len(worksheets) == 1:
        return Worksheet(path.name, worksheets[0].rows)
    for one in worksheets:
        if one.title.strip().casefold() == tab.strip().casefold():
            return Worksheet(path.name, one.rows)
    titles = ", ".join(repr(one.title) for one in worksheets)
    raise TableError(f"{path}: say which tab, with --tab: {titles}")


def _text(path: Path, encoding: str) -> str:
    try:
        content = path.read_bytes()
        if not encoding and content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            encoding = "utf-16"
        return content.decode(encoding or "utf-8-sig")
    except FileNotFoundError as error:
        raise TableError(f"{path} is not there; give a CSV file or an .xlsx workbook") from error
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror}") from error
    except LookupError as error:
        raise TableError(f"{encoding!r} is no encoding; such as cp1252 or latin-1") from error
    except UnicodeDecodeError as error:
        line = len(content[: error.start].split(b"\n"))
        raise TableError(
            f"{path}, line {line}: this is not {encoding or 'UTF-8'}; save the file as CSV UTF-8, "
            "or say what it is with --encoding, such as cp1252"
        ) from error


def _best(text: str, names: Sequence[str], path: Path) -> list[list[Cell]]:
    """Return the rows as separated by what makes the most headers known; the comma goes first."""
    known = {plain(name): name for name in names}
    found = [_rows(text, separator, path) for separator in SEPARATORS]

    def score(rows: list[list[Cell]]) -> int:
        header = rows[header_row(rows, known) - 1] if rows else []
        return len({plain(str(cell)) for cell in header} & known.keys())

    return max(found, key=score)


def _rows(text: str, separator: str, path: Path) -> list[list[Cell]]:
    """Return each record at the number of the line on which it begins, blank rows in between."""
    rows: list[list[Cell]] = []
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    try:
        for record in reader:
            rows.append(list(record))
            rows.extend([] for _ in range(reader.line_num - len(rows)))
    except csv.Error as error:
        raise TableError(f"{path}, line {reader.line_num}: {error}; mend it there") from error
    return rows
