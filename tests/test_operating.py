"""An operator at the terminal: how an issue fares, once more, now, not yet, and in silence."""

import asyncio
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from openpyxl import load_workbook

from tests.test_cli import Terminal, types
from tests.test_readme import README
from tests.test_send import Mailbox, serving

# aiosmtpd 1.4.6 asks its own deprecated attributes while it greets.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")
SUNDAY = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class Operator(Terminal):
    """At the terminal of a community of two, whose relay is `relay`."""

    relay: Mailbox

    def sets(self, section: str, line: str) -> None:
        settings = self.folder / "tidings.toml"
        text = settings.read_text()
        assert f"[{section}]\n" in text
        settings.write_text(text.replace(f"[{section}]\n", f"[{section}]\n{line}\n"))

    def decision(self) -> object:
        return self.digests_rows()[-1][-1]

    def digests_rows(self) -> list[list[object]]:
        return [
            [cell.value for cell in row]
            for row in load_workbook(self.folder / "workbook.xlsx")["Digests"].iter_rows(2)
        ]

    def decides(self, word: str | None) -> None:
        book = load_workbook(self.folder / "workbook.xlsx")
        tab = book["Digests"]
        header = [cell.value for cell in tab[1]]
        tab.cell(tab.max_row, header.index("decision") + 1).value = word
        book.save(self.folder / "workbook.xlsx")

    def reports(self, text: str) -> None:
        types(self.folder, "Reports", [None, "Ana Lima", text, "mentorship"])
        assert self("sync").status in (0, 1)

    def served(self) -> list[str]:
        return [to for [to], _ in self.relay.received]


@pytest.fixture
def operator(tmp_path, capsys):
    told = Operator(tmp_path / "project", capsys)
    told.relay = Mailbox()
    told.now = SUNDAY
    assert told("init", "--name", "Riverside", "--coordinator", "ana@example.org").status == 0
    with serving(told.relay) as controller:
        settings = told.folder / "tidings.toml"
        url = f'"smtp://localhost:{controller.port}"\nallow_insecure = true'
        settings.write_text(settings.read_text().replace('"folder:outbox"', url))
        types(told.folder, "People", ["Ana Lima", "ana@example.org"], ["Bo Ek", "bo@example.org"])
        assert told("sync").status == 0
        told.reports("Met two newcomers")
        told.now = MONDAY
        yield told


def test_status_before_any_issue_says_how_to_make_one(operator):
    told = operator("digest", "--status")

    assert told.status == 3
    assert "No issue was made yet; make one with: tidings digest --early" in told.err


def test_status_counts_and_names_what_needs_attention(operator):
    operator.relay.at_rcpt["bo@example.org"] = "550 no such user"
    operator("run")

    told = operator("digest", "--status")

    assert told.status == 0
    assert told.out.splitlines() == [
        "Issue 2026-W48, made 2026-11-23 08:00: 1 report to 2 people.",
        "sent: 1; refused: 1",
        "  bo@example.org: refused (2026-11-23 08:00): 550 no such user",
    ]
    assert "  ana@example.org: sent" in operator("digest", "--status", "--everybody").out


def test_status_says_when_it_is_tried_again(operator):
    operator.relay.at_rcpt["bo@example.org"] = "450 come back"
    operator("run")

    assert operator("digest", "--status").out.splitlines()[-1] == (
        "  bo@example.org: to be tried again (2026-11-23 08:00): 450 come back; "
        "next try 2026-11-23 08:15"
    )


def test_status_changes_nothing(operator):
    operator("run")
    before = (operator.folder / "workbook.xlsx").read_bytes()
    operator("digest", "--status")

    assert (operator.folder / "workbook.xlsx").read_bytes() == before
    assert len(operator.served()) == 2


def test_resend_brings_one_person_the_same_bytes_again_and_is_recorded(operator):
    operator("run")

    told = operator("digest", "--resend", "Bo Ek")

    assert told.status == 0
    assert "Issue 2026-W48 goes to bo@example.org again." in told.out
    assert sorted(operator.served()) == ["ana@example.org", "bo@example.org", "bo@example.org"]
    first, again = (mail for [to], mail in operator.relay.received if to == "bo@example.org")
    assert first == again
    assert "Sent again on request: 1 mail." in operator("digest", "--status").out
    operator("run")
    assert len(operator.served()) == 3


def test_resend_to_nobody_known_says_so_and_sends_nothing(operator):
    operator("run")

    told = operator("digest", "--resend", "zoe@example.org")

    assert told.status == 3
    assert "'zoe@example.org' is nobody who gets the digest" in told.err
    assert len(operator.served()) == 2


