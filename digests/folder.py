"""A Letter -> a file in a folder; the same letter again is the same file."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from digests.transport import Letter, Unreachable


@dataclass(frozen=True, slots=True)
class Folder:
    """Writes each letter into a file; the same letter again is the same file."""

    path: Path

    def send(self, letter: Letter, *, before_dot: Callable[[], None]) -> str:
        """Write the letter under its own name, whole or not at all."""
        target = self.path / f"{_file_name(letter.name)}.eml"
        before_dot()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            _write_durably(target, letter.message)
        except OSError as error:
            raise Unreachable(f"{target} could not be written ({error.strerror})") from error
        return f"written to {target}"

    def close(self) -> None:
        """Nothing is open."""


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
