"""An address, username or name as typed -> everything that this person was ever known by."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from digests.subscribers import outsider_id
from forms.rules import split_name_and_address
from sheets_sync.headers import plain
from sheets_sync.state import State
from sheets_sync.traces import Traces, known_as


class AmbiguousError(Exception):
    """Several people are called so; the message lists them."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Somebody as the last sync, or an earlier one, saw them."""

    id: str
    name: str
    email: str
    username: str

    def line(self) -> str:
        return f"  {self.name or 'no name'}, {self.email or 'no address'}, {self.username or '-'}"


def traces_of(state: State, typed: str) -> Traces:
    """Return the traces of whom `typed` means; raises AmbiguousError.

    Somebody whom no roster ever held is known by what was typed alone.
    """
    everybody = list(_everybody(state))
    ids = _meant(everybody, typed)
    theirs = [one for one in everybody if one.id in ids]
    if len(ids) > 1:
        listed = "\n".join(dict.fromkeys(one.line() for one in theirs))
        raise AmbiguousError(
            f"{len(ids)} people are called {typed!r}; give the address of one:\n{listed}"
        )
    address = split_name_and_address(typed)[1]
    addresses = {one.email for one in theirs} | ({address} if address else set())
    addresses |= state.erasing.addresses(sorted(ids))
    names = {one.name for one in theirs} if theirs else {typed} - {address}
    outside = {outsider_id(one) for one in addresses if one}
    return Traces(
        names=known_as(names),
        addresses=known_as(addresses),
        usernames=known_as(one.username for one in theirs),
        ids=frozenset(ids | outside),
        shared=_shared(everybody, ids, names),
    )


def _everybody(state: State) -> Iterable[_Known]:
    community = state.base.community()
    for person in community.people if community else ():
        yield _Known(person.id, person.name, person.email, person.username)
    for one in state.base.acquaintances():
        yield _Known(one.id, one.name, one.email, one.username)


def _meant(everybody: Iterable[_Known], typed: str) -> set[str]:
    """Return the ids of whom it may mean; what says more about somebody goes first."""
    address = split_name_and_address(typed)[1]
    by: Mapping[str, set[str]] = defaultdict(set)
    for one in everybody:
        if address and one.email.casefold() == address.casefold():
            by["address"].add(one.id)
        if one.id == typed.strip():
            by["id"].add(one.id)
        if one.username and plain(one.username) == plain(typed).removeprefix("@"):
            by["username"].add(one.id)
        if one.name and plain(one.name) == plain(typed):
            by["name"].add(one.id)
    ways = ("address",) if address else ("id", "username", "name")
    return next((by[way] for way in ways if by[way]), set())


def _shared(everybody: Iterable[_Known], ids: set[str], names: set[str]) -> frozenset[str]:
    others = {plain(one.name) for one in everybody if one.id not in ids}
    return frozenset(name for name in names if plain(name) in others)
