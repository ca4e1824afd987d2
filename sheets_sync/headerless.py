"""Rows of the People tab that stand in other columns than the list's -> what to do about them.

So stands a table of usernames that was pasted without its header. Which of its columns is what is
not guessed: nothing of it is used, and a header says it. Pure and linear in rows.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from forms.rules import Fault
from forms.wording import N_
from sheets_sync.cells import as_text, shown
from sheets_sync.community import Problem
from sheets_sync.headers import Table, plain
from sheets_sync.layout import PEOPLE
from sheets_sync.pasted import Pasted, taken_columns
from sheets_sync.roster_line import ATTRIBUTES, Line
from sheets_sync.spreadsheet import Cell

ENOUGH = 2
"""So many rows make a table where one alone may be a slip."""
NAME_THEM = N_(
    "put a row above it that says what its columns are (name, email, username), or move the cells "
    "to where they belong"
)
ROWS = N_(
    "“{value}” is in the list already; rows {row} to {last} look like a table without its header, "
    "and are not used"
)
ONE_ROW = N_(
    "“{value}” is in the list already, and here in another column; the row looks like one of a "
    "table without its header, and is not used"
)
BESIDE = (
    N_("a table stands beside the list (here: “{value}”) without a header, and is not used"),
    N_(
        "if these are usernames, write above each column what it is: name, email or username; if "
        "they are something else, any other header will do"
    ),
)


@dataclass(frozen=True, slots=True)
class Strays:
    """Rows that are not used, and what to say of them."""

    rows: Set[int] = frozenset()
    problems: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """Who is named in the list's own columns, and in which row first."""

    emails: Mapping[str, int]
    names: Mapping[str, int]

    def is_named(self, text: str) -> bool:
        """Tell whether a text is somebody's name or address."""
        return text.casefold() in self.emails or plain(text) in self.names

    def has_name(self, text: str, line: Line) -> bool:
        """Tell whether a text is the name of somebody above a row."""
        return self.names.get(plain(text), line.row) < line.row

    def has_email(self, text: str, line: Line) -> bool:
        """Tell whether a text is the address of somebody above a row."""
        return self.emails.get(text.casefold(), line.row) < line.row


def whom_it_names(lines: Sequence[Line]) -> Known:
    """Return everybody whom these rows name."""
    emails: dict[str, int] = {}
    names: dict[str, int] = {}
    for line in lines:
        if "@" in line.email:
            emails.setdefault(line.email.casefold(), line.row)
        if line.name:
            names.setdefault(plain(line.name), line.row)
    return Known(emails, names)


def find_strays(lines: Sequence[Line], known: Known) -> Strays:
    """Return the rows in which somebody of the list is named in a column that is not for it."""
    certain = {at: column for at, line in enumerate(lines) if (column := _astray(line, known))}
    likely = {at: column for at, line in enumerate(lines) if (column := _may_be(line, known))}
    rows: set[int] = set()
    problems: list[Problem] = []
    for block in _blocks(lines, certain.keys() | likely.keys()):
        if certain.keys() & block or len(likely.keys() & block) >= ENOUGH:
            rows |= {lines[at].row for at in block}
            at = min(certain.keys() & block or likely.keys() & block)
            problems.append(_problem(lines[at], (likely | certain)[at], lines, block))
    return Strays(rows, problems)


def _astray(line: Line, known: Known) -> str:
    """Return the column in which a name or an address of somebody else stands for sure."""
    if line.email and "@" not in line.email and known.has_name(line.email, line):
        return "email"
    # Somebody may be called by their own address, or have it as their username.
    for column, value in (("name", line.name), ("username", line.username)):
        is_others = "@" in value and value.casefold() != line.email.casefold()
        if is_others and known.has_email(value, line):
            return column
    is_name = " " in line.username and known.has_name(line.username, line)
    return "username" if is_name else ""


def _may_be(line: Line, known: Known) -> str:
    """Return the column in which somebody of the list stands, beside what may be a username."""
    if line.email and "@" not in line.email:
        return "name" if known.has_name(line.name, line) else ""
    is_word = line.name and " " not in line.name and not line.username
    other = is_word and not known.has_name(line.name, line) and known.has_email(line.email, line)
    return "email" if other else ""


def _blocks(lines: Sequence[Line], likely: Set[int]) -> Iterator[Set[int]]:
    """Yield these lines, neighbours together, with those around that look like them."""
    block: set[int] = set()
    for at in sorted(likely):
        if at in block:
            continue
        if block and at - 1 not in block:
            yield block
            block = set()
        block |= {at, *range(_reach(lines, at, -1), _reach(lines, at, 1) + 1)}
    if block:
        yield block


def _reach(lines: Sequence[Line], start: int, step: int) -> int:
    at = start
    while (
        0 <= at + step < len(lines)
        and lines[at + step].row == lines[at].row + step
        and _looks_like(lines[start], lines[at + step])
    ):
        at += step
    return at


def _looks_like(one: Line, other: Line) -> bool:
    """Tell whether two rows have addresses in the same columns, and not where the list has them."""
    if "@" not in other.name + other.username and (not other.email or "@" in other.email):
        return False
    pairs = [(getattr(one, column), getattr(other, column)) for column in ATTRIBUTES]
    both = [(first, second) for first, second in pairs if first and second]
    return len(both) > 1 and all(("@" in first) == ("@" in second) for first, second in both)


def _problem(line: Line, column: str, lines: Sequence[Line], block: Set[int]) -> Problem:
    first, last = lines[min(block)].row, lines[max(block)].row
    value = shown(getattr(line, column))
    told = ROWS if last > first else ONE_ROW
    fault = Fault(told, NAME_THEM, {"value": value, "row": first, "last": last})
    return Problem.of(PEOPLE.title, line.row, column, value, fault)


def beside_without_header(table: Table, pasted: Pasted, known: Known) -> Iterator[Problem]:
    """Point out a table at the right of the list that has no header at all."""
    free = [] if pasted.beside else _free(table, known)
    if len(free) < ENOUGH:
        return
    found = [
        (row, as_text(cells[at]))
        for row, cells in ((table.header_row, table.header), *table.data())
        for at in free
        if at < len(cells)
        and known.is_named(as_text(cells[at]))
        and _has_neighbour(cells, at, free)
    ]
    if len(found) >= ENOUGH:
        row, value = found[0]
        fault = Fault(*BESIDE, {"value": shown(value)})
        yield Problem.of(PEOPLE.title, row, "", shown(value), fault)


def _free(table: Table, known: Known) -> Sequence[int]:
    """Return the columns beside the list with nothing above them, or where rows begin at once."""
    taken = taken_columns(table)
    width = max(map(len, table.rows), default=0)
    header = [as_text(cell) for cell in table.header] if table.rows else []
    heads = {at: header[at] if at < len(header) else "" for at in range(width) if at not in taken}
    at_once = {at for at, head in heads.items() if head and known.is_named(head)}
    return [
        at for at, head in heads.items() if not head or at in at_once or {at - 1, at + 1} & at_once
    ]


def _has_neighbour(cells: Sequence[Cell], at: int, free: Sequence[int]) -> bool:
    near = (one for one in (at - 1, at + 1) if one in free and one < len(cells))
    return any(cells[one] not in (None, "") for one in near)
