"""The old portal's archive at full size, beside a quarter of it: time and memory grow alike."""

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measuring import Worker, in_turns
from benchmarks.portal import REPORTS, make_portal
from benchmarks.table import Result, at_most, information, memory
from sheets_sync.founding import Answers, found
from sheets_sync.imports import import_archive
from sheets_sync.project import open_project
from sheets_sync.sync import sync

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
PART = 4
NAME = f"importing an archive of {REPORTS:,} reports, beside a quarter of it"


def measure(folder: Path) -> list[Result]:
    """Import both sizes, each into a project of its own."""
    here = "benchmarks.importing"
    whole, part = in_turns(
        Worker(f"{here}:imported", str(folder / "whole"), str(REPORTS)),
        Worker(f"{here}:imported", str(folder / "part"), str(REPORTS // PART)),
        turns=1,
        warm=0,
    )
    syncing = Worker(f"{here}:synced", str(folder / "whole"))
    try:
        seconds = syncing.turn()
    finally:
        syncing.close()
    return [
        at_most(NAME, "s", whole.figure, part.figure, PART * 1.25),
        memory("the same", whole, part),
        information(f"the first sync of these {REPORTS:,} reports", seconds, "s"),
    ]


def imported(place: str, reports: str) -> Iterator[float]:
    """Seconds of an import into a new project."""
    folder = Path(place)
    make_portal(folder / "portal", int(reports))
    while True:
        shutil.rmtree(folder / "project", ignore_errors=True)
        (folder / "project").mkdir()
        found(folder / "project", Answers("Reps", ["council@example.org"], "UTC"), {})
        with open_project(folder / "project", {}) as project:
            began = time.perf_counter()
            done = import_archive(
                project.spreadsheet, project.state, project.rules, folder / "portal", now=NOW
            )
            yield time.perf_counter() - began
        assert len(done.added["Reports"]) == int(reports)


def synced(place: str) -> Iterator[float]:
    """Seconds of the sync after the import."""
    with open_project(Path(place) / "project", {}) as project:
        began = time.perf_counter()
        sync(project.spreadsheet, project.state, project.rules, now=NOW)
        yield time.perf_counter() - began
