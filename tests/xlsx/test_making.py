"""The workbook as `init` makes it: a person sees what goes in, and whose each column is."""

from collections.abc import Iterator

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet as Sheet

from sheets_sync.layout import TABS, Owner, Tab
from tests.xlsx.conftest import Desk

WHOSE = {
    Owner.REPORTER: "The reporters' column: filled from the form, and yours to correct.",
    Owner.MANAGER: "Your column: Tidings reads it and leaves it as it is.",
    Owner.TIDINGS: "Tidings writes this column; what you type here may be replaced.",
}


@pytest.fixture(params=TABS, ids=lambda tab: tab.title)
def made(request: pytest.FixtureRequest, desk: Desk) -> tuple[Tab, Sheet]:
    """Return a tab, and its sheet as openpyxl reads it."""
    return request.param, load_workbook(desk.path)[request.param.title]


def test_the_header_row_is_frozen_and_may_be_filtered(made: tuple[Tab, Sheet]) -> None:
    tab, sheet = made

    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[1]] == [
        column.name for column in tab.columns if not column.optional
    ]
    assert str(sheet.auto_filter.ref).startswith("A1:")


def test_the_note_on_each_header_says_what_goes_in_and_whose_it_is(made: tuple[Tab, Sheet]) -> None:
    tab, sheet = made

    for cell in sheet[1]:
        column = tab.column(str(cell.value))
        first, *_, last = str(cell.comment and cell.comment.text).splitlines()
        assert (first, last) == (column.note, WHOSE[column.owner])


def test_tidings_own_columns_are_shaded_and_no_others(made: tuple[Tab, Sheet]) -> None:
    tab, sheet = made

    shaded = {sheet.cell(1, number).value for number in _shaded(sheet)}

    ours = {column.name for column in tab.columns if column.owner is Owner.TIDINGS}
    assert shaded & {cell.value for cell in sheet[1]} == ours
    assert {cell.value for cell in sheet[1] if cell.fill.fgColor.rgb == "006B7280"} == ours


def _shaded(sheet: Sheet) -> Iterator[int]:
    for column in sheet.column_dimensions.values():
        if column.fill.fill_type == "solid":
            yield from range(column.min, column.max + 1)


def test_where_there_is_a_list_it_is_offered_and_nothing_else_is_walled_off(
    made: tuple[Tab, Sheet],
) -> None:
    tab, sheet = made
    offered = {
        sheet.cell(1, min(area.min_col for area in offer.sqref.ranges)).value: (
            offer.formula1,
            offer.errorStyle,
        )
        for offer in sheet.data_validations.dataValidation
    }

    assert offered == {
        column.name: (f'"{",".join(column.choices)}"', "warning")
        for column in tab.columns
        if column.choices and not column.optional
    }
