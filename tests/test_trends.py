"""New and rising tags: this month against the months before, with a floor against noise."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sheets_sync.community import Report, Status, Tag, Trend
from sheets_sync.taglist import list_tags
from sheets_sync.trends import find_trends

TODAY = date(2026, 11, 23)
LONG_AGO = 125


def report(days_ago: int, tag: str, writer: str = "ana", status: Status = Status.OK) -> Report:
    day = TODAY - timedelta(days=days_ago)
    return Report(
        id=f"r-{days_ago}-{tag}-{writer}", date=day, reporter=writer, person=writer, name=writer,
        text="t", tags=(tag,), link="", about=(), outcome="", status=status, mentor="",
        received=datetime(2026, 11, 23, tzinfo=UTC), source="form", accepted=1,
    )  # fmt: skip


def used(tag: str, *days: int) -> list[Report]:
    """Return reports with this tag, by two people in turn."""
    return [report(day, tag, "ana" if at % 2 else "ben") for at, day in enumerate(days)]


def trends(reports: list[Report], *joined: Tag) -> tuple[Trend, ...]:
    """Return the trends where the Tags tab has these rows, and others for what is used."""
    use = {tag.key: tag for tag in list_tags(None, reports).tags}
    rows = [
        replace(tag, first_used=use[tag.key].first_used if tag.key in use else None)
        for tag in joined
    ]
    named = {tag.key for tag in rows}
    return find_trends(reports, [*rows, *(t for t in use.values() if t.key not in named)], TODAY)


HISTORY = used("planning", LONG_AGO, 100, 70, 40, 10)


def test_new_and_rising_tags_are_told_new_ones_first():
    reports = [
        *HISTORY,
        *used("press", 80, 50, 2, 3, 4),
        *used("#Campus", 1, 5, 29),
        *used("italy", LONG_AGO, 1, 2, 3, 4),
    ]
    tags = [Tag("campus", "Campus", ""), Tag("press", "Press", "")]

    assert trends(reports, *tags) == (
        Trend("campus", "Campus", 3, 0, is_new=True),
        Trend("italy", "italy", 4, 0),
        Trend("press", "Press", 3, 0.7),
    )


def test_noise_is_not_told():
    one_writer = [report(day, "diary") for day in (1, 2, 3, 4, 5)]
    hidden = [report(day, "spam", f"bot{day}", Status.HIDDEN) for day in (1, 2, 3)]
    steady = used("meeting", 80, 50, 40, 35, 1, 2, 3, 4, *[45, 55, 65])

    for noise in (one_writer, hidden, steady, used("twice", 1, 2), used("last-month", 31, 32, 33)):
        assert trends([*HISTORY, *noise]) == ()
    assert len(trends([*HISTORY, *used("thrice", 1, 2, 3)])) == 1


def test_spellings_are_counted_under_the_tag_that_they_mean():
    reports = [*HISTORY, *used("press", 1), *used("presse", 2), *used("stampa", 3, 4)]
    tags = [Tag("press", "Press", ""), Tag("presse", "x", "press"), Tag("stampa", "y", "presse")]

    assert trends(reports, *tags) == (Trend("press", "Press", 4, 0, is_new=True),)


def test_in_the_first_weeks_nothing_is_new():
    reports = used("press", 1, 2, 3, 20)

    assert trends(reports) == ()
    assert trends([]) == ()
