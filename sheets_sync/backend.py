"""What the shell asks of a spreadsheet besides reading and writing: to be prepared, and looked at.

Each backend answers for itself, so that nobody else needs to know which one it is.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from sheets_sync.findings import Finding
from sheets_sync.preparation import Preparation
from sheets_sync.spreadsheet import Spreadsheet


class Copy(Spreadsheet, Protocol):
    """A backup of a spreadsheet, which can be read and written like one."""

    def discard(self) -> None:
        """Delete it."""
        ...


class Backend(Spreadsheet, Protocol):
    """A spreadsheet as `init` and `check` see it."""

    def prepare(self, preparation: Preparation, *, dry_run: bool = False) -> Sequence[str]:
        """Make what it lacks and keep what it has; returns a line about each thing.

        Raises SheetError, which says what a person must do first.
        """
        ...

    def copies(self) -> Sequence[Copy]:
        """Return the backups that we made of it."""
        ...

    def kept_elsewhere(self) -> Sequence[str]:
        """Return what is kept of it where only a person can delete it."""
        ...

    def findings(self, *, now: datetime) -> Iterator[Finding]:
        """Look for what would keep a sync from writing, and for what is good to know."""
        ...
