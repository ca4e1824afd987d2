"""A Letter -> a file in a folder; the same letter again is the same file."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from digests.transport import Letter, Stage, Unreachable


@dataclass(frozen=True, slots=True)
class Folder:
    """Writes each letter into a file; the same letter again is the same file."""

    path: Path
    most: int = 1

    def open(self) -> "FolderLine":
        """Return what writes into it."""
        return FolderLine(self.path)


class FolderLine:
    """Writes a letter under its own name, whole or not at all, at its final dot."""

    is_open = True
    pipelines = False
    wants_to_write = False
    seconds_left = 0.0

    def __init__(self, path: Path) -> None:
        self._path = path
        self._letter = Letter("", "", "", b"")
        self.words = ""

    def begin(self, letter: Letter) -> None:
        """Keep the letter for its dot."""
        self._letter, self.words = letter, ""

    def end(self, following: Letter | None = None) -> None:
        """Write the letter when asked to advance."""
        self.words = f"written to {self._target(self._letter)}"

    def advance(self) -> Stage:
        """Write the letter once its dot was said; raises Unreachable."""
        if not self.words:
            return Stage.AT_DOT
        target = self._target(self._letter)
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            _write_durably(target, self._letter.message)
        except OSError as error:
            raise Unreachable(f"{target} could not be written ({error.strerror})") from error
        return Stage.TAKEN

    def fileno(self) -> int:
        """Return that there is nothing to wait for."""
        return -1

    def close(self, *, politely: bool = True) -> None:
        """Nothing is open."""

    def _target(self, letter: Letter) -> Path:
        return self._path / f"{_file_name(letter.name)}.eml"


def _file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)


def _write_durably(target: Path, content: bytes) -> None:
    waiting = target.with_suffix(".tmp")
    with waiting.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    waiting.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
