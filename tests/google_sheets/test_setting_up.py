"""`tidings init --google`: a shared spreadsheet is prepared, and what is there is kept."""

import shlex

import pytest

from sheets_sync.layout import TABS
from sheets_sync.look import note
from tests.test_readme import commands as readme_commands

ADDRESS = "robot@tidings-test.iam.gserviceaccount.com"


def header(sheet: dict, row: int = 0) -> list[dict]:
    return sheet["data"][0]["rowData"][row]["values"]


def test_an_empty_spreadsheet_gets_everything(setting_up):
    told = setting_up.inits()

    assert (told.status, told.err) == (0, ""), told.err
    assert told.out.splitlines()[:-1] == [
        "tidings.toml: made",
        "form.toml: made",
        "secret: made",
        *(f"{tab.title}: made" for tab in TABS),
        "tidings.db: made",
    ]
    sheets = setting_up.everything()
    assert list(sheets) == [tab.title for tab in TABS]
    for tab in TABS:
        made = [column for column in tab.columns if not column.optional]
        cells = header(sheets[tab.title])
        assert [cell.get("formattedValue") for cell in cells[: len(made)]] == [
            column.name for column in made
        ]
        assert [cell["note"] for cell in cells[: len(made)]] == [note(column) for column in made]
        assert sheets[tab.title]["properties"]["gridProperties"]["frozenRowCount"] == 1
        assert "basicFilter" in sheets[tab.title]
    assert [row[0] for row in setting_up.rows("Tags")] == [
        "tag",
        "mentorship",
        "onboarding",
        "working-group",
        "planning",
        "press",
        "local-community",
    ]
    assert f'google = "{setting_up.book.id}"' in (setting_up.folder / "tidings.toml").read_text()
    assert not (setting_up.folder / "workbook.xlsx").exists()


def test_a_prepared_spreadsheet_is_ready_to_sync(setting_up):
    setting_up.inits()
    setting_up.types("People!A2:B2", ["Ana Lima", "ana@example.org"])
    setting_up.types("Reports!A2:C2", ["2026-11-02", "Ana Lima", "Met two newcomers"])

    assert setting_up.tidings("sync").status == 0
    row = dict(zip(*setting_up.rows("Reports"), strict=False))
    assert (row["text"], row["status"], row["source"]) == ("Met two newcomers", "ok", "sheet")
    assert setting_up.checks() == []


def test_a_second_run_changes_nothing(setting_up):
    setting_up.inits()
    before, settings = setting_up.everything(), (setting_up.folder / "tidings.toml").read_bytes()
    writes = setting_up.world.count(cost="write")

    told = setting_up.tidings("init", "--google", setting_up.book.id)

    assert told.status == 0
    assert {line.partition(": ")[2] for line in told.out.splitlines()[:-1]} == {
        "there already, left as it is"
    }
    assert setting_up.everything() == before
    assert (setting_up.folder / "tidings.toml").read_bytes() == settings
    assert setting_up.world.count(cost="write") == writes


def test_init_after_syncs_changes_nothing_either(setting_up):
    setting_up.inits()
    setting_up.types("People!A2:B2", ["Ana Lima", "ana@example.org"])
    setting_up.types("Reports!A2:C2", ["2026-11-02", "Ana Lima", "Met two newcomers"])
    setting_up.tidings("sync")
    setting_up.types("Reports!K1", ["Zustand"])
    setting_up.tidings("sync")
    before = setting_up.everything()

    setting_up.tidings("init")

    assert setting_up.everything() == before


def test_dry_run_says_what_would_be_made_and_makes_nothing(setting_up):
    before = setting_up.everything()

    told = setting_up.inits("--dry-run")

    assert told.status == 0
    assert "Mentors: would be made" in told.out.splitlines()
    assert setting_up.everything() == before
    assert sorted(path.name for path in setting_up.folder.iterdir()) == ["credentials.json"]


def test_what_people_made_is_kept_and_completed_at_the_right(setting_up):
    setting_up.does(
        {"updateSheetProperties": {"properties": {"title": "Mentors"}, "fields": "title"}},
        {"addSheet": {"properties": {"sheetId": 9, "title": "Budget"}}},
        {
            "updateCells": {
                "start": {"columnIndex": 1},
                "rows": [{"values": [{"note": "Ask Bo before you change this."}]}],
                "fields": "note",
            }
        },
        {"addFilterView": {"filter": {"title": "Mine", "range": {"sheetId": 0}}}},
    )
    setting_up.types("Mentors!A1:D2", ["Mentee", "MENTOR", "", "How long"], ["Eva", "Ana", "", "2"])
    setting_up.types("Budget!A1", ["42"])

    told = setting_up.inits()

    assert "Mentors: the columns since, until, note, problem added at the right" in told.out
    sheets = setting_up.everything()
    assert {tab.title for tab in TABS} | {"Budget"} == set(sheets)
    assert setting_up.rows("Mentors") == [
        ["Mentee", "MENTOR", "", "How long", "since", "until", "note", "problem"],
        ["Eva", "Ana", "", "2"],
    ]
    assert setting_up.rows("Budget") == [["42"]]
    notes = [cell.get("note", "") for cell in header(sheets["Mentors"])]
    assert notes[1] == "Ask Bo before you change this."
    assert notes[0].startswith("Who is mentored")
    assert notes[2:4] == ["", ""]
    assert [view["title"] for view in sheets["Mentors"]["filterViews"]] == ["Mine"]


