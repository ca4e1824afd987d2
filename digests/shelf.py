"""New reports -> an index in which each distinct filter is evaluated once.

Filters are evaluated as algebra over sets of positions, not report by report.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce

from digests.edition import Arrival, Item, Reason, Why
from digests.wanted import And, By, Everything, Filter, MentoredBy, Not, Or, Tagged, Untagged, View
from sheets_sync.community import Person
from sheets_sync.tags import key

Positions = frozenset[int]
NONE: Positions = frozenset()


class Shelf:
    """The reports that an issue may take, by position."""

    def __init__(
        self, arrivals: Sequence[Arrival], people: Sequence[Person], meanings: Mapping[str, str]
    ) -> None:
        self.arrivals = arrivals
        self._people = {person.id: person for person in people}
        self._meanings = meanings
        self._views = [self._view(arrival) for arrival in arrivals]
        self._all = frozenset(range(len(arrivals)))
        self._tagged = _index((tag, at) for at, v in enumerate(self._views) for tag in v.tags)
        self._by = _index((view.writer, at) for at, view in enumerate(self._views))
        self._mentored = _index((view.mentor, at) for at, view in enumerate(self._views))
        self._wanted: dict[Filter, Positions] = {}
        self._items: dict[tuple[Filter, int], Item] = {}

    def wanted(self, filter: Filter) -> Positions:
        """Return where the reports stand that a filter wants."""
        if filter not in self._wanted:
            self._wanted[filter] = self._evaluate(filter)
        return self._wanted[filter]

    def by(self, people: Iterable[str]) -> Positions:
        """Return where the reports of these people stand."""
        return NONE.union(*(self._by.get(person, NONE) for person in people if person))

    def item(self, filter: Filter, at: int) -> Item:
        """Return a report with the reason why a filter wants it."""
        if (filter, at) not in self._items:
            reason = self._reason(filter, at)
            self._items[filter, at] = Item(self.arrivals[at].report, reason)
        return self._items[filter, at]

    def _view(self, arrival: Arrival) -> View:
        report = arrival.report
        keys = frozenset(self._meaning(tag) for tag in report.tags) - {""}
        writer = self._people.get(report.person)
        return View(keys, report.person, writer.mentor if writer else "")

    def _meaning(self, tag: str) -> str:
        found = key(tag)
        return self._meanings.get(found, found)

    def _evaluate(self, filter: Filter) -> Positions:
        match filter:
            case Everything():
                return self._all
            case Untagged():
                return self._all.difference(*self._tagged.values())
            case Tagged(tag):
                return self._tagged.get(tag, NONE)
            case By(person, _):
                return self._by.get(person, NONE)
            case MentoredBy(person, _):
                return self._mentored.get(person, NONE) if person else NONE
            case Not(part):
                return self._all - self.wanted(part)
            case And(parts):
                return reduce(frozenset.intersection, map(self.wanted, parts))
            case Or(parts):
                return NONE.union(*map(self.wanted, parts))

    def _reason(self, filter: Filter, at: int) -> Reason:
        if isinstance(filter, Everything):
            return Reason(Why.EVERYTHING)
        matched = list(_matched(filter, self._views[at]))
        tags = {leaf.key for leaf in matched if isinstance(leaf, Tagged)}
        report = self.arrivals[at].report
        if tags:
            return Reason(Why.TAGGED, tuple(t for t in report.tags if self._meaning(t) in tags))
        if any(isinstance(leaf, By) for leaf in matched):
            return Reason(Why.BY, (report.name,))
        if any(isinstance(leaf, MentoredBy) for leaf in matched):
            return Reason(Why.MENTORED, (self._people[self._views[at].mentor].name,))
        if any(isinstance(leaf, Untagged) for leaf in matched):
            return Reason(Why.UNTAGGED)
        return Reason(Why.FILTER, (str(filter),))


def _index(pairs: Iterable[tuple[str, int]]) -> dict[str, Positions]:
    found: dict[str, set[int]] = {}
    for name, at in pairs:
        found.setdefault(name, set()).add(at)
    return {name: frozenset(places) for name, places in found.items()}


def _matched(filter: Filter, view: View) -> Iterator[Filter]:
    """Yield the words of a filter that a report meets; what is only not excluded is no reason."""
    match filter:
        case And(parts) | Or(parts):
            for part in parts:
                if part.matches(view):
                    yield from _matched(part, view)
        case Not() | Everything():
            return
        case _ if filter.matches(view):
            yield filter
