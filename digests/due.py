"""A moment and the issues already made -> the issue that is due, or nothing.

Pure. The ISO week only names an issue; which reports it holds is decided elsewhere.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from forms.plural import counted

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK = timedelta(days=7)
LONGEST_LEAP = timedelta(days=60)
LONGEST_STEP_BACK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Due:
    """An issue to be made: its name, and the moment (UTC) from which it is due."""

    name: str
    at: datetime


def due(
    now: datetime,
    *,
    weekday: str,
    hour: int,
    zone: ZoneInfo,
    made: Collection[str],
    first_sync: datetime | None,
) -> Due | None:
    """Return the issue of the latest weekday and hour that passed, unless it is made already.

    A moment before the first good sync does not count: nothing was known then.
    """
    latest = _latest(now, WEEKDAYS.index(weekday), hour, zone)
    if first_sync is None or latest.at < first_sync or latest.name in made:
        return None
    return latest


def next_due(
    now: datetime, *, weekday: str, hour: int, zone: ZoneInfo, made: Collection[str]
) -> Due:
    """Return the first issue after `now` that is not made yet."""
    coming = _coming(now, WEEKDAYS.index(weekday), hour, zone)
    while coming.name in made:
        coming = _at(_local_day(coming.at, zone) + WEEK, hour, zone)
    return coming


def early(
    now: datetime,
    *,
    weekday: str,
    hour: int,
    zone: ZoneInfo,
    made: Collection[str],
    first_sync: datetime | None,
) -> Due | None:
    """Return what `--early` makes: the due issue, else the coming one; None when that is made."""
    waiting = due(now, weekday=weekday, hour=hour, zone=zone, made=made, first_sync=first_sync)
    if waiting is not None:
        return waiting
    coming = _coming(now, WEEKDAYS.index(weekday), hour, zone)
    return None if coming.name in made else coming


def period(since: datetime, until: datetime, zone: ZoneInfo) -> str:
    """Return two moments as the days that people read: `2026-11-16 to 2026-11-23`."""
    return f"{_local_day(since, zone)} to {_local_day(until, zone)}"


def clock_fault(now: datetime, last: datetime | None) -> str | None:
    """Return why this clock should not be trusted after `last`, the run before; else None.

    A wrong clock would freeze next year's issue today, or hold mails back (fault 82).
    """
    if last is None or -LONGEST_STEP_BACK <= now - last <= LONGEST_LEAP:
        return None
    way = "forward" if now > last else "back"
    return (
        f"The clock says {now:%Y-%m-%d %H:%M} UTC, but the run before this one was at "
        f"{last:%Y-%m-%d %H:%M} UTC: it went {way} by {_span(abs(now - last))}. Nothing was made "
        "or sent. Set the clock right; or, if it is right now, say so with --clock-is-right"
    )


def _span(length: timedelta) -> str:
    return counted(length.days, "day") if length.days else counted(length.seconds // 3600, "hour")


def _latest(now: datetime, weekday: int, hour: int, zone: ZoneInfo) -> Due:
    today = _local_day(now, zone)
    found = _at(today - timedelta(days=(today.weekday() - weekday) % 7), hour, zone)
    if found.at <= now:
        return found
    return _at(_local_day(found.at, zone) - WEEK, hour, zone)


def _coming(now: datetime, weekday: int, hour: int, zone: ZoneInfo) -> Due:
    latest = _latest(now, weekday, hour, zone)
    return _at(_local_day(latest.at, zone) + WEEK, hour, zone)


def _at(day: date, hour: int, zone: ZoneInfo) -> Due:
    # An hour that a change of clocks skips is taken just after the gap, one that comes twice at
    # its first coming: this is what fold=0 means (PEP 495).
    moment = datetime.combine(day, time(hour), zone).astimezone(UTC)
    year, week, _ = day.isocalendar()
    return Due(f"{year}-W{week:02}", moment)


def _local_day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
