"""Rows of somebody who is erased -> edits that empty them, in two batches.

A row that was wholly emptied could not be told from any other blank one, should people have moved
it in that very moment. So each is emptied but for a mark first, which is checked like any other
batch; then the marks go.
"""

import re
from collections.abc import Iterator, Sequence

from sheets_sync.spreadsheet import Edit, EmptyRow, Snapshot

_MARK = re.compile(r"\[erased \d+-\d+\]")


def marked(base: Snapshot, emptied: Sequence[EmptyRow], token: int) -> Iterator[Edit]:
    """Leave of each row nothing but a mark of its own, in its first cell that holds anything."""
    for number, one in enumerate(emptied):
        found = base.worksheet(one.tab)
        cells = found.rows[one.row - 1] if found else ()
        filled = [at for at, cell in enumerate(cells) if cell not in (None, "")]
        for at in filled:
            mark = f"[erased {token}-{number}]" if at == filled[0] else None
            yield Edit(one.tab, one.row, at, mark)


def marks(sheet: Snapshot) -> Iterator[Edit]:
    """Take the marks out again, wherever they are by now."""
    for worksheet in sheet.worksheets:
        for row, cells in enumerate(worksheet.rows, 1):
            for at, cell in enumerate(cells):
                if isinstance(cell, str) and _MARK.fullmatch(cell):
                    yield Edit(worksheet.title, row, at, None)
