"""Reports of mentorship -> pairs that a manager may confirm, each a row of Mentors, once.

Pure. A report tells of mentorship when a member who wrote it names another one in `about`, and it
bears a tag for that, or bears none and a mentor wrote it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from forms.rules import Fault
from forms.wording import N_
from sheets_sync.community import Person, Problem, Report, Role, Tag, told
from sheets_sync.membership import Membership
from sheets_sync.mentorships import KEPT, PROPOSED, dump_proposed
from sheets_sync.roster import Roster
from sheets_sync.settle import is_accepted
from sheets_sync.spreadsheet import Value
from sheets_sync.tags import key, meanings

MOST = 5
"""A report that names more people is about a gathering, not about mentoring each of them."""
MARKED = frozenset({"since", "note"})
"""The columns by which a proposed row is known from others."""
NEWS = timedelta(weeks=4)
"""For so long a pair is pointed out for a sheet in which we may not propose it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pair, and the report that tells of it."""

    report: Report
    mentee: Person
    mentor: Person


@dataclass(frozen=True, slots=True)
class Proposals:
    """The rows to add to Mentors, what waits for a manager, and what was ever proposed."""

    rows: Sequence[Mapping[str, Value]] = ()
    problems: Sequence[Problem] = ()
    keep: Mapping[str, str] = field(default_factory=dict)
    """Single values for the state."""


def propose(
    reports: Iterable[Report],
    members: Membership,
    tags: Sequence[Tag],
    words: Collection[str],
    *,
    frozen: Collection[str],
    today: date,
) -> Proposals:
    """Return what to propose now. `words` are the tags of mentorship."""
    waiting = list(_waiting(members))
    found = list(_told_of(reports, members, _Mentorship(tags, words)))
    if members.sheet.foreign:
        recent = (one for one in found if one.report.received.date() + NEWS >= today)
        return Proposals(problems=[*waiting, *(_elsewhere(members, one) for one in recent)])
    table = members.table
    # Without these columns a proposed row would count as one that a person typed.
    if table is None or table.title in frozen or not table.columns.keys() >= MARKED:
        return Proposals(problems=waiting)
    new = [
        _waits(table.title, table.last_row + at, one.mentee, one.mentor, one.report.id)
        for at, one in enumerate(found, 1)
    ]
    rows = [_row(one, problem, members.roster) for one, problem in zip(found, new, strict=True)]
    proposed = {(one.mentee.id, one.mentor.id): one.report.id for one in found}
    keep = {KEPT: dump_proposed({**members.proposed, **proposed})} if found else {}
    return Proposals(rows, [*waiting, *new], keep)


class _Mentorship:
    """Tells which reports tell of mentorship."""

    def __init__(self, tags: Sequence[Tag], words: Collection[str]) -> None:
        self._meaning = meanings(tags)
        self._words = {self._means(word) for word in words}

    def __call__(self, report: Report, writer: Person) -> bool:
        if not report.tags:
            return Role.MENTOR in writer.roles
        return any(self._means(tag) in self._words for tag in report.tags)

    def _means(self, tag: str) -> str:
        return self._meaning.get(key(tag), key(tag))


def _told_of(
    reports: Iterable[Report], members: Membership, is_mentorship: _Mentorship
) -> Iterator[Proposal]:
    """Yield the pairs that reports tell of, that stand nowhere and were never proposed."""
    roster = members.roster
    stand = {(pair.mentee, pair.mentor) for pair in members.pairs} | members.proposed.keys()
    stand |= {(id, agreed.mentor) for id, agreed in members.merged.agreed.items()}
    for report in reports:
        writer = roster.by_id.get(report.person)
        # What everybody has read already, such as an archive, proposes nothing.
        if not (report.about and report.accepted and writer and is_accepted(report)):
            continue
        if Role.ALUMNI in writer.roles or not is_mentorship(report, writer):
            continue
        for other in _named(report, roster):
            is_own_mentor = members.merged.mentors.get(writer.id) == other.id
            if other.id == writer.id or is_own_mentor or Role.ALUMNI in other.roles:
                continue
            if (other.id, writer.id) not in stand:
                stand.add((other.id, writer.id))
                yield Proposal(report, other, writer)


def _named(report: Report, roster: Roster) -> list[Person]:
    if len(report.about) > MOST:
        return []
    found = (roster.find(typed).person for typed in report.about)
    return [person for person in found if person]


def _row(one: Proposal, problem: Problem, roster: Roster) -> Mapping[str, Value]:
    return {
        "mentee": _reference(one.mentee, roster),
        "mentor": _reference(one.mentor, roster),
        "note": PROPOSED.format(id=one.report.id),
        "problem": told([problem]),
    }


def _reference(person: Person, roster: Roster) -> str:
    """Return by what the roster finds somebody: the name, where nobody else bears it."""
    ways = (person.name, person.username, person.email)
    return next((way for way in ways if roster.find(way).person == person), person.name)


def _waiting(members: Membership) -> Iterator[Problem]:
    """Name the rows that were proposed and that nobody has decided about."""
    by_id = members.roster.by_id
    for pair in members.pairs:
        if pair.proposed and pair.until is None:
            mentee, mentor = by_id[pair.mentee], by_id[pair.mentor]
            yield _waits(pair.tab, pair.row, mentee, mentor, pair.proposed)


def _waits(tab: str, row: int, mentee: Person, mentor: Person, report: str) -> Problem:
    fault = Fault(
        N_("report {id} tells that {mentor} mentors {mentee}; it does not count yet"),
        N_("fill in since if it is so; if not, remove the row"),
        {"id": report, "mentor": mentor.name, "mentee": mentee.name},
    )
    return Problem.of(tab, row, "since", "", fault)


def _elsewhere(members: Membership, one: Proposal) -> Problem:
    fault = Fault(
        N_("report {id} tells that {mentor} mentors {mentee}"),
        N_("add a row there if it is so; if not, this goes by itself after {count} days"),
        {
            "id": one.report.id,
            "mentor": one.mentor.name,
            "mentee": one.mentee.name,
            "count": NEWS.days,
        },
    )
    return Problem.of(members.sheet.title, None, "mentee", one.mentee.name, fault)
