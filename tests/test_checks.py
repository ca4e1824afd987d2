"""A project folder -> what is wrong with it, and what to do."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from sheets_sync.checks import Finding, check_project
from sheets_sync.founding import Answers, found
from sheets_sync.project import open_project
from sheets_sync.sync import sync

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def project(tmp_path):
    """A project that was synced a moment ago."""
    folder = tmp_path / "riverside"
    found(folder, Answers("Riverside", ["ana@example.org"]), {})
    with open_project(folder, {}) as opened:
        sync(opened.spreadsheet, opened.state, opened.rules, now=NOW)
    return folder


def faults(
    folder: Path, *, now: datetime = NOW, mounts: str = "/dev/vda / ext4 rw 0 0"
) -> list[str]:
    mounted = folder.parent / "mounts"
    mounted.write_text(mounts)
    findings = check_project(folder, {}, now=now, mounts=mounted)
    return [finding.text() for finding in findings if finding.is_fault]


def replaces(folder: Path, before: str, after: str) -> None:
    settings = folder / "tidings.toml"
    text = settings.read_text()
    assert before in text
    settings.write_text(text.replace(before, after))


def test_asking_whether_people_are_still_in_needs_an_address(project):
    replaces(project, "[digest]\n", "[digest]\nrenewal_months = 12\n")
    told = [line for line in faults(project) if "renewal_months" in line]

    assert told == [
        "! digest.renewal_months: nobody is asked whether they are still in: it needs links, and "
        "so a public_url; set community.public_url, or renewal_months = 0"
    ]


def test_nothing_to_mend(project):
    assert faults(project) == []


def test_a_finding_is_one_line_with_its_remedy():
    assert Finding("sync", "there was none", "run it").text() == "! sync: there was none; run it"
    assert Finding("sync", "it was today", is_fault=False).text() == "· sync: it was today"


def test_a_sync_long_ago_means_that_cron_is_not_running(project):
    assert faults(project, now=NOW + timedelta(days=2)) == [
        "! sync: the last one was 2 days ago; let cron call: tidings run (see the README)"
    ]


def test_an_issue_that_nobody_made_is_named(project):
    assert (
        "! digest: issue 2026-W48 was due on 2026-11-23 07:00 UTC and is not made; let cron call: "
        "tidings run (see the README)"
    ) in faults(project, now=NOW + timedelta(days=5))


# fault 78
def test_a_folder_on_a_network_drive_is_warned_of(project):
    mounts = f"/dev/vda / ext4 rw 0 0\nserver:/home {project.parent} nfs4 rw 0 0"

    assert faults(project, mounts=mounts) == [
        f"! project folder: {project} is shared over a network (nfs4), where a database can be "
        "damaged; keep the folder on a disk of this machine; the workbook alone may be shared"
    ]


# fault 78
def test_a_folder_that_is_synchronised_elsewhere_is_warned_of(tmp_path):
    folder = tmp_path / "Dropbox (Team)" / "riverside"
    found(folder, Answers("Riverside", ["ana@example.org"]), {})

    assert [one for one in faults(folder) if "Dropbox (Team)), where a database" in one] != []


def test_a_mail_server_that_cannot_be_reached_is_named(project):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        replaces(project, '"folder:outbox"', f'"smtp://127.0.0.1:{port}"')
        replaces(project, '# sender = "Tidings <', 'sender = "Tidings <')
        replaces(project, '# unsubscribe = "', 'unsubscribe = "')

        assert faults(project) == [
            f"! mail.url: 127.0.0.1:{port} cannot be reached (Connection refused); mails wait "
            "until it can; look at the name, the port and the network"
        ]


def test_mail_without_a_way_to_stop_it_is_a_fault(project):
    replaces(project, 'coordinators = ["ana@example.org"]', "coordinators = []")
    with socket.create_server(("127.0.0.1", 0)) as server:
        replaces(project, '"folder:outbox"', f'"smtp://127.0.0.1:{server.getsockname()[1]}"')

        assert faults(project) == [
            "! mail.unsubscribe: readers have no way to stop the mail; name a mailbox that a "
            "person reads, here or in community.coordinators",
            "! community.coordinators: nobody would hear of what needs a person; name at least one "
            "address, or put somebody into the group Coordinator",
            "! mail.sender: is nobody's address; write the address that mail is from",
        ]


def test_a_missing_column_is_told_and_no_fault(project):
    path = project / "workbook.xlsx"
    book = load_workbook(path)
    book["Mentors"].delete_cols(5)
    book.save(path)

    told = [one.text() for one in check_project(project, {}, now=NOW)]

    assert "· workbook.xlsx, Mentors: the column note is missing; the next sync adds it" in told


# fault 76
def test_a_damaged_state_is_told(project):
    state = project / "tidings.db"
    state.write_bytes(state.read_bytes()[:4096] + b"\0" * 8192)

    assert [one for one in faults(project) if one.startswith("! state: ")] != []


def test_nothing_is_changed_by_looking(project):
    before = (project / "workbook.xlsx").read_bytes()

    list(check_project(project, {}, now=NOW))

    assert (project / "workbook.xlsx").read_bytes() == before
