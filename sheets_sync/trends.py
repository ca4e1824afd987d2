"""Reports and the Tags tab -> the tags that are new, or used more than in the months before.

Pure. A month is thirty days, so that the first of a month is like any other day.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sheets_sync.community import Report, Tag, Trend
from sheets_sync.taglist import COUNTED
from sheets_sync.tags import key, meanings

MONTH = timedelta(days=30)
MONTHS_BEFORE = 3
LEAST_USES = 3
LEAST_WRITERS = 2
"""Fewer uses, or all of them one person's, are noise."""
RISES = 2
"""So many times as often as before, a tag is rising."""


@dataclass(slots=True)
class _Counted:
    """How often each tag was used lately, and by how many."""

    now: Counter[str] = field(default_factory=Counter)
    before: Counter[str] = field(default_factory=Counter)
    writers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    known: set[str] = field(default_factory=set)
    """Tags that were used before this month, at any time."""


def find_trends(reports: Sequence[Report], tags: Sequence[Tag], today: date) -> tuple[Trend, ...]:
    """Return what is used more in the month up to today; nothing before there are two months.

    Tags that mean the same are counted together, under the one that they mean.
    """
    used = [report for report in reports if report.status in COUNTED]
    months = _months_before(used, today)
    if months < 1:
        return ()
    counted = _counted(used, tags, today)
    shown = {tag.key: tag.shown for tag in tags}
    found = (
        Trend(
            one,
            shown.get(one, one),
            uses,
            round(counted.before[one] / months, 1),
            is_new=one not in counted.known,
        )
        for one, uses in counted.now.items()
        if uses >= LEAST_USES and len(counted.writers[one]) >= LEAST_WRITERS
    )
    risen = (one for one in found if one.is_new or one.uses >= RISES * one.before)
    return tuple(sorted(risen, key=lambda one: (not one.is_new, -one.uses, one.key)))


def _months_before(reports: Iterable[Report], today: date) -> float:
    """Return of how many months before this one something is known, at most those that count."""
    first = min((report.date for report in reports), default=today)
    return min((today - first) / MONTH - 1, float(MONTHS_BEFORE))


def _counted(reports: Iterable[Report], tags: Sequence[Tag], today: date) -> _Counted:
    meaning = meanings(tags)
    since = today - MONTH
    start = since - MONTHS_BEFORE * MONTH
    counted = _Counted()
    for report in reports:
        for one in {meaning.get(found, found) for tag in report.tags if (found := key(tag))}:
            if report.date > since:
                counted.now[one] += 1
                counted.writers[one].add(report.person or report.name)
            else:
                counted.known.add(one)
                counted.before[one] += report.date > start
    return counted
