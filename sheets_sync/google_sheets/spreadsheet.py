"""A spreadsheet on Google meets the protocol: create, read, write, and check what was written."""

import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from sheets_sync.backend import Copy
from sheets_sync.findings import Finding
from sheets_sync.google_sheets.calls import Calls, Json, Params, Refused
from sheets_sync.google_sheets.draft import Draft
from sheets_sync.google_sheets.emptying import marked, marks
from sheets_sync.google_sheets.known import (
    KNOWN,
    LOG_TITLE,
    MASK,
    Known,
    Memory,
    OneRun,
    known_from,
    quoted,
)
from sheets_sync.google_sheets.looking import look
from sheets_sync.google_sheets.pending import PENDING, Owed, Pending, misses
from sheets_sync.google_sheets.preparing import Prepared, prepare
from sheets_sync.google_sheets.reading import (
    ANSWER_MASK,
    ERROR_MASK,
    FIRST_LOG_ROW,
    STAMP_ROW,
    TOKEN_ROW,
    Log,
    answer_with,
    error_ranges,
    errors_in,
    log_in,
    log_of,
    ranges_of,
    rows_of,
    suspicious,
    values_params,
    worksheets_of,
)
from sheets_sync.google_sheets.repairing import restores
from sheets_sync.google_sheets.undo_log import cleared_log
from sheets_sync.google_sheets.writing import make_batch
from sheets_sync.google_sheets.zones import zone_note
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

log = logging.getLogger(__name__)

