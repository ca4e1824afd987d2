"""A spreadsheet on Google -> Findings: the clock, whether we may write, and what a run costs."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from forms.plural import counted
from sheets_sync.findings import Finding
from sheets_sync.google_sheets.calls import Calls
from sheets_sync.google_sheets.known import MASK, known_from, quoted
from sheets_sync.spreadsheet import SheetError

QUOTA = 60
"""Reads, and as many writes, that Google allows one account in a minute."""
TOLERATED = timedelta(seconds=60)
"""Google lets nobody in whose clock is minutes off, and times in the sheet would be wrong."""


def look(calls: Calls, *, now: Callable[[], datetime]) -> Iterator[Finding]:
    """Look at what a sync that writes nothing does not try; what it does try is told by it."""
    yield from _clock(calls, now)
    try:
        known = known_from(calls.read("", {"fields": MASK}), at=now())
    except SheetError:
        return
    if known.seen:
        yield from _role(calls, known.title, quoted(known.seen[0].title))
    yield Finding(
        known.title,
        f"a run takes 1 or 2 of the {QUOTA} reads that Google allows a minute, and with something "
        f"to write 1 of {QUOTA} writes",
        is_fault=False,
    )


def _clock(calls: Calls, now: Callable[[], datetime]) -> Iterator[Finding]:
    there = calls.time()
    if there is None:
        return
    ahead = now() - there
    if abs(ahead) > TOLERATED:
        seconds = round(abs(ahead).total_seconds())
        way = "ahead of" if ahead > timedelta() else "behind"
        yield Finding(
            "clock",
            f"this machine's is {counted(seconds, 'second')} {way} Google's",
            "let it be set from the network: timedatectl set-ntp true",
        )


def _role(calls: Calls, title: str, tab: str) -> Iterator[Finding]:
    """Write nothing into a cell, which asks for the same right as writing something."""
    # null leaves a cell as it is.
    body = {"valueInputOption": "RAW", "data": [{"range": f"{tab}!A1", "values": [[None]]}]}
    try:
        calls.repeat("/values:batchUpdate", body)
    except SheetError:
        yield Finding(
            title,
            f"{calls.account} can read it and not write",
            "in the spreadsheet choose Share, and make that address Editor",
        )
