"""All that Google holds in a test: files, spreadsheets, forms, who may do what, what was called."""

import random
import re
import string
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock
from typing import Any

from tests.google_standin.book import Book
from tests.google_standin.clock import Clock, Quota, SystemClock
from tests.google_standin.faults import Fault, Gap, Kind, Planned, Schedule, too_many
from tests.google_standin.wire import ApiError, Request, Route, not_found

SPREADSHEET = "application/vnd.google-apps.spreadsheet"
FORM = "application/vnd.google-apps.form"
SERVICE_ACCOUNT = "robot@tidings-test.iam.gserviceaccount.com"
RECORDER = "recorder@example.com"
"""Who asks with a token from elsewhere, as a replay of recordings does."""
WRITERS = ("owner", "organizer", "fileOrganizer", "writer")


@dataclass(frozen=True, slots=True)
class Call:
    """One call that came in, and what it cost."""

    method: str
    path: str
    bytes_in: int
    bytes_out: int
    status: int
    """0 where the connection just ended."""
    cost: str = ""
    """`read` or `write` where it used that Sheets quota."""


@dataclass(slots=True)
class File:
    """One file on Drive; `role` is what the service account may do, none for one not shared."""

    id: str
    name: str
    mime_type: str
    created: datetime
    role: str = "owner"
    parents: list[str] = field(default_factory=list)
    trashed: bool = False
    permissions: list[dict[str, Any]] = field(default_factory=list)
    touches: list[tuple[datetime, datetime]] = field(default_factory=list)
    """Each change: when it shows on Drive, and when it was made."""

    def touched(self, now: datetime, *, lag: timedelta = timedelta()) -> None:
        """Note a change that Drive shows after a lag."""
        self.touches.append((now + lag, now))

    def modified(self, now: datetime) -> datetime:
        """Return the time of the last change as Drive shows it now."""
        return max((made for shows, made in self.touches if shows <= now), default=self.created)

    def version(self, now: datetime) -> int:
        """Return a number that grows with every change Drive shows."""
        return 1 + sum(shows <= now for shows, _ in self.touches)


