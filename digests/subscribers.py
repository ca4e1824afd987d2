"""The community -> who gets mail, with which filter, how often and in which language.

Pure. Everybody on the roster reads everything weekly, until Subscriptions says otherwise.
"""

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

from digests.filters import Everything, Filter, FilterError, Names, parse
from sheets_sync.community import Community, Person, Role, Subscription
from sheets_sync.roster import Roster
from sheets_sync.suspension import as_it_travels
from sheets_sync.tags import meanings


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Someone who may get mail."""

    id: str
    """The person's id; outside the roster `s-` and a hash of the address."""
    address: str
    filter: Filter
    name: str = ""
    person: str = ""
    """Internal id; empty outside the roster."""
    unread_filter: str = ""
    """The filter as typed when it could not be read; then `filter` is everything."""
    frequency: str = "weekly"
    """`weekly`, `monthly`, `stop` or `bounced`."""
    paused_until: date | None = None
    language: str = ""
    """Empty: the community's."""
    format: str = "html"
    coordinator: bool = False
    gone: bool = False
    """Alumni, or left, and asked for the mail themselves, as anybody may."""


def subscribers(
    community: Community,
    *,
    opt_in: bool,
    today: date,
    coordinators: Sequence[str] = (),
    confirmed: Set[str] = frozenset(),
) -> tuple[Subscriber, ...]:
    """Return everybody who may get mail, also those who stopped (selection gives them none).

    `coordinators` are the addresses in the settings: they get mail in any case, unless they
    stopped it. `confirmed` are the folded addresses whose owners asked for it themselves. One mail
    for an address, whatever it is in.
    """
    chosen = {wish.email.casefold(): wish for wish in community.subscriptions}
    named = {address.strip().casefold(): address.strip() for address in coordinators}
    people = {p.email.casefold(): p for p in reversed(community.people) if p.email}
    everybody = {
        **{folded: p.email for folded, p in reversed(people.items())},
        **{folded: wish.email for folded, wish in chosen.items() if folded not in people},
        **{folded: address for folded, address in named.items() if folded not in people},
    }
    enrol = _Enrolment(community, chosen, people, frozenset(named), today)
    return tuple(
        enrol.subscriber(folded, address)
        for folded, address in everybody.items()
        if folded in named
        or (folded in chosen and (folded in confirmed or not enrol.is_gone(folded)))
        or not (opt_in or enrol.is_gone(folded))
    )


def id_at(community: Community, address: str) -> str:
    """Return the id under which an address gets mail, or would."""
    folded = address.strip().casefold()
    owners = (person.id for person in community.people if person.email.casefold() == folded)
    return next(owners, outsider_id(address))


def outsider_id(address: str) -> str:
    """Return the id of somebody outside the roster; it does not show the address."""
    digest = hashlib.sha256(address.strip().casefold().encode("utf-8", "replace")).hexdigest()
    return f"s-{digest[:20]}"


class _Enrolment:
    """Looks up what is known of an address."""

    def __init__(
        self,
        community: Community,
        chosen: Mapping[str, Subscription],
        people: Mapping[str, Person],
        coordinators: frozenset[str],
        today: date,
    ) -> None:
        self._chosen = chosen
        self._people = people
        self._coordinators = coordinators
        self._today = today
        self._suspended = frozenset(community.suspended)
        self._names = Names(Roster(community.people), meanings(community.tags))

    def is_gone(self, folded: str) -> bool:
        """Tell whether it is the address of somebody who left: no older choice counts."""
        person = self._people.get(folded)
        return person is not None and is_gone(person, self._today)

    def subscriber(self, folded: str, address: str) -> Subscriber:
        person = self._people.get(folded)
        wish = self._chosen.get(folded) or Subscription(address, "", "weekly")
        wanted, unread = self._filter(wish.filter, person.id if person else "")
        gone = self.is_gone(folded)
        return Subscriber(
            id=person.id if person else outsider_id(folded),
            address=address,
            filter=wanted,
            name=person.name if person else "",
            person=person.id if person else "",
            unread_filter=unread,
            frequency=self._frequency(address, wish),
            paused_until=wish.paused_until,
            language=wish.language or (person.language if person else ""),
            format=wish.format,
            coordinator=folded in self._coordinators
            or (person is not None and Role.COORDINATOR in person.roles and not gone),
            gone=gone,
        )

    def _frequency(self, address: str, wish: Subscription) -> str:
        """Return how often; an address that was refused again and again is treated as dead."""
        if wish.frequency != "stop" and as_it_travels(address) in self._suspended:
            return "bounced"
        return wish.frequency

    def _filter(self, typed: str, me: str) -> tuple[Filter, str]:
        # A filter that cannot be read must not silence anybody: they get everything, and the
        # mail says why.
        try:
            return parse(typed, names=replace(self._names, me=me)), ""
        except FilterError:
            return Everything(), typed


def is_gone(person: Person, today: date) -> bool:
    """Tell whether somebody is alumni or has left (fault 53)."""
    return Role.ALUMNI in person.roles or (person.left is not None and person.left <= today)


def mentees(people: Sequence[Person], today: date) -> Mapping[str, frozenset[str]]:
    """Return for each mentor's id the ids of those they mentor today."""
    found: dict[str, set[str]] = {}
    for person in people:
        if person.mentor and not is_gone(person, today):
            found.setdefault(person.mentor, set()).add(person.id)
    return {mentor: frozenset(those) for mentor, those in found.items()}
