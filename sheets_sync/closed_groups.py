"""Everybody and what their status calls for -> the queue of whom a manager puts into a group."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from forms.rules import Fault
from forms.wording import N_
from sheets_sync.community import Person, Problem, Role
from sheets_sync.headers import plain
from sheets_sync.people import DEFAULT_GROUPS, Listed

STATUS = {
    Role.MEMBER: N_("{name} is a member, and not in: {groups}"),
    Role.MENTOR: N_("{name} is a mentor, and not in: {groups}"),
    Role.ALUMNI: N_("{name} is alumni, and not in: {groups}"),
    Role.COORDINATOR: N_("{name} is a coordinator, and not in: {groups}"),
}
REMEDY = N_("put {username} into {groups}, then add that to their groups here")


def group_queue(
    listed: Sequence[Listed],
    mentors: Mapping[str, str],
    *,
    groups: Mapping[Role, Sequence[str]],
    required: Mapping[Role, Sequence[str]],
) -> Iterator[Problem]:
    """Yield who has a username and is not in a group that their status calls for.

    `required` names the groups of a status. Without it, that is the status's own group, where
    anybody is in it.
    """
    used = {plain(word) for one in listed for word in one.person.groups}
    words = {role: (*groups.get(role, ()), *DEFAULT_GROUPS[role]) for role in Role}
    wanted = {
        role: [(group,) for group in required[role]]
        if role in required
        else [those for those in (words[role],) if used & set(map(plain, those))]
        for role in Role
    }
    mentoring = frozenset(mentors.values())
    for one in listed:
        if one.person.username:
            yield from _missing(one, _statuses(one.person, mentoring), wanted)


def _statuses(person: Person, mentoring: Set[str]) -> Iterator[Role]:
    """Yield what somebody is, whatever groups they are in."""
    if Role.ALUMNI in person.roles:
        yield Role.ALUMNI
        return
    if person.roles != {Role.COORDINATOR}:
        yield Role.MEMBER
    if Role.MENTOR in person.roles or person.id in mentoring:
        yield Role.MENTOR
    if Role.COORDINATOR in person.roles:
        yield Role.COORDINATOR


def _missing(
    one: Listed, statuses: Iterable[Role], wanted: Mapping[Role, Sequence[Sequence[str]]]
) -> Iterator[Problem]:
    person = one.person
    own = {plain(word) for word in person.groups}
    for status in statuses:
        lacks = [those[0] for those in wanted[status] if not own & set(map(plain, those))]
        if lacks:
            values = {"name": person.name, "username": person.username, "groups": ", ".join(lacks)}
            fault = Fault(STATUS[status], REMEDY, values)
            yield Problem.of("People", one.row, "groups", ", ".join(person.groups), fault)
