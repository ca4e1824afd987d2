"""Mails a second into Postfix's smtp-sink, beside its own load generator and other queues.

Mails of 20 reports, about 43 KB; every queue starts full and is drained. All take turns, so that
whatever else the machine does falls on all alike.
"""

import smtplib
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from typing import Protocol
from zoneinfo import ZoneInfo

from benchmarks import postfix
from benchmarks.invented import tags, text
from benchmarks.measuring import ROOT, Worker
from benchmarks.table import Result, at_least, information
from digests.delivery import deliver
from digests.doorkeeper import Doorkeeper
from digests.due import Due
from digests.edition import DigestRules
from digests.frame import Masthead
from digests.issue import make
from digests.message import Letterhead
from digests.press import Press
from digests.render import Renderer
from digests.send import Server, Smtp
from digests.settling import Delivered
from sheets_sync.community import Community, Person, Report, Role, Status
from sheets_sync.links import Links
from sheets_sync.state import State, open_state
from sheets_sync.state.base import COMMUNITY, REPORT, Known, record_reports
from sheets_sync.state.database import writing

REPORTS, PARAGRAPHS = 20, 1
SESSIONS, FAR_SESSIONS = 4, 20
MAILS, FEWER, ONE_BY_ONE = 1000, 200, 30
TURNS = 3
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
QUEUES = ROOT / "build" / "django-queues"
QUEUES_HOLD = ("django-mailer==2.3.2", "django-post-office==3.12.0")
WHAT = f"mails a second of {REPORTS} reports, the ledger on"


class Sender(Protocol):
    """What is asked for its mails a second."""

    def turn(self) -> float:
        """Send once; return the mails a second."""


def measure(folder: Path) -> list[Result]:
    """Let all take turns; nothing where Postfix cannot be had."""
    if not postfix.is_there():
        print("Postfix's smtp-sink is not here: not measured.", file=sys.stderr)
        return []
    with postfix.sink() as port, ExitStack() as stack, faraway(port) as far:
        ours = stack.enter_context(_worker("ours", folder / "near", port, SESSIONS, MAILS))
        mail = next(folder.glob("near/*.eml"))
        size = mail.stat().st_size
        queue = partial(_django, folder, port, mail)
        far_ours = _worker("ours", folder / "far", far, FAR_SESSIONS, MAILS)
        senders: dict[str, Callable[[], float]] = {
            "ours": ours.turn,
            "source": lambda: postfix.source(port, sessions=SESSIONS, size=size, mails=MAILS),
            "bare": stack.enter_context(_worker("bare", mail, port, FEWER)).turn,
            "mailer": stack.enter_context(queue("mailer")).turn,
            "post_office": stack.enter_context(queue("post_office")).turn,
            "far": stack.enter_context(far_ours).turn,
            "far bare": stack.enter_context(_worker("bare", mail, far, ONE_BY_ONE)).turn,
        }
        figures = [{name: turn() for name, turn in senders.items()} for _ in range(1 + TURNS)]
    return _results({name: median(one[name] for one in figures[1:]) for name in senders}, size)


def _results(figures: dict[str, float], size: int) -> list[Result]:
    ours, unit = figures["ours"], "a second"
    what = f"{WHAT} ({size / 1000:.0f} KB), {SESSIONS} connections"
    far = f"the same through a relay 30 ms away, {FAR_SESSIONS} connections"
    return [
        at_least(f"{what}, beside smtp-source", unit, ours, figures["source"], 0.6),
        at_least("the same, beside django-mailer", unit, ours, figures["mailer"], 8),
        at_least("the same, beside django-post_office", unit, ours, figures["post_office"], 4),
        information("bare smtplib on one connection with ready bytes", figures["bare"], unit),
        at_least(f"{far}, beside the 250 that it should reach", unit, figures["far"], 250, 1),
        information("bare smtplib on one connection there", figures["far bare"], unit),
    ]


@contextmanager
def _worker(function: str, *arguments: object) -> Iterator[Worker]:
    worker = Worker(f"benchmarks.mailing:{function}", *map(str, arguments))
    try:
        worker.turn()
        yield worker
    finally:
        worker.close()


