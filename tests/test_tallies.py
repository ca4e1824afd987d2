"""What is counted, and for which periods; people never are."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from digests.tallies import Line, Place, Span, begin_of, tally
from sheets_sync.community import Community, Person, Report, Status, Tag

TODAY = date(2026, 11, 25)
ANA = Person("p-1", "Ana Rossi", "ana@example.org", "ana", (), frozenset(), "Italy", "")
BEN = Person("p-2", "Ben Okafor", "ben@example.org", "ben", (), frozenset(), " ITALY ", "p-1")
CHO = Person("p-3", "Cho Min", "cho@example.org", "cho", (), frozenset(), "", "")
COMMUNITY = Community(datetime(2026, 11, 25, tzinfo=UTC), (ANA, BEN, CHO))


def report(day: str, *tags: str, person: str = "p-1", about: str = "", **other: str) -> Report:
    moment = datetime(2026, 11, 25, tzinfo=UTC)
    return Report(
        id=f"r-{day}",
        date=date.fromisoformat(day),
        reporter="ana",
        person=person,
        name="Ana Rossi",
        text="Something happened.",
        tags=tags,
        link="",
        about=(about,) if about else (),
        outcome="",
        status=Status.OK,
        mentor=other.get("mentor", ""),
        received=moment,
        source=other.get("source", "form"),
        accepted=1,
    )


def counts(lines: tuple[Line, ...]) -> dict[str, tuple[int, ...]]:
    return {line.name: line.counts for line in lines}


def test_weeks_without_a_report_are_counted_too():
    found = tally([report("2026-11-02"), report("2026-11-25")], COMMUNITY, today=TODAY).reports

    assert found.span is Span.WEEK
    assert [str(day) for day in found.begins] == [
        "2026-11-02",
        "2026-11-09",
        "2026-11-16",
        "2026-11-23",
    ]
    assert counts(found.lines) == {"Reports": (1, 0, 0, 1)}


@pytest.mark.parametrize(
    ("first", "span", "periods"),
    [
        ("2026-06-01", Span.WEEK, 26),
        ("2025-01-31", Span.MONTH, 23),
        ("2017-12-31", Span.QUARTER, 37),
        ("2011-02-28", Span.YEAR, 16),
    ],
)
def test_a_longer_time_has_longer_periods(first: str, span: Span, periods: int):
    found = tally([report(first)], COMMUNITY, today=TODAY).reports

    assert (found.span, len(found.begins)) == (span, periods)
    assert found.begins[0] == begin_of(date.fromisoformat(first), span)
    assert sum(found.lines[0].counts) == 1


def test_a_date_to_come_counts_as_today():
    found = tally([report("2026-11-02"), report("2062-11-02")], COMMUNITY, today=TODAY).reports

    assert counts(found.lines) == {"Reports": (1, 0, 0, 1)}


def test_tags_that_mean_the_same_are_counted_together_and_once_a_report():
    tags = (Tag("mentorship", "Mentorship", ""), Tag("mentoring", "mentoring", "mentorship"))
    community = replace(COMMUNITY, tags=tags)
    reports = [report("2026-11-23", "#mentoring", "Mentorship", "swag"), report("2026-11-24")]

    found = tally(reports, community, today=TODAY).tags

    assert counts(found.lines) == {"Mentorship": (1,), "swag": (1,), "No tag": (1,)}
    assert [line.is_word for line in found.lines] == [False, False, True]


def test_mentoring_is_what_names_somebody_or_is_tagged_so():
    reports = [
        report("2026-11-23", "mentoría"),
        report("2026-11-23", "Communicated with my mentee"),
        report("2026-11-23", "cement"),
        report("2026-11-24", about="Ben Okafor"),
        report("2026-11-24", person="p-2", mentor="p-1"),
    ]

    found = tally(reports, COMMUNITY, today=TODAY).mentoring

    assert counts(found.lines) == {"About mentoring": (3,), "By people who have a mentor": (1,)}


def test_countries_are_those_of_the_writers():
    reports = [
        report("2026-11-23"),
        report("2026-11-23", person="p-2"),
        report("2026-11-23", person="p-3"),
        report("2026-11-23", person=""),
    ]

    found = tally(reports, COMMUNITY, today=TODAY).countries

    assert found == (Place("Italy", 2), Place("Country not known", 2, is_word=True))


def test_what_a_machine_wrote_is_left_out_or_kept_apart():
    reports = [
        report("2026-11-23"),
        report("2026-11-23", "automatic", source="archive"),
        report("2026-11-24", "automatic"),
    ]

    without = tally(reports, COMMUNITY, today=TODAY)
    with_them = tally(reports, COMMUNITY, today=TODAY, automatic=True)

    assert counts(without.reports.lines) == {"Reports": (2,)}
    assert counts(with_them.reports.lines) == {"Reports": (2,), "Made by a machine": (1,)}
    assert with_them.tags == without.tags


def test_without_reports_there_is_nothing():
    found = tally([], COMMUNITY, today=TODAY)

    assert (found.reports.begins, found.countries) == ((), ())
