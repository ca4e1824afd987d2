"""`tidings check` with a spreadsheet on Google: one line for each fault, with its remedy."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.google_standin.clock import HeldClock
from tests.google_standin.oauth import KEY_ID

ROOT = Path(__file__).parent.parent.parent
ADDRESS = "robot@tidings-test.iam.gserviceaccount.com"


@pytest.fixture
def ready(setting_up):
    """A project that was set up and synced a moment ago."""
    setting_up.inits()
    setting_up.tidings("sync")
    return setting_up


def test_nothing_to_mend(ready):
    before = ready.everything()

    assert ready.checks() == []
    assert ready.everything() == before


def test_what_a_run_costs_is_told_and_true(ready):
    told = ready.tidings("check").out.splitlines()

    assert (
        "· Riverside reports: a run takes 1 or 2 of the 60 reads that Google allows a minute, and "
        "with something to write 1 of 60 writes"
    ) in told
    for typed, reads, writes in ((None, 2, 0), ("Ana", 2, 1)):
        if typed:
            ready.types("Reports!A2", ["2026-11-02", typed, "Met two newcomers"])
        before = ready.world.count(cost="read"), ready.world.count(cost="write")
        ready.tidings("sync")
        assert ready.world.count(cost="read") - before[0] <= reads
        assert ready.world.count(cost="write") - before[1] == writes


# faults 21, 80
def test_each_fault_of_the_key_is_one_line_with_its_remedy(ready):
    path = ready.folder / "credentials.json"
    example = (ROOT / "credentials.example.json").read_text()
    told = {}
    for name, content, mode in (
        ("readable", ready.key, 0o644),
        ("cut", "{", 0o600),
        ("client", {"installed": {"client_id": "1"}}, 0o600),
        ("person", {"type": "authorized_user"}, 0o600),
        ("example", example, 0o600),
        ("garbled", ready.key | {"private_key": "-----BEGIN"}, 0o600),
    ):
        ready.saves_key(content, mode=mode)
        told[name] = ready.checks()
    path.unlink()
    told["missing"] = ready.checks()

    remedy = "make a key of the kind JSON for a service account in Google's console"
    assert told == {
        name: [f"! the Google spreadsheet: {path} {words}"]
        for name, words in (
            (
                "readable",
                f"can be read by others on this machine (mode 0644); run: chmod 600 {path}",
            ),
            ("cut", "cannot be read as JSON; save the key file anew"),
            ("client", f"is not the key of a service account (its kind: OAuth client); {remedy}"),
            (
                "person",
                f"is not the key of a service account (its kind: authorized_user); {remedy}",
            ),
            (
                "example",
                "still holds the example's project_id, private_key, client_email; "
                f"{remedy} and put it in its place",
            ),
            (
                "garbled",
                "holds a private key that cannot be read; take the file once more as Google's "
                "console gave it",
            ),
            (
                "missing",
                "is not there; make a key for the service account in Google's console (JSON) and "
                "save it under this name",
            ),
        )
    }


def test_a_key_that_was_deleted_at_google_is_told(ready):
    ready.world.public_keys["another"] = ready.world.public_keys.pop(KEY_ID)

    (fault,) = ready.checks()
    assert f"Google does not accept the key of {ADDRESS}" in fault
    assert "Make a new key" in fault


# fault 80
def test_the_key_is_never_printed(ready):
    lines = [line for line in ready.key["private_key"].splitlines() if len(line) > 40]
    said = []
    for spoil in (str, lambda text: text.replace("MII", "???"), lambda text: text[:400]):
        ready.saves_key(
            json.loads(json.dumps(ready.key)) | {"private_key": spoil(ready.key["private_key"])}
        )
        for words in (["check"], ["sync"], ["init"]):
            told = ready.tidings(*words)
            said.append(told.out + told.err)

    log = ready.folder / "tidings.log"
    said.append(log.read_text() if log.exists() else "")
    assert [line for line in lines for text in said if line in text] == []


@pytest.mark.parametrize("off", [-90, 300])
def test_a_clock_that_is_wrong_is_told(ready, off):
    ready.world.clock = HeldClock(datetime.now(UTC) - timedelta(seconds=off))

    faults = [line for line in ready.checks() if line.startswith("! clock:")]

    assert len(faults) == 1
    way = "ahead of" if off > 0 else "behind"
    assert f"seconds {way} Google's; let it be set from the network: timedatectl" in faults[0]


def test_a_clock_that_is_right_is_not_mentioned(ready):
    assert "clock" not in ready.tidings("check").out


def test_a_spreadsheet_that_is_not_shared_is_told(ready):
    ready.shares("")

    (fault,) = ready.checks()
    assert f"share it with {ADDRESS} as Editor (button Share" in fault


def test_a_reader_is_told_to_become_editor(ready):
    ready.shares("reader")

    assert ready.checks() == [
        f"! Riverside reports: {ADDRESS} can read it and not write; in the spreadsheet choose "
        "Share, and make that address Editor"
    ]


def test_an_api_that_is_not_enabled_is_told_with_the_link(ready):
    ready.world.disabled_apis.add("sheets")

    (fault,) = ready.checks()
    assert "the Google Sheets API is not enabled" in fault
    assert "https://console.developers.google.com/apis/api/sheets.googleapis.com/overview" in fault


def test_a_spreadsheet_in_another_zone_is_told(setting_up):
    setting_up.book.time_zone = "America/New_York"
    setting_up.inits()

    (fault,) = [line for line in setting_up.checks() if "time zone" in line]
    assert "is America/New_York and the community's is UTC" in fault
    assert "set it under File > Settings" in fault


def test_tabs_and_columns_that_are_missing_are_told(setting_up):
    setting_up.inits()
    sheets = setting_up.everything()
    setting_up.does(
        {"deleteSheet": {"sheetId": sheets["Digests"]["properties"]["sheetId"]}},
        {
            "deleteDimension": {
                "range": {
                    "sheetId": sheets["Mentors"]["properties"]["sheetId"],
                    "dimension": "COLUMNS",
                    "startIndex": 4,
                    "endIndex": 5,
                }
            }
        },
    )

    told = setting_up.tidings("check").out.splitlines()

    assert "· Riverside reports: the tab Digests is missing; the next sync adds it" in told
    assert "· Riverside reports, Mentors: the column note is missing; the next sync adds it" in told


def test_a_header_that_is_missing_is_told_with_its_guess(setting_up):
    setting_up.inits()
    setting_up.types("Reports!C1", ["txet"])

    assert any("no column 'text' (perhaps 'txet'?)" in fault for fault in setting_up.checks())


def test_what_else_is_wrong_is_told_all_the_same(ready):
    (ready.folder / "credentials.json").unlink()
    settings = ready.folder / "tidings.toml"
    settings.write_text(settings.read_text().replace('"folder:outbox"', '"smtp://127.0.0.1:9"'))

    faults = ready.checks()

    assert "credentials.json is not there" in faults[0]
    assert [fault for fault in faults if fault.startswith("! mail.url: 127.0.0.1:9 cannot")] != []
