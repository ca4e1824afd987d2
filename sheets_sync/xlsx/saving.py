"""Bytes of a workbook → the file holds them, wholly or not at all; backups by day."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def replace_file(path: Path, content: bytes, *, last_look: Callable[[], None]) -> None:
    """Put the content in the file's place in one step; `last_look` may refuse just before.

    Fault 44: a crash at any moment leaves the old file or the new one.
    """
    sweep(path)
    temporary = _write_beside(path, content)
    try:
        if path.exists():
            _take_over_owner(path, temporary)
        last_look()
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def back_up(path: Path, *, day: str, keep: int) -> None:
    """Copy the file into `backups/` unless that day's copy is there; keep the latest few."""
    folder = path.parent / "backups"
    copy = folder / f"{path.stem}-{day}{path.suffix}"
    if keep < 1 or copy.exists():
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    temporary = _write_beside(copy, path.read_bytes())
    _take_over_owner(path, temporary)
    os.replace(temporary, copy)
    _sync_folder(folder)
    for old in backups_of(path)[:-keep]:
        old.unlink(missing_ok=True)


def sweep(path: Path) -> None:
    """Remove what a writer that was killed left beside the file."""
    for left in path.parent.glob(f".{_escaped(path.name)}.*.tidings-tmp"):
        left.unlink(missing_ok=True)


def _write_beside(path: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tidings-tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


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
