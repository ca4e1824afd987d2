"""Tabs of the layout → worksheets that look as people need them: notes, lists, shades, print."""

from collections.abc import Sequence
from copy import copy
from typing import Any

from openpyxl import Workbook as Book
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet as Sheet

from sheets_sync.layout import Column, Holds, Owner, Tab
from sheets_sync.look import COLOURS, FORMATS, HEADER_TEXT, LINE, SHADE, note, understood
from sheets_sync.spreadsheet import Value
from sheets_sync.xlsx import columns, heights
from sheets_sync.xlsx.cell import put

LAST_ROW = 1_048_576
"""The last row that a workbook can have; lists and formats reach down to it."""

PLAIN_WIDTH = 24

_HORIZONTAL = {Holds.DATE: "left", Holds.MOMENT: "left", Holds.NUMBER: "right"}
_HEADER_FILL = {owner: PatternFill("solid", fgColor=colour) for owner, colour in COLOURS.items()}
_TOOL_FILL = PatternFill("solid", fgColor=SHADE)
_LINE = Side(style="thin", color=LINE)
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


def make_tab(book: Book, tab: Tab, rows: Sequence[Sequence[Value]] = ()) -> Sheet:
    """Add the tab with its header, its formats, and these rows below."""
    sheet: Sheet = book.create_sheet(tab.title)
    made = [column for column in tab.columns if not column.optional]
    for index, column in enumerate(made):
        make_column(sheet, 1, index, column)
    for number, row in enumerate(rows, start=2):
        for index, value in enumerate(row):
            if value is not None:
                put_new(sheet, number, index, value)
        heights.fit(sheet, number, dict(enumerate(row)))
    sheet.row_dimensions[1].height = 24
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(made))}{max(sheet.max_row, 1)}"
    sheet.sheet_properties.tabColor = COLOURS[made[0].owner]
    _set_up_print(sheet)
    return sheet


def make_column(sheet: Sheet, row: int, index: int, column: Column) -> None:
    """Put the column's header, note, list, width and format at this place."""
    header = make_plain_column(sheet, row, index, column.name)
    header.fill = _HEADER_FILL[column.owner]
    header.font = Font("Calibri", 11, bold=True, color=HEADER_TEXT)
    header.comment = sized(Comment(note(column), "Tidings"))
    _format_column(sheet, index, column)
    if column.choices:
        _offer_choices(sheet, row, index, column)


def make_plain_column(sheet: Sheet, row: int, index: int, name: str) -> Cell:
    """Put a header that the layout does not know, bold and nothing else; return its cell."""
    header = writable(sheet, row, index)
    put(header, name)
    header.font = Font("Calibri", 11, bold=True)
    header.alignment = Alignment(vertical="center", wrap_text=True)
    return header


def format_plain_column(sheet: Sheet, index: int) -> None:
    """Let a column that the layout does not know hold text, as those beside it do."""
    dimension = columns.own_format(sheet, index)
    if not dimension.has_style:
        dimension.width = PLAIN_WIDTH
        dimension.number_format = FORMATS[Holds.TEXT]
        dimension.alignment = Alignment(vertical="top", wrap_text=True)


def put_new(sheet: Sheet, row: int, index: int, value: Value) -> None:
    """Put a value into a cell; one without a format of its own takes its column's."""
    cell = writable(sheet, row, index)
    column = columns.format_of(sheet, index)
    if column is not None and column.has_style and not cell.has_style:
        cell._style = copy(column._style)  # type: ignore[attr-defined]
    put(cell, value)


def writable(sheet: Sheet, row: int, index: int) -> Cell:
    """Return the cell, also where merged cells cover it: the value stands there all the same."""
    cell = sheet.cell(row, index + 1)
    if isinstance(cell, MergedCell):
        # A person's merging must not stop the batch (fault 40).
        cell = sheet._cells[row, index + 1] = Cell(sheet, row, index + 1)
    return cell


def sized(comment: Comment) -> Comment:
    """Return the comment, large enough to be read whole."""
    comment.width = 280
    lines = sum(1 + len(line) // 42 for line in comment.text.splitlines())
    comment.height = 24 + 18 * max(lines, 2)
    return comment


def _format_column(sheet: Sheet, index: int, column: Column) -> None:
    dimension = columns.own_format(sheet, index)
    dimension.width = column.width
    dimension.number_format = FORMATS[column.holds]
    dimension.alignment = Alignment(
        vertical="top",
        wrap_text=column.holds is Holds.TEXT,
        horizontal=_HORIZONTAL.get(column.holds),
        indent=1 if column.holds is Holds.NUMBER else 0,
    )
    if column.owner is Owner.TIDINGS:
        dimension.fill = _TOOL_FILL
        dimension.border = _BORDER


def _offer_choices(sheet: Sheet, row: int, index: int, column: Column) -> None:
    letter = get_column_letter(index + 1)
    offer = DataValidation(
        type="list",
        formula1=f'"{",".join(column.choices)}"',
        allow_blank=True,
        showErrorMessage=True,
        # A warning, not a wall: the sync says what it cannot use.
        errorStyle="warning",
        errorTitle=column.name,
        error=understood(column),
        sqref=f"{letter}{row + 1}:{letter}{LAST_ROW}",
    )
    sheet.add_data_validation(offer)


def _set_up_print(sheet: Sheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    footer: Any = sheet.oddFooter
    footer.left.text, footer.right.text = "&A", "&P / &N"
    for side in ("left", "right"):
        setattr(sheet.page_margins, side, 0.4)
