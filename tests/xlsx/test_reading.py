"""What a workbook's cells are, whatever program wrote them."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook as Book
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from sheets_sync.spreadsheet import CellFault, SheetError
from sheets_sync.xlsx import Workbook

NO_RESULT = CellFault("formula without a result")


def book_with(cells: dict[str, object]) -> Book:
    book = Book()
    for place, value in cells.items():
        book.worksheets[0][place] = value
    return book


def read(path: Path) -> list[list[object]]:
    """Return the first tab's rows without trailing blanks."""
    rows = [list(row) for row in Workbook(path, pause=0).read().worksheets[0].rows]
    for row in rows:
        while row and row[-1] == "":
            row.pop()
    return rows


def rewritten(path: Path, change: Callable[[str], str], part: str = "worksheets/sheet1") -> Path:
    """Change the XML of one part, as another program would have written it."""
    content = BytesIO()
    with ZipFile(path) as before, ZipFile(content, "w") as after:
        for name in before.namelist():
            xml = before.read(name)
            after.writestr(name, change(xml.decode()) if part in name else xml)
    path.write_bytes(content.getvalue())
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "other.xlsx"


@pytest.mark.parametrize(
    ("value", "serial"),
    [
        (date(1900, 3, 1), 61),
        (date(2020, 7, 28), 44040),
        (datetime.fromisoformat("2020-07-28T18:00"), 44040.75),
        (datetime.fromisoformat("2026-11-23T00:00"), 46349),
        (date(9999, 12, 31), 2958465),
        (time(6), 0.25),
        (timedelta(hours=36), 1.5),
    ],
)
def test_dates_times_and_durations_are_serial_numbers(
    path: Path, value: object, serial: float
) -> None:
    # fault 26
    book_with({"A1": value}).save(path)

    assert read(path) == [[serial]]


def test_a_workbook_that_counts_from_1904_gives_the_same_days(path: Path) -> None:
    # fault 26
    book = book_with({})
    book.epoch = CALENDAR_MAC_1904
    book.worksheets[0]["A1"] = date(2026, 11, 23)
    book.worksheets[0]["B1"] = datetime.fromisoformat("2026-11-23T12:00")
    book.save(path)

    assert read(path) == [[46349, 46349.5]]


def test_formula_results_count_and_missing_ones_are_named(path: Path) -> None:
    # fault 25
    book_with({"A1": "=1+1", "B1": "=1+1", "C1": "=A1", "D1": "=A1", "A3": "=NA()"}).save(path)

    def store(xml: str) -> str:
        xml = xml.replace("<f>1+1</f><v />", "<f>1+1</f><v>2</v>", 1)
        xml = xml.replace('r="C1"><f>A1</f><v />', 'r="C1" t="str"><f>A1</f><v></v>')
        return xml.replace('r="A3"><f>NA()</f><v />', 'r="A3" t="e"><f>NA()</f><v>#N/A</v>')

    assert read(rewritten(path, store)) == [
        [2, NO_RESULT, "", NO_RESULT],
        [],
        [CellFault("#N/A")],
    ]


def test_a_sheet_of_nothing_but_a_formula_without_result(path: Path) -> None:
    book_with({"C2": "=1+1"}).save(path)

    assert read(path)[1][2] == NO_RESULT


@pytest.mark.parametrize(
    "unusual",
    [
        lambda xml: re.sub(r' r="[A-Z]+\d+"', "", xml),
        lambda xml: (
            re.sub(r"<(/?)(?!\?)", r"<\1x:", xml)
            .replace("xmlns=", "xmlns:x=")
            .replace("<x:?", "<?")
        ),
        lambda xml: xml.replace('t="e"', "t='e'"),
    ],
    ids=["cells without places", "prefixed names", "single quotes"],
)
def test_other_ways_to_write_the_same_sheet(path: Path, unusual: Callable[[str], str]) -> None:
    book_with({"A1": "a", "B1": "#REF!", "C1": "=1+1", "A2": 5}).save(path)

    assert read(rewritten(path, unusual)) == [
        ["a", CellFault("#REF!"), NO_RESULT],
        [5],
    ]


def test_text_that_shows_xml_is_no_formula(path: Path) -> None:
    book_with({"A1": '<f>1</f> t="e"', "B1": "x"}).save(path)

    assert read(path) == [['<f>1</f> t="e"', "x"]]


def test_merged_hidden_and_filtered_rows_are_read(path: Path) -> None:
    # faults 23 and 40
    book = book_with({"A1": "name", "A2": "merged", "A4": "hidden", "A5": "last"})
    sheet = book.worksheets[0]
    sheet.merge_cells("A2:A3")
    sheet.row_dimensions[4].hidden = True
    sheet.auto_filter.ref = "A1:A5"
    sheet.sheet_state = "visible"
    book.create_sheet("hidden tab").sheet_state = "hidden"
    book.create_chartsheet("chart")
    book.save(path)

    snapshot = Workbook(path).read()
    assert [w.title for w in snapshot.worksheets] == ["Sheet", "hidden tab"]
    assert read(path) == [["name"], ["merged"], [], ["hidden"], ["last"]]


def test_a_missing_workbook_says_what_to_do(path: Path) -> None:
    # fault 21
    with pytest.raises(SheetError, match=r"other\.xlsx: the workbook is not there; put it back"):
        read(path)


def test_a_link_to_the_workbook_is_followed(path: Path, tmp_path: Path) -> None:
    book_with({"A1": "a"}).save(path)
    link = tmp_path / "link.xlsx"
    link.symlink_to(path)

    assert read(link) == [["a"]]