def test_resend_does_not_reach_those_who_left(operator):
    operator("run")
    types(operator.folder, "Subscriptions", ["bo@example.org", None, "stop"])

    told = operator("digest", "--resend", "bo@example.org")

    assert "bo@example.org is sent nothing: the subscription says stop" in told.err
    assert operator.served().count("bo@example.org") == 1
    assert "sent: 2" in operator("digest", "--status").out


def test_retry_tries_at_once_what_was_refused(operator):
    operator.relay.at_rcpt |= {"ana@example.org": "450 later", "bo@example.org": "550 nobody"}
    operator("run")
    operator.relay.at_rcpt.clear()
    operator("run")
    assert operator.served() == []

    told = operator("digest", "--retry")

    assert (told.status, "2 mails to try again" in told.out) == (0, True)
    assert sorted(operator.served()) == ["ana@example.org", "bo@example.org"]


def test_hold_is_shown_in_the_tab_and_counts_until_it_is_released(operator):
    operator.relay.at_rcpt["bo@example.org"] = "450 later"
    operator("run")
    operator.relay.at_rcpt.clear()

    held = operator("digest", "--hold")

    assert "Issue 2026-W48 is held; 1 mail waiting." in held.out
    assert operator.decision() == "hold"
    operator.now += timedelta(hours=1)
    operator("run")
    assert operator.served() == ["ana@example.org"]
    assert (
        "It is held; let it go with: tidings digest --release" in operator("digest", "--status").out
    )

    operator("digest", "--release", "2026-W48")
    operator("run")

    assert operator.decision() == "send"
    assert sorted(operator.served()) == ["ana@example.org", "bo@example.org"]


@pytest.mark.parametrize("word", ["send", None])
def test_a_manager_releases_in_the_tab_what_an_operator_held(operator, word):
    operator.relay.at_rcpt["bo@example.org"] = "450 later"
    operator("run")
    operator.relay.at_rcpt.clear()
    operator("digest", "--hold")
    operator.now += timedelta(hours=1)

    operator.decides(word)
    operator("run")

    assert operator.served() == ["ana@example.org", "bo@example.org"]
    assert operator.decision() == word


def held(operator: Operator) -> bytes:
    """Hold what waits for Bo; returns the workbook as it was before."""
    operator.relay.at_rcpt["bo@example.org"] = "450 later"
    operator("run")
    operator.relay.at_rcpt.clear()
    before = (operator.folder / "workbook.xlsx").read_bytes()
    operator("digest", "--hold")
    operator.now += timedelta(hours=1)
    return before


def test_an_old_copy_of_the_spreadsheet_releases_nothing(operator):  # fault 43
    before = held(operator)

    (operator.folder / "workbook.xlsx").write_bytes(before)
    operator("run")
    operator("run")

    assert operator.served() == ["ana@example.org"]
    assert operator.decision() == "hold"


def test_an_issue_whose_line_was_removed_from_the_tab_stays_held(operator):
    held(operator)
    book = load_workbook(operator.folder / "workbook.xlsx")
    book["Digests"].delete_rows(2)
    book.save(operator.folder / "workbook.xlsx")

    operator("run")
    operator("run")

    assert operator.served() == ["ana@example.org"]
    assert operator.decision() == "hold"


def test_a_decision_that_is_none_is_a_problem_and_changes_nothing(operator):
    operator("run")
    operator.decides("perhaps")

    told = operator("sync")

    assert told.status == 1
    assert "this is not a decision" in told.out


def test_hold_of_an_issue_that_is_not_there(operator):
    assert "Issue 2026-W01 is not there" in operator("digest", "--hold", "2026-W01").err


def test_one_thing_at_a_time(operator):
    assert operator("digest", "--retry", "--status").status == 2
    assert operator("digest", "--everybody").status == 2


# -- the envelope -------------------------------------------------------------------------------


def test_what_comes_back_goes_to_the_mailbox_for_bounces(operator):
    operator.sets("mail", 'bounces = "Ana <returns@example.org>"')
    seen = []

    async def handle_MAIL(server, session, envelope, address, options):
        seen.append(address)
        envelope.mail_from = address
        return "250 OK"

    operator.relay.handle_MAIL = handle_MAIL
    operator("run")

    assert set(seen) == {"returns@example.org"}
    assert b"returns@example.org" not in operator.relay.received[0][1]


