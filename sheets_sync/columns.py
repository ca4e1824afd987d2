"""Where a tab's columns stood, and where they stand -> columns to add, or to ask about.

A header typed over in its place is followed; one that was renamed and moved is asked about.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from sheets_sync.cells import as_text
from sheets_sync.community import Problem
from sheets_sync.headers import OURS, Table, plain
from sheets_sync.layout import Owner
from sheets_sync.spreadsheet import AddColumn, SheetError, Worksheet


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns of a tab stood at the last sync."""

    row: int = 0
    headers: Sequence[str] = ()
    columns: Mapping[str, int] = field(default_factory=dict)
    ours: Mapping[str, str] = field(default_factory=dict)
    """The headers that columns of ours bear, by our name."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Headers that people typed over ours, to our names."""


def followed(layout: Layout, worksheet: Worksheet) -> dict[str, str]:
    """Return new header -> our name for headers that were typed over where they stood.

    Only where nothing else in the header changed: then there is nothing to guess.
    """
    row = worksheet.rows[layout.row - 1] if 0 < layout.row <= len(worksheet.rows) else ()
    now = _trimmed([as_text(cell) for cell in row])
    before = _trimmed(layout.headers)
    if len(now) != len(before):
        return {}
    known = {plain(text) for text in before}
    ours = {at: name for name, at in layout.columns.items()}
    changed = [at for at in range(len(now)) if plain(now[at]) != plain(before[at])]
    if not all(at in ours and now[at] and plain(now[at]) not in known for at in changed):
        return {}
    return {now[at]: ours[at] for at in changed}


def _trimmed(texts: Sequence[str]) -> Sequence[str]:
    last = max((at for at, text in enumerate(texts) if text), default=-1)
    return texts[: last + 1]


@dataclass(frozen=True, slots=True)
class Completed:
    """A table with all its columns; those to add, and those to ask about."""

    table: Table
    added: Sequence[AddColumn]
    questions: Sequence[Problem]


def complete(table: Table, layout: Layout) -> Completed:
    """Plan the columns that are missing; one that was probably renamed is asked about.

    Raises SheetError when that is the one that holds the ids.
    """
    added: list[AddColumn] = []
    questions: list[Problem] = []
    header = [as_text(cell) for cell in table.header] if table.rows else []
    before = set(map(plain, layout.headers))
    ours = set(table.columns.values())
    new = [
        text
        for at, text in enumerate(header)
        if text and before and plain(text) not in before and at not in ours
    ]
    columns = dict(table.columns)
    at = len(header)
    while at and not header[at - 1]:
        at -= 1
    for column in table.tab.columns:
        if column.name in columns or (column.optional and column.name not in table.theirs):
            continue
        if new and column.name in layout.columns:
            questions.append(_question(table, column.name, new))
            if column.name == "id":
                raise SheetError(
                    f"{table.title}: the column 'id' is gone (perhaps {new[0]!r}?). Nothing was "
                    "written. Name it id again"
                )
            continue
        name = OURS.format(name=column.name) if column.name in table.theirs else column.name
        added.append(AddColumn(table.title, table.header_row, at, name))
        columns[column.name] = at
        at += 1
    whole = Table(
        table.tab, table.header_row, columns, table.rows or [[]], table.theirs, table.problems
    )
    return Completed(whole, added, questions)


def _question(table: Table, name: str, new: Sequence[str]) -> Problem:
    return Problem(
        table.title,
        table.header_row,
        name,
        ", ".join(new[:3]),
        f"the column {name!r} is gone",
        "if one of these is it, name it so again or map its header in tidings.toml; if not, "
        "add an empty column of that name",
    )


def layout_of(table: Table, renamed: Mapping[str, str]) -> str:
    """Return where the columns stand, as JSON for the state."""
    header = [as_text(cell) for cell in table.header] if table.rows else []
    header += [""] * (max(table.columns.values(), default=-1) + 1 - len(header))
    for name, at in table.columns.items():
        own = OURS.format(name=name) if name in table.theirs else name
        header[at] = header[at] or own  # about to be added
    ours = {
        column.name: header[table.columns[column.name]]
        for column in table.tab.columns
        if column.owner is Owner.TIDINGS and column.name in table.columns
    }
    layout = Layout(table.header_row, tuple(header), dict(table.columns), ours, dict(renamed))
    return json.dumps(asdict(layout), ensure_ascii=False)
