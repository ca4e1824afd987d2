"""What goes in and comes out of selection: an issue's stock, and one reader's edition of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from digests.filters import Filter
from digests.subscribers import Subscriber
from sheets_sync.community import Community, Note, Orphan, Person, Problem, Report, Trend


@dataclass(frozen=True, slots=True)
class DigestRules:
    """How much goes into a mail, and from when on somebody counts as not seen lately."""

    maximum_reports: int = 100
    catch_up_weeks: int = 8
    quiet_weeks: int = 4
    """After so long without a report somebody is named to their mentor,"""
    quiet_weeks_coordinators: int = 8
    """after so long to the coordinators,"""
    quiet_months: int = 12
    renewal_months: int = 0
    """So often people are asked whether they are still in; 0: never."""
    """and after so long apart from the others."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A report that may be mailed, and when (UTC) it was accepted."""

    report: Report
    at: datetime


@dataclass(frozen=True, slots=True)
class Stock:
    """Everything that an issue may take from, as of one moment."""

    issue: str
    """Its name, such as `2026-W48`; selects nothing."""
    now: datetime
    today: date
    """The day in the community's zone."""
    up_to: int
    """Highest accepted number that this issue considers."""
    arrivals: tuple[Arrival, ...]
    """At least all reports accepted above the lowest mark; others may be among them."""
    community: Community
    waiting: tuple[Report, ...] = ()
    """Unmatched and held reports: for coordinators only."""
    first_of_month: bool = False
    """Whether monthly readers are served: no issue was made in this month before."""
    asked: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    """On which days each person was asked whether they are still in, oldest first."""
    watching_since: date | None = None
    """Day of the first good sync: before it, nobody was quiet."""
    send_after: datetime | None = None
    """Until then, in the community's zone, only coordinators get the issue; None: no review."""


@dataclass(frozen=True, slots=True)
class Past:
    """What each subscriber had before this issue, by subscriber id."""

    marks: Mapping[str, int] = field(default_factory=dict)
    """All accepted numbers up to here were considered; without a mark somebody is new."""
    had: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Reports sent already that may lie above the mark."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """`Edition.part` of the last mail."""


class Why(StrEnum):
    """Why a report is in somebody's mail."""

    EVERYTHING = "everything"
    TAGGED = "tagged"
    UNTAGGED = "untagged"
    BY = "by"
    MENTEE = "mentee"
    """The reader is the writer's mentor today."""
    MENTORED = "mentored"
    """The filter asks for another mentor's mentees."""
    FILTER = "filter"
    """No single tag or person: the filter as a whole, such as `not swag`."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason and what it names: tags as typed, people's names, or the filter."""

    why: Why
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A report in a mail, and why it is there."""

    report: Report
    reason: Reason


class Part(StrEnum):
    """What a section of reports holds."""

    MENTEES = "mentees"
    REPORTS = "reports"
    OTHERS = "others"
    """Those without a category, where others have one."""


@dataclass(frozen=True, slots=True)
class Section:
    """Some of the reports under one heading."""

    part: Part
    items: tuple[Item, ...]
    category: str = ""
    """Of all that stands in it; empty where that is mixed."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Somebody of whom no report was seen lately."""

    person: Person
    since: date | None
    """Day of their latest report; None when none was ever seen."""
    weeks: int = 0
    """Whole weeks that count: since then, or since they joined, or a break ended."""
    is_long: bool = False
    """Whether it has been so long that they stand apart from the others."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Somebody who was asked whether they are still in."""

    person: Person
    since: date


@dataclass(frozen=True, slots=True)
class Leaning:
    """Somebody who would like to pause or stop, since when, and what they say of it."""

    person: Person
    since: date
    words: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What only coordinators get."""

    waiting: tuple[Report, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Apart from those who have no mentor."""
    orphans: tuple[Orphan, ...] = ()
    trends: tuple[Trend, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What is in a mail apart from what is personal; shared by all who get the same."""

    sections: tuple[Section, ...]
    filter: Filter
    unread_filter: str = ""
    """The filter as typed when it could not be read; then `everything` was used."""
    more: int = 0
    """Further reports that were wanted, cut by the cap."""
    left_behind: int = 0
    """Further reports that were wanted, but older than catching up goes."""
    catch_up_weeks: int = 0
    first: bool = False
    """Whether this is the first mail to these readers."""
    quiet: tuple[Quiet, ...] = ()
    """For mentors their mentees, for coordinators everybody."""
    quiet_months: int = 0
    asked_since: date | None = None
    """Since when this reader is asked whether they are still in; None: they are not."""
    unanswered: tuple[Unanswered, ...] = ()
    leaning: tuple[Leaning, ...] = ()
    """These, too: for mentors their mentees, for coordinators everybody."""
    desk: Desk | None = None
    """Not None for coordinators."""

    @property
    def reports(self) -> tuple[str, ...]:
        """Ids of the reports in it, in order."""
        return tuple(item.report.id for section in self.sections for item in section.items)

    @property
    def most_wanted_first(self) -> tuple[Item, ...]:
        """All reports, the mentees' first, then the latest, whatever their category."""
        placed = ((section, item) for section in self.sections for item in section.items)
        ranked = sorted(
            placed,
            key=lambda pair: (
                pair[0].part is Part.MENTEES,
                pair[1].report.date,
                pair[1].report.accepted,
            ),
            reverse=True,
        )
        return tuple(item for _, item in ranked)

    def without_empty_sections(self, fitting: Collection[str]) -> "Content":
        """Return it without the sections of which no report fits: no heading over nothing."""
        kept = tuple(
            section
            for section in self.sections
            if any(item.report.id in fitting for item in section.items)
        )
        if kept == self.sections:
            return self
        left_out = len(self.reports) - sum(len(section.items) for section in kept)
        return replace(self, sections=kept, more=self.more + left_out)


@dataclass(frozen=True, slots=True)
class Edition:
    """One issue for one subscriber, ready to be rendered."""

    issue: str
    subscriber: Subscriber
    content: Content
    up_to: int
    """The subscriber's mark moves here: all up to it was considered."""
    part: str = ""
    """What the coordinators' and mentors' part held; hand it back in `Past.parts` next time."""

    @property
    def reports(self) -> tuple[str, ...]:
        """Ids of the reports in it, in order."""
        return self.content.reports


@dataclass(frozen=True, slots=True)
class Selection:
    """An issue: an edition for everybody who gets a mail, and whose marks move to `up_to`."""

    editions: tuple[Edition, ...]
    considered: frozenset[str]
    """Subscriber ids, also of those who get no mail because nothing was for them."""
