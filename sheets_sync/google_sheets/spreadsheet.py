"""A spreadsheet on Google meets the protocol: create, read, write, prepare, erase."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from sheets_sync.backend import Copy
from sheets_sync.findings import Finding
from sheets_sync.google_sheets.batches import REPAIRS, Batches
from sheets_sync.google_sheets.calls import Calls
from sheets_sync.google_sheets.emptying import marked, marks
from sheets_sync.google_sheets.known import Memory, OneRun
from sheets_sync.google_sheets.looking import look
from sheets_sync.google_sheets.preparing import Prepared, prepare
from sheets_sync.google_sheets.snapshots import Snapshots, Version
from sheets_sync.google_sheets.undo_log import cleared_log
from sheets_sync.headers import blank
from sheets_sync.layout import Tab
from sheets_sync.preparation import Preparation
from sheets_sync.spreadsheet import (
    Append,
    Changes,
    EmptyRow,
    SheetChanged,
    SheetError,
    Snapshot,
    Value,
)


class GoogleSpreadsheet:
    """A spreadsheet that is shared with our service account."""

    def __init__(
        self,
        calls: Calls,
        *,
        memory: Memory | None = None,
        zone: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`zone` is the community's; a spreadsheet in another one is pointed out."""
        self._calls = calls
        self._now = now
        kept = memory or OneRun()
        self._snapshots = Snapshots(calls, kept, remembers=memory is not None, zone=zone, now=now)
        self._batches = Batches(calls, kept, self._snapshots)

    @property
    def name(self) -> str:
        """The spreadsheet's title, once it was read."""
        return self._snapshots.name

    def create(self, tabs: Sequence[Tab], rows: dict[str, list[list[Value]]]) -> None:
        """Make these tabs in a spreadsheet that is there. Refuses to replace one."""
        base = self.read()
        there = [tab.title for tab in tabs if base.worksheet(tab.title)]
        if there:
            raise SheetError(
                f"{self.name}: the tab {there[0]!r} exists already and is left as it is; name "
                "another spreadsheet"
            )
        appends = tuple(
            Append(tab.title, dict(enumerate(row)))
            for tab in tabs
            for row in rows.get(tab.title, ())
        )
        self._write(base, Changes(tabs=tuple(tabs), appends=appends), emptied=_only_blank(base))

    def read(self) -> Snapshot:
        """Read all tabs: one call, a second when titles and ids are not known of late."""
        self._batches.finish()
        return self._snapshots.take()

    def write(self, base: Snapshot, changes: Changes) -> None:
        """Apply the batch in one call, and check its answer; without changes, nothing."""
        if replace(changes, forgotten=()):
            marking = marked(base, changes.emptied, secrets.randbelow(10**9))
            edits = (*changes.edits, *marking)
            self._write(base, replace(changes, edits=edits, emptied=()), emptied=None)
        if changes.emptied or changes.forgotten:
            self._finish_erasing()

    def prepare(self, preparation: Preparation, *, dry_run: bool = False) -> Sequence[str]:
        """Make the tabs, columns and looks that are missing, in one call."""
        prepared = self._prepared(preparation, dry_run=dry_run)
        if prepared.requests and not dry_run:
            self._snapshots.forget()
            self._calls.patiently(
                lambda: self._calls.once(
                    "post", ":batchUpdate", {}, {"requests": prepared.requests}
                ),
                lambda: None if self._prepared(preparation).requests else {},
            )
        return prepared.told

    def copies(self) -> Sequence[Copy]:
        """Return the backups that we made of it: none, Google keeps versions of its own."""
        return ()

    def kept_elsewhere(self) -> Sequence[str]:
        """Return what is kept of it where only a person can delete it."""
        return (
            "the older versions of the spreadsheet, which Google keeps (File, Version history) and "
            "nobody can delete one by one: copy it (File, Make a copy), go on with the copy, "
            "delete the old one and empty the bin",
            "comments that people made on its cells",
        )

    def findings(self, *, now: datetime) -> Iterator[Finding]:
        """Look whether Google lets us write, and what is good to know."""
        return look(self._calls, now=self._now)

    def _prepared(self, preparation: Preparation, *, dry_run: bool = False) -> Prepared:
        # Titles and ids as of this moment: a person may just have made or renamed a tab.
        self._snapshots.forget()
        sheet = self.read()
        if not isinstance(sheet.version, Version):
            raise AssertionError("a snapshot of ours has a version")
        return prepare(self._calls, sheet, sheet.version.known, preparation, dry_run=dry_run)

    def _write(self, base: Snapshot, changes: Changes, *, emptied: int | None) -> None:
        if not self._batches.send(base, changes, emptied=emptied):
            raise SheetChanged(
                f"{self.name} was changed by someone; nothing was written. Read again"
            )
        if self._batches.finish():
            raise SheetChanged(
                f"{self.name} was changed by someone in that very moment; what had hit a row that "
                "was not meant was taken back. Read it again"
            )

    def _finish_erasing(self) -> None:
        """Take out the marks of emptied rows, and what our hidden tab holds of them."""
        for _ in range(REPAIRS):
            sheet = self.read()
            left = tuple(marks(sheet))
            if not left:
                break
            rows = tuple(EmptyRow(one.tab, one.row) for one in left)
            with suppress(SheetChanged):
                self._write(sheet, Changes(edits=left, emptied=rows), emptied=None)
        if isinstance(sheet.version, Version) and (
            sheet.version.known.log or self._snapshots.writes
        ):
            self._calls.repeat(":batchUpdate", {"requests": [cleared_log()]})


def _only_blank(base: Snapshot) -> int | None:
    """Return the id of the one tab of a spreadsheet in which nobody has written yet."""
    version = base.version
    if len(base.worksheets) != 1 or not isinstance(version, Version):
        return None
    blank_tab = all(map(blank, base.worksheets[0].rows))
    return version.known.seen[0].id if blank_tab else None
