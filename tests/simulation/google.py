"""The stand-in for Google -> a Google without a network, where each call may fail.

The product's own client, gspread and requests included, talks to it; only the wire is gone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import BaseAdapter

from sheets_sync.google_sheets import Calls, GoogleSpreadsheet, Patience
from sheets_sync.google_sheets.calls import Session
from sheets_sync.google_sheets.known import LOG_ID, Memory
from sheets_sync.google_sheets.reading import STAMP_ROW
from tests.google_people import Colleague
from tests.google_standin import wire
from tests.google_standin.book import Book
from tests.google_standin.faults import Fault, Kind
from tests.google_standin.server import answered
from tests.google_standin.world import World
from tests.simulation.machine import Clock, Machine

SITE = "http://google.test"
HOURS_ARE_LONG = 180.0
"""Seconds after which a call without an answer is given up."""


@dataclass(slots=True)
class Google:
    """A spreadsheet that people share with us, and what happens around each call to it."""

    machine: Machine
    seed: int
    world: World = field(init=False)
    book: Book = field(init=False)
    person: Colleague = field(init=False)
    around: Callable[[], None] = lambda: None
    """What people do between two calls."""
    writes: int = 0
    """Batches that Google was asked to write."""

    def __post_init__(self) -> None:
        self.world = World(clock=_Wall(self.machine.clock), seed=self.seed)
        self.book = self.world.add_spreadsheet("Our reports", time_zone="Europe/Berlin")
        self.person = Colleague(self.world, self.book)

    def opened(self, memory: Memory) -> GoogleSpreadsheet:
        """Return our side of it, as a process that starts now has it."""
        clock = self.machine.clock
        patience = Patience(clock=clock.seconds, sleep=clock.passes, chance=lambda: 1.0)
        calls = Calls(self._session, self.book.id, base_url=SITE, patience=patience)
        return GoogleSpreadsheet(calls, memory=memory, zone="Europe/Berlin", now=clock.now)

    @property
    def last_write(self) -> int:
        """Return which of our writes the spreadsheet shows, as its hidden tab tells; 0: none."""
        logs = [sheet for sheet in self.book.sheets if sheet.id == LOG_ID]
        return max((int(str(log.cell(STAMP_ROW - 1, 1).value or 0)) for log in logs), default=0)

    def fails(self, kind: Kind, *, call: int, after: bool, times: int) -> None:
        """Plan a fault for a call to come."""
        self.world.fails(kind, call=call, after_effect=after, times=times)

    def _session(self) -> Session:
        session = Session()
        session.trust_env = False
        session.account = "robot@example.org"
        session.headers["Authorization"] = "Bearer simulated"
        session.mount(SITE, _Wire(self))
        return session

    def answers(self, request: requests.PreparedRequest) -> requests.Response:
        """Answer one call, whatever comes of it."""
        self.around()
        self.machine.step(f"{request.method} to Google")
        self.machine.clock.passes(1)
        self.writes += request.method == "POST"
        self.world.calls.clear()
        response, fault = answered(self.world, _asked(request))
        if fault:
            self.machine.says(f"Google: {fault.kind} {'after' if fault.after_effect else 'before'}")
        self.machine.step("Google has answered")
        self.around()
        if response is None:
            raise _broken(fault, self.machine.clock)
        return _on_the_wire(request, response)


class _Wire(BaseAdapter):
    def __init__(self, google: Google) -> None:
        super().__init__()
        self._google = google

    def send(self, request: requests.PreparedRequest, **_options: Any) -> requests.Response:
        return self._google.answers(request)

    def close(self) -> None:
        """Nothing is open."""


class _Wall:
    """The time as Google knows it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> Any:
        return self._clock.time


def _asked(request: requests.PreparedRequest) -> wire.Request:
    path, query = wire.parse_target((request.url or "").removeprefix(SITE))
    headers = {name.lower(): value for name, value in request.headers.items()}
    body = request.body or b""
    return wire.Request(
        request.method or "", path, query, headers, body if isinstance(body, bytes) else b""
    )


def _broken(fault: Fault | None, clock: Clock) -> Exception:
    if fault and fault.kind is Kind.TIMEOUT:
        clock.passes(HOURS_ARE_LONG)
        return requests.ReadTimeout("no answer")
    return requests.ConnectionError("reset")


def _on_the_wire(request: requests.PreparedRequest, answer: wire.Response) -> requests.Response:
    response = requests.Response()
    response.request, response.url = request, request.url or ""
    response.status_code = answer.status
    response.headers.update({"Content-Type": answer.content_type, **answer.headers})
    response._content = answer.encoded()
    response.encoding = "utf-8"
    return response
