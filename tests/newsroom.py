"""A community of five readers in a real state, and the press that makes their issues."""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from itertools import count
from json import dumps
from pathlib import Path
from zoneinfo import ZoneInfo

from digests.delivery import Steps, deliver
from digests.doorkeeper import Doorkeeper
from digests.due import Due
from digests.edition import DigestRules
from digests.frame import Masthead
from digests.issue import make
from digests.message import Letterhead
from digests.press import Press
from digests.render import Renderer
from digests.send import open_transport
from digests.settling import Delivered
from sheets_sync.community import Community, Person, Report, Role, Status, Subscription
from sheets_sync.links import Links
from sheets_sync.state import State
from sheets_sync.state.base import COMMUNITY, REPORT, Known, record_reports
from sheets_sync.state.database import writing
from tests.places import open_at

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
DUE = Due("2026-W48", NOW)
NAMES = ("ana", "ben", "cleo", "dai", "eve")


def person(name: str, *roles: Role, email: str = "") -> Person:
    address = email or f"{name}@example.org"
    held = frozenset(roles or {Role.MEMBER})
    return Person(f"p-{name}", name.title(), address, name, (), held, "", "")


def report(number: int, *, status: Status = Status.OK, tags: Sequence[str] = ()) -> Report:
    return Report(
        id=f"r-{number}",
        date=date(2026, 11, 20),
        reporter="ana",
        person="p-ana",
        name="Ana",
        text=f"What happened, number {number}.",
        tags=tuple(tags),
        link="",
        about=(),
        outcome="",
        status=status,
        mentor="",
        received=NOW,
        source="form",
        accepted=number,
    )


def synced(
    state: State,
    *reports: Report,
    people: Sequence[Person] = tuple(map(person, NAMES)),
    subscriptions: Sequence[Subscription] = (),
) -> None:
    """Leave the state as a sync would that found this."""
    community = Community(NOW, tuple(people), (), tuple(subscriptions))
    state.base.put("community", COMMUNITY.dump_json(community).decode())
    state.base.put("last sync", f"{state.base.get('last sync')}.")
    with writing(state.engine) as db:
        record_reports(db, [_known(one) for one in reports])


def _known(one: Report) -> Known:
    fields = REPORT.dump_json(one).decode()
    moment = datetime(2026, 11, 22, 7, tzinfo=UTC).isoformat()
    return Known(
        one.id, "Reports", fields, one.text, one.status, one.accepted, moment, None, 0, "{}"
    )


def press(state: State, **changes: object) -> Press:
    made = Press(
        base=state.base,
        outbox=state.outbox,
        choices=state.choices,
        renewals=state.renewals,
        renderer=lambda stock: Renderer(
            Masthead("The Reps", "en", "", "people@example.org"), Links("secret"), stock
        ),
        letterhead=Letterhead("Tidings <tidings@example.org>", "secret"),
        zone=ZoneInfo("UTC"),
        rules=DigestRules(),
        first_sync=datetime(2026, 11, 1, tzinfo=UTC),
    )
    return replace(made, **changes)


def run(
    folder: Path,
    url: str,
    *,
    connections: int = 1,
    per_minute: int = 0,
    now: datetime = NOW,
    steps: Steps = lambda step: None,
) -> Delivered:
    """Make the issue that is due and deliver what waits, as one run of the program does."""
    state = open_at(folder)
    try:
        at = press(state)
        steps("before freeze")
        if DUE.name not in state.outbox.made():
            make(at, DUE, now=now)
        steps("after freeze")
        return deliver(
            state.outbox,
            open_transport(url, folder=folder, allow_insecure=True, connections=connections),
            Doorkeeper(at, now),
            sender=at.letterhead.envelope,
            now=now,
            per_minute=per_minute,
            steps=steps,
        )
    finally:
        state.close()


def killed_at(step: int) -> Steps:
    """Return what kills this very process at a step, as a power cut would."""
    passed = count()

    def observe(_name: str) -> None:
        if next(passed) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return observe


def run_until(folder: Path, url: str, step: int, connections: int) -> None:
    """Make and deliver the issue that is due, and die at a step."""
    run(folder, url, steps=killed_at(step), connections=connections)


if __name__ == "__main__":
    done = run(Path(sys.argv[1]), sys.argv[2], connections=int(sys.argv[3]))
    sys.stdout.write(dumps(asdict(done)))
