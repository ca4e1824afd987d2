"""Values go in raw or as typed, and come out shown, plain or as formulas."""

import pytest

from tests.google_standin.asking import Asking
from tests.google_standin.world import World

PLAIN = "valueRenderOption=UNFORMATTED_VALUE"


@pytest.mark.parametrize(
    ("typed", "shown", "plain"),
    [
        ("0042", "42", 42),
        ("2,000,000.01", "2,000,000.01", 2000000.01),
        ("= 1 / 1024", "0.0009765625", 0.0009765625),
        ("=4/2", "2", 2),
        ("2020-01-01", "2020-01-01", 43831),
        ("11/23/2026", "11/23/2026", 46349),
        ("2026-11-23 18:00", "2026-11-23 18:00", 46349.75),
        ("18:30", "18:30", 0.7708333333),
        ("1e5", "1.00E+05", 100000),
        ("1234567890123456", "1.23457E+15", 1234567890123456),
        ("12%", "12%", 0.12),
        ("$1,200.50", "$1,200.50", 1200.5),
        ("true", "TRUE", True),
        ("3_1_0", "3_1_0", "3_1_0"),
        ("2,5", "2,5", "2,5"),
        ("+49 30 1234", "+49 30 1234", "+49 30 1234"),
        ("'0042", "0042", "0042"),
        ("=", "=", "="),
        ("Iñtërnâtiôn", "Iñtërnâtiôn", "Iñtërnâtiôn"),
        (0.12, "0.12", 0.12),
        (7.0, "7", 7),
    ],
)
def test_what_is_typed_is_understood(
    ours: Asking, typed: object, shown: str, plain: object
) -> None:
    ours.types("A1", [typed])

    assert ours.read("A1") == [[shown]]
    assert ours.read("A1", PLAIN) == [[plain]]
    assert type(ours.read("A1", PLAIN)[0][0]) is type(plain)


@pytest.mark.parametrize(
    "text", ["0042", "=1+1", "1e5", "TRUE", "2,5", "+49301", "2026-11-23", "'quoted", "0e12345678"]
)
def test_what_is_raw_stays_text(ours: Asking, text: str) -> None:
    ours.write("A1", [text])

    for query in ("", PLAIN, "valueRenderOption=FORMULA"):
        assert ours.read("A1", query) == [[text]]


def test_a_locale_decides_what_a_number_and_a_date_are() -> None:
    world = World()
    ours = Asking(world, world.add_spreadsheet("Unsere", locale="de_DE"))
    ours.types("A1", ["2,5", "23.11.2026", "1.5.2026"])

    assert ours.read("A1:C1", PLAIN) == [[2.5, 46349, 46143]]
    assert ours.read("A1") == [["2,5"]]


def test_dates_come_as_text_when_asked(ours: Asking) -> None:
    ours.types("A1", ["2020-01-01", 5])

    assert ours.read("A1:B1", f"{PLAIN}&dateTimeRenderOption=FORMATTED_STRING") == [
        ["2020-01-01", 5]
    ]


def test_a_number_in_a_date_format_shows_as_a_date(ours: Asking) -> None:
    form = {"userEnteredFormat": {"numberFormat": {"type": "DATE", "pattern": "d mmm yyyy"}}}
    place = {"sheetId": 0, "endRowIndex": 1, "endColumnIndex": 1}
    ours.batch({"repeatCell": {"range": place, "cell": form, "fields": "userEnteredFormat"}})
    ours.write("A1", [46349])

    assert ours.read("A1") == [["23 Nov 2026"]]
    ours.call("POST", "/values/A1:clear", {})
    ours.write("A1", [1])
    assert ours.read("A1") == [["31 Dec 1899"]]


def test_null_leaves_a_cell_and_an_empty_text_empties_it(ours: Asking) -> None:
    ours.write("A1", ["a", "b", "c"])
    answer = ours.write("A1:C1", [None, "", "C"])

    assert ours.read("1:1") == [["a", "", "C"]]
    assert (answer["updatedRange"], answer["updatedCells"]) == ("Sheet1!A1:C1", 2)


