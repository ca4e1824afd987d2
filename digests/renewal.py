"""The community today -> who is asked “still in?”, who did not answer, who wants to pause. Pure.

Nothing follows from an answer, or from none, by itself: coordinators read it, and decide.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from digests.edition import DigestRules, Leaning, Stock, Unanswered
from digests.quiet import is_expected, months_after
from sheets_sync.community import Person
from sheets_sync.renewal import read_answer

PATIENCE = timedelta(weeks=4)
"""So long the question stands in somebody's mails; then they count as not having answered."""


def asked_since(person: Person, stock: Stock, rules: DigestRules) -> date | None:
    """Return since when somebody is asked, today at the latest; None: they are not asked."""
    if not rules.renewal_months or not is_expected(person, stock.today):
        return None
    open_since = _open(person, stock)
    if open_since and stock.today < open_since[-1] + PATIENCE:
        return open_since[-1]
    said = (person.joined, _answered(person), *open_since[-1:])
    last = max((day for day in said if day is not None and day <= stock.today), default=None)
    is_due = last is None or months_after(last, rules.renewal_months) <= stock.today
    return stock.today if is_due else None


def unanswered(stock: Stock, rules: DigestRules) -> tuple[Unanswered, ...]:
    """Return who was asked and has not answered for some weeks, by name."""
    if not rules.renewal_months:
        return ()
    asked = ((one, _open(one, stock)) for one in stock.community.people)
    found = (
        Unanswered(one, days[0])
        for one, days in asked
        if days and days[0] + PATIENCE <= stock.today and is_expected(one, stock.today)
    )
    return tuple(sorted(found, key=lambda one: (one.person.name.casefold(), one.person.id)))


def leaning_out(stock: Stock) -> tuple[Leaning, ...]:
    """Return who lately said that they would like to pause or stop, by name."""
    return tuple(
        sorted(_leaning(stock), key=lambda one: (one.person.name.casefold(), one.person.id))
    )


def _leaning(stock: Stock) -> Iterator[Leaning]:
    for one in stock.community.people:
        answer = read_answer(one.still_in)
        if answer is None or answer.is_yes or answer.day is None:
            continue
        if answer.day + PATIENCE > stock.today and is_expected(one, stock.today):
            yield Leaning(one, answer.day, answer.words)


def _answered(person: Person) -> date | None:
    answer = read_answer(person.still_in)
    return answer.day if answer else None


def _open(person: Person, stock: Stock) -> tuple[date, ...]:
    """Return the days on which somebody was asked since they last answered."""
    answered = _answered(person)
    asked = stock.asked.get(person.id, ())
    return tuple(day for day in asked if answered is None or day > answered)
