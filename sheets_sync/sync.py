"""The spreadsheet, the journal and the base, brought together: pull, decide, write back, record.

The data flow of Tidings stands here; each stage is a module of its own.
"""

import gc
import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from forms.phrase import Phrase
from sheets_sync.choices import ChoiceAct
from sheets_sync.community import Community, Problem
from sheets_sync.decide import decide
from sheets_sync.decisions import OLD_STATE, SILENCE
from sheets_sync.erased import Erased
from sheets_sync.given import Given, Rules
from sheets_sync.mentor_sheet import Elsewhere, MentorSheet
from sheets_sync.older_copy import OLDER_COPY, Lost, copied_at, find_lost
from sheets_sync.recording import BEGUN, NOT_WRITTEN, record
from sheets_sync.spreadsheet import (
    Changes,
    SheetBusy,
    SheetChanged,
    SheetError,
    SheetUnwritable,
    Snapshot,
    Spreadsheet,
    Stamp,
)
from sheets_sync.state import State
from sheets_sync.state.base import (
    LAST_SYNC,
    put,
    refuse_overtaken,
)
from sheets_sync.state.database import writing
from sheets_sync.suspension import TIMES
from sheets_sync.unchanged import edition, worksheet_print

ATTEMPTS = 3
"""How often a sync starts over when somebody saves in the middle of it."""
MOST_OBJECTS = 10_000_000
"""More than a sync of 100,000 rows makes; then Python looks for what can go."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a sync found and did. `notes` say what no row can: who holds the file, say."""

    community: Community
    changes: Changes
    written: bool
    notes: tuple[str, ...]

    @property
    def problems(self) -> Sequence[Problem]:
        return self.community.problems


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Let Python look for cycles seldom: what a sync makes lives until its end.

    To look through all of it again and again takes a third of the time of a large one.
    """
    usual = gc.get_threshold()
    gc.set_threshold(max(usual[0], MOST_OBJECTS), *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@seldom_collecting()
def sync(
    spreadsheet: Spreadsheet,
    state: State,
    rules: Rules,
    *,
    now: datetime,
    mentors: Elsewhere | None = None,
    dry_run: bool = False,
    accept_removals: bool = False,
    take_over: bool = False,
) -> Outcome:
    """Bring form submissions, the spreadsheet and the state together.

    `take_over` accepts a spreadsheet that another installation, or a newer state, wrote last.
    Raises SheetError when the spreadsheet cannot be read; nothing is changed then.
    """
    pairs = mentors.read() if mentors else None
    for attempt in range(1, ATTEMPTS + 1):
        sheet = spreadsheet.read()  # pull
        values = _values(state, sheet, take_over)
        mark = _mark(sheet, pairs, state, rules, now)
        if mark and mark == values.get("quiet") and (quiet := state.base.community()):
            if not dry_run:
                state.base.put(LAST_SYNC, now.isoformat())
            return _outcome(quiet, Changes(), written=False)
        given = _given(sheet, pairs, state, rules, values, now, accept_removals, take_over)
        stamp = next_stamp(sheet, values)
        decision = decide(given, rules, stamp.counter)  # validate, merge, plan
        if dry_run:
            return _outcome(decision.community, decision.changes, written=False)
        try:
            note = write_back(
                spreadsheet,
                sheet,
                decision.changes,
                state,
                stamp,
                values,
                older_copy=given.older_copy,
            )
        except SheetChanged:
            if attempt == ATTEMPTS:
                raise
            continue
        community = record(state, given, decision, note=note, mark=mark)
        written = bool(decision.changes) and not note
        return _outcome(community, decision.changes, written=written, note=note)
    raise AssertionError("the loop returns or raises")


def _values(state: State, sheet: Snapshot, take_over: bool) -> dict[str, str]:
    """Return the state's single values; those of a sheet that is taken over count as ours."""
    values = state.base.values()
    if sheet.stamp and take_over:
        counter = max(sheet.stamp.counter, int(values.get("counter", "0")))
        ours = {"instance": sheet.stamp.instance, "counter": str(counter), OLD_STATE: "yes"}
        return {**values, **ours, "quiet": ""}
    refuse_foreign(sheet.stamp, values)
    return values


