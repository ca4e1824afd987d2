"""Who mentors whom today -> what a manager should look at (faults 49, 50).

Pure and linear in pairs. Where somebody needs a mentor, the remedy suggests some.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sheets_sync.community import Person, Problem, Role
from sheets_sync.mentorships import Mentorship
from sheets_sync.orphans import Advisor, is_expected
from sheets_sync.people import Listed
from sheets_sync.roster import Roster

Standing = Mapping[str, Sequence[Mentorship]]
"""The pairs that stand today, by mentee."""


def pair_faults(standing: Standing, roster: Roster, advisor: Advisor) -> Iterator[Problem]:
    """Yield what is wrong with the mentor of each pair."""
    for pair in (pair for pairs in standing.values() for pair in pairs):
        mentor, mentee = roster.by_id[pair.mentor], roster.by_id[pair.mentee]
        if pair.mentor == pair.mentee:
            remedy = f"name somebody else{advisor.words(mentee)}"
            yield _fault(pair, mentor, "they are their own mentor", remedy)
        elif Role.ALUMNI in mentor.roles and Role.ALUMNI not in mentee.roles:
            yield _fault(
                pair,
                mentor,
                f"{mentor.name} is alumni; {mentee.name} has no mentor who is here",
                f"{_replacing(pair)}{advisor.words(mentee)}",
            )
        elif Role.MENTOR not in mentor.roles and Role.ALUMNI not in mentor.roles:
            yield _fault(
                pair,
                mentor,
                f"{mentor.name} is not in the Mentor group",
                "add Mentor to their groups on People, or name another mentor",
            )


def _replacing(pair: Mentorship) -> str:
    if pair.tab == "People":
        return "name a new mentor"
    return "fill in until, and add a row with a new mentor"


def _fault(pair: Mentorship, mentor: Person, message: str, remedy: str) -> Problem:
    return Problem(pair.tab, pair.row, "mentor", mentor.name, message, remedy)


def circles(
    mentors: Mapping[str, str], standing: Standing, roster: Roster, sheet: str
) -> Iterator[Problem]:
    """Name each circle of two or more once, at its first row. Walks every person once."""
    settled: set[str] = set()
    for start in mentors:
        path: dict[str, int] = {}
        at = start
        while at in mentors and at not in settled:
            settled.add(at)
            path[at] = len(path)
            at = mentors[at]
        if at in path and len(circle := list(path)[path[at] :]) > 1:
            places = sorted((p.tab, p.row) for id in circle for p in standing.get(id, ()))
            tab, row = places[0] if places else (sheet, None)
            names = " → ".join(roster.by_id[id].name for id in (*circle, circle[0]))
            yield Problem(
                tab,
                row,
                "mentor",
                roster.by_id[circle[0]].name,
                f"they mentor each other in a circle: {names}",
                "correct one of the rows",
            )


def without(
    listed: Iterable[Listed],
    mentors: Mapping[str, str],
    standing: Standing,
    sheet: str,
    advisor: Advisor,
) -> Iterator[Problem]:
    """Name each member for whom no place names a mentor."""
    for one in listed:
        person = one.person
        if is_expected(person) and person.id not in mentors and person.id not in standing:
            message = f"{person.name} has no mentor"
            remedy = f"add a row to {sheet}{advisor.words(person)}"
            yield Problem("People", one.row, "mentor", "", message, remedy)


def idle(listed: Iterable[Listed], standing: Standing, sheet: str) -> Iterator[Problem]:
    """Name each mentor whom no pair names."""
    named = {pair.mentor for pairs in standing.values() for pair in pairs}
    for one in listed:
        person = one.person
        is_mentor = Role.MENTOR in person.roles and Role.ALUMNI not in person.roles
        if is_mentor and person.id not in named:
            yield Problem(
                "People",
                one.row,
                "groups",
                ", ".join(person.groups),
                f"{person.name} is in the Mentor group and mentors nobody",
                f"add a row to {sheet} for their first mentee, or take Mentor out of their groups",
            )