UNHEARD = 4
"""How many batches of which nothing was heard are kept from arriving late."""
FRESH = timedelta(hours=1)
"""For so long titles, ids and sizes are believed without asking."""
REPAIRS = 5
"""How often a repair is tried anew when people sort and move in the middle of it."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a snapshot's write needs: what was known, and how many writes came before."""

    writes: int
    known: Known
    log: Log
    just_asked: bool
    """Whether what is known was asked for with this very snapshot."""


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
        self._memory = memory or OneRun()
        self._remembers = memory is not None
        self._zone = zone
        self._now = now
        self._writes = 0
        self._log_title = LOG_TITLE
        self._heard: list[list[Any]] = []

    @property
    def name(self) -> str:
        """The spreadsheet's title, once it was read."""
        known = self._remembered()
        return known.title if known else "the Google spreadsheet"

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
        self._finish()
        return self._read()

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
            self._forget()
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
        self._forget()
        sheet = self.read()
        if not isinstance(sheet.version, Version):
            raise AssertionError("a snapshot of ours has a version")
        return prepare(self._calls, sheet, sheet.version.known, preparation, dry_run=dry_run)

    def _read(self) -> Snapshot:
        known = self._remembered()
        if known and known.at > self._now() - FRESH:
            # A tab that was renamed since is no range any more.
            with suppress(Refused):
                return self._read_tabs(known, just_asked=False)
        known = known_from(self._calls.read("", {"fields": MASK}), at=self._now())
        self._memory.put("google known", KNOWN.dump_json(known).decode())
        return self._read_tabs(known, just_asked=True)

    def _read_tabs(self, known: Known, *, just_asked: bool) -> Snapshot:
        answer = self._calls.read("/values:batchGet", values_params(ranges_of(known)))
        found = rows_of(answer)
        doubtful = {
            tab.id: places
            for tab, rows in zip(known.seen, found, strict=False)
            if (places := suspicious(rows))
        }
        errors = errors_in(self._look_at(error_ranges(known, doubtful))) if doubtful else set()
        self._log_title = known.log.title if known.log else LOG_TITLE
        seen = log_of(found[-1]) if known.log else Log()
        version = Version(self._writes, known, seen, just_asked)
        notes = zone_note(known, self._zone)
        return Snapshot(worksheets_of(known, found, errors), seen.stamp, version, notes)

    def _look_at(self, ranges: Sequence[str]) -> Json:
        """Ask for the errors in these ranges; the values alone do not tell them from text."""
        params: Params = {"ranges": ranges, "fields": ERROR_MASK}
        return self._calls.read("", params)

    def _remembered(self) -> Known | None:
        found = self._memory.get("google known") if self._remembers else ""
        return KNOWN.validate_json(found) if found else None

    def _write(self, base: Snapshot, changes: Changes, *, emptied: int | None) -> None:
        if not self._send(base, changes, emptied=emptied):
            raise SheetChanged(
                f"{self.name} was changed by someone; nothing was written. Read again"
            )
        if self._finish():
            raise SheetChanged(
                f"{self.name} was changed by someone in that very moment; what had hit a row that "
                "was not meant was taken back. Read it again"
            )

    def _send(
        self,
        base: Snapshot,
        changes: Changes,
        *,
        emptied: int | None = None,
        owed: Sequence[Owed] = (),
    ) -> bool:
        """Send one batch; False when the spreadsheet is no longer what it was read to be."""
        version = base.version
        if not isinstance(version, Version) or version.writes != self._writes:
            raise SheetChanged(f"{self.name} was written to since; read it again")
        draft = Draft(base, version.known, version.log, 1 + secrets.randbelow(2**31 - 2))
        unheard = [n for n in self._pending().unheard if n not in version.log.tokens]
        batch = make_batch(draft, changes, owed=owed, burnt=unheard, emptied=emptied)
        self._record(replace(batch.pending, unheard=(*unheard[-UNHEARD:], draft.token)))
        self._writes += 1
        there = version.known.log is not None
        if changes.tabs or changes.columns or emptied is not None or not there:
            self._forget()
        body = {"requests": batch.requests, **(answer_with(self._log_title) if there else {})}
        try:
            answer = self._calls.patiently(
                lambda: self._calls.once("post", ":batchUpdate", {"fields": ANSWER_MASK}, body),
                lambda: self._look_for(draft.token),
            )
            self._heard = log_in(answer)
        except Refused:
            # Perhaps because an earlier attempt had arrived after all.
            if self._look_for(draft.token) is None:
                self._forget()
                self._record(replace(self._pending(), token=0, targets=(), added=()))
                if version.just_asked:
                    raise
                return False
        return True

    def _finish(self) -> bool:
        """Check the last batch; True when it had hit rows that it was not meant for.

        What they held is given back, and that is checked in turn. Also where a crash cut it off.
        """
        missed = False
        for _ in range(REPAIRS):
            pending = self._pending()
            if pending.is_settled:
                return missed
            sent, owed = self._outcome(pending)
            if not owed:
                self._record(Pending(0, unheard=() if sent else pending.unheard))
                return missed
            missed = True
            self._give_back(owed, pending)
        raise SheetError(
            f"{self.name} is being changed too fast for a check of what was written; the next run "
            "goes on with it. Try again later"
        )

    def _outcome(self, pending: Pending) -> tuple[bool, Sequence[Owed]]:
        """Return whether the batch arrived, and what is to be given back."""
        # The batch's own answer shows the hidden tab; where it was lost, we ask.
        rows, self._heard = self._heard or self._log_rows(""), []
        tokens = log_of(rows[STAMP_ROW - 1 : TOKEN_ROW]).tokens
        if pending.token not in tokens[:1]:
            return False, () if pending.is_overtaken(tokens) else pending.owed
        missed = tuple(misses(pending, rows[FIRST_LOG_ROW - 1 :]))
        return True, (*missed, *pending.owed) if missed else ()

    def _give_back(self, owed: Sequence[Owed], pending: Pending) -> None:
        sheet = self._read()
        known = sheet.version.known if isinstance(sheet.version, Version) else None
        found = list(restores(owed, sheet, known)) if known else []
        if not found:
            self._record(Pending(0, unheard=pending.unheard))
            return
        log.info("%s: giving back %d rows that people moved meanwhile", self.name, len(found))
        edits = tuple(chain.from_iterable(edits for _, edits in found))
        self._send(sheet, Changes(edits=edits), owed=[one for one, _ in found])

    def _look_for(self, token: int) -> Json | None:
        """Return something when the batch of this number has had its effect."""
        tokens = log_of(self._log_rows(f"!A{STAMP_ROW}:Z{TOKEN_ROW}")).tokens
        return {"found": token} if token in tokens else None

    def _log_rows(self, place: str) -> list[list[Any]]:
        """Return rows of our hidden tab; none while there is no such tab."""
        try:
            found = self._calls.read(
                "/values:batchGet", values_params([quoted(self._log_title) + place])
            )
        except Refused:
            return []
        return rows_of(found)[0]

    def _pending(self) -> Pending:
        found = self._memory.get("google pending")
        return PENDING.validate_json(found) if found else Pending(0)

    def _record(self, pending: Pending) -> None:
        self._memory.put("google pending", PENDING.dump_json(pending).decode())

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
        if isinstance(sheet.version, Version) and (sheet.version.known.log or self._writes):
            self._calls.repeat(":batchUpdate", {"requests": [cleared_log()]})

    def _forget(self) -> None:
        self._memory.put("google known", "")


def _only_blank(base: Snapshot) -> int | None:
    """Return the id of the one tab of a spreadsheet in which nobody has written yet."""
    version = base.version
    if len(base.worksheets) != 1 or not isinstance(version, Version):
        return None
    blank_tab = all(map(blank, base.worksheets[0].rows))
    return version.known.seen[0].id if blank_tab else None