def test_bounced_typed_by_a_coordinator_ends_the_mail(operator):
    operator("run")
    types(operator.folder, "Subscriptions", ["bo@example.org", None, "bounced"])
    operator("sync")
    operator.reports("Held a workshop")
    operator.now += timedelta(days=7)

    operator("run")

    assert sorted(operator.served()) == ["ana@example.org", "ana@example.org", "bo@example.org"]
    tab = load_workbook(operator.folder / "workbook.xlsx")["Subscriptions"]
    assert "bounced" in [cell.value for cell in tab[2]][3:]


class OwnNames(Mailbox):
    """A relay that gives every mail a Message-ID of its own, as Amazon SES does."""

    async def handle_DATA(self, server, session, envelope):
        own = f"Message-ID: <relay-{len(self.received)}@relay.example>".encode()
        envelope.content = re.sub(rb"(?im)^Message-ID: [^\r\n]+", own, envelope.content)
        return await super().handle_DATA(server, session, envelope)


def test_a_repeat_is_told_by_our_own_header_where_a_relay_renames_mails(operator):
    # fault 73
    relay = OwnNames()
    with serving(relay) as controller:
        settings = operator.folder / "tidings.toml"
        settings.write_text(
            re.sub(r"localhost:\d+", f"localhost:{controller.port}", settings.read_text())
        )
        operator("run")
        operator("digest", "--resend", "bo@example.org")

    mails = [message_from_bytes(m, policy=SMTP) for [to], m in relay.received if to[:2] == "bo"]
    names = [(m["Message-ID"], m["X-Tidings-Issue"], m["List-Id"]) for m in mails]
    (first, ours, list_id), (second, again, list_id_again) = names
    assert first != second
    assert ours.startswith("2026-W48 ")
    assert (ours, list_id) == (again, list_id_again)
    [of_ana] = [m for [to], m in relay.received if to[:3] == "ana"]
    assert ours.encode() not in of_ana
    assert "`X-Tidings-Issue`" in README


# -- after a long silence -----------------------------------------------------------------------


def test_a_week_missed_is_caught_up(operator):
    operator("run")
    operator.reports("Held a workshop")
    operator.now += timedelta(days=13)
    operator("run")

    assert len(operator.served()) == 4


def test_what_is_due_after_a_long_silence_is_held_and_explained(operator):
    operator("run")
    operator.reports("Held a workshop")
    operator.now += timedelta(days=21)

    operator("run")

    assert len(operator.served()) == 2
    assert operator.decision() == "hold"
    status = operator("digest", "--status").out
    assert "no run was seen since 2026-11-23; if a backup was put back" in status
    workbook = operator.folder / "workbook.xlsx"
    written = workbook.read_bytes()
    assert "write send into decision" in operator("sync").out
    operator("run")
    assert (len(operator.served()), workbook.read_bytes()) == (2, written)

    operator.decides("send")
    operator("run")

    assert len(operator.served()) == 4
    assert operator("sync").status == 0


def test_mails_of_a_restored_backup_that_still_waited_are_held_as_well(operator):
    operator.relay.at_rcpt |= {"bo@example.org": "450 later"}
    operator("run")
    operator.relay.at_rcpt.clear()
    operator.now += timedelta(days=30)

    operator("run")

    assert operator.served() == ["ana@example.org"]
    assert operator.digests_rows()[0][-1] == "hold"


def backed_up(operator: Operator) -> Path:
    """Copy the project's files as the README says; return where they are."""
    copy = operator.folder.parent / "backup"
    copy.mkdir()
    with (
        closing(sqlite3.connect(operator.folder / "tidings.db")) as state,
        closing(sqlite3.connect(copy / "tidings.db")) as kept,
    ):
        state.backup(kept)
    shutil.copy2(operator.folder / "workbook.xlsx", copy)
    return copy


def put_back(operator: Operator, copy: Path, *names: str) -> None:
    for name in names:
        for beside in ("-wal", "-shm"):
            (operator.folder / f"{name}{beside}").unlink(missing_ok=True)
        shutil.copy2(copy / name, operator.folder)


def test_a_backup_that_was_put_back_sends_nobody_again_what_they_had(operator):
    # fault 75
    operator("run")
    operator.reports("Held a workshop")
    copy = backed_up(operator)
    weeks(operator, 3)
    had = operator.served()
    assert [b"Held a workshop" in mail for _, mail in operator.relay.received].count(True) == 2
    put_back(operator, copy, "tidings.db", "workbook.xlsx")

    operator("run")

    assert operator.served() == had
    assert [row[0] for row in operator.digests_rows()] == ["2026-W48", "2026-W51"]
    assert operator.decision() == "hold"
    status = operator("digest", "--status").out
    assert "no run was seen since 2026-11-23; if a backup was put back" in status
    assert "write send into decision" in operator("sync").out

    operator.decides("send")
    operator("run")

    assert sorted(operator.served()[len(had) :]) == ["ana@example.org", "bo@example.org"]
    assert all(b"Held a workshop" in mail for _, mail in operator.relay.received[len(had) :])


