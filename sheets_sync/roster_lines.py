"""Rows of the People tab -> a line for each person, with what further rows add to it.

A row that holds nothing but a name, an address and a username, and that belongs to another one,
completes it: a table of usernames is matched, not retyped. It never changes what stands there.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forms.rules import Fault, check_address, one_line
from forms.wording import N_
from sheets_sync.cells import as_text, shown
from sheets_sync.community import Problem
from sheets_sync.headerless import beside_without_header, find_strays, whom_it_names
from sheets_sync.headers import Table, plain
from sheets_sync.layout import PEOPLE, Owner
from sheets_sync.pasted import find_pasted
from sheets_sync.roster_line import ATTRIBUTES, Line
from sheets_sync.spreadsheet import Cell

COMPLETES = (
    "Completes row {row} ({name}): {what}. Keep this row, or type it there and remove this one."
)
REPEATS = "Says no more than row {row} ({name}); it may be removed."
SAME = (
    N_("row {row} has the same {column}; that row counts"),
    N_("remove one of the two rows, or correct it"),
)
ANOTHER = (
    N_("row {row} ({name}) has another {column}; that row counts"),
    N_("correct one of the two"),
)
TAKEN = N_("row {row} has this username already; that row counts"), N_("correct one of the two")
SEVERAL = N_("several people bear this name"), N_("write the e-mail address beside it")
NAMESAKE = (
    N_("row {row} has this name and another username"),
    N_("correct one of them; if it is somebody else, fill in e-mail or groups"),
)
MISPLACED = (
    N_("this is not an e-mail address"),
    N_("if it is the username, move it to that column; else write an address"),
)
NOBODY = (
    N_("nobody in the list has this address, username or name"),
    N_("correct it, or add a row for them to the list"),
)


@dataclass(frozen=True, slots=True)
class Lines:
    """Everybody's line, in the order of the rows."""

    people: Sequence[Line]
    notes: Mapping[int, str]
    """What to say of the rows that add to another one."""
    problems: Sequence[Problem]


def read_lines(table: Table) -> Lines:
    """Return a line for each person on the tab."""
    pasted, further = find_pasted(table), _further(table)
    found = [
        _line(row, cells, table.columns, further)
        for row, cells in table.data()
        if row not in pasted.beneath
    ]
    known = whom_it_names(found)
    strays = find_strays(found, known)
    lines = [line for line in found if line.row not in strays.rows]
    crowd = _Crowd([*strays.problems, *beside_without_header(table, pasted, known)])
    for line in lines:
        if not line.bare and line.values():
            crowd.add(line)
    for line in lines:
        if line.bare and line.values():
            crowd.add_bare(line)
    for row, cells in table.data():
        if columns := pasted.beneath.get(row):
            crowd.complete(_line(row, cells, columns), noted=True)
        if row > pasted.beside_header and pasted.beside:
            crowd.complete(_line(row, cells, pasted.beside), noted=False)
    return crowd.lines()


def _further(table: Table) -> Sequence[int]:
    """Return the columns in which people say more of somebody than who it is."""
    theirs = [column.name for column in table.tab.columns if column.owner is not Owner.TIDINGS]
    known = [at for name, at in table.columns.items() if name in theirs and name not in ATTRIBUTES]
    return [*known, *table.theirs.values()]


def _line(
    row: int, cells: Sequence[Cell], columns: Mapping[str, int], further: Sequence[int] = ()
) -> Line:
    def text(name: str) -> str:
        at = columns.get(name, -1)
        return one_line(as_text(cells[at])) if 0 <= at < len(cells) else ""

    bare = all(cells[at] in (None, "") for at in further if at < len(cells))
    return Line(row, text("name"), text("email"), text("username"), cells, bare)


