"""Rows as they stand, and as they stood with nothing left to do -> those that need no look.

A row whose cells are the same, judged by the same form, people and mentors, comes out the same
again. Only rows without any doubt are remembered, so the day does not matter: a date that was not
too late is not too late tomorrow.
"""

import hashlib
import json
import marshal
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from sys import implementation

from sheets_sync.doubts import Context
from sheets_sync.headers import Table
from sheets_sync.spreadsheet import Cell, Worksheet
from sheets_sync.state.base import Known

KEPT = "looked at"
_PRINT_BYTES = 12
_STABLE = 2
"""Version of marshal's format whose bytes depend on the values alone."""


@dataclass(frozen=True, slots=True)
class LookedAt:
    """Prints of rows by id, and of what they were judged by."""

    by: str = ""
    rows: Mapping[str, str] = field(default_factory=dict)

    def dumped(self) -> str:
        """Return it as JSON for the state."""
        return json.dumps([self.by, self.rows], separators=(",", ":"))


def load_looked_at(values: Mapping[str, str], by: str) -> LookedAt:
    """Return what the state remembers, as far as it was judged by the same."""
    kept = values.get(KEPT)
    before, rows = json.loads(kept) if kept else ("", {})
    return LookedAt(by, rows if before == by else {})


def judged_by(context: Context, tables: Iterable[Table]) -> str:
    """Return a print of all that a row's judgement depends on besides the row and its memory."""
    people = [(p.id, p.name, p.email, p.username) for p in context.roster.people]
    columns = [(table.title, sorted(table.columns.items())) for table in tables]
    settled = (context.form, context.zone, context.trust, context.hashtags, version("tidings"))
    parts = (people, sorted(context.mentors.items()), columns, settled, implementation.cache_tag)
    return _print(repr(parts).encode("utf-8", "surrogatepass"))


@cache
def edition() -> str:
    """Return the version of the program; another one may judge in another way."""
    return version("tidings")


def row_print(cells: Sequence[Cell]) -> str:
    """Return a print of a row's cells; "" for a row with a fault in it, which is like no other."""
    try:
        return _print(marshal.dumps(cells, _STABLE))  # type: ignore[arg-type]
    except ValueError:
        return ""


def worksheet_print(worksheet: Worksheet) -> bytes:
    """Return what is another word after any change of a cell."""
    try:
        content = marshal.dumps((worksheet.title, worksheet.rows), _STABLE)  # type: ignore[arg-type]
    except ValueError:  # a cell has a fault in it
        content = repr(worksheet).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=_PRINT_BYTES).digest()


def _print(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=_PRINT_BYTES).hexdigest()


def unchanged_rows(
    tables: Iterable[Table], looked_at: LookedAt, known: Mapping[str, Known], touched: Set[str]
) -> dict[str, tuple[str, int]]:
    """Return by id where rows stand that need no look: the tab and the row.

    `touched` holds ids about which something has come in. Of a row that was copied, both are
    looked at, and so is one that was moved to another tab.
    """
    found: dict[str, tuple[str, int]] = {}
    seen: set[str] = set()
    twice: set[str] = set()
    for title, row, id, cells in _with_ids(tables):
        if id in seen:
            twice.add(id)
            continue
        seen.add(id)
        one = known.get(id)
        is_here = one is not None and one.missing_since is None and one.tab == title
        if is_here and looked_at.rows.get(id) == row_print(cells) != "":
            found[id] = (title, row)
    for id in twice | touched:
        found.pop(id, None)
    return found


def _with_ids(tables: Iterable[Table]) -> Iterator[tuple[str, int, str, Sequence[Cell]]]:
    for table in tables:
        at = table.columns.get("id", -1)
        title, below = table.title, table.header_row
        for row, cells in enumerate(table.rows[below:], below + 1) if at >= 0 else ():
            id = cells[at] if at < len(cells) else None
            if isinstance(id, str) and id:
                yield title, row, id, cells