def test_a_state_put_back_beside_a_newer_workbook_stops_and_names_the_choices(operator):
    # fault 75
    operator("run")
    copy = backed_up(operator)
    weeks(operator, 3)
    had, shown = operator.served(), (operator.folder / "workbook.xlsx").read_bytes()
    put_back(operator, copy, "tidings.db")

    told = operator("run")

    assert told.status == 3
    assert "the spreadsheet is newer than the state" in told.err
    assert "tidings sync --take-over" in told.err
    assert operator.served() == had
    assert (operator.folder / "workbook.xlsx").read_bytes() == shown


def test_what_waits_in_an_old_state_that_goes_on_is_held_and_shown_at_once(operator):
    # fault 75
    operator.relay.at_rcpt |= {"bo@example.org": "450 later"}
    operator("run")
    copy = backed_up(operator)
    operator.relay.at_rcpt.clear()
    operator.now += timedelta(hours=1)
    operator("run")
    operator.reports("Held a workshop")
    had = operator.served()
    assert had == ["ana@example.org", "bo@example.org"]
    put_back(operator, copy, "tidings.db")
    assert operator("run").status == 3
    assert operator("sync", "--take-over").status < 2

    operator("run")

    assert operator.served() == had
    assert operator.decision() == "hold"
    assert "if a backup was put back" in operator("digest", "--status").out
    operator.decides("send")
    operator("run")
    assert operator.served() == [*had, "bo@example.org"]
    operator.now += timedelta(days=7)
    operator("run")
    assert sorted(operator.served()[3:]) == ["ana@example.org", "bo@example.org"]


# -- the heartbeat ------------------------------------------------------------------------------


class Watch:
    """A service that watches for silence, and answers with `status`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = 200
        watch = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                watch.asked.append(self.path)
                self.send_response(watch.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/ping/secret-canary"


@pytest.fixture
def watch():
    made = Watch()
    thread = Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def test_a_good_run_beats_and_one_that_could_not_finish_says_fail(operator, watch):
    operator.sets("community", f'heartbeat_url = "{watch.url}"')
    assert operator("run").status == 0
    assert operator("run", "--dry-run").status == 0
    operator.now += timedelta(days=400)
    assert operator("run").status == 3

    assert watch.asked == ["/ping/secret-canary", "/ping/secret-canary/fail"]


def test_a_heartbeat_that_fails_is_only_a_note_and_tells_no_secret(operator, watch):
    operator.sets("community", f'heartbeat_url = "{watch.url}"')
    watch.status = 500
    refused = operator("run")
    watch.server.socket.close()
    away = operator("run")

    assert (refused.status, away.status) == (0, 0)
    assert "Note: 127.0.0.1 answered 500 to the heartbeat" in refused.out
    assert "Note: the heartbeat did not reach 127.0.0.1" in away.out
    assert "canary" not in refused.out + refused.err + away.out + away.err


@pytest.mark.parametrize("url", ["http://example.org/ping/canary", "ftp://example.org", "canary"])
def test_a_heartbeat_goes_over_tls_or_stays_here(operator, url):
    operator.sets("community", f'heartbeat_url = "{url}"')
    told = operator("sync")

    assert told.status == 2
    assert "community.heartbeat_url" in told.err
    assert "canary" not in told.err


# -- addresses that are refused for good ---------------------------------------------------------


def weeks(operator: Operator, count: int) -> None:
    """Let so many weeks pass, each with a report and a run."""
    for _ in range(count):
        operator.now += timedelta(days=7)
        operator.reports(f"What happened until {operator.now:%Y-%m-%d}")
        operator("run")


@pytest.fixture
def refused(operator):
    """Bo's mailbox is gone, and was asked for in two issues."""
    operator.relay.at_rcpt["bo@example.org"] = "550 no such user"
    operator("run")
    weeks(operator, 1)
    operator.relay.at_rcpt.clear()
    return operator


def test_an_address_refused_in_two_issues_is_suspended_and_listed(refused):
    weeks(refused, 1)

    assert set(refused.served()) == {"ana@example.org"}
    [told] = [line for line in refused("sync").out.splitlines() if "People row 3" in line]
    assert "mail was refused in 2026-W48, 2026-W49 (550 no such user)" in told
    assert "correct the address" in told
    assert "! mail: bo@example.org was refused in two issues" in refused("check").out


