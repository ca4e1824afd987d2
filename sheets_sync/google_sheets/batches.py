"""A batch of changes -> sent once, checked, and given back what it was not meant for.

What is sent is recorded before it leaves, so that whoever comes next can finish the check.
"""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sheets_sync.google_sheets.calls import Calls, Json, Refused
from sheets_sync.google_sheets.draft import Draft
from sheets_sync.google_sheets.known import Memory, quoted
from sheets_sync.google_sheets.pending import PENDING, Owed, Pending, misses
from sheets_sync.google_sheets.reading import (
    ANSWER_MASK,
    FIRST_LOG_ROW,
    STAMP_ROW,
    TOKEN_ROW,
    answer_with,
    log_in,
    log_of,
    rows_of,
    values_params,
)
from sheets_sync.google_sheets.repairing import restores
from sheets_sync.google_sheets.snapshots import Snapshots, Version
from sheets_sync.google_sheets.writing import make_batch
from sheets_sync.spreadsheet import Changes, SheetChanged, SheetError, Snapshot

log = logging.getLogger(__name__)

UNHEARD = 4
"""How many batches of which nothing was heard are kept from arriving late."""
REPAIRS = 5
"""How often a repair is tried anew when people sort and move in the middle of it."""


class Batches:
    """Sends them, one at a time, and looks what became of each."""

    def __init__(self, calls: Calls, memory: Memory, snapshots: Snapshots) -> None:
        self._calls = calls
        self._memory = memory
        self._snapshots = snapshots
        self._heard: list[list[Any]] = []
        """Our hidden tab, as the last batch's own answer showed it."""

    def send(
        self,
        base: Snapshot,
        changes: Changes,
        *,
        emptied: int | None = None,
        owed: Sequence[Owed] = (),
    ) -> bool:
        """Send one batch; False when the spreadsheet is no longer what it was read to be."""
        version = base.version
        if not isinstance(version, Version) or version.writes != self._snapshots.writes:
            raise SheetChanged(f"{self._snapshots.name} was written to since; read it again")
        draft = Draft(base, version.known, version.log, 1 + secrets.randbelow(2**31 - 2))
        unheard = [n for n in self._pending().unheard if n not in version.log.tokens]
        batch = make_batch(draft, changes, owed=owed, burnt=unheard, emptied=emptied)
        self._record(replace(batch.pending, unheard=(*unheard[-UNHEARD:], draft.token)))
        self._snapshots.writes += 1
        there = version.known.log is not None
        if changes.tabs or changes.columns or emptied is not None or not there:
            self._snapshots.forget()
        answering = answer_with(self._snapshots.log_title) if there else {}
        try:
            self._deliver(draft.token, {"requests": batch.requests, **answering})
        except Refused:
            self._snapshots.forget()
            self._record(replace(self._pending(), token=0, targets=(), added=()))
            if version.just_asked:
                raise
            return False
        return True

    def finish(self) -> bool:
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
            f"{self._snapshots.name} is being changed too fast for a check of what was written; "
            "the next run goes on with it. Try again later"
        )

    def _deliver(self, token: int, body: Json) -> None:
        """Send it; raises Refused when it had no effect."""
        try:
            answer = self._calls.patiently(
                lambda: self._calls.once("post", ":batchUpdate", {"fields": ANSWER_MASK}, body),
                lambda: self._look_for(token),
            )
            self._heard = log_in(answer)
        except Refused:
            # Perhaps because an earlier attempt had arrived after all.
            if self._look_for(token) is None:
                raise

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
        sheet = self._snapshots.take()
        known = sheet.version.known if isinstance(sheet.version, Version) else None
        found, edits = restores(owed, sheet, known) if known else ((), ())
        if not edits:
            self._record(Pending(0, unheard=pending.unheard))
            return
        log.info(
            "%s: giving back %d rows that people moved meanwhile", self._snapshots.name, len(found)
        )
        self.send(sheet, Changes(edits=tuple(edits)), owed=found)

    def _look_for(self, token: int) -> Json | None:
        """Return something when the batch of this number has had its effect."""
        tokens = log_of(self._log_rows(f"!A{STAMP_ROW}:Z{TOKEN_ROW}")).tokens
        return {"found": token} if token in tokens else None

    def _log_rows(self, place: str) -> list[list[Any]]:
        """Return rows of our hidden tab; none while there is no such tab."""
        try:
            found = self._calls.read(
                "/values:batchGet", values_params([quoted(self._snapshots.log_title) + place])
            )
        except Refused:
            return []
        return rows_of(found)[0]

    def _pending(self) -> Pending:
        found = self._memory.get("google pending")
        return PENDING.validate_json(found) if found else Pending(0)

    def _record(self, pending: Pending) -> None:
        self._memory.put("google pending", PENDING.dump_json(pending).decode())
