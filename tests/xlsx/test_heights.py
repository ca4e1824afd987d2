"""Rows are as high as their text asks for, and stay as a person made them."""

from openpyxl import load_workbook

from sheets_sync.spreadsheet import AddColumn, Append, Changes, Edit, Rewrite
from tests.xlsx.conftest import Desk

LONG = "fill in until, and add a row with a new mentor, " * 4


def heights(desk: Desk, tab: str) -> dict[int, tuple[float | None, bool]]:
    """Return by row its height in points, and whether a person chose it; without the header."""
    rows = load_workbook(desk.path)[tab].row_dimensions
    return {
        row: (one.height, one.customHeight) for row, one in rows.items() if row > 1 and one.height
    }


def write(desk: Desk, changes: Changes) -> None:
    desk.workbook.write(desk.workbook.read(), changes)


def test_a_rewritten_tab_shows_each_text_whole(desk: Desk) -> None:
    write(desk, Changes(rewrites=(Rewrite("Problems", [["People", 2, "", "", LONG], ["People"]]),)))

    assert {row: one[0] for row, one in heights(desk, "Problems").items()} == {2: 61.0}

    write(desk, Changes(rewrites=(Rewrite("Problems", [["People"], ["Tags", 2, "", "", LONG]]),)))

    assert {row: one[0] for row, one in heights(desk, "Problems").items()} == {3: 61.0}


def test_a_row_grows_and_shrinks_with_what_is_written_into_it(desk: Desk) -> None:
    write(desk, Changes(appends=(Append("Mentors", {0: "ben", 1: "ana"}),)))
    assert heights(desk, "Mentors") == {}

    write(desk, Changes(edits=(Edit("Mentors", 2, 5, LONG),)))
    assert {row: one[0] for row, one in heights(desk, "Mentors").items()} == {2: 61.0}

    write(desk, Changes(edits=(Edit("Mentors", 2, 5, None),)))
    assert heights(desk, "Mentors") == {}


def test_a_height_that_a_person_chose_stays(desk: Desk) -> None:
    write(desk, Changes(appends=(Append("Mentors", {0: "ben", 1: "ana"}),)))
    book = load_workbook(desk.path)
    book["Mentors"].row_dimensions[2].height = 90
    book.save(desk.path)

    write(desk, Changes(edits=(Edit("Mentors", 2, 5, LONG),)))

    assert heights(desk, "Mentors")[2][0] == 90


def test_a_row_that_somebody_hid_stays_hidden(desk: Desk) -> None:
    write(desk, Changes(appends=(Append("Mentors", {0: "ben", 1: "ana"}),)))
    book = load_workbook(desk.path)
    book["Mentors"].row_dimensions[2].hidden = True
    book.save(desk.path)

    write(desk, Changes(edits=(Edit("Mentors", 2, 5, LONG),)))

    assert load_workbook(desk.path)["Mentors"].row_dimensions[2].hidden
    assert heights(desk, "Mentors")[2][0] == 61


def test_a_column_that_the_layout_does_not_know_looks_like_its_neighbours(desk: Desk) -> None:
    write(
        desk,
        Changes(
            columns=(AddColumn("Reports", 1, 14, "activity"),),
            appends=(Append("Reports", {1: "ben", 14: "Attended a call of the whole community"}),),
        ),
    )

    sheet = load_workbook(desk.path)["Reports"]
    cell = sheet.cell(4, 15)
    assert (cell.alignment.vertical, cell.alignment.wrap_text, cell.number_format) == (
        *("top", True),
        "@",
    )
    assert sheet.column_dimensions["O"].width == 24
    assert sheet.row_dimensions[4].height == 31


def test_our_column_beside_a_managers_own_looks_like_ours(desk: Desk) -> None:
    write(desk, Changes(columns=(AddColumn("People", 1, 11, "last report (Tidings)"),)))

    sheet = load_workbook(desk.path)["People"]
    header, column = sheet.cell(1, 12), sheet.column_dimensions["L"]
    assert (header.value, header.fill.fgColor.rgb) == ("last report (Tidings)", "006B7280")
    assert (column.number_format, column.fill.fgColor.rgb) == ("yyyy-mm-dd", "00F1F2F4")