def test_blanks_are_cut_at_the_end_only(ours: Asking) -> None:
    ours.write("B2", ["x", "", ""], [""], ["", "y"])

    found = ours.call("GET", "/values/A:D")
    assert found["range"] == "Sheet1!A1:D1000"
    assert found["values"] == [[], ["", "x"], [], ["", "", "y"]]
    assert ours.read("A1:D4", "majorDimension=COLUMNS") == [[], ["", "x"], ["", "", "", "y"]]
    assert "values" not in ours.call("GET", "/values/F1:G9")


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("A1", "Sheet1!A1"),
        ("D4:A1", "Sheet1!A1:D4"),
        ("B2:C", "Sheet1!B2:C1000"),
        ("B:B", "Sheet1!B1:B1000"),
        ("2:3", "Sheet1!A2:Z3"),
        ("Sheet1", "Sheet1!A1:Z1000"),
        ("'D3'", "'D3'!A1:Z1000"),
        ("D3", "Sheet1!D3"),
        ("It''s!A1", None),
        ("'It''s'!A1", "'It''s'!A1"),
        ("ours", "Sheet1!B2:C3"),
        ("A1:ZZ5000", "Sheet1!A1:Z1000"),
        ("A1001", None),
        ("Nowhere!A1", None),
        ("Nowhere", None),
    ],
)
def test_a_range_means_a_place(ours: Asking, text: str, means: str | None) -> None:
    for title in ("D3", "It's"):
        ours.batch({"addSheet": {"properties": {"title": title}}})
    place = {"startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 1, "endColumnIndex": 3}
    ours.batch({"addNamedRange": {"namedRange": {"name": "ours", "range": place}}})

    found = ours.call("GET", f"/values/{text}")
    assert found.get("range") == means
    if means is None:
        assert found["error"]["status"] == "INVALID_ARGUMENT"


def test_append_goes_below_the_last_block_of_a_whole_sheet(ours: Asking) -> None:
    # The trap of the recordings: a blank cell splits a block, and the last block wins.
    first = ours.append("Sheet1", ["a", "", "c"])
    second = ours.append("Sheet1", ["a", "", "c"])
    third = ours.append("Sheet1!A1", ["a", "", "c"])

    assert "tableRange" not in first
    assert (second["tableRange"], second["updates"]["updatedRange"]) == (
        "Sheet1!C1",
        "Sheet1!C2:E2",
    )
    assert (third["tableRange"], third["updates"]["updatedRange"]) == (
        "Sheet1!A1",
        "Sheet1!A2:C2",
    )


def test_append_grows_the_grid_or_inserts_rows(ours: Asking) -> None:
    ours.batch(
        {
            "updateSheetProperties": {
                "properties": {"gridProperties": {"rowCount": 2, "columnCount": 2}},
                "fields": "gridProperties(rowCount,columnCount)",
            }
        }
    )
    ours.write("A1", ["a"], ["b"])
    ours.append("A1", ["c", "d", "e"])
    grid = "sheets.properties.gridProperties(rowCount,columnCount)"
    size = ours.get(grid)["sheets"][0]["properties"]["gridProperties"]
    assert size == {"rowCount": 3, "columnCount": 3}

    ours.write("A1", ["a"], [""], ["below"])
    ours.append("A1", ["new"], query="insertDataOption=INSERT_ROWS")
    assert ours.read("A:A") == [["a"], ["new"], [], ["below"]]


def test_values_beyond_their_range_are_refused_whole(ours: Asking) -> None:
    answer = ours.call(
        "POST",
        "/values:batchUpdate",
        {
            "valueInputOption": "RAW",
            "data": [
                {"range": "A1", "values": [["first"]]},
                {"range": "A2:B2", "values": [["a", "b", "c"]]},
            ],
        },
    )

    assert answer["error"]["message"].endswith("but tried writing to column [C]")
    assert ours.read("A:Z") == []


def test_a_text_of_more_than_50000_characters_is_refused(ours: Asking) -> None:
    assert "updatedCells" in ours.write("A1", ["x" * 50_000])
    assert "50000 characters" in ours.write("A2", ["x" * 50_001])["error"]["message"]
    assert ours.write("A1", ["x"], option="")["error"]["code"] == 400


def test_totals_count_a_shared_row_once(ours: Asking) -> None:
    answer = ours.call(
        "POST",
        "/values:batchUpdate",
        {
            "valueInputOption": "RAW",
            "data": [
                {"range": "A1", "values": [["a"]]},
                {"range": "C1:C2", "values": [["c"], ["d"]]},
            ],
        },
    )

    assert {name: n for name, n in answer.items() if name.startswith("total")} == {
        "totalUpdatedRows": 2,
        "totalUpdatedColumns": 2,
        "totalUpdatedCells": 3,
        "totalUpdatedSheets": 1,
    }
