"""Rows as they stand, and as they stood with nothing left to do -> those that need no look.

A row whose cells are the same, judged by the same form, and naming the same people with the same
mentors, comes out the same again. Only rows without any doubt are remembered, so the day does not
matter: a date that was not too late is not too late tomorrow.
"""

import hashlib
import json
import marshal
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from sys import implementation
from typing import NamedTuple

from sheets_sync.cells import as_text
from sheets_sync.community import Report
from sheets_sync.doubts import Context
from sheets_sync.headers import Table
from sheets_sync.roster import Roster, split_names
from sheets_sync.spreadsheet import Cell, Worksheet
from sheets_sync.state.base import REPORT, Known

KEPT = "looked at"
NAMING = ("email", "about", "mentor")
"""Columns that name people, beside the reporter's."""
_PRINT_BYTES = 12
_STABLE = 2
"""Version of marshal's format whose bytes depend on the values alone."""


@dataclass(frozen=True, slots=True)
class LookedAt:
    """Prints of rows by id, and of what they were judged by."""

    by: str = ""
    people: str = ""
    rows: Mapping[str, str] = field(default_factory=dict)
    are_others: bool = False
    """Whether people or mentors are not those of that time."""

    def dumped(self) -> str:
        """Return it as JSON for the state."""
        return json.dumps([[self.by, self.people], self.rows], separators=(",", ":"))


def load_looked_at(
    values: Mapping[str, str], context: Context, tables: Iterable[Table]
) -> LookedAt:
    """Return what the state remembers, as far as it was judged by the same rules."""
    kept = values.get(KEPT)
    before, rows = json.loads(kept) if kept else (("", ""), {})
    by, people = _print_of_rules(context, tables), _print_of_people(context)
    return LookedAt(by, people, rows if before[0] == by else {}, are_others=before[1] != people)


def _print_of_rules(context: Context, tables: Iterable[Table]) -> str:
    """Return a print of what judging any row depends on, but for the people it may name."""
    columns = [(table.title, sorted(table.columns.items())) for table in tables]
    settled = (context.form, context.zone, context.trust, context.hashtags, edition())
    return _print(repr((columns, settled, implementation.cache_tag)).encode())


def _print_of_people(context: Context) -> str:
    people = [(p.id, p.name, p.email, p.username) for p in context.roster.people]
    found = repr((people, sorted(context.mentors.items())))
    return _print(found.encode("utf-8", "surrogatepass"))


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


class Standing(NamedTuple):
    """A row that stands as it stood, with its report."""

    table: Table
    row: int
    cells: Sequence[Cell]
    report: Report

    def names_the_same(
        self, named: Sequence[Cell], roster: Roster, mentors: Mapping[str, str]
    ) -> bool:
        """Tell whether it means whom it meant, among people and mentors that may be others.

        `named` are its cells of the columns NAMING. In doubt it tells no: then the row is looked
        at, which finds the same or something new.
        """
        report = self.report
        email, about, mentor = named
        match = roster.find(report.reporter, as_text(email) if email else "")
        person = match.person
        if person is None:
            return not report.person and not roster
        if match.conflict or person.id != report.person or person.name != report.name:
            return False
        has_commas = isinstance(about, str) and "," in about
        if has_commas and split_names(as_text(about), roster) != report.about:
            return False
        # Once a report has its writer's mentor it keeps that one, and the cell shows it.
        return bool(mentor) or person.id not in mentors


def unchanged_rows(
    tables: Iterable[Table], looked_at: LookedAt, known: Mapping[str, Known], touched: Set[str]
) -> dict[str, Standing]:
    """Return the rows by id that stand as they stood when nothing was left to do.

    `touched` holds ids about which something has come in. Of a row that was copied, both are
    looked at, and so is one that was moved to another tab.
    """
    found: dict[str, Standing] = {}
    seen: set[str] = set()
    twice: set[str] = set()
    for table, row, id, cells in _with_ids(tables):
        if id in seen:
            twice.add(id)
            continue
        seen.add(id)
        one = known.get(id)
        if one is None or one.missing_since is not None or one.tab != table.title:
            continue
        if looked_at.rows.get(id) == row_print(cells) != "":
            found[id] = Standing(table, row, cells, REPORT.validator.validate_json(one.fields))
    for id in twice | touched:
        found.pop(id, None)
    return found


def _with_ids(tables: Iterable[Table]) -> Iterator[tuple[Table, int, str, Sequence[Cell]]]:
    for table in tables:
        at, below = table.columns.get("id", -1), table.header_row
        for row, cells in enumerate(table.rows[below:], below + 1) if at >= 0 else ():
            id = cells[at] if at < len(cells) else None
            if isinstance(id, str) and id:
                yield table, row, id, cells
