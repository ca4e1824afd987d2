"""Rows of the People tab -> people with lasting ids, and what is wrong with the rows.

Pure but for the fresh ids. Tidings ties an id of its own to e-mail, username and name as last
seen; one of them may change from sync to sync, two at once are asked about.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from forms.rules import Fault, check_address
from forms.wording import N_
from sheets_sync.cells import any_day, as_text
from sheets_sync.community import Person, Problem, Role
from sheets_sync.headers import Table, plain
from sheets_sync.roster_line import Line
from sheets_sync.roster_lines import read_lines
from sheets_sync.spreadsheet import Cell
from sheets_sync.state.base import Acquaintance

DEFAULT_GROUPS: Mapping[Role, tuple[str, ...]] = {
    Role.MEMBER: ("Rep", "Member"),
    Role.MENTOR: ("Mentor",),
    Role.ALUMNI: ("Alumni", "Alumnus", "Alumna"),
    Role.COORDINATOR: ("Coordinator",),
}
SHOWN = frozenset({"", "yes", "true", "ja", "si", "oui", "sim"})
HIDDEN = frozenset({"no", "false", "nein", "non", "nao"})
NEITHER = Fault(
    N_("this is neither yes nor no; they are shown as “a member”"), N_("write yes or no")
)

CHANGED_AT_ONCE = (
    N_("changed at once: {columns} ({before} before); taken for the same person"),
    N_(
        "if it is, put one of them back, sync, and change it again; if it is somebody else, remove "
        "the row, sync, and add it again"
    ),
)
CROSSED = Fault(N_("they left before they joined"), N_("correct one of the two dates"))


class Listed(NamedTuple):
    """A person, where they stand in the tab, and the mentor that a manager's own column names."""

    row: int
    person: Person
    names_mentor: str = ""
    asked: bool = False
    """So much changed at once that it may be somebody else."""


@dataclass(frozen=True, slots=True)
class People:
    """Everybody on the roster, what is wrong with the rows, and what to say of others."""

    listed: Sequence[Listed] = ()
    problems: Sequence[Problem] = ()
    notes: Mapping[int, str] = field(default_factory=dict)
    """By row: how it adds to somebody else's."""


def read_people(
    table: Table | None,
    known: Iterable[Acquaintance],
    *,
    groups: Mapping[Role, Sequence[str]],
    today: date,
) -> People:
    """Read the roster (None: there is no tab). `known` is everybody who was ever on it."""
    if table is None:
        return People()
    lines = read_lines(table)
    problems = list(lines.problems)
    acquaintances = list(known)
    index = _index(acquaintances)
    taken: set[str] = set()
    listed = []
    roles = _roles_by_word(groups)
    for line in lines.people:
        before, doubt = _recognise(line, index, taken)
        if doubt:
            problems.append(doubt)
        id = before.id if before else f"p-{secrets.token_hex(8)}"
        taken.add(id)
        person, faults = _person(table, line, id, roles, today)
        problems += faults
        listed.append(
            Listed(line.row, person, _own_mentor(table, line.cells), asked=doubt is not None)
        )
    return People(listed, problems, lines.notes)


def _index(known: Iterable[Acquaintance]) -> dict[tuple[str, str], list[Acquaintance]]:
    index: dict[tuple[str, str], list[Acquaintance]] = defaultdict(list)
    for one in known:
        for name, value in (
            ("email", one.email.casefold()),
            ("username", plain(one.username)),
            ("name", plain(one.name)),
        ):
            if value:
                index[name, value].append(one)
    return index


def _recognise(
    line: Line, index: Mapping[tuple[str, str], Sequence[Acquaintance]], taken: set[str]
) -> tuple[Acquaintance | None, Problem | None]:
    """Return who this row has been so far, and the question if too much changed at once."""
    for attribute in line.attributes():
        candidates = [one for one in index.get(attribute, ()) if one.id not in taken]
        if not attribute[1] or len(candidates) != 1:
            continue
        before = candidates[0]
        changed = _changed(line, before)
        if len(changed) < 2:
            return before, None
        if attribute[0] == "name":
            return None, None  # somebody else of the same name
        values = {"columns": ", ".join(changed), "before": _was(before, changed)}
        fault = Fault(*CHANGED_AT_ONCE, values)
        value = getattr(line, changed[0])
        return before, Problem.of("People", line.row, changed[0], value, fault)
    return None, None


def _changed(line: Line, before: Acquaintance) -> list[str]:
    was = {
        "email": before.email.casefold(),
        "username": plain(before.username),
        "name": plain(before.name),
    }
    return [name for name, value in line.attributes() if was[name] and value and was[name] != value]


def _was(before: Acquaintance, changed: Sequence[str]) -> str:
    return ", ".join(str(getattr(before, name)) for name in changed)


def _person(
    table: Table, line: Line, id: str, roles: Mapping[str, Set[Role]], today: date
) -> tuple[Person, list[Problem]]:
    problems = []

    def day(column: str) -> date | None:
        found = any_day(table.cell(line.cells, column))
        if isinstance(found, Fault):
            problems.append(_problem(table, line, column, found))
            return None
        return found

    email = line.email
    if email and (fault := check_address(email)):
        problems.append(_problem(table, line, "email", fault))
        email = ""
    typed = table.text(line.cells, "groups").split(",")
    words = tuple([word for each in typed if (word := each.strip())])
    left = day("left")
    gone = {Role.ALUMNI} if left is not None and left <= today else set()
    person = Person(
        id=id,
        name=line.name or line.username,
        email=email,
        username=line.username,
        groups=words,
        roles=frozenset(gone.union(*(roles.get(plain(word), ()) for word in words))),
        country=table.text(line.cells, "country"),
        mentor="",
        joined=day("joined"),
        left=left,
        break_until=day("break until"),
        language=table.text(line.cells, "language"),
        public=plain(table.text(line.cells, "public")) in SHOWN,
    )
    if (said := table.text(line.cells, "public")) and plain(said) not in SHOWN | HIDDEN:
        problems.append(_problem(table, line, "public", NEITHER))
    if person.joined and left and left < person.joined:
        problems.append(_problem(table, line, "left", CROSSED))
    return person, problems


def _problem(table: Table, line: Line, column: str, fault: Fault) -> Problem:
    return Problem.of("People", line.row, column, table.shown(line.cells, column), fault)


def _roles_by_word(groups: Mapping[Role, Sequence[str]]) -> Mapping[str, Set[Role]]:
    """Return what each group means, by its name as it is compared."""
    found: dict[str, set[Role]] = defaultdict(set)
    for role in Role:
        for word in (*DEFAULT_GROUPS[role], *groups.get(role, ())):
            found[plain(word)].add(role)
    return found


def _own_mentor(table: Table, cells: Sequence[Cell]) -> str:
    at = table.theirs.get("mentor", -1)
    return as_text(cells[at]) if 0 <= at < len(cells) else ""