class _Crowd:
    """The people found so far, to be found again by what a row says of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self._people: list[Line] = []
        self._places: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._notes: dict[int, str] = {}
        self._problems = list(problems)

    def lines(self) -> Lines:
        """Return what was found, in the order of the rows."""
        people = sorted(self._people, key=lambda line: line.row)
        return Lines(people, self._notes, sorted(self._problems, key=lambda p: p.row or 0))

    def add(self, line: Line) -> None:
        """Add a person; a second row of one address or username is a Problem."""
        for kind, value in line.attributes()[:2]:
            if value and (found := self._places.get((kind, value))):
                row = self._people[found[0]].row
                self._tell(line, kind, Fault(*SAME, {"row": row, "column": kind}))
                return
        self._people.append(line)
        self._index(len(self._people) - 1, line)

    def add_bare(self, line: Line) -> None:
        """Let a row that says no more than who it is add to a person, or be one of its own."""
        found = self._fitting(line) if len(line.values()) > 1 else []
        if line.email and "@" not in line.email and self._fitting(line._replace(email="")):
            self._tell(line, "email", Fault(*MISPLACED))
        elif len(found) > 1:
            self._tell(line, "name", Fault(*SEVERAL))
        elif not found or not self._joins(found[0], line, noted=True):
            self._doubt_namesake(line)
            self.add(line)

    def complete(self, line: Line, *, noted: bool) -> None:
        """Let a row of a pasted table add to a person; it is never one of its own."""
        if len(line.values()) < 2:
            return
        found = self._fitting(line)
        if not found:
            self._tell(line, "username", Fault(*NOBODY))
        elif len(found) > 1:
            self._tell(line, "name", Fault(*SEVERAL))
        else:
            self._joins(found[0], line, noted=noted)

    def _fitting(self, line: Line) -> Sequence[int]:
        """Return who is meant: by address, else by username, else by a name without a doubt."""
        for kind, value in line.attributes()[:2]:
            if value and (found := self._places.get((kind, value))):
                return found
        namesakes = self._places.get(("name", plain(line.name)), []) if line.name else []
        return [at for at in namesakes if not self._differing(at, line)]

    def _joins(self, at: int, line: Line, *, noted: bool) -> bool:
        """Add a row to a person; tells whether there was anything to say about it."""
        person = self._people[at]
        if fault := self._contradiction(at, line):
            self._tell(line, *fault)
            return True
        new = {
            kind: value
            for kind in ("email", "username")
            if (value := getattr(line, kind)) and not getattr(person, kind)
        }
        if "email" in new and (wrong := check_address(new["email"])):
            self._tell(line, "email", wrong)
            return True
        if not new and not line.values().items() <= person.values().items():
            return False
        self._people[at] = person._replace(**new)
        self._index(at, self._people[at])
        if noted:
            words = COMPLETES if new else REPEATS
            self._notes[line.row] = words.format(
                row=person.row, name=person.name or person.email, what=" and ".join(new)
            )
        return True

    def _contradiction(self, at: int, line: Line) -> tuple[str, Fault] | None:
        """Return the column and the fault where a row says something else than the person's."""
        person = self._people[at]
        if kinds := self._differing(at, line):
            name = person.name or person.email
            return kinds[0], Fault(*ANOTHER, {"row": person.row, "name": name, "column": kinds[0]})
        owners = self._places.get(("username", plain(line.username)), [at])
        if line.username and owners != [at]:
            return "username", Fault(*TAKEN, {"row": self._people[owners[0]].row})
        return None

    def _differing(self, at: int, line: Line) -> list[str]:
        person = self._people[at].values()
        return [
            kind
            for kind, value in line.attributes()[:2]
            if value and person.get(kind, value) != value
        ]

    def _doubt_namesake(self, line: Line) -> None:
        """Point out somebody who is told from a namesake by nothing but the username."""
        namesakes = self._places.get(("name", plain(line.name)), []) if line.name else []
        others = [at for at in namesakes if "username" in self._differing(at, line)]
        if others and not line.email:
            row = self._people[others[0]].row
            self._tell(line, "username", Fault(*NAMESAKE, {"row": row}))

    def _index(self, at: int, line: Line) -> None:
        for key in line.values().items():
            if at not in self._places[key]:
                self._places[key].append(at)

    def _tell(self, line: Line, column: str, fault: Fault) -> None:
        value = shown(getattr(line, column))
        self._problems.append(Problem.of(PEOPLE.title, line.row, column, value, fault))
