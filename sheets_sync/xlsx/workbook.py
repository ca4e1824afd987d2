"""A workbook file meets the protocol of a spreadsheet: create, read, write."""

import hashlib
import logging
import os
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook as Book
from openpyxl import load_workbook
from openpyxl.xml import DEFUSEDXML

from forms.phrase import phrase
from forms.wording import N_
from sheets_sync.findings import Finding
from sheets_sync.layout import Tab
from sheets_sync.preparation import Preparation
from sheets_sync.spreadsheet import (
    Changes,
    SheetChanged,
    SheetError,
    SheetUnwritable,
    Snapshot,
    Value,
)
from sheets_sync.xlsx.applying import apply
from sheets_sync.xlsx.forgetting import forget, holds, without_results
from sheets_sync.xlsx.formulas import put_back
from sheets_sync.xlsx.heights import keep_automatic
from sheets_sync.xlsx.locks import Lock, find_lock, is_abandoned, refuse_lock
from sheets_sync.xlsx.looking import look
from sheets_sync.xlsx.losses import refuse_losses, refuse_missing_parts
from sheets_sync.xlsx.making import make_tab, sized
from sheets_sync.xlsx.package import Package, damaged, open_package
from sheets_sync.xlsx.reading import read_worksheets
from sheets_sync.xlsx.saving import back_up, backups_of, replace_file
from sheets_sync.xlsx.stamp import put_stamp, read_stamp

if not DEFUSEDXML:
    # Without it openpyxl expands entities (fault 33).
    raise ImportError("defusedxml is needed; unset OPENPYXL_DEFUSEDXML and install it")

log = logging.getLogger(__name__)


class Workbook:
    """An `.xlsx` file that people open with LibreOffice or Excel."""

    def __init__(
        self,
        path: Path,
        *,
        backups: int = 14,
        now: Callable[[], datetime] = datetime.now,
        pause: float = 0.3,
    ) -> None:
        self.path = path.resolve()
        self._backups = backups
        self._now = now
        self._pause = pause

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def create(self, tabs: Sequence[Tab], rows: dict[str, list[list[Value]]]) -> None:
        """Make the file. Refuses to replace one."""
        self._refuse_existing()
        book = Book()
        book.remove(book.worksheets[0])
        for tab in tabs:
            make_tab(book, tab, rows.get(tab.title, ()))
        with _named(self.path):
            replace_file(self.path, _saved(book), last_look=self._refuse_existing)

    def prepare(self, preparation: Preparation, *, dry_run: bool = False) -> Sequence[str]:
        """Make the file; one that is there is left as it is."""
        if self.path.exists():
            told = "there already" if dry_run else "there already, left as it is"
        elif dry_run:
            told = "would be made"
        else:
            told = "made"
            rows = {title: [list(row) for row in rows] for title, rows in preparation.rows.items()}
            self.create(preparation.tabs, rows)
        return [f"{self.name}: {told}"]

    def copies(self) -> Sequence["Workbook"]:
        """Return the backups that we made of it."""
        return [Workbook(path, backups=0, now=self._now) for path in backups_of(self.path)]

    def discard(self) -> None:
        """Delete it."""
        self.path.unlink(missing_ok=True)

    def kept_elsewhere(self) -> Sequence[str]:
        """Return what is kept of it where only a person can delete it."""
        return ()

    def findings(self, *, now: datetime) -> Iterator[Finding]:
        """Look whether the file could be written now."""
        return look(self.path, now=now)

    def read(self) -> Snapshot:
        """Read all tabs at one moment."""
        package = open_package(self.path, pause=self._pause)
        return Snapshot(
            read_worksheets(package), read_stamp(package), self._version(package.content)
        )

    def write(self, base: Snapshot, changes: Changes) -> None:
        """Apply the batch and put the new file in the old one's place; without changes, nothing."""
        if not changes:
            return
        left_behind = self._find_lock()
        package = open_package(self.path, pause=self._pause)
        self._refuse_changed(base)
        if _is_done(package, changes):
            return
        refuse_losses(package)
        saved = _changed(package, changes)
        with _named(self.path):
            self._back_up(left_behind)
            replace_file(self.path, saved, last_look=lambda: self._look_again(base))

    def _version(self, content: bytes) -> object:
        there = os.stat(self.path)
        digest = hashlib.blake2b(content).digest()
        return (there.st_ino, there.st_size, there.st_mtime_ns, digest)

    def _look_again(self, base: Snapshot) -> None:
        self._find_lock()
        self._refuse_changed(base)

    def _refuse_changed(self, base: Snapshot) -> None:
        # Fault 46: looked at right before the rename too.
        try:
            unchanged = self._version(self.path.read_bytes()) == base.version
        except FileNotFoundError:
            unchanged = False
        if not unchanged:
            raise SheetChanged(f"{self.name} was saved by someone meanwhile; read it again")

    def _refuse_existing(self) -> None:
        if self.path.exists():
            raise SheetError(f"{self.path} exists already and is left as it is; name another file")

    def _find_lock(self) -> Lock | None:
        """Return a lock that a crash left behind; raise SheetBusy for any other."""
        lock = find_lock(self.path, now=self._now().timestamp())
        if lock is not None and not is_abandoned(lock):
            refuse_lock(self.path, lock)
        return lock

    def _back_up(self, left_behind: Lock | None) -> None:
        today = f"{self._now():%Y-%m-%d}"
        back_up(self.path, day=today, keep=self._backups)
        if left_behind is not None:
            back_up(self.path, day=f"{today}-abandoned", keep=self._backups)
            log.warning("%s: a lock was left by a crash; going on", self.name)


