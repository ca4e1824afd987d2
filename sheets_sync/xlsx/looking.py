"""A workbook file -> Findings: who holds it open, and what writing it would lose."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sheets_sync.findings import Finding
from sheets_sync.spreadsheet import SheetError
from sheets_sync.xlsx.locks import find_lock, is_abandoned, refuse_lock
from sheets_sync.xlsx.losses import refuse_losses
from sheets_sync.xlsx.package import open_package


def look(path: Path, *, now: datetime) -> Iterator[Finding]:
    """Look whether the file could be written now."""
    try:
        lock = find_lock(path, now=now.timestamp())
        if lock and not is_abandoned(lock):
            refuse_lock(path, lock)
        refuse_losses(open_package(path, pause=0))
    except SheetError as error:
        yield Finding(path.name, str(error))