def refuse_foreign(stamp: Stamp | None, values: Mapping[str, str]) -> None:
    """Refuse a spreadsheet that another state is responsible for (faults 47, 75)."""
    if stamp is None:
        return
    if stamp.instance != values.get("instance"):
        raise SheetError(
            "another installation of Tidings wrote this spreadsheet last. Nothing was changed. "
            "Bring back the state that belongs to it from a backup, or, if this one is to go on "
            "from here, run: tidings sync --take-over"
        )
    if stamp.counter > int(values.get("counter", "0")):
        raise SheetError(
            "the spreadsheet is newer than the state, which seems to come from an old backup. "
            "Nothing was changed. Bring back the newest state, or, if there is none, go on from "
            "here (no report older than a week is mailed again) with: tidings sync --take-over"
        )


def _mark(
    sheet: Snapshot, pairs: MentorSheet | None, state: State, rules: Rules, now: datetime
) -> str:
    """Return a print of all that a decision depends on; "" while something waits.

    Where it is that of the last sync which changed nothing, there is nothing to decide.
    """
    if state.journal.unwritten() or state.choices.waits():
        return ""
    today = now.astimezone(rules.zone).date()
    mark = hashlib.blake2b(digest_size=16)
    issues = state.outbox.issue_lines()
    held = state.base.get(SILENCE)
    erased = sorted(state.erasing.prints())
    settled = (sheet.notes, rules.print(), today, issues, held, erased, edition())
    for worksheet in sheet.worksheets:
        mark.update(worksheet_print(worksheet))
    for part in (sheet.stamp, pairs, *settled):
        mark.update(repr(part).encode("utf-8", "surrogatepass"))
    return mark.hexdigest()


def _given(
    sheet: Snapshot,
    pairs: MentorSheet | None,
    state: State,
    rules: Rules,
    values: Mapping[str, str],
    now: datetime,
    accept_removals: bool,
    take_over: bool,
) -> Given:
    known = state.base.known()
    erased = Erased(rules.secret, state.erasing.prints())
    # What came about an erased report, by an old link say, is about nothing any more.
    queue = [e for e in state.journal.unwritten() if not erased.any(e.submission.report)]
    behind = sheet.stamp is not None and sheet.stamp.counter < int(values.get("counter", "0"))
    since = copied_at(sheet, values, behind=behind)
    lost = Lost() if since is None else find_lost(state.journal, known, queue, since, rules.form)
    tabs = ("Reports", *rules.linked)
    return Given(
        sheet=sheet,
        known=known,
        acquaintances=state.base.acquaintances(),
        values=values,
        queue=[*lost.corrections, *queue],
        choices=state.choices.unwritten(),
        answers=state.choices.unwritten(ChoiceAct.ANSWER),
        issues=state.outbox.issue_lines(),
        lost=lost,
        now=now,
        refused=state.operating.refused(TIMES),
        accept_removals=accept_removals,
        behind=behind,
        older_copy=since,
        confirmed=state.choices.confirmed(),
        begun=now if take_over else _begun(values, now),
        unseen={tab for tab in tabs if take_over or f"seen:{tab}" not in values},
        mentors=pairs,
        erased=erased,
    )


def _begun(values: Mapping[str, str], now: datetime) -> datetime:
    known = values.get(BEGUN) or values.get("first sync")
    return datetime.fromisoformat(known) if known else now


def next_stamp(sheet: Snapshot, values: Mapping[str, str]) -> Stamp:
    """Return the stamp that the next write leaves."""
    counter = max(int(values.get("counter", "0")), sheet.stamp.counter if sheet.stamp else 0)
    return Stamp(values.get("instance") or secrets.token_hex(8), counter + 1)


def write_back(
    spreadsheet: Spreadsheet,
    sheet: Snapshot,
    changes: Changes,
    state: State,
    stamp: Stamp,
    seen: Mapping[str, str],
    *,
    older_copy: int | None = None,
) -> Phrase | None:
    """Write the changes; return why they could not be written, if so. Raises SheetChanged.

    `seen` are the state's single values from which the changes come. After the write the stamp
    tells no more that the sheet was an `older_copy`.
    """
    if not changes:
        return None
    # Recorded before the write: after a crash the sheet is never newer than the state.
    with writing(state.engine) as db:
        refuse_overtaken(db, seen)
        put(db, "instance", stamp.instance)
        put(db, "counter", str(stamp.counter))
        if older_copy is not None:
            put(db, OLDER_COPY, str(older_copy))
    try:
        spreadsheet.write(sheet, replace(changes, stamp=stamp))
    except (SheetBusy, SheetUnwritable) as error:
        return error.told
    return None


def _outcome(
    community: Community, changes: Changes, *, written: bool, note: Phrase | None = None
) -> Outcome:
    notes = [one.text() for one in community.notes if one.words != NOT_WRITTEN]
    return Outcome(community, changes, written, (*notes, *([note.text()] if note else [])))