def test_a_spreadsheet_that_is_not_shared_says_with_whom_and_how(setting_up):
    setting_up.shares("")

    told = setting_up.inits()

    assert told.status == 3
    assert f"share it with {ADDRESS} as Editor (button Share" in told.err

    setting_up.shares("writer")
    assert setting_up.tidings("init").status == 0
    assert "Reports" in setting_up.everything()


def test_a_spreadsheet_that_may_only_be_read_is_not_half_made(setting_up):
    setting_up.shares("reader")
    before = setting_up.everything()

    told = setting_up.inits()

    assert told.status == 3
    assert f"{ADDRESS} as Editor" in told.err
    assert setting_up.everything() == before


@pytest.mark.parametrize(
    ("kind", "after_effect"), [("503", False), ("reset", True), ("truncated JSON", True)]
)
def test_a_call_that_fails_is_repeated_without_making_things_twice(setting_up, kind, after_effect):
    setting_up.world.fails(kind, path=":batchUpdate", after_effect=after_effect)

    assert setting_up.inits().status == 0

    sheets = setting_up.everything()
    assert list(sheets) == [tab.title for tab in TABS]
    assert len(sheets["Reports"]["conditionalFormats"]) == 6
    assert len(sheets["Reports"]["filterViews"]) == 2


def test_without_a_key_it_says_where_it_goes(setting_up):
    (setting_up.folder / "credentials.json").unlink()

    told = setting_up.inits()

    assert told.status == 3
    assert "credentials.json is not there; make a key for the service account" in told.err


def test_a_tab_is_known_whatever_its_letters_and_wherever_its_header_stands(setting_up):
    setting_up.does(
        {"addSheet": {"properties": {"sheetId": 5, "title": "TAGS"}}},
        {"addSheet": {"properties": {"sheetId": 6, "title": "people"}}},
    )
    setting_up.types("TAGS!A1:B2", ["Tag", "Same as"], ["swag", ""])
    setting_up.types("people!A1:B4", ["Our people"], [], ["Name", "E-mail"], ["Ana", "a@b.org"])
    settings = ("--name", "R", "--coordinator", "ana@example.org")
    setting_up.tidings("init", *settings)
    toml = setting_up.folder / "tidings.toml"
    toml.write_text(
        toml.read_text().replace(
            "# headers = {", 'headers = { People = { "E-mail" = "email" } }\n# headers = {'
        )
    )

    told = setting_up.tidings("init", "--google", setting_up.book.id)

    assert told.status == 0, told.err
    assert {"TAGS", "people", "Sheet1", "Reports"} <= set(setting_up.everything())
    assert setting_up.rows("TAGS")[1:] == [["swag"]]
    people = setting_up.everything()["people"]
    assert setting_up.rows("people")[2][:4] == ["Name", "E-mail", "username", "groups"]
    assert people["properties"]["gridProperties"]["frozenRowCount"] == 3
    assert header(people, 2)[1]["note"].startswith("Where the digest goes.")


def test_a_workbook_gives_way_to_a_spreadsheet(setting_up):
    setting_up.tidings("init", "--name", "Riverside", "--coordinator", "ana@example.org")

    told = setting_up.tidings("init", "--google", setting_up.book.id)

    assert told.status == 0
    assert told.out.splitlines()[0] == "tidings.toml: now names the spreadsheet on Google"
    assert (setting_up.folder / "workbook.xlsx").exists()
    assert list(setting_up.everything()) == [tab.title for tab in TABS]


def test_the_readme_s_own_commands_set_it_up(setting_up):
    setting_up.book.time_zone = "Europe/Berlin"
    lines = [line for line in readme_commands() if "--project shared" in line]
    statuses = []
    for line in lines:
        words = shlex.split(line.replace("SPREADSHEET_ID", setting_up.book.id))
        statuses.append(setting_up.tidings(*words[3:]).status)

    assert [line.split()[3] for line in lines] == ["init", "check", "sync"]
    # The check finds that there was no sync yet.
    assert statuses == [0, 1, 0]
    assert setting_up.checks() == []


def test_a_workbook_with_reports_in_it_is_to_be_brought_over_first(setting_up):
    setting_up.tidings("init", "--name", "Riverside", "--coordinator", "ana@example.org")
    setting_up.tidings("sync")

    told = setting_up.tidings("init", "--google", setting_up.book.id)

    assert told.status == 3
    assert "File > Import > Upload, then Replace spreadsheet" in told.err
    assert list(setting_up.everything()) == ["Sheet1"]


def test_an_address_that_is_none_is_refused_before_anything_is_made(setting_up):
    told = setting_up.tidings("init", "--google", "my spreadsheet")

    assert told.status == 2
    assert "names no spreadsheet on Google; open the spreadsheet and copy" in told.err
    assert sorted(path.name for path in setting_up.folder.iterdir()) == ["credentials.json"]