class World:
    """One Google, empty at first; a lock makes each call and each person's act whole."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        reads_per_minute: int | None = None,
        writes_per_minute: int | None = None,
        delay: float = 0.0,
        drive_lag: timedelta = timedelta(minutes=3),
        seed: int = 0,
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self.quotas = {"read": Quota(reads_per_minute), "write": Quota(writes_per_minute)}
        self.delay = delay
        """Seconds each call takes at least, as the way to Google does."""
        self.hold = 5.0
        """Seconds a call that times out is held before the stand-in gives up itself."""
        self.drive_lag = drive_lag
        """How late Drive shows what a person did; what comes by API shows at once."""
        self.files: dict[str, File] = {}
        self.deleted: set[str] = set()
        self.spreadsheets: dict[str, Book] = {}
        self.forms: dict[str, Any] = {}
        self.calls: list[Call] = []
        self.disabled_apis: set[str] = set()
        """Of `sheets`, `drive`, `forms`: those not enabled in the project."""
        self.checks_tokens = False
        """Whether only tokens handed out here are accepted."""
        self.tokens: dict[str, tuple[str, str]] = {}
        """Token handed out -> whose it is, and its scopes."""
        self.public_keys: dict[str, Any] = {}
        """Key id -> public key of a service account; grants are verified once one is known."""
        self.asking = ""
        """Whose call is being answered."""
        self.schedule = Schedule()
        self.lock = RLock()
        self.random = random.Random(seed)

    # What a test says

    def fails(self, kind: Kind | str, **when: Any) -> None:
        """Plan a fault: `fails("503", call=2, after_effect=True)`; see `Fault` for the rest."""
        with self.lock:
            self.schedule.planned.append(Planned(Fault(Kind(kind), **when)))

    def between(self, k: int, act: Callable[[], object]) -> None:
        """Let a person act after the k-th call from now has ended and before the next; 0: first."""
        with self.lock:
            self.schedule.gaps.append(Gap(k, act))

    @contextmanager
    def person_at(self, book: Book) -> Iterator[Book]:
        """Let a person do something whole in the browser: Drive shows it late."""
        with self.lock:
            yield book
            book.recalculate()
            self.changed_by_person(book.id)

    def forget_plans(self) -> None:
        """Drop the faults and acts that were planned and not used."""
        with self.lock:
            self.schedule = Schedule()

    def count(self, *, method: str = "", path: str = "", cost: str = "") -> int:
        """Return how many calls matched: the method, a pattern in the path, `read` or `write`."""
        return sum(
            (not method or call.method == method)
            and bool(re.search(path, call.path))
            and (not cost or call.cost == cost)
            for call in self.calls
        )

    def add_spreadsheet(self, title: str, *, role: str = "writer", **properties: str) -> Book:
        """Make a spreadsheet that a person owns and shared with the service account as `role`."""
        file = self.new_file(title, SPREADSHEET)
        file.role = role
        return self.new_book(file, **properties)

    # What the APIs use

    def new_id(self) -> str:
        """Return a file id as Google makes them: 44 characters, the first a 1."""
        letters = string.ascii_letters + string.digits + "-_"
        return "1" + "".join(self.random.choices(letters, k=43))

    def new_file(self, name: str, mime_type: str) -> File:
        """Add a file to Drive."""
        file = File(self.new_id(), name, mime_type, self.clock.now())
        self.files[file.id] = file
        return file

    def new_book(self, file: File, **properties: str) -> Book:
        """Add the spreadsheet of a file."""
        book = Book(file.id, file.name, random=self.random, now=self.clock.now, **properties)
        self.spreadsheets[file.id] = book
        return book

    def remove(self, file_id: str) -> None:
        """Delete a file for good."""
        self.files.pop(file_id, None)
        self.spreadsheets.pop(file_id, None)
        self.forms.pop(file_id, None)
        self.deleted.add(file_id)

    def book(self, spreadsheet_id: str, *, to_write: bool = False) -> Book:
        """Return a spreadsheet the service account may read, or write to."""
        self.allowed(spreadsheet_id, to_write=to_write)
        found = self.spreadsheets.get(spreadsheet_id)
        if found is None:
            raise not_found()
        found.asking = self.asking
        return found

    def allowed(self, file_id: str, *, to_write: bool = False) -> File:
        """Return a file the service account may read, or write to."""
        file = self.files.get(file_id)
        if file is None:
            raise _unknown(file_id, self.deleted)
        if not file.role or (to_write and file.role not in WRITERS):
            raise no_permission()
        return file

    def changed(self, file_id: str) -> None:
        """Note a change by API: Drive shows it at once."""
        self.files[file_id].touched(self.clock.now())

    def changed_by_person(self, file_id: str) -> None:
        """Note a change in the browser: Drive shows it late."""
        self.files[file_id].touched(self.clock.now(), lag=self.drive_lag)

    def user(self, request: Request) -> str:
        """Return the address of who asks."""
        return self.user_of(request.headers.get("authorization", "").removeprefix("Bearer "))

    def user_of(self, token: str) -> str:
        """Return whose token it is."""
        return self.tokens.get(token, (RECORDER, ""))[0]

    def pay(self, route: Route) -> None:
        """Take a call from the quota of its kind, or refuse it."""
        quota = self.quotas.get(route.cost)
        if quota and not quota.take(self.clock.now()):
            raise too_many(route.cost.capitalize())


def no_permission() -> ApiError:
    """Return the refusal for a file that is not shared, or not for writing."""
    return ApiError(403, "PERMISSION_DENIED", "The caller does not have permission")


def _unknown(file_id: str, deleted: set[str]) -> ApiError:
    # Assumed: an id of the right shape that nobody made here is a file somebody did not share.
    if file_id not in deleted and re.fullmatch(r"1[\w-]{43}", file_id):
        return no_permission()
    return not_found()
