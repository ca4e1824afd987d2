"""The state -> a copy of it for each day, of which the latest few are kept."""

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from sheets_sync.state.refusal import StateError

FOLDER = "backups"
"""Within the project folder; the workbook's copies are there, too."""


def back_up_state(path: Path, folder: Path, *, day: str, keep: int) -> Path | None:
    """Copy the database as it is at one moment; None when that day's copy is there already.

    Right also while others read and write it. Raises StateError.
    """
    copy = folder / f"{path.stem}-{day}{path.suffix}"
    if copy.exists():
        return None
    waiting = copy.with_name(f".{copy.name}.tidings-tmp")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        waiting.unlink(missing_ok=True)
        _copy(path, waiting)
        waiting.replace(copy)
        for old in state_backups(path, folder)[:-keep]:
            old.unlink()
    except (OSError, sqlite3.Error) as error:
        raise StateError(
            f"the state could not be copied to {copy} ({error}); make room, or give write access "
            "to that folder"
        ) from error
    return copy


def state_backups(path: Path, folder: Path) -> list[Path]:
    """Return the copies of a database, oldest first."""
    ours = re.compile(rf"{re.escape(path.stem)}-\d{{4}}-\d\d-\d\d{re.escape(path.suffix)}")
    if not folder.is_dir():
        return []
    return sorted(one for one in folder.iterdir() if ours.fullmatch(one.name))


def _copy(path: Path, target: Path) -> None:
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(path)) as source,
        closing(sqlite3.connect(target)) as into,
    ):
        source.backup(into)
        # One file, with nothing beside it.
        into.execute("PRAGMA journal_mode=DELETE")
    with target.open("rb") as file:
        os.fsync(file.fileno())