def test_one_refusal_suspends_nobody(operator):
    operator.relay.at_rcpt["bo@example.org"] = "550 try me"
    operator("run")
    operator.relay.at_rcpt.clear()
    weeks(operator, 1)

    assert operator.served().count("bo@example.org") == 1


def test_refusals_of_everybody_are_the_relays_and_suspend_nobody(operator):
    operator.relay.at_rcpt |= {"ana@example.org": "554 blocked", "bo@example.org": "554 blocked"}
    operator("run")
    weeks(operator, 1)
    operator.relay.at_rcpt.clear()
    weeks(operator, 1)

    assert sorted(operator.served()) == ["ana@example.org", "bo@example.org"]


def test_a_corrected_address_gets_mail_again_with_what_was_missed(refused):
    weeks(refused, 1)
    book = load_workbook(refused.folder / "workbook.xlsx")
    book["People"]["B3"] = "bo@example.net"
    book.save(refused.folder / "workbook.xlsx")
    weeks(refused, 1)

    assert refused.served().count("bo@example.net") == 1
    [mail] = [mail for [to], mail in refused.relay.received if to == "bo@example.net"]
    assert b"What happened until 2026-12-07" in mail
    assert "People row 3" not in refused("sync").out


def test_a_manager_who_types_weekly_again_lets_the_address_back_in(refused):
    refused("sync")
    types(refused.folder, "Subscriptions", ["bo@example.org", None, "weekly"])
    weeks(refused, 2)

    assert refused.served().count("bo@example.org") == 2


def test_weekly_that_stood_there_already_counts_once_it_is_written_again(operator):
    types(operator.folder, "Subscriptions", ["bo@example.org", None, "weekly"])
    operator.relay.at_rcpt["bo@example.org"] = "550 no such user"
    operator("run")
    weeks(operator, 1)
    operator.relay.at_rcpt.clear()
    weeks(operator, 1)
    assert "bo@example.org" not in operator.served()
    told = operator("sync").out
    assert "where it stands already, empty the cell, sync, and write it again" in told

    _puts_frequency(operator, None)
    assert "no more is sent" in operator("sync").out
    _puts_frequency(operator, "weekly")
    assert "no more is sent" not in operator("sync").out
    weeks(operator, 2)

    assert operator.served().count("bo@example.org") == 2


def test_weekly_that_stands_there_already_lets_nobody_back_in_by_itself(operator):
    types(operator.folder, "Subscriptions", ["bo@example.org", None, "weekly"])
    operator.relay.at_rcpt["bo@example.org"] = "550 no such user"
    operator("run")
    weeks(operator, 4)
    operator.relay.at_rcpt.clear()
    weeks(operator, 1)

    assert set(operator.served()) == {"ana@example.org"}


def _puts_frequency(operator: Operator, word: str | None) -> None:
    book = load_workbook(operator.folder / "workbook.xlsx")
    book["Subscriptions"]["C2"] = word
    book.save(operator.folder / "workbook.xlsx")


def test_a_row_in_subscriptions_shows_that_it_is_suspended(refused):
    types(refused.folder, "Subscriptions", ["bo@example.org", None, None])
    refused("sync")
    tab = load_workbook(refused.folder / "workbook.xlsx")["Subscriptions"]

    assert "suspended" in [cell.value for cell in tab[2]]
    assert any("no more is sent" in str(cell.value) for cell in tab[2])


def test_while_mails_leave_others_may_sync_and_hold_what_is_left(operator):
    begun, go_on = Event(), Event()

    async def handle_RCPT(*heard: object) -> str:
        begun.set()
        await asyncio.to_thread(go_on.wait, 30)
        return await Mailbox.handle_RCPT(operator.relay, *heard)

    operator.relay.handle_RCPT = handle_RCPT
    command = [sys.executable, "-m", "sheets_sync.cli", "--project", str(operator.folder)]
    sending = subprocess.Popen([*command, "digest", "--now", "2026-11-23T08:00"])
    try:
        assert begun.wait(30)
        synced, held = operator("sync"), operator("digest", "--hold")
    finally:
        go_on.set()
        ended = sending.wait(30)

    assert (synced.status, held.status, ended) == (0, 0, 0)
    assert operator.served() == []
    operator("digest", "--release")
    operator("run")
    assert sorted(operator.served()) == ["ana@example.org", "bo@example.org"]
