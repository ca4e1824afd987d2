"""Bytes of a workbook → the file holds them, wholly or not at all; backups by day."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def replace_file(path: Path, content: bytes, *, last_look: Callable[[], None]) -> None:
    """Put the content in the file's place in one step; `last_look` may refuse just before.

    Fault 44: a crash at any moment leaves the old file or the new one.
    """
    sweep(path)
    with _written_beside(path, content) as temporary:
        if path.exists():
            _take_over_owner(path, temporary)
        last_look()
        os.replace(temporary, path)
    _sync_folder(path.parent)


def back_up(path: Path, *, day: str, keep: int) -> None:
    """Copy the file into `backups/` unless that day's copy is there; keep the latest few."""
    folder = path.parent / "backups"
    copy = folder / f"{path.stem}-{day}{path.suffix}"
    if keep < 1 or copy.exists():
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    with _written_beside(copy, path.read_bytes()) as temporary:
        _take_over_owner(path, temporary)
        os.replace(temporary, copy)
    _sync_folder(folder)
    for old in backups_of(path)[:-keep]:
        old.unlink(missing_ok=True)


def sweep(path: Path) -> None:
    """Remove what a writer that was killed left beside the file."""
    for left in path.parent.glob(f".{_escaped(path.name)}.*.tidings-tmp"):
        if not _is_being_written(left):
            left.unlink(missing_ok=True)


def _is_being_written(temporary: Path) -> bool:
    """Tell whether somebody holds it: a run that lost its right and does not know so yet, say."""
    try:
        with temporary.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextmanager
def _written_beside(path: Path, content: bytes) -> Iterator[Path]:
    """Hold a file with the content; who goes on without moving it away leaves nothing behind."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tidings-tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            with suppress(OSError):  # not every shared folder knows locks
                fcntl.flock(file, fcntl.LOCK_EX)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _take_over_owner(path: Path, temporary: Path) -> None:
    there = path.stat()
    # Only root may give a file away; the mode is what matters to everyone else.
    with suppress(PermissionError):
        os.chown(temporary, there.st_uid, there.st_gid)
    shutil.copymode(path, temporary)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def backups_of(path: Path) -> list[Path]:
    """Return the copies of a file in `backups/`, oldest first."""
    folder = path.parent / "backups"
    ours = re.compile(
        rf"{re.escape(path.stem)}-\d{{4}}-\d\d-\d\d(-abandoned)?{re.escape(path.suffix)}\Z"
    )
    return sorted(entry for entry in folder.glob("*") if ours.match(entry.name))


def _escaped(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)
