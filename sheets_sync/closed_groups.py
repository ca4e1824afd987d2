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
    own = {role: (*groups.get(role, ()), *DEFAULT_GROUPS[role]) for role in Role}
    wanted: dict[Role, list[tuple[str, ...]]] = {
        role: [words] for role, words in own.items() if used & set(map(plain, words))
    }
    wanted |= {role: [(group,) for group in those] for role, those in required.items()}
    mentoring = frozenset(mentors.values())
    for one in listed:
        if one.person.username:
            yield from _missing(one, _statuses(one.person, mentoring), wanted)


def _statuses(person: Person, mentoring: Set[str]) -> Iterator[Role]:
    """Yield what somebody is, whatever groups they are in."""
    if Role.ALUMNI in person.roles:
        yield Role.ALUMNI
        return
    if Role.MEMBER in person.roles or not person.roles:
        yield Role.MEMBER
    if Role.MENTOR in person.roles or person.id in mentoring:
        yield Role.MENTOR
    if Role.COORDINATOR in person.roles:
        yield Role.COORDINATOR


def _missing(
    one: Listed, statuses: Iterable[Role], wanted: Mapping[Role, Sequence[Sequence[str]]]
) -> Iterator[Problem]:
    """Yield the groups that somebody lacks; of several words for one, any will do."""
    person = one.person
    own = {plain(word) for word in person.groups}
    for status in statuses:
        asked = wanted.get(status, ())
        lacks = [words[0] for words in asked if not own & set(map(plain, words))]
        if lacks:
            values = {"name": person.name, "username": person.username, "groups": ", ".join(lacks)}
            fault = Fault(STATUS[status], REMEDY, values)
            yield Problem.of("People", one.row, "groups", ", ".join(person.groups), fault)
