"""Readers leave with one click, without a cookie, and no scanner leaves for them (fault 72)."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import pytest
from sqlalchemy import event, update

from digests.delivery import deliver
from digests.doorkeeper import Doorkeeper
from sheets_sync.mailing import open_press, transport
from sheets_sync.state.base import put
from sheets_sync.state.database import writing
from sheets_sync.state.schema import choices
from tests.web.village import SITE, Village

pytestmark = [pytest.mark.usefixtures("on_either_database"), pytest.mark.sampled]

ONE_CLICK = {"data": {"List-Unsubscribe": "One-Click"}}
ASKED: list[tuple[str, dict[str, object]]] = [
    ("GET", {}),
    ("HEAD", {}),
    ("OPTIONS", {}),
    ("GET", {"headers": {"Purpose": "prefetch"}}),
]
ACTED: list[dict[str, object]] = [
    ONE_CLICK,
    {**ONE_CLICK, "content_type": "multipart/form-data"},
    {**ONE_CLICK, "headers": {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}},
    {},
]


@pytest.mark.parametrize(("method", "options"), ASKED)
def test_looking_at_the_link_changes_nothing(village, method, options):
    path = village.leave_path("ben@example.org")

    answer = village.browser.open(path, method=method, **options)

    assert answer.status_code == 200
    assert village.project.state.choices.latest() == 0
    assert (b"<button" in answer.data) is (method == "GET")


@pytest.mark.parametrize("options", ACTED)
def test_one_post_leaves_without_cookie_token_or_redirect(village, options):
    path = village.leave_path("ben@example.org")

    answers = [village.browser.post(path, **options) for _ in range(2)]

    assert [(one.status_code, one.headers.get("Set-Cookie")) for one in answers] == [
        (200, None)
    ] * 2
    assert village.project.state.choices.latest() == 1
    village.sync()
    assert village.subscriptions() == [("ben@example.org", None, "stop", "stopped")]


def test_another_purpose_or_a_made_up_token_leaves_for_nobody(village):
    ben = village.id_of("ben@example.org")
    personal = village.project.links.personal_form(ben).rpartition("/")[2]

    for token in (personal, "x", f"{ben}.AAAA", ""):
        assert village.browser.post(f"/leave/{token}", **ONE_CLICK).status_code == 404
    assert village.project.state.choices.latest() == 0


def test_every_mail_carries_the_link_that_leaves(village):
    village.reports("ana: Met Ben #mentorship")
    village.freezes()
    village.delivers()

    mail = village.mails()["ben@example.org"]
    link = mail["List-Unsubscribe"]
    path = link.strip("<>").removeprefix(SITE)

    assert link == f"<{SITE}{village.leave_path('ben@example.org')}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "ben" not in path.replace(village.id_of("ben@example.org"), "")
    text = mail.get_body(("plain",))
    assert text is not None
    assert f"Leave: {SITE}{path}" in text.get_content()
    assert village.browser.post(path, **ONE_CLICK).status_code == 200


def test_leaving_holds_from_the_click_on_also_for_mails_that_are_frozen(village):
    village.reports("ana: Met Ben #mentorship")
    village.freezes()

    village.browser.post(village.leave_path("ben@example.org"), **ONE_CLICK)

    assert village.delivers() == ["ana@example.org", "cleo@example.org"]


def test_leaving_holds_in_the_middle_of_a_delivery(village):
    village.reports("ana: Met Ben #mentorship")
    village.freezes()
    paths = {who: village.leave_path(f"{who}@example.org") for who in ("ana", "ben", "cleo")}

    def leave_once_a_mail_is_out(_step: str) -> None:
        for address in village.mails():
            for who, path in paths.items():
                if not address.startswith(who):
                    village.browser.post(path, **ONE_CLICK)

    press = open_press(village.project)
    deliver(
        village.project.state.outbox,
        transport(village.project),
        Doorkeeper(press, village.now),
        sender=press.letterhead.envelope,
        now=village.now,
        steps=leave_once_a_mail_is_out,
    )

    # The second was begun together with the first one's end, and is never ended.
    assert sorted(village.mails()) == ["cleo@example.org"]


def test_what_a_manager_typed_before_stays_but_leaving_counts_and_later_words_count_again(village):
    village.manager.holds(
        "Subscriptions",
        "| email | filter | frequency | paused until | status | problem |\n"
        "| ben@example.org | italy | monthly | | | |",
    )
    village.sync()

    village.browser.post(village.leave_path("ben@example.org"), **ONE_CLICK)
    outcome = village.sync()

    assert village.subscriptions() == [("ben@example.org", "italy", "monthly", "stopped")]
    assert [one.column for one in outcome.problems if one.tab == "Subscriptions"] == ["frequency"]
    assert "they chose “stop”" in village.manager.cells("Subscriptions")[1][5]
    assert not village.sync().changes
    village.manager.types("Subscriptions", 2, "frequency", "weekly")
    village.sync()
    assert village.subscriptions() == [("ben@example.org", "italy", "weekly", "weekly")]


def test_a_cell_that_tidings_wrote_is_the_managers_to_change(village):
    village.browser.post(village.leave_path("ben@example.org"), **ONE_CLICK)
    village.sync()

    village.manager.types("Subscriptions", 2, "frequency", "monthly")
    village.sync()

    assert village.subscriptions() == [("ben@example.org", None, "monthly", "monthly")]
    assert not village.sync().changes


def test_who_left_stays_away_although_the_row_is_deleted(village):
    village.browser.post(village.leave_path("ben@example.org"), **ONE_CLICK)
    village.sync()

    village.manager.deletes_row("Subscriptions", 2)
    village.sync()

    assert village.subscriptions() == [("ben@example.org", None, "stop", "stopped")]


def test_leaving_is_written_when_the_workbook_is_closed_again(village):
    village.browser.post(village.leave_path("ben@example.org"), **ONE_CLICK)
    lock = village.project.folder / ".~lock.workbook.xlsx#"
    lock.write_text(",cleo,desk,24.11.2026 10:00,file:///home/cleo/.config;")

    village.sync()
    frequencies = {one.address: one.frequency for one in readers(village)}
    lock.unlink()
    village.sync()

    assert frequencies["ben@example.org"] == "stop"
    assert village.subscriptions() == [("ben@example.org", None, "stop", "stopped")]
    assert not village.sync().changes


@pytest.mark.parametrize("state_url", ["sqlite:tidings.db"])
def test_a_full_disk_is_said_and_not_called_leaving(village):
    path = village.leave_path("ben@example.org")
    with read_only(village):
        answer = village.browser.post(path, **ONE_CLICK)

    assert answer.status_code == 503
    assert "left" not in answer.get_data(as_text=True).casefold()


def readers(village: Village):
    return open_press(village.project).subscribers(village.now)


@contextmanager
def read_only(village: Village) -> Iterator[None]:
    """Keep everybody from writing the state for a while, as a read-only disk does."""

    def refuse(connection, *_rest: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    engine = village.project.state.engine
    engine.dispose()
    event.listen(engine, "connect", refuse)
    yield
    event.remove(engine, "connect", refuse)
    engine.dispose()


def test_an_older_copy_saved_over_ours_brings_nobody_back(village):
    book = village.project.folder / "workbook.xlsx"
    village.manager.types("Subscriptions", 2, "email", "ana@example.org")
    village.sync()
    older = book.read_bytes()
    village.browser.post(village.leave_path("ana@example.org"), **ONE_CLICK)
    village.browser.post(village.leave_path("ben@example.org"), **ONE_CLICK)
    village.sync()

    book.write_bytes(older)
    village.sync()

    assert village.subscriptions() == [
        ("ana@example.org", None, "stop", "stopped"),
        ("ben@example.org", None, "stop", "stopped"),
    ]
    assert not village.sync().changes


def test_replies_reach_a_person(village):
    village.reports("ana: Met Ben #mentorship")
    village.freezes()
    village.delivers()

    assert village.mails()["ben@example.org"]["Reply-To"] == "cleo@example.org"


def test_a_crash_after_the_sheet_was_written_adds_nothing(village):
    village.browser.post(village.leave_path("ben@example.org"), **ONE_CLICK)
    village.sync()
    with writing(village.project.state.engine) as db:  # as if the state had not been told
        db.execute(update(choices).values(written=False))
        put(db, "chosen", "")

    outcome = village.sync()

    assert not outcome.changes
    assert village.subscriptions() == [("ben@example.org", None, "stop", "stopped")]
    assert village.project.state.choices.unwritten() == []


@contextmanager
def served(village: Village) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Serve the village by the command, as a process of its own; yields its address."""
    command = [sys.executable, "-m", "sheets_sync.cli", "--project", str(village.project.folder)]
    process = subprocess.Popen(
        [*command, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://[\d.:]+", process.stdout.readline())
        assert found is not None
        yield found[0], process
    finally:
        process.kill()
        process.communicate()


def test_who_was_told_that_they_left_has_left_although_the_page_is_killed(village):
    path = village.leave_path("ben@example.org")
    with served(village) as (site, process):
        connection = HTTPConnection(site.removeprefix("http://"), timeout=20)
        connection.request("POST", path, "List-Unsubscribe=One-Click")
        status = connection.getresponse().status
        process.kill()
        connection.close()

    assert status == 200
    village.sync()
    assert village.subscriptions() == [("ben@example.org", None, "stop", "stopped")]
