"""A person and a day -> whether they are on a break, and breaks that are longer than one is.

Pure. `break until` says only when a break ends, so it covers the weeks before that day.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from forms.rules import Fault
from forms.wording import N_
from sheets_sync.community import Person, Problem
from sheets_sync.people import Listed

LONGEST = timedelta(weeks=12)


def is_on_break(person: Person, today: date) -> bool:
    """Tell whether somebody is on a break today."""
    until = person.break_until
    return until is not None and until - LONGEST <= today <= until


def break_problems(listed: Iterable[Listed], today: date) -> Iterator[Problem]:
    """Yield the breaks that end too far away to have begun."""
    for one in listed:
        until = one.person.break_until
        if until is not None and until - LONGEST > today:
            fault = Fault(
                N_("this is more than {weeks} weeks away; a break covers the weeks before its end"),
                N_("write {day} or an earlier day, and a later one when that has passed"),
                {"weeks": LONGEST.days // 7, "day": (today + LONGEST).isoformat()},
            )
            yield Problem.of("People", one.row, "break until", until.isoformat(), fault)
