"""What runs on the machines of a community: its page, its cron job, its senders, each a process.

Each goes on until it is killed. Where the state cannot be reached, or another is at work, it does
what cron would: it tries again. Anything else that goes wrong ends it, and so the test.
"""

import os
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sheets_sync.mailing import Wish, send_waiting, sync_and_mail, sync_project
from sheets_sync.project import AnotherRunError, Project, one_run, open_project
from sheets_sync.spreadsheet import SheetChanged
from sheets_sync.state import StateError
from sheets_sync.web import Server, create_app
from sheets_sync.workflow import open_desk

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
WEEK_SECONDS = 3.0
"""So long a week takes."""
REST_SECONDS = 0.05
FAULT = "fault"
"""File that says why a machine ended by itself."""
RUNS = "runs"
"""File that says when a sync was done, and by which process."""
AT_WORK = "at work"
"""Folder with a file for each process that has come so far as to work."""


@dataclass(frozen=True)
class Place:
    """A project, and when its time began."""

    folder: Path
    begun: float

    def now(self) -> datetime:
        """Return the community's time: a week goes by in seconds."""
        return MONDAY + timedelta(weeks=int((time.time() - self.begun) / WEEK_SECONDS))

    def begin_work(self) -> None:
        """Say that this process has come so far."""
        (self.folder / AT_WORK / str(os.getpid())).touch()


def again_and_again(place: Place, work: Callable[[Project, datetime], object]) -> None:
    """Do what cron does: again, also when it could not be finished."""
    while True:
        try:
            with open_project(place.folder, {}) as project:
                place.begin_work()
                while True:
                    work(project, place.now())
                    time.sleep(REST_SECONDS)
        except (StateError, AnotherRunError, SheetChanged):
            time.sleep(REST_SECONDS)
        except Exception:
            (place.folder / FAULT).write_text(traceback.format_exc())
            raise


def cron(place: Place) -> None:
    """Sync, make what is due, and send."""
    again_and_again(place, _run)


def syncer(place: Place) -> None:
    """Sync, whenever no other run is at work."""
    again_and_again(place, _sync)


def _sync(project: Project, now: datetime) -> None:
    with _alone(project):
        sync_project(project, now)


def _run(project: Project, now: datetime) -> None:
    # While it waits for another run, a week may go by.
    wish = Wish(clock_is_right=True)
    sync_and_mail(project, wish, now=now, alone=partial(_alone, project))


@contextmanager
def _alone(project: Project) -> Iterator[None]:
    """Run while no other one does, and say when and by whom that was done."""
    with one_run(project, patience=2.0):
        yield
        with (project.folder / RUNS).open("a") as file:
            file.write(f"{time.time()} {os.getpid()}\n")


def sender(place: Place) -> None:
    """Send what waits."""
    again_and_again(place, lambda project, now: send_waiting(project, now=now))


def page(place: Place, port: int) -> None:
    """Serve the form."""
    while True:
        try:
            with open_project(place.folder, {}) as project:
                app = create_app(open_desk(project, place.now))
                server = Server(app, host="127.0.0.1", port=port)
                place.begin_work()
                server.run()
        except StateError:
            time.sleep(REST_SECONDS)
