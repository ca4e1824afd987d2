"""Addresses that were refused for good -> who gets no more mail, and what a manager can do.

Pure. Mail to mailboxes that are not there harms everybody's: providers judge the sender by it.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from json import dumps, loads

from forms.rules import Fault, split_name_and_address
from forms.wording import N_
from sheets_sync.community import Problem
from sheets_sync.headers import Table
from sheets_sync.people import Listed
from sheets_sync.state.operating import Refusals
from sheets_sync.subscriptions import Subscribed

TIMES = 2
"""In so many issues an address must have been refused, one after the other."""
SUSPENDED = "suspended"
"""Name of the single value that remembers what is suspended, and as what it stood in the tab."""
AGAIN = ("weekly", "monthly")
REFUSED = N_("mail was refused in {issues} ({answer}), so no more is sent")
REMEDY = N_(
    "correct the address; or, if it is right, write weekly into frequency in Subscriptions (where "
    "it stands already, empty the cell, sync, and write it again)"
)


@dataclass(frozen=True, slots=True)
class Suspended:
    """The addresses that get no mail, and their words by address as it travels."""

    words: Mapping[str, Fault]
    kept: str

    def problem(self, tab: str, row: int, address: str) -> Problem | None:
        """Return what to tell at a row with this address; None when it is not suspended."""
        words = self.words.get(as_it_travels(address))
        if words is None:
            return None
        return Problem.of(tab, row, "email", address, words)


def suspend(
    refused: Sequence[Refusals], table: Table | None, values: Mapping[str, str]
) -> Suspended:
    """Return who is suspended: refused, and not let back in by a manager since."""
    before: dict[str, dict[str, list[str] | str]] = loads(values.get(SUSPENDED) or "{}")
    typed = _typed(table) if table else {}
    words, kept = {}, {}
    for one in refused:
        address = as_it_travels(one.address)
        stood = before.get(address)
        now = typed.get(address, "")
        forgiven = list(stood["forgiven"]) if stood else []
        if stood and now in AGAIN and now != stood["typed"]:
            forgiven = list(one.issues)
        kept[address] = {"typed": now, "forgiven": forgiven}
        counting = [issue for issue in one.issues if issue not in forgiven]
        if len(counting) >= TIMES:
            said = {"issues": ", ".join(counting[-TIMES:]), "answer": one.answer}
            words[address] = Fault(REFUSED, REMEDY, said)
    return Suspended(words, dumps(kept))


def shown(subscribed: Sequence[Subscribed], suspended: Suspended) -> list[Subscribed]:
    """Return the rows of the Subscriptions tab with what is suspended."""
    return [_shown(one, suspended) for one in subscribed]


def people_problems(
    listed: Sequence[Listed], subscribed: Sequence[Subscribed], suspended: Suspended
) -> list[Problem]:
    """Return what to tell in the People tab: of those whom the Subscriptions tab does not list."""
    there = {as_it_travels(s.subscription.email) for s in subscribed if s.subscription}
    found = (
        suspended.problem("People", one.row, one.person.email)
        for one in listed
        if as_it_travels(one.person.email) not in there
    )
    return [problem for problem in found if problem]


def as_it_travels(address: str) -> str:
    """Return an address as an envelope carries it, for comparing."""
    local, _, domain = address.strip().rpartition("@")
    if not domain.isascii():
        with suppress(UnicodeError):
            domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}".casefold()


def _shown(one: Subscribed, suspended: Suspended) -> Subscribed:
    wish = one.subscription
    if wish is None or wish.frequency in ("stop", "bounced"):
        return one
    problem = suspended.problem("Subscriptions", one.row, wish.email)
    if problem is None:
        return one
    return replace(one, status="suspended", problems=(*one.problems, problem))


def _typed(table: Table) -> dict[str, str]:
    found: dict[str, str] = {}
    for _, cells in table.data():
        _, address = split_name_and_address(table.text(cells, "email"))
        found.setdefault(as_it_travels(address), table.text(cells, "frequency").casefold())
    return found
