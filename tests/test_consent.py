"""A mail that is begun when its reader or a manager objects is not ended."""

from collections.abc import Callable
from pathlib import Path

import pytest

from digests.delivery import Steps
from digests.settling import Delivered
from sheets_sync.community import Status
from sheets_sync.state import State
from tests.newsroom import NAMES, open_at, person, report, run, synced
from tests.test_crashes import recording

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    state = open_at(tmp_path)
    synced(state, report(1), report(2))
    state.close()
    return tmp_path


def once_begun(folder: Path, change: Callable[[State], object]) -> Steps:
    """Return what changes the state once when a letter is begun, and none is ended."""
    seen: list[str] = []

    def observe(step: str) -> None:
        if step == "before commit" and seen[-1:] == ["after talking"] and "changed" not in seen:
            seen.append("changed")
            state = open_at(folder)
            change(state)
            state.close()
        seen.append(step)

    return observe


def arrived(folder: Path, received: list[tuple[list[str], bytes]]) -> dict[str, bytes]:
    """Return what came, by the reader's name; nobody had two."""
    files = [file.read_bytes() for file in (folder / "outbox").glob("*.eml")]
    mails = files or [content for _, content in received]
    named = {name: mail for mail in mails for name in NAMES if b"%s@" % name.encode() in mail}
    assert len(named) == len(mails)
    return named


KINDS = pytest.mark.parametrize(
    ("kind", "connections"), [("folder", 1), ("smtp", 1), ("smtp", 3), ("pipelining", 1)]
)


@KINDS
def test_who_is_no_reader_any_more_is_sent_nothing(folder, kind, connections):
    # fault 63
    def leave(state: State) -> None:
        synced(state, people=[person(name) for name in NAMES if name != "ana"])

    with recording(kind) as (mailbox, url):
        outcome = run(folder, url, connections=connections, steps=once_begun(folder, leave))

        assert outcome == Delivered(sent=4, dropped=1)
        assert set(arrived(folder, mailbox.received)) == {"ben", "cleo", "dai", "eve"}


@KINDS
def test_a_held_issue_ends_no_mail_and_goes_out_whole_once_it_is_released(
    folder, kind, connections
):
    with recording(kind) as (mailbox, url):
        hold = once_begun(folder, lambda state: state.outbox.set_decision("2026-W48", "hold"))
        held = run(folder, url, connections=connections, steps=hold)
        before = arrived(folder, mailbox.received)
        state = open_at(folder)
        state.outbox.set_decision("2026-W48", "send")
        state.close()
        released = run(folder, url, connections=connections)

        assert (held, before) == (Delivered(), {})
        assert released == Delivered(sent=5)
        assert set(arrived(folder, mailbox.received)) == set(NAMES)


@KINDS
def test_a_report_that_is_hidden_meanwhile_is_in_no_mail(folder, kind, connections):
    def hide(state: State) -> None:
        synced(state, report(1, status=Status.HIDDEN))

    with recording(kind) as (mailbox, url):
        outcome = run(folder, url, connections=connections, steps=once_begun(folder, hide))

        assert outcome == Delivered(sent=5)
        mails = arrived(folder, mailbox.received)
    assert set(mails) == set(NAMES)
    assert [name for name, mail in mails.items() if b"number 1." in mail] == []
    assert all(b"number 2." in mail for mail in mails.values())
