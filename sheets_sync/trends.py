"""Reports and the Tags tab -> the tags that are new, or used more than in the months before.

Pure. A month is thirty days, so that the first of a month is like any other day.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
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


def find_trends(reports: Iterable[Report], tags: Sequence[Tag], today: date) -> tuple[Trend, ...]:
    """Return what is used more in the month up to today; nothing before there are two months.

    `tags` know since when they are used. Those that mean the same are counted together, under the
    one that they mean.
    """
    meaning = meanings(tags)
    first = _first_used(tags, meaning)
    months = min((today - min(first.values(), default=today)) / MONTH - 1, float(MONTHS_BEFORE))
    if months < 1:
        return ()
    counted = _counted(reports, meaning, today)
    shown = {tag.key: tag.shown for tag in tags}
    found = (
        Trend(
            one,
            shown.get(one, one),
            uses,
            round(counted.before[one] / months, 1),
            is_new=first.get(one, today) > today - MONTH,
        )
        for one, uses in counted.now.items()
        if uses >= LEAST_USES and len(counted.writers[one]) >= LEAST_WRITERS
    )
    risen = (one for one in found if one.is_new or one.uses >= RISES * one.before)
    return tuple(sorted(risen, key=lambda one: (not one.is_new, -one.uses, one.key)))


def _first_used(tags: Iterable[Tag], meaning: Mapping[str, str]) -> dict[str, date]:
    first: dict[str, date] = {}
    for tag in tags:
        if tag.first_used:
            one = meaning.get(tag.key, tag.key)
            first[one] = min(first.get(one, tag.first_used), tag.first_used)
    return first


def _counted(reports: Iterable[Report], meaning: Mapping[str, str], today: date) -> _Counted:
    since = today - MONTH
    start = since - MONTHS_BEFORE * MONTH
    counted = _Counted()
    for report in reports:
        if report.date <= start or report.status not in COUNTED:
            continue
        for one in {meaning.get(found, found) for tag in report.tags if (found := key(tag))}:
            if report.date > since:
                counted.now[one] += 1
                counted.writers[one].add(report.person or report.name)
            else:
                counted.before[one] += 1
    return counted
