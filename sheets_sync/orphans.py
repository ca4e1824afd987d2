"""The people and who mentors whom -> those without a mentor who is here, and who might take over.

Pure and linear in people.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from itertools import islice

from sheets_sync.community import Orphan, Person, Role
from sheets_sync.headers import plain

MOST = 3
"""So many are suggested for one person."""


def find_orphans(
    people: Sequence[Person],
    mentors: Mapping[str, str],
    gone: Mapping[str, str],
    today: date,
    *,
    torn: Set[str] = frozenset(),
) -> tuple[Orphan, ...]:
    """Return the members without a usable mentor, in the order of the list.

    `mentors` has the usable mentor of each; `gone` the mentors who left, by mentee; `torn` are
    those for whom several mentors are named.
    """
    advisor = Advisor(people, mentors, today)
    return tuple(
        Orphan(one.id, gone.get(one.id, ""), tuple(p.id for p in advisor.suggest(one)))
        for one in people
        if is_expected(one) and one.id not in mentors and one.id not in torn
    )


def is_expected(person: Person) -> bool:
    """Tell whether somebody should have a mentor."""
    return Role.MEMBER in person.roles and Role.ALUMNI not in person.roles


class Advisor:
    """Suggests mentors: of the same country or language if there are any, fewest mentees first."""

    def __init__(self, people: Sequence[Person], mentors: Mapping[str, str], today: date) -> None:
        here = (p.id for p in people if Role.ALUMNI not in p.roles)
        self._mentees = Counter(mentors[id] for id in here if id in mentors)
        self._top = _tops(mentors)
        self._free = sorted((p for p in people if _is_free(p, today)), key=self._rank)
        self._near: dict[tuple[str, str], list[Person]] = defaultdict(list)
        for one in self._free:
            for trait in _traits(one):
                self._near[trait].append(one)

    def suggest(self, orphan: Person) -> list[Person]:
        """Return a few mentors for somebody who has none; never one whom they mentor."""
        near = heapq.merge(*(self._near.get(t, []) for t in _traits(orphan)), key=self._rank)
        found = self._first(near, orphan)
        return found or self._first(self._free, orphan)

    def words(self, orphan: Person) -> str:
        """Return the suggestions, each with how many they mentor; "" when there is nobody."""
        return "; ".join(map(self._described, self.suggest(orphan)))

    def _described(self, mentor: Person) -> str:
        who = ", ".join(filter(None, (mentor.name, mentor.country)))
        return f"{who} ({self._mentees[mentor.id]})"

    def _first(self, candidates: Iterable[Person], orphan: Person) -> list[Person]:
        fitting = (
            one for one in candidates if one.id != orphan.id and self._top.get(one.id) != orphan.id
        )
        return list(islice(_once(fitting), MOST))

    def _rank(self, mentor: Person) -> tuple[int, str, str]:
        return self._mentees[mentor.id], plain(mentor.name), mentor.id


def _is_free(person: Person, today: date) -> bool:
    on_break = person.break_until is not None and today <= person.break_until
    return Role.MENTOR in person.roles and Role.ALUMNI not in person.roles and not on_break


def _traits(person: Person) -> Iterator[tuple[str, str]]:
    if person.country:
        yield "country", plain(person.country)
    if person.language:
        yield "language", plain(person.language)


def _once(people: Iterable[Person]) -> Iterator[Person]:
    seen: set[str] = set()
    for one in people:
        if one.id not in seen:
            seen.add(one.id)
            yield one


def _tops(mentors: Mapping[str, str]) -> dict[str, str]:
    """Return who stands above everybody who has a mentor: the mentor's mentor's … mentor."""
    tops: dict[str, str] = {}
    for start in mentors:
        path: dict[str, None] = {}
        at = start
        while at in mentors and at not in tops and at not in path:
            path[at] = None
            at = mentors[at]
        tops |= dict.fromkeys(path, tops.get(at, at))
    return tops
