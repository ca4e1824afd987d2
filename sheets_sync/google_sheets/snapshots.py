"""A spreadsheet on Google -> all its tabs at one moment, in one call while it is known.

Titles, ids and sizes are remembered, so that most reads need not ask for them.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sheets_sync.google_sheets.calls import Calls, Json, Params, Refused
from sheets_sync.google_sheets.known import (
    KNOWN,
    LOG_TITLE,
    MASK,
    Known,
    Memory,
    known_from,
)
from sheets_sync.google_sheets.reading import (
    ERROR_MASK,
    Log,
    error_ranges,
    errors_in,
    log_of,
    ranges_of,
    rows_of,
    suspicious,
    values_params,
    worksheets_of,
)
from sheets_sync.google_sheets.zones import zone_note
from sheets_sync.spreadsheet import Snapshot

FRESH = timedelta(hours=1)
"""For so long titles, ids and sizes are believed without asking."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a snapshot's write needs: what was known, and how many writes came before."""

    writes: int
    known: Known
    log: Log
    just_asked: bool
    """Whether what is known was asked for with this very snapshot."""


class Snapshots:
    """Takes them, and remembers what is known of the spreadsheet."""

    def __init__(
        self,
        calls: Calls,
        memory: Memory,
        *,
        remembers: bool,
        zone: str,
        now: Callable[[], datetime],
    ) -> None:
        """`remembers` tells whether the memory outlasts this run: then it is believed at first."""
        self._calls = calls
        self._memory = memory
        self._remembers = remembers
        self._zone = zone
        self._now = now
        self.writes = 0
        """How many batches left since; a snapshot from before one is not written by."""
        self.log_title = LOG_TITLE
        """Of our hidden tab, which a person may have renamed."""

    @property
    def name(self) -> str:
        """The spreadsheet's title, once it was read."""
        known = self._remembered()
        return known.title if known else "the Google spreadsheet"

    def take(self) -> Snapshot:
        """Return all tabs: one call, a second when titles and ids are not known of late."""
        known = self._remembered()
        if known and known.at > self._now() - FRESH:
            # A tab that was renamed since is no range any more.
            with suppress(Refused):
                return self._read_tabs(known, just_asked=False)
        known = known_from(self._calls.read("", {"fields": MASK}), at=self._now())
        self._memory.put("google known", KNOWN.dump_json(known).decode())
        return self._read_tabs(known, just_asked=True)

    def forget(self) -> None:
        """Have the next one ask for titles, ids and sizes again."""
        self._memory.put("google known", "")

    def _read_tabs(self, known: Known, *, just_asked: bool) -> Snapshot:
        answer = self._calls.read("/values:batchGet", values_params(ranges_of(known)))
        found = rows_of(answer)
        doubtful = {
            tab.id: places
            for tab, rows in zip(known.seen, found, strict=False)
            if (places := suspicious(rows))
        }
        errors = errors_in(self._look_at(error_ranges(known, doubtful))) if doubtful else set()
        self.log_title = known.log.title if known.log else LOG_TITLE
        seen = log_of(found[-1]) if known.log else Log()
        version = Version(self.writes, known, seen, just_asked)
        notes = zone_note(known, self._zone)
        return Snapshot(worksheets_of(known, found, errors), seen.stamp, version, notes)

    def _look_at(self, ranges: Sequence[str]) -> Json:
        """Ask for the errors in these ranges; the values alone do not tell them from text."""
        params: Params = {"ranges": ranges, "fields": ERROR_MASK}
        return self._calls.read("", params)

    def _remembered(self) -> Known | None:
        found = self._memory.get("google known") if self._remembers else ""
        return KNOWN.validate_json(found) if found else None
