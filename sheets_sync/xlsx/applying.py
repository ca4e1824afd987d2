"""An openpyxl workbook and a batch of changes → the workbook with them, all else untouched."""

from dataclasses import replace
from typing import Any

from openpyxl import Workbook as Book
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet as Sheet

from sheets_sync.headers import OURS
from sheets_sync.layout import TABS, Column
from sheets_sync.spreadsheet import (
    AddColumn,
    Append,
    Changes,
    Edit,
    EmptyRow,
    Rewrite,
    SheetChanged,
)
from sheets_sync.xlsx import heights
from sheets_sync.xlsx.making import (
    format_plain_column,
    make_column,
    make_plain_column,
    make_tab,
    put_new,
    writable,
)


def apply(book: Book, changes: Changes) -> None:
    """Carry out the batch: tabs, columns, edits, emptied rows, appends, rewrites."""
    for tab in changes.tabs:
        make_tab(book, tab)
    for added in changes.columns:
        _add_column(_sheet(book, added.tab), added)
    for title in dict.fromkeys(edit.tab for edit in changes.edits):
        _edit(_sheet(book, title), [edit for edit in changes.edits if edit.tab == title])
    for emptied in changes.emptied:
        _empty(_sheet(book, emptied.tab), emptied)
    for title in dict.fromkeys(append.tab for append in changes.appends):
        _append(_sheet(book, title), [a for a in changes.appends if a.tab == title])
    for rewrite in changes.rewrites:
        _rewrite(_sheet(book, rewrite.tab), rewrite)


def _sheet(book: Book, title: str) -> Sheet:
    wanted = title.strip().casefold()
    for sheet in book.worksheets:
        if sheet.title.strip().casefold() == wanted:
            return sheet
    raise SheetChanged(f"the tab {title!r} is not in the workbook any more; read it again")


def _add_column(sheet: Sheet, added: AddColumn) -> None:
    known = _known_column(sheet.title, added.header)
    if known is None:
        make_plain_column(sheet, added.row, added.column, added.header)
        format_plain_column(sheet, added.column)
    else:
        make_column(sheet, added.row, added.column, replace(known, name=added.header))
    _widen_filter(sheet, column=added.column + 1)


def _known_column(title: str, header: str) -> Column | None:
    """Return the column of the layout that bears a header, ours beside a manager's own too."""
    wanted = title.strip().casefold()
    columns = (one for tab in TABS if tab.title.casefold() == wanted for one in tab.columns)
    names = (header.casefold(), header.removesuffix(OURS.format(name="")).casefold())
    return next((one for one in columns if one.name in names), None)


def _edit(sheet: Sheet, edits: list[Edit]) -> None:
    grown: dict[int, None] = {}
    for edit in edits:
        cell = writable(sheet, edit.row, edit.column)
        if heights.may_wrap(cell.value) or heights.may_wrap(edit.value):
            grown[edit.row] = None
        if edit.value is None:
            cell.value = None
        else:
            put_new(sheet, edit.row, edit.column, edit.value)
    width = sheet.max_column if grown else 0
    for row in grown:
        heights.fit_anew(sheet, row, width)


def _empty(sheet: Sheet, emptied: EmptyRow) -> None:
    """Take out values, notes and links; formats stay."""
    for (row, _), cell in sheet._cells.items():
        if row == emptied.row:
            cell.value = cell.comment = cell.hyperlink = None


def _append(sheet: Sheet, appends: list[Append]) -> None:
    before = row = last_row(sheet)
    for append in appends:
        row += 1
        for column, value in append.values.items():
            if value is not None:
                put_new(sheet, row, column, value)
        heights.fit(sheet, row, append.values)
    _widen_filter(sheet, row=row)
    _stretch(sheet, before, row)


def _stretch(sheet: Sheet, before: int, after: int) -> None:
    """Let the new rows join the lists, conditional formats and tables of the row above them."""
    for offer in sheet.data_validations.dataValidation:
        _stretch_areas(offer, before, after)
    formats = ConditionalFormattingList()
    for found in list(sheet.conditional_formatting):
        # Kept by its area, so one whose area grows is filed anew.
        rules = found.rules
        _stretch_areas(found, before, after)
        for rule in rules:
            formats.add(str(found.sqref), rule)
    sheet.conditional_formatting = formats
    for table in sheet.tables.values():
        area = CellRange(table.ref)
        if area.max_row == before and not table.totalsRowCount:
            area.expand(down=after - before)
            table.ref = area.coord
            if table.autoFilter is not None:
                table.autoFilter.ref = area.coord


def _stretch_areas(rule: Any, before: int, after: int) -> None:
    for area in rule.sqref.ranges:
        if area.min_row <= before <= area.max_row < after:
            area.expand(down=after - area.max_row)


def last_row(sheet: Sheet) -> int:
    """Return the last row that holds anything; rows that are only formatted do not count."""
    return max(
        (row for (row, _), cell in sheet._cells.items() if cell.value is not None), default=0
    )


def _rewrite(sheet: Sheet, rewrite: Rewrite) -> None:
    for (row, _), cell in sheet._cells.items():
        if row > 1 and cell.value is not None:
            cell.value = None
    heights.forget(sheet)
    for number, values in enumerate(rewrite.rows, start=2):
        for index, value in enumerate(values):
            if value is not None:
                put_new(sheet, number, index, value)
        heights.fit(sheet, number, dict(enumerate(values)))
    if sheet.auto_filter.ref:
        first, last = sheet.auto_filter.ref.split(":")
        column = "".join(filter(str.isalpha, last))
        sheet.auto_filter.ref = f"{first}:{column}{max(last_row(sheet), 1)}"


def _widen_filter(sheet: Sheet, *, row: int = 0, column: int = 0) -> None:
    if not sheet.auto_filter.ref or ":" not in sheet.auto_filter.ref:
        return
    first, last = sheet.auto_filter.ref.split(":")
    cell = sheet[last]
    letter = get_column_letter(max(cell.column, column))
    sheet.auto_filter.ref = f"{first}:{letter}{max(cell.row, row)}"
