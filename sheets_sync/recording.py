"""A decision, and whether it could be written -> what the state remembers of the sync."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from forms.phrase import Phrase
from forms.wording import N_
from sheets_sync.community import Community, Note
from sheets_sync.decide import Decision
from sheets_sync.decisions import AGREED, OLD_STATE
from sheets_sync.given import Given
from sheets_sync.mentorships import KEPT as PROPOSED_MENTORS
from sheets_sync.older_copy import OLDER_COPY
from sheets_sync.renewal import COLUMN as STILL_IN
from sheets_sync.state import State
from sheets_sync.state.base import (
    COMMUNITY,
    LAST_SYNC,
    Acquaintance,
    put_all,
    record_people,
    record_reports,
    refuse_overtaken,
)
from sheets_sync.state.choices import mark_shown
from sheets_sync.state.database import writing
from sheets_sync.state.erasing import drop_erased

BEGUN = "begun"
"""Name of the single value that says since when this state is responsible for the spreadsheet."""
PATIENCE = timedelta(hours=24)
"""After so long, coordinators are told why nothing can be written."""
NOT_WRITTEN = N_("For more than a day nothing could be written into the spreadsheet: {why}")


def record(
    state: State, given: Given, decision: Decision, *, note: Phrase | None, mark: str
) -> Community:
    """Record what was decided, in one transaction; less of it while the sheet lags behind."""
    values, now, known = given.values, given.now, decision.known
    if note or decision.frozen:
        lagging = {one.id for one in known if note or one.tab in decision.frozen}
        instead = {id: one for id, one in decision.unwritten.items() if id in lagging}
        known = [r for one in known if (r := instead.get(one.id, one)) is not None]
    community, since = _told_at_last(decision.community, values, note, now)
    words = _new_words(given, decision)
    quiet = "" if decision.changes or decision.frozen or words else mark
    kept = {
        **{name: values[name] for name in ("instance", "counter", OLD_STATE) if name in values},
        **decision.keep,
        "community": COMMUNITY.dump_json(community).decode(),
        **{f"seen:{tab}": "yes" for tab in decision.read if not note},
        "blocked since": since,
        OLDER_COPY: _still_to_put_back(given, decision),
        "quiet": quiet,
        "first sync": values.get("first sync") or now.isoformat(),
        BEGUN: given.begun.isoformat(),
        LAST_SYNC: now.isoformat(),
    }
    if note:  # what readers chose, and what is proposed, is not in the sheet yet
        kept.pop("chosen", None)
        kept.pop(PROPOSED_MENTORS, None)
        kept.pop(STILL_IN, None)
    if not note and "Digests" not in decision.frozen:
        kept[AGREED] = decision.decisions.kept()
    if decision.changes:
        kept.pop("instance", None)
        kept.pop("counter", None)
    # Before it is recorded as agreed on: a crash in between must not undo a manager's word.
    for issue, word in words.items():
        state.outbox.set_decision(issue, word)
    with writing(state.engine) as db:
        refuse_overtaken(db, values)
        record_reports(db, known)
        record_people(db, _new_or_changed(given, decision))
        put_all(db, {n: v for n, v in kept.items() if values.get(n) != v or n not in decision.keep})
        if not note:
            state.journal.mark_written(db, decision.entries)
            drop_erased(db, given.erased)
            mark_shown(db, decision.chosen)
    return community


def _new_words(given: Given, decision: Decision) -> dict[str, str]:
    """Return what counts of each issue of which the state holds another word."""
    words = decision.decisions.words
    known = {line.issue: line.decision for line in given.issues}
    return {i: words[i] for i, word in known.items() if words.get(i, word) != word}


def _new_or_changed(given: Given, decision: Decision) -> dict[str, Acquaintance]:
    """Return the people who are not remembered yet as they are now."""
    before = {one.id: one for one in given.acquaintances}
    return {id: one for id, one in decision.acquaintances.items() if before.get(id) != one}


def _still_to_put_back(given: Given, decision: Decision) -> str:
    waits = given.older_copy is not None and any(tab in decision.frozen for tab in decision.read)
    return str(given.older_copy) if waits else ""


def _told_at_last(
    community: Community, values: Mapping[str, str], note: Phrase | None, now: datetime
) -> tuple[Community, str]:
    """Return the community with the note, once nothing could be written for a day."""
    if not note:
        return community, ""
    since = values.get("blocked since") or now.isoformat()
    if now - datetime.fromisoformat(since) < PATIENCE:
        return community, since
    told = Note(NOT_WRITTEN, (("why", note),))
    return replace(community, notes=(*community.notes, told)), since
