"""An issue's stock and what each subscriber had -> an edition for each, or nothing.

Pure: what was already sent and what time it is are arguments.

    stock -> shelf (each filter evaluated once) -> floor (above which number?) -> content -> edition

Readers with the same filter, floor and role share one Content, and later one rendered body.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from digests.edition import (
    Content,
    DigestRules,
    Edition,
    Item,
    Leaning,
    Part,
    Past,
    Reason,
    Section,
    Selection,
    Stock,
    Unanswered,
    Why,
)
from digests.parts import desk, has_news, part_of
from digests.quiet import named_to, quiet_people
from digests.renewal import asked_since, leaning_out, unanswered
from digests.shelf import Positions, Shelf
from digests.subscribers import Subscriber, mentees
from sheets_sync.categories import Categories
from sheets_sync.community import Status
from sheets_sync.tags import meanings

NEWCOMERS_GET = timedelta(days=7)
MONTHLY_NEWCOMERS_GET = timedelta(days=31)
MONTHLY_CATCH_UP_WEEKS = 6
"""At least: a limit below a month would lose what a monthly reader never had."""
AboutSomebody = TypeVar("AboutSomebody", Unanswered, Leaning)
USED = frozenset({Status.OK, Status.CHECK})


def select(stock: Stock, subscriber: Subscriber, past: Past, rules: DigestRules) -> Edition | None:
    """Return this subscriber's edition, or None when there is nothing for them."""
    return next(iter(select_all(stock, [subscriber], past, rules).editions), None)


def select_all(
    stock: Stock, subscribers: Iterable[Subscriber], past: Past, rules: DigestRules
) -> Selection:
    """Return the whole issue. Those who want the same share one Content."""
    issue = _Issue(stock, rules)
    served = [one for one in subscribers if is_served(one, stock)]
    editions = (issue.edition(one, past) for one in served if one.frequency != "stop")
    return Selection(
        tuple(edition for edition in editions if edition is not None),
        frozenset(one.id for one in served),
    )


def select_again(
    stock: Stock, subscriber: Subscriber, reports: Collection[str], rules: DigestRules
) -> Edition | None:
    """Return an edition of just these reports as far as they still are in stock.

    For a frozen mail from which a report was taken back; marks and filters do not matter.
    """
    return _Issue(stock, rules).edition_of(subscriber, frozenset(reports))


def is_served(subscriber: Subscriber, stock: Stock) -> bool:
    """Tell whether this issue considers its reports for somebody, so that their mark moves.

    For those who stopped it does: coming back they start afresh. For those who pause, whose
    address fails, and monthly readers in between, the mark waits.
    """
    if subscriber.frequency == "bounced":
        return False
    if subscriber.paused_until is not None and stock.today <= subscriber.paused_until:
        return subscriber.frequency == "stop"
    return subscriber.frequency != "monthly" or stock.first_of_month


@dataclass(frozen=True, slots=True)
class _Floor:
    """Above which accepted number a reader is considered, and from where they are caught up."""

    mark: int
    caught_up_from: int
    weeks: int
    first: bool


