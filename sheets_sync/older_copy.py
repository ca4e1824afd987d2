"""The journal, and an older copy of the sheet that was saved over ours -> what it does not show.

What people typed since that copy they threw away themselves; what came by the form since is brought
in again (fault 43).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from forms.definition import Form
from forms.submission import Act, Entry
from sheets_sync.intake import answers_by_column
from sheets_sync.memory import MEMORY
from sheets_sync.spreadsheet import Snapshot
from sheets_sync.state.base import Known
from sheets_sync.state.journal import Journal

OLDER_COPY = "older copy"
"""Name of the single value that tells of such a copy until all that it lacks is put back."""


@dataclass(frozen=True, slots=True)
class Lost:
    """What came by the form, and was written after the copy was made."""

    reports: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By id, the answers of reports whose rows are younger, all corrections applied: by column."""
    corrections: Sequence[Entry] = ()
    """Oldest first for each report."""
    before: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By id, the answers that the corrected reports had before: by column."""


def copied_at(sheet: Snapshot, values: Mapping[str, str], *, behind: bool) -> int | None:
    """Return which of our writes was the last in the copy that was saved over ours; None: none was.

    Where nothing could be put back at once, it is remembered until that is done.
    """
    last = [int(values[OLDER_COPY])] if values.get(OLDER_COPY) else []
    if sheet.stamp and behind:
        last.append(sheet.stamp.counter)
    return min(last, default=None)


def find_lost(
    journal: Journal, known: Mapping[str, Known], queue: Sequence[Entry], since: int, form: Form
) -> Lost:
    """Return what was written after the write `since`, without what waits in the `queue` anyway."""
    waiting = {one.submission.report for one in queue if one.submission.act is Act.REPORT}
    younger = [id for id, one in known.items() if one.written_at > since and id not in waiting]
    answers = {id: journal.answers(id) for id in younger}
    corrections: list[Entry] = []
    before: dict[str, Mapping[str, str]] = {}
    for id in journal.corrected() & known.keys():
        if undone := _undone(known[id], queue, since):
            earlier, later = _parted(journal.submissions(id), undone)
            versions = [answers_by_column(one.submission.answers, form) for one in earlier]
            before[id] = versions[-1] if versions else {}
            corrections += later
    return Lost(
        reports={id: answers_by_column(one, form) for id, one in answers.items() if one},
        corrections=corrections,
        before=before,
    )


def _undone(known: Known, queue: Sequence[Entry], since: int) -> set[int]:
    """Return the numbers of the corrections of a report that the copy cannot hold."""
    corrected = MEMORY.validate_json(known.memory).corrected
    later = {number for number, write in corrected.items() if write > since}
    return later - {entry.number for entry in queue}


def _parted(sent: Sequence[Entry], undone: set[int]) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """Return the versions of a report before the first of these corrections, and these."""
    versions = [entry for entry in sent if entry.submission.act is not Act.WITHDRAWAL]
    return (
        list(takewhile(lambda one: one.number not in undone, versions)),
        [one for one in versions if one.number in undone],
    )
