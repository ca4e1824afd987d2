"""Settings that stand already, and a spreadsheet on Google -> the same settings with it."""

import pytest

from sheets_sync.founding import Answers, settings_text, with_google
from sheets_sync.settings import SettingsError, read_settings

ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz-0123456789_abcde"
OTHER = ID[::-1]


def test_new_settings_name_the_spreadsheet_and_no_file():
    text = settings_text(Answers("Riverside", ["ana@example.org"], google=ID))

    assert f'[spreadsheet]\ngoogle = "{ID}"\n' in text
    assert read_settings(text, name="these").spreadsheet.google == ID


def test_older_settings_are_kept_line_by_line():
    before = settings_text(Answers("Riverside", ["ana@example.org"]))

    after = with_google(before, ID, name="tidings.toml")

    assert set(before.splitlines()) - set(after.splitlines()) == {'file = "workbook.xlsx"'}
    assert set(after.splitlines()) - set(before.splitlines()) == {
        f'google = "{ID}"',
        '# file = "workbook.xlsx"',
    }
    # The file of the form is another one.
    assert read_settings(after, name="these").form.file == "form.toml"
    assert with_google(after, ID, name="tidings.toml") == after


def test_settings_without_the_section_get_it():
    after = with_google('[community]\nname = "R"\n', ID, name="tidings.toml")

    assert after == f'[community]\nname = "R"\n\n[spreadsheet]\ngoogle = "{ID}"\n'


def test_another_spreadsheet_is_never_put_in_the_place_of_one():
    with pytest.raises(SettingsError, match=f"names another spreadsheet already \\({OTHER}\\)"):
        with_google(f'[spreadsheet]\ngoogle = "{OTHER}"\n', ID, name="tidings.toml")


def test_settings_in_an_unusual_form_are_left_to_their_owner():
    with pytest.raises(
        SettingsError, match=r"write this line under \[spreadsheet\] yourself: google"
    ):
        with_google('spreadsheet.file = "a.xlsx"\n', ID, name="tidings.toml")