class _Issue:
    """One issue while it is made: what its readers share is worked out once."""

    def __init__(self, stock: Stock, rules: DigestRules) -> None:
        self._stock = stock
        self._rules = rules
        usable = (
            arrival
            for arrival in stock.arrivals
            if arrival.report.status in USED and 0 < arrival.report.accepted <= stock.up_to
        )
        # Newest first: what the cap cuts off is the oldest.
        newest_first = sorted(usable, key=lambda arrival: -arrival.report.accepted)
        self._numbers = {one.report.id: one.report.accepted for one in newest_first}
        people = stock.community.people
        self._shelf = Shelf(newest_first, people, meanings(stock.community.tags))
        self._categories = Categories(stock.community.tags)
        self._mentees = mentees(people, stock.today)
        self._quiet = quiet_people(stock, rules)
        self._unanswered = unanswered(stock, rules)
        self._leaning = leaning_out(stock)
        asked = ((one.id, asked_since(one, stock, rules)) for one in people)
        self._asked = {person: since for person, since in asked if since}
        self._contents: dict[Hashable, Content] = {}
        self._parts: dict[Content, str] = {}
        self._floors: dict[tuple[int | None, bool], _Floor] = {}

    def edition(self, subscriber: Subscriber, past: Past) -> Edition | None:
        """Return what the subscriber has not had yet and wants; None when that is nothing."""
        content = self._content(subscriber, past)
        part = self._part(content)
        if not content.reports and not has_news(part, past.parts.get(subscriber.id, "")):
            return None
        return Edition(self._stock.issue, subscriber, content, self._stock.up_to, part)

    def edition_of(self, subscriber: Subscriber, reports: frozenset[str]) -> Edition | None:
        """Return an edition of these reports whatever the subscriber had or wants."""
        chosen = frozenset(
            at for at, one in enumerate(self._shelf.arrivals) if one.report.id in reports
        )
        content = self._made(subscriber, chosen, _Floor(0, 0, 0, False))
        part = self._part(content)
        if not content.reports and not part:
            return None
        return Edition(self._stock.issue, subscriber, content, self._stock.up_to, part)

    def _content(self, subscriber: Subscriber, past: Past) -> Content:
        floor = self._floor(past.marks.get(subscriber.id), subscriber.frequency == "monthly")
        had = self._above(floor, past.had.get(subscriber.id, frozenset()))
        alike = (
            subscriber.filter,
            subscriber.unread_filter,
            floor,
            had,
            subscriber.coordinator,
            subscriber.person if subscriber.person in self._mentees else "",
            self._asked.get(subscriber.person),
        )
        if alike not in self._contents:
            wanted = self._shelf.wanted(subscriber.filter) | self._of_mentees(subscriber)
            chosen = frozenset(at for at in wanted if self._is_new(at, floor, had))
            self._contents[alike] = self._made(subscriber, chosen, floor)
        return self._contents[alike]

    def _part(self, content: Content) -> str:
        if content not in self._parts:
            self._parts[content] = part_of(content)
        return self._parts[content]

    def _floor(self, mark: int | None, monthly: bool) -> _Floor:
        if (mark, monthly) not in self._floors:
            self._floors[mark, monthly] = self._made_floor(mark, monthly)
        return self._floors[mark, monthly]

    def _made_floor(self, mark: int | None, monthly: bool) -> _Floor:
        if mark is None:
            start = self._accepted_before(MONTHLY_NEWCOMERS_GET if monthly else NEWCOMERS_GET)
            return _Floor(start, start, 0, first=True)
        weeks = max(self._rules.catch_up_weeks, MONTHLY_CATCH_UP_WEEKS if monthly else 0)
        limit = self._accepted_before(timedelta(weeks=weeks))
        return _Floor(mark, max(mark, limit), weeks, first=False)

    def _accepted_before(self, age: timedelta) -> int:
        """Return the highest number that was given at least this long ago."""
        numbers = (
            arrival.report.accepted
            for arrival in self._shelf.arrivals
            if arrival.at <= self._stock.now - age
        )
        return max(numbers, default=0)

    def _is_new(self, at: int, floor: _Floor, had: frozenset[str]) -> bool:
        report = self._shelf.arrivals[at].report
        return report.accepted > floor.mark and report.id not in had

    def _above(self, floor: _Floor, had: frozenset[str]) -> frozenset[str]:
        # What lies below the mark is out anyway, and would keep readers from sharing.
        return frozenset(id for id in had if self._numbers.get(id, 0) > floor.mark)

    def _of_mentees(self, subscriber: Subscriber) -> Positions:
        return self._shelf.by(self._mentees.get(subscriber.person, ()))

    def _made(self, subscriber: Subscriber, chosen: Positions, floor: _Floor) -> Content:
        reach = [
            at
            for at in sorted(chosen)
            if self._shelf.arrivals[at].report.accepted > floor.caught_up_from
        ]
        theirs = self._of_mentees(subscriber)
        ordered = [at for at in reach if at in theirs] + [at for at in reach if at not in theirs]
        shown = ordered[: self._rules.maximum_reports]
        mentees = _in_order(self._mentee_item(at) for at in shown if at in theirs)
        others = _in_order(
            self._shelf.item(subscriber.filter, at) for at in shown if at not in theirs
        )
        sections = (Section(Part.MENTEES, mentees), *self._by_category(others))
        return Content(
            sections=tuple(section for section in sections if section.items),
            filter=subscriber.filter,
            unread_filter=subscriber.unread_filter,
            more=len(ordered) - len(shown),
            left_behind=len(chosen) - len(reach),
            catch_up_weeks=floor.weeks,
            first=floor.first,
            asked_since=self._asked.get(subscriber.person),
            unanswered=self._theirs(subscriber, self._unanswered),
            leaning=self._theirs(subscriber, self._leaning),
            quiet_months=self._rules.quiet_months,
            quiet=named_to(subscriber, self._quiet, self._mentees, self._rules),
            desk=desk(self._stock) if subscriber.coordinator else None,
        )

    def _theirs(
        self, subscriber: Subscriber, some: Sequence[AboutSomebody]
    ) -> tuple[AboutSomebody, ...]:
        """Return what a reader is told of people: mentors of their mentees, coordinators of all."""
        mentees = self._mentees.get(subscriber.person, frozenset())
        return tuple(o for o in some if subscriber.coordinator or o.person.id in mentees)

    def _by_category(self, items: Sequence[Item]) -> Iterator[Section]:
        """Yield a section for each category, and one for what has none."""
        grouped = self._categories.grouped(items, lambda item: item.report.tags)
        for category, those in grouped:
            rest = Part.OTHERS if len(grouped) > 1 else Part.REPORTS
            yield Section(Part.REPORTS if category else rest, tuple(those), category)

    def _mentee_item(self, at: int) -> Item:
        return Item(self._shelf.arrivals[at].report, Reason(Why.MENTEE))


def _in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return items as they are read: the latest day first."""
    return tuple(sorted(items, key=lambda i: (i.report.date, i.report.accepted), reverse=True))
