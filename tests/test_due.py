"""When an issue is due, and what it is called."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from digests.due import Due, clock_fault, due, early, next_due, period

BERLIN = ZoneInfo("Europe/Berlin")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def monday_at_seven(now: str, *, made: set[str], first_sync: datetime | None = LONG_AGO):
    return due(utc(now), weekday="monday", hour=7, zone=BERLIN, made=made, first_sync=first_sync)


def test_due_from_the_set_hour_in_the_communitys_zone_until_it_is_made():
    assert monday_at_seven("2026-11-23T05:59", made={"2026-W47"}) is None
    assert monday_at_seven("2026-11-23T06:00", made={"2026-W47"}) == Due(
        "2026-W48", utc("2026-11-23T06:00")
    )
    assert monday_at_seven("2026-11-23T06:01", made={"2026-W47", "2026-W48"}) is None


def test_a_late_run_makes_the_latest_issue_once_however_many_weeks_were_missed():
    # fault 55
    assert monday_at_seven("2026-12-20T12:00", made={"2026-W47"}) == Due(
        "2026-W51", utc("2026-12-14T06:00")
    )


def test_a_due_moment_before_the_first_good_sync_does_not_count():
    synced = utc("2026-11-23T09:00")

    assert monday_at_seven("2026-11-23T10:00", made=set(), first_sync=None) is None
    assert monday_at_seven("2026-11-23T10:00", made=set(), first_sync=synced) is None
    assert monday_at_seven("2026-11-30T06:00", made=set(), first_sync=synced) == Due(
        "2026-W49", utc("2026-11-30T06:00")
    )


def test_early_takes_the_coming_week_so_that_the_run_finds_it_made():
    when = {"weekday": "monday", "hour": 7, "zone": BERLIN}
    thursday = utc("2026-11-26T12:00")

    made_now = early(thursday, **when, made={"2026-W48"}, first_sync=LONG_AGO)

    assert made_now == Due("2026-W49", utc("2026-11-30T06:00"))
    made = {"2026-W48", "2026-W49"}
    assert early(thursday, **when, made=made, first_sync=LONG_AGO) is None
    assert monday_at_seven("2026-11-30T06:00", made=made) is None
    assert next_due(thursday, **when, made=made) == Due("2026-W50", utc("2026-12-07T06:00"))


def test_early_first_makes_the_issue_that_is_due():
    assert early(
        utc("2026-11-23T08:00"),
        weekday="monday",
        hour=7,
        zone=BERLIN,
        made={"2026-W47"},
        first_sync=LONG_AGO,
    ) == Due("2026-W48", utc("2026-11-23T06:00"))


def test_early_before_anything_was_ever_due_makes_the_coming_issue():
    now = utc("2026-11-23T09:00")

    assert early(now, weekday="monday", hour=7, zone=BERLIN, made=set(), first_sync=now) == Due(
        "2026-W49", utc("2026-11-30T06:00")
    )


def test_a_skipped_hour_is_due_after_the_gap_and_a_doubled_hour_at_its_first_coming():
    # fault 57: 02:00 does not exist on 29 March 2026 in Berlin, and comes twice on 25 October
    when = {"weekday": "sunday", "hour": 2, "zone": BERLIN, "made": set()}

    spring = next_due(utc("2026-03-28T00:00"), **when)
    autumn = next_due(utc("2026-10-24T00:00"), **when)

    assert spring == Due("2026-W13", utc("2026-03-29T01:00"))
    assert autumn == Due("2026-W43", utc("2026-10-25T00:00"))


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"]
)
def test_ten_years_of_hourly_runs_make_each_iso_week_once(zone):
    # fault 57: weeks of 167 and 169 hours, week 53, the edge of the year
    made: list[str] = []
    now = datetime(2019, 12, 30, tzinfo=UTC)
    end = datetime(2030, 1, 6, tzinfo=UTC)
    while now < end:
        found = due(
            now,
            weekday="friday",
            hour=2,
            zone=ZoneInfo(zone),
            made=made[-2:],
            first_sync=datetime(2019, 12, 30, tzinfo=UTC),
        )
        made += [found.name] if found else []
        now += timedelta(hours=1)

    fridays = [datetime(2020, 1, 3, tzinfo=UTC) + timedelta(weeks=week) for week in range(523)]
    assert made == [friday.strftime("%G-W%V") for friday in fridays]
    assert "2020-W53" in made
    assert "2021-W53" not in made


def test_the_period_is_said_in_the_communitys_days():
    assert (
        period(utc("2026-11-16T06:00"), utc("2026-11-22T23:30"), BERLIN)
        == "2026-11-16 to 2026-11-23"
    )


@pytest.mark.parametrize(
    ("now", "trusted"),
    [
        ("2026-11-23T07:00", True),
        ("2026-11-23T06:01", True),
        ("2026-11-23T05:59", False),
        ("2025-11-23T07:00", False),
        ("2027-01-21T07:00", True),
        ("2027-01-23T07:00", False),
    ],
)
def test_a_clock_that_leaps_is_not_trusted(now, trusted):
    # fault 82
    assert (clock_fault(utc(now), utc("2026-11-23T07:00")) is None) == trusted


def test_the_clocks_fault_names_both_moments_and_the_way_on():
    assert clock_fault(utc("2027-11-23T07:00"), utc("2026-11-23T07:00")) == (
        "The clock says 2027-11-23 07:00 UTC, but the run before this one was at "
        "2026-11-23 07:00 UTC: it went forward by 365 days. Nothing was made or sent. Set the "
        "clock right; or, if it is right now, say so with --clock-is-right"
    )
    assert clock_fault(utc("2026-11-23T07:00"), None) is None
