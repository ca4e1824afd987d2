"""Usable reports and the community -> counts of reports: over time, by tag, mentoring, country.

Pure. Reports are counted, people never are. What a machine wrote is left out, or kept apart.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import takewhile

from forms.hashtags import spelling
from forms.wording import N_, catalogues, translations
from sheets_sync.community import Community, Report
from sheets_sync.headers import plain
from sheets_sync.reps_archive import is_automatic
from sheets_sync.tags import key, meanings

MOST_TAGS = 7
MOST_COUNTRIES = 12
REPORTS = N_("Reports")
AUTOMATIC = N_("Made by a machine")
UNTAGGED = N_("No tag")
ON_MENTORING = N_("About mentoring")
BY_MENTEES = N_("By people who have a mentor")
OTHER_COUNTRIES = N_("Other countries")
NO_COUNTRY = N_("Country not known")


_MENTOR = re.compile(r"\bment(or|ee)")
"""Begins the word in most languages: mentoring, mentorat, mentee."""


class Span(StrEnum):
    """How long the periods are for which reports are counted."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of counts, one for each period or country."""

    name: str
    counts: tuple[int, ...]
    is_word: bool = True
    """Whether the name is a word of ours, to be translated; a tag is not."""


@dataclass(frozen=True, slots=True)
class OverTime:
    """Counts for periods without a gap, the first day of each in `begins`."""

    span: Span
    begins: tuple[date, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A country and how many reports come from there."""

    name: str
    count: int
    is_word: bool = False
    """Whether the name is a word of ours: for all other countries, say."""


@dataclass(frozen=True, slots=True)
class Tallies:
    """All figures: what was counted, up to which day."""

    up_to: date
    reports: OverTime
    tags: OverTime
    """The most used ones; a report with several tags counts under each."""
    mentoring: OverTime
    countries: tuple[Place, ...]


def tally(
    reports: Iterable[Report], community: Community, *, today: date, automatic: bool = False
) -> Tallies:
    """Count usable reports. With `automatic` those made by a machine are counted too, apart."""
    everything = list(reports)
    written = [one for one in everything if not is_automatic(one)]
    made = [one for one in everything if is_automatic(one)] if automatic else []
    calendar = _calendar([*written, *made], today)
    lines = [calendar.line(REPORTS, written)]
    lines += [calendar.line(AUTOMATIC, made)] if made else []
    return Tallies(
        up_to=today,
        reports=calendar.over_time(lines),
        tags=calendar.over_time(_tag_lines(written, community, calendar)),
        mentoring=calendar.over_time(_mentoring_lines(written, community, calendar)),
        countries=tuple(_countries(written, community)),
    )


def mentoring_keys(community: Community) -> frozenset[str]:
    """Return the keys of the tags that mean mentoring, in every language that we speak."""
    own = {key(translations(code).gettext("mentorship")) for code in ("en", *catalogues())}
    means = meanings(community.tags)
    ends = {means.get(one, one) for one in own}
    return frozenset(own | ends | {start for start, end in means.items() if end in ends})


@dataclass(frozen=True, slots=True)
class _Calendar:
    """The periods of all figures over time; later days count as today."""

    span: Span
    begins: tuple[date, ...]
    today: date

    def line(self, name: str, reports: Iterable[Report], *, is_word: bool = True) -> Line:
        counts = Counter(begin_of(min(one.date, self.today), self.span) for one in reports)
        return Line(name, tuple(counts[begin] for begin in self.begins), is_word)

    def over_time(self, lines: Iterable[Line]) -> OverTime:
        return OverTime(self.span, self.begins, tuple(lines))


def _calendar(reports: Sequence[Report], today: date) -> _Calendar:
    if not reports:
        return _Calendar(Span.MONTH, (), today)
    first = min(min(one.date for one in reports), today)
    span = _span((today.year - first.year) * 12 + today.month - first.month)
    begins = takewhile(lambda begin: begin <= today, _begins(begin_of(first, span), span))
    return _Calendar(span, tuple(begins), today)


def _span(months: int) -> Span:
    """Return periods that make neither a handful of bars nor hundreds."""
    for most, span in ((6, Span.WEEK), (36, Span.MONTH), (144, Span.QUARTER)):
        if months <= most:
            return span
    return Span.YEAR


def begin_of(day: date, span: Span) -> date:
    """Return the first day of the period in which a day lies."""
    if span is Span.WEEK:
        return day - timedelta(days=day.weekday())
    if span is Span.MONTH:
        return day.replace(day=1)
    if span is Span.QUARTER:
        return day.replace(month=day.month - (day.month - 1) % 3, day=1)
    return day.replace(month=1, day=1)


def _begins(first: date, span: Span) -> Iterator[date]:
    days = {Span.WEEK: 7, Span.MONTH: 31, Span.QUARTER: 93, Span.YEAR: 366}[span]
    while True:
        yield first
        first = begin_of(first + timedelta(days=days), span)


def _tag_lines(
    reports: Sequence[Report], community: Community, calendar: _Calendar
) -> Iterator[Line]:
    """Yield the most used tags, then what has none."""
    means = meanings(community.tags)
    shown = {tag.key: tag.shown for tag in community.tags}
    using: dict[str, list[Report]] = defaultdict(list)
    untagged = []
    for one in reports:
        own = {means.get(found, found): tag for tag in one.tags if (found := key(tag))}
        for found, typed in own.items():
            shown.setdefault(found, spelling(typed))
            using[found].append(one)
        if not own:
            untagged.append(one)
    ordered = sorted(using, key=lambda found: (-len(using[found]), found))
    for found in ordered[:MOST_TAGS]:
        yield calendar.line(shown[found], using[found], is_word=False)
    if untagged:
        yield calendar.line(UNTAGGED, untagged)


def _mentoring_lines(
    reports: Sequence[Report], community: Community, calendar: _Calendar
) -> Iterator[Line]:
    keys = mentoring_keys(community)
    about = [one for one in reports if _is_on_mentoring(one, keys)]
    by_mentees = [one for one in reports if one.mentor]
    if about or by_mentees:
        yield calendar.line(ON_MENTORING, about)
        yield calendar.line(BY_MENTEES, by_mentees)


def _is_on_mentoring(report: Report, keys: Collection[str]) -> bool:
    """Tell whether a report names whom it concerned, or has a tag that speaks of mentoring."""
    own = [key(tag) for tag in report.tags]
    return bool(report.about) or any(tag in keys or _MENTOR.search(tag) for tag in own)


def _countries(reports: Iterable[Report], community: Community) -> Iterator[Place]:
    country_of = {person.id: person.country for person in community.people}
    spelled: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for one in reports:
        country = " ".join(country_of.get(one.person, "").split())
        spelled.setdefault(plain(country), country)
        counts[plain(country)] += 1
    unknown = counts.pop("", 0)
    if not counts:
        return
    ordered = sorted(counts, key=lambda found: (-counts[found], found))
    yield from (Place(spelled[found], counts[found]) for found in ordered[:MOST_COUNTRIES])
    others = sum(counts[found] for found in ordered[MOST_COUNTRIES:])
    for word, count in ((OTHER_COUNTRIES, others), (NO_COUNTRY, unknown)):
        if count:
            yield Place(word, count, is_word=True)
