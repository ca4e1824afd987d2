"""Several senders at once share the work, send nothing twice, and take over from one that died."""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP as Session
from aiosmtpd.smtp import Envelope

from digests.issue import make
from digests.settling import Delivered
from tests.newsroom import DUE, NOW, person, press, report, run, synced
from tests.places import choose, open_at
from tests.test_send import Mailbox, serving

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")
READERS = [f"reader{number}" for number in range(80)]
EVERYBODY = {f"{name}@example.org" for name in READERS}
ROOT = Path(__file__).parent.parent
LONGEST = 60.0


@dataclass
class Busy(Mailbox):
    """Takes a moment for each mail, and takes none before so many senders are here."""

    wanted: int = 1
    seconds: float = 0.01
    here: set[object] = field(default_factory=set)
    at_work: int = 0

    async def handle_DATA(self, server: Session, session: object, envelope: Envelope) -> str:
        self.here.add(session)
        self.at_work += 1
        until = time.monotonic() + LONGEST
        while len(self.here) < self.wanted and time.monotonic() < until:
            await asyncio.sleep(0.01)
        await asyncio.sleep(self.seconds)
        answer = await super().handle_DATA(server, session, envelope)
        self.at_work -= 1
        return answer


@pytest.fixture
def folder(tmp_path: Path, state_url: str) -> Path:
    """A project whose issue for eighty readers is made."""
    choose(tmp_path, state_url)
    state = open_at(tmp_path)
    synced(state, report(1), people=[person(name) for name in READERS])
    make(press(state), DUE, now=NOW)
    state.close()
    return tmp_path


Child = subprocess.Popen[str]


@contextmanager
def senders(folder: Path, mailbox: Busy, number: int) -> Iterator[tuple[list[Child], str]]:
    """So many senders of one connection each, started at once; and where they send to."""
    with serving(mailbox) as controller:
        url = f"smtp://127.0.0.1:{controller.port}"
        command = [sys.executable, "-m", "tests.newsroom", str(folder), url, "1"]
        children = [
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
            for _ in range(number)
        ]
        try:
            yield children, url
        finally:
            for child in children:
                child.kill()
                child.communicate()


def told(child: Child) -> Delivered:
    """Wait for a sender's end, and return what it says that it did."""
    words, _ = child.communicate(timeout=LONGEST)
    assert child.returncode == 0
    return Delivered(**json.loads(words))


def wait_for(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + LONGEST
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.002)


@pytest.mark.parametrize("number", [2, 3])
def test_senders_started_at_once_share_the_work_and_send_nothing_twice(folder, number):
    mailbox = Busy(wanted=number)
    with senders(folder, mailbox, number) as (children, _):
        shares = [told(child) for child in children]

    assert Counter(address for [address], _ in mailbox.received) == dict.fromkeys(EVERYBODY, 1)
    assert sum(share.sent for share in shares) == len(EVERYBODY)
    assert all(share.sent for share in shares)
    assert all(share.is_clean for share in shares)


@pytest.mark.parametrize(("at_work", "after"), [(1, 3), (2, 25), (1, 50)])
def test_who_is_left_takes_over_from_one_that_was_killed(folder, at_work, after):
    # fault 64
    mailbox = Busy(wanted=2)
    with senders(folder, mailbox, 2) as ([killed, left], url):
        wait_for(lambda: len(mailbox.received) >= after and mailbox.at_work == at_work)
        killed.kill()
        share = told(left)
        again = run(folder, url)

    mailed = Counter(address for [address], _ in mailbox.received)
    named = {line.rpartition(" to ")[2] for line in share.repeated}
    assert set(mailed) == EVERYBODY
    assert {address for address, times in mailed.items() if times > 1} <= named
    assert (len(named) <= 1, max(mailed.values()) <= 2) == (True, True)
    assert len({(address, content) for [address], content in mailbox.received}) == len(EVERYBODY)
    assert again == Delivered()


def test_a_sender_notices_in_the_middle_that_another_has_gone(folder):
    state = open_at(folder)
    other = ExitStack()
    name = other.enter_context(state.outbox.joined())
    with state.outbox.together(NOW, name) as page:
        [taken] = page.claim(state.outbox.waiting(NOW), 1)
    theirs = state.outbox.delivery(taken).address
    state.close()

    def leave_once_a_mail_is_out(step: str) -> None:
        if step == "after final dot":
            other.close()

    mailbox = Busy(seconds=0.04)
    with serving(mailbox) as controller:
        url = f"smtp://127.0.0.1:{controller.port}"
        outcome = run(folder, url, steps=leave_once_a_mail_is_out)

    order = [address for [address], _ in mailbox.received]
    assert outcome == Delivered(sent=len(EVERYBODY))
    assert 1 < order.index(theirs) < len(order) - 1


def test_all_senders_together_keep_the_pace(folder):
    state = open_at(folder)
    other = open_at(folder)

    waits = [one.outbox.take_turn(500) for one in (state, other, state)]
    state.base.put("next mail", "99999999999")
    after_a_wrong_clock = other.outbox.take_turn(500)
    state.close()
    other.close()

    assert [round(wait) for wait in waits] == [0, 500, 1000]
    assert after_a_wrong_clock == 0