@contextmanager
def faraway(port: int) -> Iterator[int]:
    """A relay that is 30 ms away, in a process of its own; gives its port."""
    command = [sys.executable, "-m", "benchmarks.faraway", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


class _Django:
    """Another queue, in an environment of its own."""

    def __init__(self, *arguments: str) -> None:
        if not (QUEUES / "bin" / "pip").exists():
            venv.create(QUEUES, with_pip=True)
            install = [str(QUEUES / "bin" / "pip"), "install", "-q", *QUEUES_HOLD]
            subprocess.run(install, check=True)
        program = map(str, (QUEUES / "bin" / "python", ROOT / "benchmarks" / "django_queues.py"))
        self._process = subprocess.Popen(
            [*program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def turn(self) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print("once more", file=self._process.stdin, flush=True)
        return float(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


@contextmanager
def _django(folder: Path, port: int, mail: Path, which: str) -> Iterator[_Django]:
    queue = _Django(which, str(folder), str(port), str(mail), str(FEWER))
    try:
        yield queue
    finally:
        queue.close()


def bare(mail: str, port: str, mails: str) -> Iterator[float]:
    """Mails a second of smtplib alone, with ready bytes, on one connection."""
    content = Path(mail).read_bytes()
    while True:
        with smtplib.SMTP("127.0.0.1", int(port)) as client:
            began = time.perf_counter()
            for number in range(int(mails)):
                client.sendmail("tidings@example.org", f"reader{number}@example.org", content)
            figure = int(mails) / (time.perf_counter() - began)
        yield figure


def ours(folder: str, port: str, connections: str, mails: str) -> Iterator[float]:
    """Mails a second of Tidings; a new issue is frozen before each turn."""
    Path(folder).mkdir()
    state = open_state("sqlite:tidings.db", folder=Path(folder), create=True)
    people, at = invented_readers(int(mails)), invented_press(state)
    week = 0
    while True:
        week += 1
        sync_week(state, people, week)
        make(at, Due(f"2026-W{week:02}", NOW), now=NOW)
        waiting = state.outbox.waiting(NOW)
        message = state.outbox.read(waiting[:1])[0].message
        (Path(folder) / "mail.eml").write_bytes(message)
        server = Server("127.0.0.1", int(port), insecure=True, connections=int(connections))
        began = time.perf_counter()
        done = deliver(
            state.outbox, Smtp(server), Doorkeeper(at, NOW), sender=at.letterhead.envelope, now=NOW
        )
        figure = len(people) / (time.perf_counter() - began)
        assert done == Delivered(sent=len(people)), done
        yield figure


def invented_press(state: State) -> Press:
    """Return what makes the issues of an invented community."""
    masthead = Masthead("Open Web Volunteers", "en", "", "hello@example.org")
    links = Links("a secret for measuring" * 2, "https://tidings.example.org")
    return Press(
        base=state.base,
        outbox=state.outbox,
        choices=state.choices,
        renewals=state.renewals,
        renderer=partial(Renderer, masthead, links),
        letterhead=Letterhead("Tidings <tidings@example.org>", "a secret for measuring"),
        zone=ZoneInfo("UTC"),
        rules=DigestRules(maximum_reports=REPORTS),
        first_sync=datetime(2026, 1, 1, tzinfo=UTC),
    )


def invented_readers(number: int) -> list[Person]:
    """Return so many readers."""
    return [_person(at) for at in range(number)]


def _person(number: int) -> Person:
    name = f"Reader {number}"
    roles = frozenset({Role.MEMBER})
    return Person(
        f"p-{number}", name, f"reader{number}@example.org", f"r{number}", (), roles, "", ""
    )


def sync_week(state: State, people: list[Person], week: int) -> None:
    """Leave the state as a sync would that found 20 new reports."""
    chance = Random(week)
    reports = [_report(number, chance) for number in range(20 * week - 19, 20 * week + 1)]
    community = Community(NOW, tuple(people), (), ())
    state.base.put("community", COMMUNITY.dump_json(community).decode())
    state.base.put("last sync", f"{NOW.isoformat()} {week}")
    with writing(state.engine) as db:
        record_reports(db, [_known(one) for one in reports])


def _report(number: int, chance: Random) -> Report:
    return Report(
        id=f"r-{number}",
        date=date(2026, 11, 20),
        reporter="",
        person="p-0",
        name="Reader 0",
        text="\n".join(text(chance) for _ in range(PARAGRAPHS)),
        tags=tuple(tags(chance).split(", ")),
        link="https://example.org/notes",
        about=(),
        outcome="",
        status=Status.OK,
        mentor="",
        received=NOW,
        source="form",
        accepted=number,
    )


def _known(one: Report) -> Known:
    fields = REPORT.dump_json(one).decode()
    at = NOW.isoformat()
    return Known(one.id, "Reports", fields, one.text, one.status, one.accepted, at, None, 0, "{}")
