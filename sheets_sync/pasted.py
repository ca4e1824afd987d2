"""Where somebody pasted the portal's table of usernames into the People tab -> its rows.

Beneath the list or beside it, with its own header, in any order of columns. Rows pasted beneath
into the list's own columns need none: see `roster_lines`. In other columns they do: `headerless`.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from sheets_sync.headers import Table, plain
from sheets_sync.layout import Owner
from sheets_sync.spreadsheet import Cell

HEADERS = {
    "name": "name",
    "full name": "name",
    "email": "email",
    "e-mail": "email",
    "mail": "email",
    "email address": "email",
    "e-mail address": "email",
    "username": "username",
    "user name": "username",
    "user": "username",
    "login": "username",
    "display name": "username",
    "portal username": "username",
}
"""Headers of such a table, as they are compared, to our columns."""


@dataclass(frozen=True, slots=True)
class Pasted:
    """The rows that stand in pasted tables, and where their columns are."""

    beneath: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    """By row of a table beneath the list: our column -> index; empty for its header."""
    beside: Mapping[str, int] = field(default_factory=dict)
    """Of a table beside the list: our column -> index; empty when there is none."""
    beside_header: int = 0
    """In which row that one has its header."""


def find_pasted(table: Table) -> Pasted:
    """Return the tables of usernames that were pasted into the tab."""
    taken = taken_columns(table)
    rows = ((table.header_row, table.header), *table.data()) if table.rows else ()
    headers = ((row, found) for row, cells in rows if (found := _header(cells, taken)))
    row, columns = next(headers, (0, {}))
    return Pasted(dict(_beneath(table, taken)), columns, row)


def taken_columns(table: Table) -> Set[int]:
    """Return the columns of the list itself."""
    return {*table.columns.values(), *table.theirs.values()}


def beside(table: Table) -> Mapping[str, int]:
    """Return the columns of a table at the right of the list whose headers repeat ours."""
    return _header(table.header, taken_columns(table)) if table.rows else {}


def _beneath(table: Table, taken: Set[int]) -> Iterator[tuple[int, Mapping[str, int]]]:
    """Yield the rows below a header of their own, up to a blank row or one with further cells."""
    ours = {
        table.columns[column.name]
        for column in table.tab.columns
        if column.owner is Owner.TIDINGS and column.name in table.columns
    }
    columns: Mapping[str, int] = {}
    width: set[int] = set()
    last = 0
    for row, cells in table.data():
        filled = {at for at, cell in enumerate(cells) if at not in ours and cell not in (None, "")}
        own = _header(cells)
        if own and not taken.isdisjoint(own.values()):
            columns, width = own, filled
            yield row, {}
        elif columns and row == last + 1 and filled <= width:
            yield row, columns
        else:
            columns = {}
        last = row


def _header(cells: Sequence[Cell], taken: Set[int] = frozenset()) -> Mapping[str, int]:
    """Return the columns that a header of a table of usernames names; empty when it is none."""
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        name = HEADERS.get(plain(cell)) if isinstance(cell, str) and at not in taken else None
        if name:
            found.setdefault(name, at)
    return found if "username" in found and len(found) > 1 else {}
