"""The simulated year can fail: each of seven faults, put into a copy of the product, is found.

The copy runs in a process of its own, from short stories with many of them, so that it is quick.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SEEDS = [str(seed) for seed in range(12)]
"""Played from the first on, until one finds the mutation; none is chosen for it."""
STORY = ("--weeks", "5", "--people", "12", "--busy")
SECONDS = 240


@dataclass(frozen=True)
class Line:
    """A line of the product, as it is and as the mutation has it."""

    file: str
    old: str
    new: str


MUTATIONS = {
    "mark before send": (
        Line(
            "sheets_sync/state/marking.py",
            "self._move(number, SENDING, DOT, None)",
            "self._move(number, SENDING, SENT, None)",
        ),
        Line(
            "sheets_sync/state/marking.py",
            "self._move(number, DOT, SENT, words)",
            "self._move(number, SENT, SENT, words)",
        ),
    ),
    "retry an append": (
        Line(
            "sheets_sync/google_sheets/calls.py",
            "if trouble.unclear and (found := look()) is not None:",
            "if False and (found := look()) is not None:",
        ),
        Line(
            "sheets_sync/google_sheets/undo_log.py",
            "for token in (draft.token, *burnt):",
            "for token in ():",
        ),
    ),
    "address rows by number": (
        Line(
            "sheets_sync/lines.py",
            "id = as_text(told[0])",
            "id = dict(enumerate(past.known, 2)).get(row, as_text(told[0]))",
        ),
    ),
    "window instead of not-yet-had": (
        Line(
            "digests/selection.py",
            "return report.accepted > floor.mark and report.id not in had",
            "return self._shelf.arrivals[at].at > self._stock.now - timedelta(days=7)",
        ),
    ),
    "forget the read-back": (
        Line(
            "sheets_sync/google_sheets/batches.py",
            "missed = tuple(misses(pending, rows[FIRST_LOG_ROW - 1 :]))",
            "missed = ()",
        ),
    ),
    "forget what an older copy undid": (
        Line(
            "sheets_sync/older_copy.py",
            "for id in journal.corrected() & known.keys():",
            "for id in ():",
        ),
    ),
    "thank before commit": (
        Line(
            "sheets_sync/state/journal.py",
            "write_at_once(self._engine, insertion, values, wait=wait)",
            "self._late, late = (insertion, values), getattr(self, '_late', None); "
            "late and write_at_once(self._engine, *late, wait=wait)",
        ),
    ),
}


def copy_of_the_product(folder: Path) -> Path:
    """Copy everything that a simulated year needs."""
    for part in ("forms", "sheets_sync", "digests", "tests"):
        shutil.copytree(
            ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "test_*")
        )
    return folder


def change(folder: Path, line: Line) -> None:
    """Put the mutation into the copy; the line must be there once."""
    path = folder / line.file
    text = path.read_text("utf-8")
    assert text.count(line.old) == 1, f"{line.file} has {line.old!r} {text.count(line.old)} times"
    path.write_text(text.replace(line.old, line.new), "utf-8")


def played(folder: Path, *seeds: str) -> subprocess.CompletedProcess[str]:
    """Play stories with the copy."""
    return subprocess.run(
        [sys.executable, "-m", "tests.simulation", *seeds, *STORY],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_each_mutation_is_caught(mutation: str, tmp_path: Path) -> None:
    folder = copy_of_the_product(tmp_path)
    for line in MUTATIONS[mutation]:
        change(folder, line)

    found = played(folder, *SEEDS)

    assert found.returncode == 1, found.stdout + found.stderr
    assert "play it again: python -m tests.simulation" in found.stdout


def test_the_copy_without_a_mutation_lives(tmp_path: Path) -> None:
    found = played(copy_of_the_product(tmp_path), *SEEDS[:3])

    assert (found.returncode, found.stderr) == (0, "")
