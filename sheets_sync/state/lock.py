"""A path -> the right to do what only one process at a time may do."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sheets_sync.state.database import StateError


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the lock; raises StateError while another process has it.

    It goes with its process, however that ends.
    """
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StateError(
                f"Another run is making or sending the digest ({path} is locked). Nothing was "
                "done; try again when it has ended"
            ) from error
        yield
