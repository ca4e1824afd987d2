"""Rows of the Subscriptions tab -> who wants what, and what is wrong with the rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Protocol

from forms.phrase import Phrase
from forms.rules import Fault, check_address, split_name_and_address
from forms.wording import N_
from sheets_sync.cells import any_day
from sheets_sync.community import Person, Problem, Role, Subscription
from sheets_sync.headers import Table
from sheets_sync.spreadsheet import Cell

FREQUENCIES = ("weekly", "monthly", "stop", "bounced")


class FilterCheck(Protocol):
    """Returns what is wrong with a filter expression; None when nothing is."""

    def __call__(self, expression: str, *, people: Sequence[Person]) -> Phrase | None: ...


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A row, the subscription in it (None when unusable), and the status to show."""

    row: int
    subscription: Subscription | None
    status: str
    problems: tuple[Problem, ...]


def read_subscriptions(
    table: Table | None,
    *,
    people: Sequence[Person],
    check_filter: FilterCheck,
    today: date,
    further: Mapping[int, tuple[Problem, ...]] | None = None,
) -> list[Subscribed]:
    """Return what each row says. A row of an address that stands above already is unusable.

    `further` are problems by row that were found before.
    """
    if table is None:
        return []
    seen: dict[str, int] = {}
    rows = []
    wrong = partial(check_filter, people=people)
    for row, cells in table.data():
        _, address = split_name_and_address(table.text(cells, "email"))
        first = seen.setdefault(address.casefold(), row) if address else row
        read = _read(table, row, cells, address, first, wrong, today)
        rows.append(replace(read, problems=(*read.problems, *(further or {}).get(row, ()))))
    return rows


def show_alumni(
    subscribed: Sequence[Subscribed], people: Iterable[Person], confirmed: Set[str]
) -> list[Subscribed]:
    """Return the rows, showing which of them bring no mail: of alumni who did not ask for it."""
    alumni = {one.email.casefold() for one in people if Role.ALUMNI in one.roles}
    silent = alumni - confirmed
    return [
        replace(one, status="alumni: no mail")
        if one.subscription and one.subscription.email.casefold() in silent
        else one
        for one in subscribed
    ]


def _read(
    table: Table,
    row: int,
    cells: Sequence[Cell],
    address: str,
    first: int,
    wrong_with: Callable[[str], Phrase | None],
    today: date,
) -> Subscribed:
    def problem(column: str, fault: Fault) -> Problem:
        value = table.shown(cells, column)
        return Problem.of("Subscriptions", row, column, value, fault)

    fault = check_address(address or table.text(cells, "email"))
    if fault:
        return Subscribed(row, None, "not used", (problem("email", fault),))
    if first != row:
        twice = N_("row {first} has the same address; that row counts")
        doubled = problem("email", Fault(twice, N_("remove one of the two rows"), {"first": first}))
        return Subscribed(row, None, "not used", (doubled,))
    problems = []
    frequency = table.text(cells, "frequency").casefold() or "weekly"
    if frequency not in FREQUENCIES:
        strange = Fault(
            N_("this is not a frequency; weekly is used"),
            N_("write one of: {names}"),
            {"names": ", ".join(FREQUENCIES)},
        )
        problems.append(problem("frequency", strange))
        frequency = "weekly"
    expression = table.text(cells, "filter")
    if expression and (wrong := wrong_with(expression)):
        unread = Fault("{wrong}", N_("correct the filter"), {"wrong": wrong})
        problems.append(problem("filter", unread))
    paused = any_day(table.cell(cells, "paused until"))
    if isinstance(paused, Fault):
        problems.append(problem("paused until", paused))
        paused = None
    wanted = Subscription(
        email=address,
        filter=expression,
        frequency=frequency,
        paused_until=paused,
        language=table.text(cells, "language"),
        format="text" if table.text(cells, "format").casefold() == "text" else "html",
    )
    return Subscribed(row, wanted, _status(wanted, today), tuple(problems))


def _status(wanted: Subscription, today: date) -> str:
    if wanted.frequency == "stop":
        return "stopped"
    if wanted.frequency == "bounced":
        return "bounced"
    if wanted.paused_until and today <= wanted.paused_until:
        return f"paused until {wanted.paused_until.isoformat()}"
    return wanted.frequency
