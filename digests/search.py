"""Reports, the community, and what somebody asks for -> those reports, the latest first.

Pure. The expressions are those of the digests; what is hidden, withdrawn, held or nobody's is in
no mail, and so is not found.
"""

import calendar
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from digests.edition import Arrival
from digests.filters import By, Everything, Filter, FilterError, MentoredBy, Names, all_of, any_of
from digests.filters import parse as parse_filter
from digests.selection import USED
from digests.shelf import Shelf
from digests.wanted import written
from sheets_sync.community import Community, Report
from sheets_sync.roster import Roster
from sheets_sync.tags import meanings


class SearchError(Exception):
    """What was asked for cannot be understood; the message names the option and the fault."""


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody asks for, as typed."""

    tags: str = ""
    """A filter expression."""
    by: Sequence[str] = ()
    """People, each by username or full name; any of them."""
    mentor: Sequence[str] = ()
    """Mentors of the writers today; any of them."""
    since: str = ""
    """A day, or how long ago: `8w`."""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A search that was understood."""

    filter: Filter = field(default_factory=Everything)
    since: date = date.min
    until: date = date.max


def understand(search: Search, community: Community, today: date) -> Asked:
    """Return what a search means; raises SearchError."""
    names = Names(Roster(community.people), meanings(community.tags))
    parts = [_filter("--tags", search.tags, names)]
    for option, people in (("--by", search.by), ("--mentor", search.mentor)):
        if people:
            parts.append(any_of([_person(option, typed, names) for typed in people]))
    return Asked(
        all_of(parts),
        _day("--since", search.since, today) or date.min,
        _day("--until", search.until, today) or date.max,
    )


def find(asked: Asked, reports: Iterable[Report], community: Community) -> list[Report]:
    """Return the reports that are asked for, by the day on which things happened."""
    usable = [
        Arrival(report, report.received)
        for report in reports
        if report.status in USED and asked.since <= report.date <= asked.until
    ]
    shelf = Shelf(usable, community.people, meanings(community.tags))
    found = (usable[at].report for at in shelf.wanted(asked.filter))
    return sorted(found, key=lambda one: (one.date, one.received, one.id), reverse=True)


def _filter(option: str, expression: str, names: Names) -> Filter:
    try:
        return parse_filter(expression, names=names)
    except FilterError as error:
        raise SearchError(f"{option}, {error}") from error


def _person(option: str, typed: str, names: Names) -> By | MentoredBy:
    prefix = option.removeprefix("--")
    try:
        found = parse_filter(f"{prefix}:{written(typed.strip())}", names=names)
    except FilterError as error:
        raise SearchError(f"{option}: {error.fault()}") from error
    assert isinstance(found, By | MentoredBy)  # noqa: S101 - the prefix decides that
    return found


_AGO = re.compile(r"(\d{1,4})\s*([dwmy])", re.IGNORECASE)


def _day(option: str, typed: str, today: date) -> date | None:
    """Return the day that is meant by a date, or by how long ago; None when nothing is."""
    typed = typed.strip()
    if not typed:
        return None
    try:
        if ago := _AGO.fullmatch(typed):
            return _back(today, int(ago[1]), ago[2].casefold())
        return date.fromisoformat(typed)
    except (ValueError, OverflowError) as error:
        raise SearchError(
            f"{option}: “{typed}” is no day; write one such as {today.isoformat()}, or how long "
            "ago: 10d, 8w, 6m or 1y"
        ) from error


def _back(today: date, count: int, unit: str) -> date:
    if unit in "dw":
        return today - timedelta(days=count * (7 if unit == "w" else 1))
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "y" else 1)
    year, month = months // 12, months % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(today.day, last))
