"""A stand-in for Google, a spreadsheet on it, and our side of it with a clock that never waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from requests import PreparedRequest, Response

from sheets_sync.google_sheets import Calls, GoogleSpreadsheet, Patience
from sheets_sync.google_sheets.calls import Session
from sheets_sync.google_sheets.known import Memory
from tests.google_people import Colleague
from tests.google_standin.book import Book
from tests.google_standin.server import Standin, serving
from tests.google_standin.world import World

ACCOUNT = "robot@tidings-test.iam.gserviceaccount.com"
MONDAY = datetime(2026, 11, 23, 7, tzinfo=UTC)


@dataclass(slots=True)
class Time:
    """A clock that only pauses move: a test never waits, and knows how long it would have."""

    seconds: float = 0.0
    pauses: list[float] = field(default_factory=list)
    answer: float = 10.0
    """How long a call really waits for its answer."""

    def patience(self, seconds: float = 100.0) -> Patience:
        """Return the patience that lives by this clock."""
        return Patience(
            seconds=seconds,
            timeout=(5.0, self.answer),
            clock=lambda: self.seconds,
            sleep=self.pass_by,
            chance=lambda: 1.0,
        )

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self.pauses.append(seconds)
        self.seconds += seconds

    def now(self) -> datetime:
        """Return the moment."""
        return MONDAY + timedelta(seconds=self.seconds)


@dataclass(slots=True)
class Shared:
    """A spreadsheet that a person shared with us."""

    standin: Standin
    book: Book
    time: Time
    person: Colleague
    sent: list[bytes] = field(default_factory=list)
    """Each batch that left, whether it arrived or not."""

    @property
    def world(self) -> World:
        """All of Google."""
        return self.standin.world

    def opened(self, memory: Memory | None = None, **options: str) -> GoogleSpreadsheet:
        """Return our side of it, as a process that starts now has it."""
        calls = Calls(
            self._session,
            self.book.id,
            base_url=self.standin.url,
            patience=self.time.patience(),
        )
        return GoogleSpreadsheet(calls, memory=memory, now=self.time.now, **options)

    def arrives(self, batch: bytes) -> int:
        """Let a batch that left earlier arrive now; return Google's status."""
        url = f"{self.standin.url}/v4/spreadsheets/{self.book.id}:batchUpdate"
        with plain_session() as session:
            return session.post(url, data=batch, timeout=10).status_code

    def _session(self) -> Session:
        return _Noting(self.sent)


class _Noting(Session):
    """A session that remembers what it sent."""

    def __init__(self, sent: list[bytes]) -> None:
        super().__init__()
        self.account, self.sent = ACCOUNT, sent
        self.headers["Authorization"] = "Bearer ya29.test"

    def send(self, request: PreparedRequest, **options: Any) -> Response:
        if request.method == "POST":
            self.sent.append(bytes(request.body or b""))  # type: ignore[arg-type]
        return super().send(request, **options)


def plain_session() -> Session:
    """Return a session with a token that the stand-in does not look into."""
    return _Noting([])


@contextmanager
def sharing(world: World | None = None) -> Iterator[Shared]:
    """Serve a Google with one new spreadsheet in it."""
    with serving(world or World()) as standin:
        book = standin.world.add_spreadsheet("Ours")
        yield Shared(standin, book, Time(), Colleague(standin.world, book))