def _is_done(package: Package, changes: Changes) -> bool:
    """Tell whether words are to be forgotten that the file does not hold, and nothing else."""
    return not replace(changes, forgotten=()) and not holds(package, changes.forgotten)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into an error that says what to do."""
    try:
        yield
    except OSError as refused:
        raise SheetError(
            f"{path}: could not be saved ({refused.strerror or refused}); nothing was changed. "
            "Make room or give write access to its folder, then try again"
        ) from refused


def _changed(package: Package, changes: Changes) -> bytes:
    try:
        with warnings.catch_warnings(record=True) as warned:
            # openpyxl warns of what it drops; `losses` has refused what matters.
            warnings.simplefilter("always")
            book = load_workbook(BytesIO(package.content), rich_text=True)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, SyntaxError) as fault:
        raise damaged(package, fault) from fault
    if any("is marked as a date" in str(warning.message) for warning in warned):
        _put_back_numbers(book, package)
    _resize_notes(book)
    keep_automatic(book, package)
    apply(book, changes)
    if changes.forgotten:
        forget(book, changes.forgotten)
    if changes.stamp:
        put_stamp(book, changes.stamp)
    saved = _saved(book)
    refuse_missing_parts(package, saved)
    return _with_results(package, saved, changes.forgotten)


def _put_back_numbers(book: Book, package: Package) -> None:
    """Restore numbers that no calendar holds in cells formatted as dates; openpyxl drops them."""
    parts = package.sheets()
    for sheet in book.worksheets:
        part = parts[sheet.title]
        cells: dict[tuple[int, int], Any] = sheet._cells
        for (row, column), cell in cells.items():
            if cell.data_type == "e" and (row, column - 1) not in package.formulas[part].faults:
                cell._value, cell.data_type = _stored(package, part, cell.coordinate), "n"


def _stored(package: Package, part: str, place: str) -> float:
    stored = re.search(
        rb'<c [^>]*\br="' + place.encode() + rb'"[^>]*><v>([-+.\deE]+)</v>', package.part(part)
    )
    if stored is None:
        told = N_(
            "{file} is not written: {place} holds a number that is no date, in a format for dates; "
            "correct it"
        )
        raise SheetUnwritable(phrase(told, file=package.name, place=place))
    return float(stored[1])


def _resize_notes(book: Book) -> None:
    # openpyxl forgets how large notes were.
    for sheet in book.worksheets:
        for cell in sheet._cells.values():
            if cell.comment is not None:
                sized(cell.comment)


def _saved(book: Book) -> bytes:
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _with_results(package: Package, saved: bytes, forgotten: tuple[str, ...]) -> bytes:
    """Return the saved workbook with the formulas' stored results, which openpyxl drops."""
    results = {
        title: package.formulas[part].results
        for title, part in package.sheets().items()
        if part in package.formulas and package.formulas[part].results
    }
    if forgotten:
        results = without_results(results, forgotten)
    if not results:
        return saved
    content = BytesIO()
    with ZipFile(BytesIO(saved)) as before, ZipFile(content, "w", ZIP_DEFLATED) as after:
        sheets = Package(package.name, saved, before).sheets()
        with_formulas = {sheets[title]: results[title] for title in results if title in sheets}
        for part in before.namelist():
            xml = before.read(part)
            if part in with_formulas:
                xml = put_back(xml, with_formulas[part])
            after.writestr(part, xml)
    return content.getvalue()
