"""gspread and google-auth, as they are, find Google in the stand-in."""

from collections.abc import Iterator

import gspread
import pytest
from google.auth.exceptions import RefreshError

from tests.google_standin.redirect import authorised, gspread_client
from tests.google_standin.server import Standin, serving
from tests.google_standin.world import SERVICE_ACCOUNT, World


@pytest.fixture
def standin() -> Iterator[Standin]:
    with serving(World()) as standin:
        standin.world.checks_tokens = True
        yield standin


def test_a_spreadsheet_is_made_written_and_read(standin: Standin) -> None:
    client = gspread_client(standin)
    spreadsheet = client.create("Ours")
    sheet = spreadsheet.sheet1
    sheet.update([["name", "score"], ["Ana", 7], ["Bo", 2.5]], "A1")
    sheet.append_row(["Cy", "=B2*2"], value_input_option="USER_ENTERED")
    sheet.update_cell(2, 1, "Anna")

    assert sheet.get_all_records() == [
        {"name": "Anna", "score": 7},
        {"name": "Bo", "score": 2.5},
        {"name": "Cy", "score": 14},
    ]
    assert sheet.find("Bo").address == "A3"
    assert client.open("Ours").id == spreadsheet.id


def test_tabs_and_rows_are_moved_sorted_and_deleted(standin: Standin) -> None:
    spreadsheet = gspread_client(standin).create("Ours")
    sheet = spreadsheet.add_worksheet("It's new", 10, 3)
    sheet.append_rows([["b", 2], ["a", 3], ["c", 1]])

    sheet.sort((1, "asc"), range="A1:B3")
    sheet.insert_row(["top"], 1)
    sheet.delete_rows(3)
    sheet.update_title("Renamed")

    assert spreadsheet.worksheet("Renamed").get_all_values() == [
        ["top", ""],
        ["a", "3"],
        ["c", "1"],
    ]
    assert [w.title for w in spreadsheet.worksheets()] == ["Sheet1", "Renamed"]


def test_the_grant_is_signed_by_the_account(standin: Standin) -> None:
    session = authorised(standin)
    session.get("https://www.googleapis.com/drive/v3/files")

    ((account, scopes),) = standin.world.tokens.values()
    assert account == SERVICE_ACCOUNT
    assert "https://www.googleapis.com/auth/spreadsheets" in scopes.split()


def test_a_grant_signed_by_another_key_is_refused(standin: Standin) -> None:
    key = standin.credentials()
    standin.world.public_keys.clear()
    with serving(World()) as other:
        other.credentials()
        standin.world.public_keys["another"] = next(iter(other.world.public_keys.values()))

    with pytest.raises(RefreshError, match="Invalid JWT Signature"):
        authorised(standin, key).get("https://www.googleapis.com/drive/v3/files")


def test_a_token_that_is_no_longer_good_is_refused_and_renewed(standin: Standin) -> None:
    spreadsheet = gspread_client(standin).create("Ours")
    standin.world.tokens.clear()
    standin.world.calls.clear()

    assert spreadsheet.sheet1.get_all_values() == [[]]
    assert [(call.path.split("/")[1], call.status) for call in standin.world.calls] == [
        ("v4", 401),
        ("token", 200),
        ("v4", 200),
        ("v4", 200),
    ]


def test_what_is_not_shared_or_not_there_is_told_apart(standin: Standin) -> None:
    client, world = gspread_client(standin), standin.world
    closed = world.add_spreadsheet("Closed", role="")
    readable = world.add_spreadsheet("Readable", role="reader")

    with pytest.raises(PermissionError):
        client.open_by_key(closed.id)
    with pytest.raises(gspread.exceptions.SpreadsheetNotFound):
        client.open_by_key("nowhere")
    sheet = client.open_by_key(readable.id).sheet1
    with pytest.raises(gspread.exceptions.APIError, match="does not have permission"):
        sheet.update([["x"]], "A1")


def test_an_api_that_is_not_enabled_says_how_to_enable_it(standin: Standin) -> None:
    client = gspread_client(standin)
    book = standin.world.add_spreadsheet("Ours")
    standin.world.disabled_apis.add("sheets")

    with pytest.raises(PermissionError) as refused:
        client.open_by_key(book.id)
    assert "SERVICE_DISABLED" in str(refused.value.__cause__.response.text)
