"""The invented community -> rows of its workbook, put there as a manager would have."""

from collections.abc import Mapping, Sequence

from sheets_sync.demo.community import Cells
from sheets_sync.gather import Gathered
from sheets_sync.headers import Table, find_table
from sheets_sync.layout import REPORTS, TABS
from sheets_sync.plan import Plan
from sheets_sync.spreadsheet import Snapshot, Spreadsheet


def fill(spreadsheet: Spreadsheet, rows: Mapping[str, Sequence[Cells]]) -> None:
    """Add these rows, by tab."""
    sheet = spreadsheet.read()
    plan = Plan()
    for title, added in rows.items():
        table = _table(sheet, title)
        for cells in added:
            plan.append(table, cells)
    spreadsheet.write(sheet, plan.changes(Gathered()))


def copy_row(spreadsheet: Spreadsheet, cells: Cells) -> None:
    """Copy the row of this report below the last one, as people do, its id included."""
    table = _table(spreadsheet.read(), REPORTS.title)
    text = cells["text"]
    id = next(table.text(row, "id") for _, row in table.data() if table.text(row, "text") == text)
    fill(spreadsheet, {REPORTS.title: [{**cells, "id": id}]})


def _table(sheet: Snapshot, title: str) -> Table:
    tab = next(tab for tab in TABS if tab.title == title)
    worksheet = sheet.worksheet(title)
    assert worksheet is not None  # noqa: S101 - `init` has just made it
    return find_table(worksheet, tab, aliases={}, ours=True, kept={})
