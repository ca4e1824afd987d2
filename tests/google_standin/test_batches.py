"""Batches happen whole or not at all; what hangs on rows moves with them."""

from typing import Any

import pytest

from tests.google_standin.asking import Asking, rows


@pytest.fixture
def filled(ours: Asking) -> Asking:
    ours.write("A1", ["n", "x"], ["a", 3], ["b", 1], ["c", 2])
    return ours


def note(row: int, number: int, **more: Any) -> dict[str, Any]:
    """Return the request that notes something about a row."""
    return {
        "createDeveloperMetadata": {
            "developerMetadata": {
                "metadataId": number,
                "metadataKey": "key",
                "metadataValue": f"row {row}",
                "location": {"dimensionRange": rows(row, row)},
                "visibility": "DOCUMENT",
                **more,
            }
        }
    }


def column(ours: Asking) -> str:
    return "".join(str(row[0]) if row else "." for row in ours.read("A:A"))


def noted(ours: Asking) -> dict[str, str]:
    """Return what is noted, and the value of column A in the row where that is."""
    answer = ours.call(
        "POST",
        "/values:batchGetByDataFilter",
        {
            "dataFilters": [{"developerMetadataLookup": {"metadataKey": "key"}}],
        },
    )
    return (
        {
            entry["metadataValue"]: ours.read("A:A")[
                entry["location"]["dimensionRange"]["startIndex"]
            ][0]
            for entry in ours.book.metadata
        }
        if "valueRanges" in answer
        else {}
    )


def test_a_batch_that_fails_has_not_happened(filled: Asking) -> None:
    before = filled.get(includeGridData="true")
    answer = filled.batch(
        {"insertDimension": {"range": rows(2, 2)}},
        {"updateSheetProperties": {"properties": {"title": "Renamed"}, "fields": "title"}},
        note(2, 7),
        note(3, 7),
    )

    assert answer["error"]["status"] == "INVALID_ARGUMENT"
    assert answer["error"]["message"].startswith("Invalid requests[3].createDeveloperMetadata:")
    assert filled.get(includeGridData="true") == before


@pytest.mark.parametrize(
    ("request_", "after", "notes"),
    [
        ({"insertDimension": {"range": rows(2, 3)}}, "n..abc", "ab"),
        ({"deleteDimension": {"range": rows(2, 2)}}, "nbc", "b"),
        ({"moveDimension": {"source": rows(2, 2), "destinationIndex": 4}}, "nbca", "ab"),
        ({"moveDimension": {"source": rows(3, 4), "destinationIndex": 1}}, "nbca", "ab"),
        ({"appendDimension": {"dimension": "ROWS", "length": 5}}, "nabc", "ab"),
    ],
)
def test_a_note_goes_where_its_row_goes(
    filled: Asking, request_: dict[str, Any], after: str, notes: str
) -> None:
    filled.batch(note(2, 1), note(3, 2))
    filled.batch(request_)

    assert column(filled) == after
    assert "".join(noted(filled).values()) == notes


def test_a_note_stays_where_it_is_when_rows_are_sorted(filled: Asking) -> None:
    filled.batch(note(2, 1))
    place = {"startRowIndex": 1, "endRowIndex": 1000, "startColumnIndex": 0, "endColumnIndex": 2}
    filled.batch({"sortRange": {"range": place, "sortSpecs": [{"dimensionIndex": 1}]}})

    assert column(filled) == "nbca"
    assert noted(filled) == {"row 2": "b"}


def test_values_go_to_the_row_that_a_note_names(filled: Asking) -> None:
    filled.batch(note(3, 9))
    filled.batch({"insertDimension": {"range": rows(1, 1)}})
    lookup = {"developerMetadataLookup": {"metadataId": 9}}
    answer = filled.call(
        "POST",
        "/values:batchUpdateByDataFilter",
        {
            "valueInputOption": "RAW",
            "data": [{"dataFilter": lookup, "values": [[None, "new"]]}],
        },
    )

    assert answer["responses"][0]["updatedRange"] == "Sheet1!A4:B4"
    assert answer["responses"][0]["dataFilter"] == lookup
    assert filled.read("A4:B4") == [["b", "new"]]
    found = filled.call("POST", "/values:batchGetByDataFilter", {"dataFilters": [lookup]})
    assert found["valueRanges"][0]["valueRange"]["values"] == [["b", "new"]]


def test_notes_are_found_changed_and_forgotten(filled: Asking) -> None:
    filled.batch(note(2, 1), note(3, 2))
    lookup = {"developerMetadataLookup": {"metadataId": 2}}
    changed = filled.batch(
        {
            "updateDeveloperMetadata": {
                "dataFilters": [lookup],
                "developerMetadata": {"metadataValue": "new"},
                "fields": "metadataValue",
            }
        }
    )
    assert (
        changed["replies"][0]["updateDeveloperMetadata"]["developerMetadata"][0]["metadataValue"]
        == "new"
    )
    gone = filled.batch({"deleteDeveloperMetadata": {"dataFilter": lookup}})
    assert len(gone["replies"][0]["deleteDeveloperMetadata"]["deletedDeveloperMetadata"]) == 1
    assert [entry["metadataId"] for entry in filled.book.metadata] == [1]


