"""A workbook file meets the protocol of a spreadsheet: create, read, write."""

import hashlib
import os
from collections.abc import Callable, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook as Book
from openpyxl import load_workbook

from sheets_sync.layout import Tab
from sheets_sync.spreadsheet import Changes, SheetChanged, SheetError, Snapshot, Value
from sheets_sync.xlsx.applying import apply
from sheets_sync.xlsx.making import make_tab
from sheets_sync.xlsx.reading import read_worksheets
from sheets_sync.xlsx.saving import back_up, replace_file


class Workbook:
    """An `.xlsx` file that people open with LibreOffice or Excel."""

    def __init__(
        self, path: Path, *, backups: int = 14, today: Callable[[], date] = date.today
    ) -> None:
        self.path = path.resolve()
        self._backups = backups
        self._today = today

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def create(self, tabs: Sequence[Tab], rows: dict[str, list[list[Value]]]) -> None:
        """Make the file. Refuses to replace one."""
        book = Book()
        book.remove(book.active)
        for tab in tabs:
            make_tab(book, tab, rows.get(tab.title, ()))
        replace_file(self.path, _saved(book), last_look=self._refuse_existing)

    def read(self) -> Snapshot:
        """Read all tabs at one moment."""
        content = self._content()
        return Snapshot(tuple(read_worksheets(content)), version=self._version(content))

    def write(self, base: Snapshot, changes: Changes) -> None:
        """Apply the batch and put the new file in the old one's place; without changes, nothing."""
        if not changes:
            return
        content = self._content()
        self._refuse_changed(base)
        book = load_workbook(BytesIO(content))
        apply(book, changes)
        saved = _saved(book)
        back_up(self.path, today=self._today(), keep=self._backups)
        replace_file(self.path, saved, last_look=lambda: self._refuse_changed(base))

    def _content(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError as missing:
            raise SheetError(
                f"{self.path}: the workbook is not there; put it back (copies are in "
                f"{self.path.parent / 'backups'}) or make one with `tidings init`"
            ) from missing

    def _version(self, content: bytes) -> object:
        there = os.stat(self.path)
        return (there.st_ino, there.st_size, there.st_mtime_ns, hashlib.blake2b(content).digest())

    def _refuse_changed(self, base: Snapshot) -> None:
        # Fault 46: looked at again right before the rename.
        if self._version(self._content()) != base.version:
            raise SheetChanged(f"{self.name} was saved by someone meanwhile; read it again")

    def _refuse_existing(self) -> None:
        if self.path.exists():
            raise SheetError(f"{self.path} exists already and is left as it is; name another file")


def _saved(book: Book) -> bytes:
    content = BytesIO()
    book.save(content)
    return content.getvalue()
