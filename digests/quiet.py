"""The community today -> of whom no report was seen lately, and who is told. Pure.

Somebody is named to their mentor first, and some weeks later to the coordinators; at once, where
they have no mentor. Breaks and beginnings are respected. It is a reason to say hello, no more.
"""

from collections.abc import Mapping, Set
from datetime import date, timedelta

from digests.edition import DigestRules, Quiet, Stock
from digests.subscribers import Subscriber, is_gone
from sheets_sync.breaks import is_on_break
from sheets_sync.community import Person, Role


def quiet_people(stock: Stock, rules: DigestRules) -> tuple[Quiet, ...]:
    """Return of whom no report was seen lately, by name."""
    found = (
        _quiet(one, _counted_from(one, stock), stock.today, rules)
        for one in stock.community.people
        if is_expected(one, stock.today)
        and _counted_from(one, stock) + timedelta(weeks=rules.quiet_weeks) < stock.today
    )
    return tuple(sorted(found, key=lambda quiet: (quiet.person.name.casefold(), quiet.person.id)))


def named_to(
    subscriber: Subscriber,
    quiet: tuple[Quiet, ...],
    mentees: Mapping[str, Set[str]],
    rules: DigestRules,
) -> tuple[Quiet, ...]:
    """Return who of them is named to somebody: their mentees, and all to coordinators, in time."""
    theirs = mentees.get(subscriber.person, frozenset())
    return tuple(
        one
        for one in quiet
        if one.person.id in theirs
        or (
            subscriber.coordinator
            and (one.weeks >= rules.quiet_weeks_coordinators or not one.person.mentor)
        )
    )


def is_expected(person: Person, today: date) -> bool:
    """Tell whether one would hear of somebody: a member or mentor who is here."""
    return (
        bool(person.roles & {Role.MEMBER, Role.MENTOR})
        and not is_gone(person, today)
        and not is_on_break(person, today)
    )


def _quiet(person: Person, since: date, today: date, rules: DigestRules) -> Quiet:
    return Quiet(
        person,
        person.last_report,
        weeks=(today - since).days // 7,
        is_long=months_after(since, rules.quiet_months) <= today,
    )


def _counted_from(person: Person, stock: Stock) -> date:
    """Return the day from which weeks count: a report, joining, a break's end, our beginning."""
    signs = (person.last_report, person.joined, person.break_until, stock.watching_since)
    past = (sign for sign in signs if sign is not None and sign <= stock.today)
    return max(past, default=date.min)


def months_after(day: date, months: int) -> date:
    """Return the day so many months later, or one close to it."""
    years, month = divmod(day.month - 1 + months, 12)
    # The 28th is there in every month; a few days do not matter over months.
    return date(day.year + years, month + 1, min(day.day, 28))
