"""What is known, and what the sheet says now -> what to write, to remember and to tell.

Pure but for fresh ids.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC

from sheets_sync.community import Community
from sheets_sync.decisions import Decisions
from sheets_sync.given import Given, Rules
from sheets_sync.judging import Judged, Told, judge
from sheets_sync.plan import plan_changes
from sheets_sync.settle import done_with, remember
from sheets_sync.spreadsheet import Changes
from sheets_sync.state.base import Acquaintance, Known
from sheets_sync.trends import find_trends
from sheets_sync.unchanged import KEPT


@dataclass(frozen=True, slots=True)
class Decision:
    """What to write, what to remember, and what to tell."""

    changes: Changes
    community: Community
    known: Sequence[Known]
    """Reports that changed, as they are to be remembered."""
    unwritten: Mapping[str, Known | None]
    """What to remember instead while the sheet cannot be written; None: nothing yet."""
    acquaintances: Mapping[str, Acquaintance]
    entries: Sequence[int]
    """Journal entries that the sheet holds once the changes are written."""
    chosen: Sequence[int]
    """Choices of readers that the sheet shows once the changes are written."""
    keep: Mapping[str, str]
    """Single values for the state."""
    decisions: Decisions
    """What counts of `decision` in the Digests tab, by issue."""
    frozen: frozenset[str]
    """Tabs to which nothing is written this time."""
    read: Sequence[str]
    """Tabs whose reports were read."""


def decide(given: Given, rules: Rules, counter: int) -> Decision:
    """Validate, merge and plan. `counter` numbers the write that would follow."""
    judged = judge(given, rules)
    told, wishes, answered = judged.told, judged.wishes, judged.answered
    community = _community(judged, given, rules)
    changes = plan_changes(judged, community, given.issues, rules.zone)
    remembered = remember(told.settled, told.missing, told.past, counter=counter, now=given.now)
    done = done_with(told.settled, told.lines, told.past.looked_at, changes, judged.frozen)
    return Decision(
        changes=changes,
        community=community,
        known=remembered.known,
        unwritten=remembered.unwritten,
        acquaintances=judged.members.acquaintances(),
        entries=_settled_entries(given, told, judged.frozen),
        chosen=[
            *(number for number, _ in given.choices if wishes.are_shown),
            *(number for number, _ in given.answers if answered.are_shown),
        ],
        keep={**judged.keep(), KEPT: done.dumped()},
        decisions=judged.decisions,
        frozen=judged.frozen,
        read=[table.title for table in judged.gathered.reports],
    )


def _community(judged: Judged, given: Given, rules: Rules) -> Community:
    """Return the community as everything downstream is to see it."""
    reports, tags = judged.told.reports, judged.tags.tags
    wishes = judged.wishes
    return Community(
        at=given.now.astimezone(UTC),
        people=judged.answered.told(judged.members.people(reports)),
        tags=tags,
        subscriptions=tuple(o.subscription for o in wishes.subscribed if o.subscription),
        problems=judged.problems(),
        notes=tuple(judged.gathered.notes),
        suspended=tuple(wishes.suspended.words),
        orphans=judged.members.merged.orphans,
        trends=find_trends(reports, tags, given.now.astimezone(rules.zone).date()),
    )


def _settled_entries(given: Given, told: Told, frozen: Set[str]) -> list[int]:
    """Return the journal entries that are done with.

    A correction waits for a row that is just gone, is asked about, or stands in a tab to which
    nothing is written; not for a removed one.
    """
    if not given.queue:
        return []
    present = told.lines.ids(without=frozen)
    gone = {one.id for one in told.missing}
    gone |= {id for line in told.lines.lines for id in line.question.split(" or ")}
    settled = []
    for entry in given.queue:
        id, known = entry.submission.report, given.known.get(entry.submission.report)
        removed = known is not None and bool(known.missing_since) and known.tab not in frozen
        if id in present or (removed and id not in gone):
            settled.append(entry.number)
    return settled
