"""A mail that is begun when its reader or a manager objects is not ended."""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from digests.delivery import Steps
from digests.issue import make
from digests.settling import Delivered
from sheets_sync.choices import Choice, ChoiceAct
from sheets_sync.community import Status
from sheets_sync.state import Busy, State
from sheets_sync.state.delivery import DOT_SECONDS
from tests.newsroom import DUE, NAMES, NOW, person, press, report, run, synced
from tests.places import choose, open_at
from tests.test_crashes import recording

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")


@pytest.fixture
def folder(tmp_path: Path, state_url: str) -> Path:
    choose(tmp_path, state_url)
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


# -- the reader's click and the final dot -------------------------------------------------------


def leaves(folder: Path, name: str, *, wait: bool = True) -> None:
    """Click *leave*; it is acknowledged when this returns."""
    stop = {"frequency": "stop"}
    address = f"{name}@example.org"
    click = Choice(f"k-{name}", ChoiceAct.CHOOSE, f"p-{name}", address, stop, "one-click", NOW)
    with closing(open_at(folder)) as state:
        state.choices.commit([click], wait=wait)


class Clicks:
    """A reader who leaves at the worst moment: when the dot is recorded, and not said."""

    def __init__(self, folder: Path, name: str, *, pause: float) -> None:
        self.told: list[str] = []
        self._is_theirs = False
        self._pause = pause
        self._click = threading.Thread(target=self._clicks, args=(folder, name))

    def observe(self, step: str) -> None:
        if step == "before final dot" and not self.told:
            self.told.append("dot recorded")
            self._click.start()
            time.sleep(self._pause)
            self._is_theirs = True
        elif self._is_theirs:
            self._is_theirs = False
            self.told += ["dot said"] if step == "after final dot" else []

    def _clicks(self, folder: Path, name: str) -> None:
        leaves(folder, name)
        self.told.append("click acknowledged")

    def end(self) -> list[str]:
        self._click.join(30)
        return self.told


@KINDS
def test_who_left_before_the_dot_was_recorded_is_sent_nothing(folder, kind, connections):
    # fault 63
    click = once_begun(folder, lambda _: leaves(folder, "ana"))
    with recording(kind) as (mailbox, url):
        outcome = run(folder, url, connections=connections, steps=click)

        assert outcome == Delivered(sent=4, dropped=1)
        assert set(arrived(folder, mailbox.received)) == {"ben", "cleo", "dai", "eve"}


@KINDS
def test_a_click_while_the_dot_is_said_is_acknowledged_after_it(folder, kind, connections):
    # fault 63
    click = Clicks(folder, "ana", pause=0.4)
    with recording(kind) as (mailbox, url):
        outcome = run(folder, url, connections=connections, steps=click.observe)

        assert click.end() == ["dot recorded", "dot said", "click acknowledged"]
        assert outcome == Delivered(sent=5)
        assert set(arrived(folder, mailbox.received)) == set(NAMES)


def test_a_dot_that_comes_too_late_is_not_said_and_the_click_counts(folder):
    # A machine that stood still, and nobody can tell for how long.
    click = Clicks(folder, "ana", pause=DOT_SECONDS + 0.2)
    with recording("pipelining") as (mailbox, url):
        outcome = run(folder, url, connections=1, steps=click.observe)

        assert click.end() == ["dot recorded", "click acknowledged"]
        assert outcome == Delivered(sent=4, dropped=1)
        assert set(arrived(folder, mailbox.received)) == {"ben", "cleo", "dai", "eve"}


def test_who_must_not_wait_is_told_so_and_nobody_waits_for_the_dead(folder):
    with closing(open_at(folder)) as state, state.outbox.joined() as sender:
        make(press(state), DUE, now=NOW)
        with state.outbox.together(NOW, sender) as page:
            ana, _ = page.claim(state.outbox.waiting(NOW)[:2], 2)
            page.mark([ana], {})
        with pytest.raises(Busy):
            leaves(folder, "ana", wait=False)
        leaves(folder, "ben", wait=False)
        assert [choice.subscriber for _, choice in state.choices.unwritten()] == ["p-ben"]
    began = time.monotonic()
    leaves(folder, "ana")  # the sender is gone, and what it left is looked at anew

    assert time.monotonic() - began < DOT_SECONDS
