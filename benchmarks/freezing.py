"""How long it takes to freeze an issue, beside making each mail with `EmailMessage` alone."""

import time
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

from benchmarks.mailing import NOW, REPORTS, invented_press, invented_readers, sync_week
from benchmarks.measuring import Worker, in_turns
from benchmarks.plain_message import plain_message
from benchmarks.table import Result, faster
from digests.due import Due
from digests.issue import make
from digests.message import Addressee
from digests.render import Mail
from sheets_sync.state import open_state

MAILS, TURNS = 1000, 5
LEAVE = "https://tidings.example.org/leave/" + "0" * 60


def measure(folder: Path) -> list[Result]:
    """Let both take turns; ours also selects, renders and commits."""
    ours = Worker("benchmarks.freezing:ours", str(folder / "ours"), str(MAILS))
    beside = Worker("benchmarks.freezing:plain", str(folder / "beside"), str(MAILS))
    first, second = in_turns(ours, beside, turns=TURNS)
    what = f"freezing an issue of {MAILS:,} mails of {REPORTS} reports, whole"
    name = f"{what}, beside only making their bytes with EmailMessage"
    return [faster(name, "s", first.figure, second.figure, 2)]


def ours(folder: str, mails: str) -> Iterator[float]:
    """Seconds to freeze an issue; a new one at each turn."""
    Path(folder).mkdir()
    state = open_state("sqlite:tidings.db", folder=Path(folder), create=True)
    people, at = invented_readers(int(mails)), invented_press(state)
    for week in range(1, 53):
        sync_week(state, people, week)
        began = time.perf_counter()
        made = make(at, Due(f"2026-W{week:02}", NOW), now=NOW)
        yield time.perf_counter() - began
        assert made.recipients == len(people)


def plain(folder: str, mails: str) -> Iterator[float]:
    """Seconds to make as many mails of the same words, one by one."""
    Path(folder).mkdir()
    state = open_state("sqlite:tidings.db", folder=Path(folder), create=True)
    at = invented_press(state)
    sync_week(state, invented_readers(1), 1)
    make(at, Due("2026-W01", NOW), now=NOW)
    mail = _words(state.outbox.read(state.outbox.waiting(NOW))[0].message)
    while True:
        began = time.perf_counter()
        for number in range(int(mails)):
            address = f"reader{number}@example.org"
            to = Addressee("2026-W01", f"p-{number}", address, f"Reader {number}", LEAVE)
            plain_message(mail, to, at.letterhead, at=NOW)
        yield time.perf_counter() - began


def _words(message: bytes) -> Mail:
    """Return what a mail says."""
    found = message_from_bytes(message, policy=SMTP)
    text, html = (part.get_content().replace("\r\n", "\n") for part in found.iter_parts())
    return Mail(str(found["Subject"]), text, html, ())