def test_values_are_pasted_from_another_tab_without_their_formulas(filled: Asking) -> None:
    added = filled.batch({"addSheet": {"properties": {"title": "Other"}}})
    other = added["replies"][0]["addSheet"]["properties"]["sheetId"]
    filled.types("Other!A1", ["=Sheet1!B2+1"])
    paste = {
        "source": {"sheetId": other, "endRowIndex": 1, "endColumnIndex": 1},
        "destination": {
            "startRowIndex": 4,
            "endRowIndex": 6,
            "startColumnIndex": 0,
            "endColumnIndex": 1,
        },
    }
    filled.batch({"copyPaste": paste | {"pasteType": "PASTE_VALUES"}})
    assert filled.read("A5:A6", "valueRenderOption=FORMULA") == [[4], [4]]

    filled.batch({"copyPaste": paste})
    assert filled.read("A5:A6", "valueRenderOption=FORMULA") == [["=Sheet1!B6+1"], ["=Sheet1!B7+1"]]


def test_formulas_follow_rows_that_move(filled: Asking) -> None:
    filled.types("D1", ["=B3*10", "=SUM(B2:B4)", '=$B$4&"B2"'])
    filled.batch({"insertDimension": {"range": rows(2, 2)}})
    assert filled.read("D1:F1", "valueRenderOption=FORMULA") == [
        ["=B4*10", "=SUM(B3:B5)", '=$B$5&"B2"']
    ]
    filled.batch({"deleteDimension": {"range": rows(4, 4)}})
    assert filled.read("D1:F1") == [["#REF!", "5", "2B2"]]


def test_cells_in_a_range_without_data_lose_the_masked_fields(filled: Asking) -> None:
    place = {"startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 2}
    text = {"userEnteredValue": {"stringValue": "=1+1"}, "note": "not in the mask"}
    filled.batch(
        {
            "updateCells": {
                "range": place,
                "rows": [{"values": [text]}],
                "fields": "userEnteredValue",
            }
        }
    )

    assert filled.read("A1:B4") == [["n", "x"], ["=1+1"], [], ["c", "2"]]
    assert filled.get("sheets.data.rowData.values.note") == {"sheets": [{"data": [{}]}]}


def test_cells_are_appended_after_the_last_row_with_data(filled: Asking) -> None:
    filled.write("D9", ["far"])
    cell = {"userEnteredValue": {"numberValue": 7}}
    filled.batch(
        {
            "appendCells": {
                "rows": [{"values": [cell]}],
                "fields": "userEnteredValue",
            }
        }
    )
    assert filled.read("A10") == [["7"]]


def test_the_last_tab_can_be_neither_hidden_nor_deleted(ours: Asking) -> None:
    hide = {"properties": {"hidden": True}, "fields": "hidden"}
    answers = [ours.batch({"updateSheetProperties": hide}), ours.batch({"deleteSheet": {}})]
    assert [answer["error"]["message"] for answer in answers] == [
        "Invalid requests[0].updateSheetProperties: You can't hide all the sheets in a document.",
        "Invalid requests[0].deleteSheet: You can't remove all the sheets in a document.",
    ]


def test_a_protected_range_is_closed_to_others_and_open_with_a_warning(filled: Asking) -> None:
    place = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1}
    closed = {"protectedRangeId": 1, "range": place, "editors": {"users": ["ana@example.org"]}}
    filled.book.sheets[0].protected.append(closed)
    assert "protected cell" in filled.write("A1", ["mine"])["error"]["message"]
    assert "updatedCells" in filled.write("A2", ["below"])

    (held,) = filled.book.sheets[0].protected
    held["editors"]["users"].append(filled.world.user_of(filled.token))
    assert "updatedCells" in filled.write("A1", ["mine"])
    filled.book.sheets[0].protected = [{"protectedRangeId": 1, "range": place, "warningOnly": True}]
    assert "updatedCells" in filled.write("A1", ["warned"])


@pytest.mark.parametrize(
    ("mask", "answer"),
    [
        ("namedRanges", {}),
        (
            "spreadsheetId,sheets(properties(title,index))",
            {"spreadsheetId": "ID", "sheets": [{"properties": {"title": "Sheet1", "index": 0}}]},
        ),
        ("sheets/properties/tabColor", {"sheets": [{"properties": {}}]}),
        (
            "sheets.properties,sheets.properties.title",
            {
                "sheets": [
                    {
                        "properties": {
                            "sheetId": 0,
                            "title": "Sheet1",
                            "index": 0,
                            "sheetType": "GRID",
                            "gridProperties": {"rowCount": 1000, "columnCount": 26},
                        }
                    }
                ]
            },
        ),
    ],
)
def test_a_mask_leaves_what_it_names(ours: Asking, mask: str, answer: dict[str, Any]) -> None:
    found = ours.get(mask)
    assert found == {n: ours.book.id if v == "ID" else v for n, v in answer.items()}


def test_a_kind_nobody_knows_is_refused(ours: Asking) -> None:
    assert 'Unknown name "addMagic"' in ours.batch({"addMagic": {}})["error"]["message"]
