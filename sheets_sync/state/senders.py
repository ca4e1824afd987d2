"""Processes that send at the same time -> which of them are gone.

What a sender claims bears its name, and only one that is gone leaves its claims to the others.
"""

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Protocol

from sheets_sync.state.refusal import Taken


class Senders(Protocol):
    """Who sends just now."""

    def join(self) -> AbstractContextManager[str]:
        """Be one of them; gives a name that no other sender ever has."""

    def gone(self, names: Collection[str]) -> frozenset[str]:
        """Return which of these have ended, however that was.

        To be asked within the transaction that read the names from their claims: so each of them
        has joined before, and who is gone does not come back.
        """

    def shut_out(self) -> AbstractContextManager[None]:
        """Keep everybody from sending; raises Taken while somebody does."""


@dataclass(frozen=True, slots=True)
class SendersHere:
    """Senders on one machine: each has a file in a folder beside the database.

    The file is locked as long as its process lives. The lock tells, never the file: that may be
    left behind by a crash, or missing beside a copy of the database.
    """

    folder: Path

    @contextmanager
    def join(self) -> Iterator[str]:
        """Be one of them; gives a name that no other sender ever has."""
        name = token_hex(8)
        path = self.folder / name
        with self._alone():
            self._sweep()
            file = path.open("x")
            fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield name
        finally:
            path.unlink(missing_ok=True)
            file.close()

    def gone(self, names: Collection[str]) -> frozenset[str]:
        """Return which of these have ended, however that was."""
        return frozenset(name for name in names if not self._lives(name))

    @contextmanager
    def shut_out(self) -> Iterator[None]:
        """Keep everybody from sending; raises Taken while somebody does."""
        with self._alone():
            self._sweep()
            if left := sorted(path.name for path in self.folder.iterdir()):
                raise Taken(f"somebody is sending ({self.folder / left[0]} is locked)")
            yield

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep others from joining: no new file is seen before it is locked."""
        self.folder.mkdir(exist_ok=True)
        here = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(here, fcntl.LOCK_EX)
            yield
        finally:
            os.close(here)

    def _sweep(self) -> None:
        for path in self.folder.iterdir():
            if not self._lives(path.name):
                path.unlink(missing_ok=True)

    def _lives(self, name: str) -> bool:
        path = self.folder / name
        if not path.is_file():
            return False
        try:
            with path.open() as file:
                # Shared, so that two who ask at once do not take each other for the sender.
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False
