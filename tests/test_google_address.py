"""What people copy from a browser -> the spreadsheet's id, or what to copy instead."""

import pytest

from sheets_sync.google_address import address, spreadsheet_id

ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz-0123456789_abcde"


@pytest.mark.parametrize(
    "typed",
    [
        ID,
        f" {ID}\n",
        f"https://docs.google.com/spreadsheets/d/{ID}",
        f"https://docs.google.com/spreadsheets/d/{ID}/edit?gid=0#gid=0",
        f"docs.google.com/spreadsheets/d/{ID}/edit?usp=sharing",
        f"https://docs.google.com/spreadsheets/u/1/d/{ID}/edit",
        f"https://docs.google.com/a/example.org/spreadsheets/d/{ID}/edit",
        address(ID),
    ],
)
def test_an_address_or_an_id_names_a_spreadsheet(typed):
    assert spreadsheet_id(typed) == ID


@pytest.mark.parametrize(
    "typed",
    [
        "Riverside reports",
        "https://docs.google.com/forms/d/1AbCdEfGhIjKlMnOpQrStUvWxYz/edit",
        "https://example.org/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz",
        "../../etc/passwd",
        "",
    ],
)
def test_anything_else_is_told_what_to_copy(typed):
    with pytest.raises(ValueError, match="names no spreadsheet on Google; open the spreadsheet"):
        spreadsheet_id(typed)


def test_a_published_page_is_no_spreadsheet_to_work_in():
    typed = "https://docs.google.com/spreadsheets/d/e/2PACX-1vAbCdEfGhIjKlMnOpQrStUvWxYz/pubhtml"

    with pytest.raises(ValueError, match="is the address of a published page; open"):
        spreadsheet_id(typed)
