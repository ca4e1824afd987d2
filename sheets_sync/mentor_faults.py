"""Who mentors whom today -> what a manager should look at (faults 49, 50).

Pure and linear in pairs. Where somebody needs a mentor, the remedy suggests some.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from forms.rules import Fault
from forms.wording import N_
from sheets_sync.community import Person, Problem, Role
from sheets_sync.mentorships import Mentorship
from sheets_sync.orphans import Advisor, is_expected
from sheets_sync.people import Listed
from sheets_sync.roster import Roster

Standing = Mapping[str, Sequence[Mentorship]]
"""The pairs that stand today, by mentee."""

# Each remedy without a suggestion, and with some.
ANOTHER = (
    N_("name somebody else"),
    N_("name somebody else, perhaps (mentees so far): {some}"),
)
REPLACING = (
    N_("fill in until, and add a row with a new mentor"),
    N_("fill in until, and add a row with a new mentor, perhaps (mentees so far): {some}"),
)
RENAMING = (
    N_("name a new mentor"),
    N_("name a new mentor, perhaps (mentees so far): {some}"),
)
ADDING = (
    N_("add a row to {tab}"),
    N_("add a row to {tab}, perhaps with (mentees so far): {some}"),
)


def pair_faults(standing: Standing, roster: Roster, advisor: Advisor) -> Iterator[Problem]:
    """Yield what is wrong with the mentor of each pair."""
    for pair in (pair for pairs in standing.values() for pair in pairs):
        mentor, mentee = roster.by_id[pair.mentor], roster.by_id[pair.mentee]
        if fault := _fault(pair, mentor, mentee, advisor):
            problem = Problem.of(pair.tab, pair.row, "mentor", mentor.name, fault)
            is_left = mentor.id != mentee.id and Role.ALUMNI in mentor.roles
            yield replace(problem, orphan=mentee.id) if is_left else problem


def _fault(pair: Mentorship, mentor: Person, mentee: Person, advisor: Advisor) -> Fault | None:
    if mentor.id == mentee.id:
        return _suggesting(N_("they are their own mentor"), ANOTHER, mentee, advisor)
    if Role.ALUMNI in mentee.roles:
        return None
    if Role.ALUMNI in mentor.roles:
        told = N_("{mentor} is alumni; {mentee} has no mentor who is here")
        todo = RENAMING if pair.tab == "People" else REPLACING
        return _suggesting(told, todo, mentee, advisor, mentor=mentor.name, mentee=mentee.name)
    if Role.MENTOR not in mentor.roles:
        told = N_("{mentor} is not in the Mentor group")
        todo_ = N_("add Mentor to their groups on People, or name another mentor")
        return Fault(told, todo_, {"mentor": mentor.name})
    return None


def _suggesting(
    told: str, todo: tuple[str, str], orphan: Person, advisor: Advisor, **values: str
) -> Fault:
    some = advisor.words(orphan)
    return Fault(told, todo[bool(some)], {**values, "some": some})


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
            told = N_("they mentor each other in a circle: {names}")
            fault = Fault(told, N_("correct one of the rows"), {"names": names})
            yield Problem.of(tab, row, "mentor", roster.by_id[circle[0]].name, fault)


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
            told = N_("{name} has no mentor")
            fault = _suggesting(told, ADDING, person, advisor, name=person.name, tab=sheet)
            problem = Problem.of("People", one.row, "mentor", "", fault)
            yield replace(problem, orphan=person.id)


def idle(listed: Iterable[Listed], standing: Standing, sheet: str) -> Iterator[Problem]:
    """Name each mentor whom no pair names."""
    named = {pair.mentor for pairs in standing.values() for pair in pairs}
    for one in listed:
        person = one.person
        is_mentor = Role.MENTOR in person.roles and Role.ALUMNI not in person.roles
        if is_mentor and person.id not in named:
            fault = Fault(
                N_("{name} is in the Mentor group and mentors nobody"),
                N_("add a row to {tab} for their first mentee, or take Mentor out of their groups"),
                {"name": person.name, "tab": sheet},
            )
            yield Problem.of("People", one.row, "groups", ", ".join(person.groups), fault)
