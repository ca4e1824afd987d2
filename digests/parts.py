"""The community today -> what only mentors and coordinators get, and whether it is news to them."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta

from digests.edition import Content, Desk, DigestRules, Quiet, Stock
from digests.subscribers import is_gone
from sheets_sync.community import Person, Role, Status

WAITING = frozenset({Status.UNMATCHED, Status.HELD})
"""Kept from readers until a coordinator looks."""


def quiet_people(stock: Stock, rules: DigestRules) -> tuple[Quiet, ...]:
    """Return of whom no report was seen lately, by name. Breaks and beginnings are respected."""
    found = (
        Quiet(person, person.last_report)
        for person in stock.community.people
        if _is_expected(person, stock.today)
        and _last_sign(person, stock) + timedelta(weeks=rules.quiet_weeks) < stock.today
    )
    return tuple(sorted(found, key=lambda quiet: (quiet.person.name.casefold(), quiet.person.id)))


def _is_expected(person: Person, today: date) -> bool:
    on_break = person.break_until is not None and today <= person.break_until
    return bool(person.roles & {Role.MEMBER, Role.MENTOR}) and not (
        is_gone(person, today) or on_break
    )


def _last_sign(person: Person, stock: Stock) -> date:
    """Return the day from which quiet weeks count: a report, joining, a break, our beginning."""
    signs = (person.last_report, person.joined, person.break_until, stock.watching_since)
    return max((sign for sign in signs if sign is not None), default=date.min)


def desk(stock: Stock) -> Desk:
    """Return what coordinators should look at."""
    waiting = tuple(report for report in stock.waiting if report.status in WAITING)
    return Desk(waiting, stock.community.problems, stock.community.notes)


def part_of(content: Content) -> str:
    """Return short prints of what the coordinators' and mentors' part holds, to compare later."""
    return " ".join(sorted({_print(thing) for thing in _things(content)}))


def has_news(part: str, before: str) -> bool:
    """Tell whether a part holds anything that the part of the last mail did not."""
    return not set(part.split()) <= set(before.split())


def _things(content: Content) -> Iterator[tuple[str, ...]]:
    for quiet in content.quiet:
        yield "quiet", quiet.person.id, str(quiet.since)
    if content.desk is not None:
        for report in content.desk.waiting:
            yield "waiting", report.id, report.status
        for problem in content.desk.problems:
            # Not by row: sorting the sheet makes no news.
            yield "problem", problem.tab, problem.column, problem.value, problem.message
        for note in content.desk.notes:
            yield "note", note.text()


def _print(thing: tuple[str, ...]) -> str:
    text = "\0".join(thing).encode("utf-8", "replace")
    return hashlib.blake2b(text, digest_size=6).hexdigest()
