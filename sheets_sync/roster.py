"""A name, address or username as typed -> the person on the roster, or who it might be.

Matched by e-mail, then username, then a name that is unique after normalising; anything else is
unmatched: listed for a manager, never guessed (fault 51).
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from forms.rules import split_name_and_address
from sheets_sync.community import Person
from sheets_sync.headers import plain


class Match(NamedTuple):
    """Who is meant. `candidates` names several people of one name; `conflict` a doubt."""

    person: Person | None
    candidates: tuple[Person, ...] = ()
    conflict: str = ""


class Roster:
    """Everybody, to be found by what people type."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.people = tuple(people)
        self.by_id = {person.id: person for person in self.people}
        self._by_email = {p.email.casefold(): p for p in self.people if p.email}
        self._by_username = {plain(p.username): p for p in self.people if p.username}
        self._by_name: dict[str, list[Person]] = defaultdict(list)
        for person in self.people:
            if person.name:
                self._by_name[plain(person.name)].append(person)
        self._found: dict[tuple[str, str], Match] = {}

    def __bool__(self) -> bool:
        return bool(self.people)

    def __contains__(self, typed: str) -> bool:
        return self.find(typed).person is not None

    def find(self, typed: str, email: str = "") -> Match:
        """Return whom `typed` means, with an address of its own or beside it."""
        asked = (typed, email)
        found = self._found.get(asked)
        if found is None:
            found = self._found[asked] = self._find(typed, email)
        return found

    def _find(self, typed: str, email: str) -> Match:
        name, address = split_name_and_address(typed)
        by_address = self._by_email.get((email or address).casefold())
        by_name = self._by_what_is_typed(name)
        if by_address is None:
            return by_name
        if by_name.person is not None and by_name.person != by_address:
            doubt = f"the address is {by_address.name}'s, the name {by_name.person.name}'s"
            return Match(by_address, conflict=doubt)
        return Match(by_address)

    def _by_what_is_typed(self, name: str) -> Match:
        wanted = plain(name).removeprefix("@")
        if not wanted:
            return Match(None)
        if person := self._by_username.get(wanted):
            return Match(person)
        same = self._by_name.get(wanted, [])
        return Match(same[0]) if len(same) == 1 else Match(None, candidates=tuple(same))


def split_names(typed: str, roster: Roster) -> tuple[str, ...]:
    """Split at `;` and line breaks; at commas only where the whole is no known name."""
    names: list[str] = []
    for part in (part.strip() for part in _BETWEEN_NAMES.split(typed)):
        whole = "," not in part or part in roster
        names += [part] if whole else [one.strip() for one in part.split(",")]
    return tuple(name for name in names if name)


_BETWEEN_NAMES = re.compile("[;\n\uff1b\u061b]")
