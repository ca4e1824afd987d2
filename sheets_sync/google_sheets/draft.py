"""What a batch is made of: the sheet as it was read, and cells as Google takes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sheets_sync.google_sheets.cell import cell_data
from sheets_sync.google_sheets.known import Known, TabFacts, letters
from sheets_sync.google_sheets.pending import Line
from sheets_sync.google_sheets.reading import Log
from sheets_sync.headers import plain
from sheets_sync.layout import TABS, Tab
from sheets_sync.spreadsheet import (
    Snapshot,
    Value,
)

VALUE = "userEnteredValue"
DATED = f"{VALUE},userEnteredFormat.numberFormat"

Request = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """What a batch is made of, tab by tab."""

    base: Snapshot
    known: Known
    log: Log
    token: int
    tabs: dict[str, TabFacts] = field(default_factory=dict)
    """New tabs, by title as compared."""

    def tab(self, title: str) -> TabFacts:
        """Return a tab, new ones among them. Raises SheetChanged."""
        return self.tabs.get(plain(title)) or self.known.tab(title)

    def rows(self, title: str) -> Sequence[Line]:
        """Return what stands in a tab; nothing in a new one."""
        found = self.base.worksheet(title)
        return [tuple(row) for row in found.rows] if found else []


def update(
    tab: TabFacts, row: int, column: int, rows: Sequence[Sequence[Value]], *, dated: bool
) -> Request:
    """Put values into a rectangle of cells, and their date formats where `dated`."""
    return {
        "updateCells": {
            "start": {"sheetId": tab.id, "rowIndex": row - 1, "columnIndex": column},
            "rows": [
                row_of(tab, row + at, column, values, dated) for at, values in enumerate(rows)
            ],
            "fields": DATED if dated else VALUE,
        }
    }


def row_of(
    tab: TabFacts, row: int, column: int, values: Sequence[Value], formatted: bool
) -> dict[str, Any]:
    """Return a row of cells; raises SheetUnwritable for a text that no cell holds."""
    return {
        "values": [
            cell_data(value, formatted=formatted, place=f"{tab.title}!{letters(column + at)}{row}")
            for at, value in enumerate(values)
        ]
    }


def layout_of(title: str) -> Tab | None:
    """Return what is known of a tab with this title."""
    return next((tab for tab in TABS if plain(tab.title) == plain(title)), None)
