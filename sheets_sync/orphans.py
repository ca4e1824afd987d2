"""The people and who mentors whom -> those without a mentor who is here, and who might take over.

Pure and linear in people.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date

from sheets_sync.community import Orphan, Person, Role
from sheets_sync.headers import plain

MOST = 3
"""So many are suggested for one person."""
Rank = tuple[int, int, str, str]
"""Of a mentor: how many they would have, how many of them by suggestion, name and id."""


def find_orphans(
    people: Sequence[Person],
    mentors: Mapping[str, str],
    gone: Mapping[str, str],
    advisor: "Advisor",
    *,
    torn: Set[str] = frozenset(),
) -> tuple[Orphan, ...]:
    """Return the members without a usable mentor, in the order of the list.

    `mentors` has the usable mentor of each; `gone` the mentors who left, by mentee; `torn` are
    those for whom several mentors are named.
    """
    return tuple(
        Orphan(one.id, gone.get(one.id, ""), tuple(p.id for p in advisor.suggest(one)))
        for one in people
        if is_expected(one) and one.id not in mentors and one.id not in torn
    )


def is_expected(person: Person) -> bool:
    """Tell whether somebody should have a mentor."""
    return Role.MEMBER in person.roles and Role.ALUMNI not in person.roles


class Advisor:
    """Suggests mentors: of the same country or language if there are any, fewest mentees first.

    Whoever was suggested first to somebody counts as theirs for those who are asked about later,
    so that the many of one country are not all sent to the same one. Ask in the same order, and
    the answers are the same.
    """

    def __init__(self, people: Sequence[Person], mentors: Mapping[str, str], today: date) -> None:
        here = (p.id for p in people if Role.ALUMNI not in p.roles)
        self._mentees = Counter(mentors[id] for id in here if id in mentors)
        self._promised: Counter[str] = Counter()
        self._suggested: dict[str, Sequence[Person]] = {}
        self._top = _tops(mentors)
        free = [person for person in people if _is_free(person, today)]
        self._by_id = {one.id: one for one in free}
        self._near: dict[tuple[str, str], list[Rank]] = defaultdict(list)
        self._all = sorted(map(self._rank, free))
        for rank in self._all:  # a sorted list is a heap
            for trait in _traits(self._by_id[rank[-1]]):
                self._near[trait].append(rank)

    def suggest(self, orphan: Person) -> Sequence[Person]:
        """Return a few mentors for somebody who has none; never one whom they mentor."""
        if (known := self._suggested.get(orphan.id)) is not None:
            return known
        near = [self._near[trait] for trait in _traits(orphan) if trait in self._near]
        found = self._first(near, orphan) or self._first([self._all], orphan)
        self._promised.update(one.id for one in found[:1])
        self._suggested[orphan.id] = found
        return found

    def words(self, orphan: Person) -> str:
        """Return the suggestions, each with how many they mentor; "" when there is nobody."""
        return "; ".join(map(self._described, self.suggest(orphan)))

    def _described(self, mentor: Person) -> str:
        who = ", ".join(filter(None, (mentor.name, mentor.country)))
        return f"{who} ({self._mentees[mentor.id]})"

    def _first(self, heaps: Sequence[list[Rank]], orphan: Person) -> list[Person]:
        """Take the first few who fit out of the heaps, and put back what was taken."""
        found: dict[str, Person] = {}
        passed: list[tuple[list[Rank], Rank]] = []
        while len(found) < MOST and (filled := [heap for heap in heaps if heap]):
            heap = min(filled, key=lambda heap: heap[0])
            mentor = self._by_id[heap[0][-1]]
            rank = self._rank(mentor)
            if heap[0] != rank:  # suggested since
                heapq.heapreplace(heap, rank)
                continue
            passed.append((heap, heapq.heappop(heap)))
            if mentor.id != orphan.id and self._top.get(mentor.id) != orphan.id:
                found[mentor.id] = mentor
        for heap, rank in passed:
            heapq.heappush(heap, rank)
        return list(found.values())

    def _rank(self, mentor: Person) -> Rank:
        promised = self._promised[mentor.id]
        return self._mentees[mentor.id] + promised, promised, plain(mentor.name), mentor.id


def _is_free(person: Person, today: date) -> bool:
    on_break = person.break_until is not None and today <= person.break_until
    return Role.MENTOR in person.roles and Role.ALUMNI not in person.roles and not on_break


def _traits(person: Person) -> Iterator[tuple[str, str]]:
    if person.country:
        yield "country", plain(person.country)
    if person.language:
        yield "language", plain(person.language)


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
