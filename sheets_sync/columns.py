"""Where a tab's columns stood, and where they stand -> columns to add, or to ask about.

A header typed over in its place is followed, and one that was emptied there is put back; one that
was renamed and moved is asked about.
"""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field

from forms.phrase import phrase
from forms.rules import Fault
from forms.wording import N_
from sheets_sync.cells import as_text
from sheets_sync.community import Problem
from sheets_sync.headers import OURS, Table, perhaps, plain
from sheets_sync.layout import Owner
from sheets_sync.spreadsheet import AddColumn, TabError, Worksheet

NAMELESS = "a column without a header"


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
    return {now[at]: ours[at] for at in changed if plain(now[at]) != plain(ours[at])}


def _trimmed(texts: Sequence[str]) -> Sequence[str]:
    last = max((at for at, text in enumerate(texts) if text), default=-1)
    return texts[: last + 1]


@dataclass(frozen=True, slots=True)
class Completed:
    """A table with all its columns; those to add, and those to ask about."""

    table: Table
    added: Sequence[AddColumn]
    questions: Sequence[Problem]
    put_back: Sequence[str] = ()
    """Headers that had been emptied where they stood."""


def complete(table: Table, layout: Layout) -> Completed:
    """Plan the columns that are missing; one that was probably renamed is asked about.

    Raises TabError when that is the one that holds the ids.
    """
    added: list[AddColumn] = []
    questions: list[Problem] = []
    header = [as_text(cell) for cell in table.header] if table.rows else []
    emptied = _emptied(table, layout, header)
    new = _unknown(table, layout, header, {*table.columns.values(), *emptied.values()})
    put_back = [
        AddColumn(table.title, table.header_row, at, layout.headers[at]) for at in emptied.values()
    ]
    columns = {**table.columns, **emptied}
    at = max([len(_trimmed(header)), *(at + 1 for at in emptied.values())])
    for column in table.tab.columns:
        if column.name in columns or (column.optional and column.name not in table.theirs):
            continue
        if new and column.name in layout.columns:
            questions.append(_question(table, column.name, new))
            if column.name == "id":
                told = N_("the column {name} is gone. Nothing was written. Name it so again")
                raise TabError(table.title, phrase(told, name=perhaps(column.name, new[:1])))
            continue
        name = OURS.format(name=column.name) if column.name in table.theirs else column.name
        added.append(AddColumn(table.title, table.header_row, at, name))
        columns[column.name] = at
        at += 1
    whole = Table(
        table.tab, table.header_row, columns, table.rows or [[]], table.theirs, table.problems
    )
    return Completed(whole, [*put_back, *added], questions, [one.header for one in put_back])


def _unknown(table: Table, layout: Layout, header: Sequence[str], ours: Set[int]) -> Sequence[str]:
    """Return the headers that were not there, and what has none, among the columns not ours."""
    before = set(map(plain, layout.headers))
    return [
        text or NAMELESS
        for at, text in enumerate(header)
        if before and at not in ours
        if (plain(text) not in before if text else _holds(table, at))
    ]


def _holds(table: Table, at: int) -> bool:
    return any(at < len(cells) and cells[at] not in (None, "") for _, cells in table.data())


def _emptied(table: Table, layout: Layout, header: Sequence[str]) -> dict[str, int]:
    """Return the columns that stand where they stood, without their header.

    Only where every other column stands there too: then there is nothing to guess.
    """
    if any(table.columns.get(name, at) != at for name, at in layout.columns.items()):
        return {}
    return {
        name: at
        for name, at in layout.columns.items()
        if name not in table.columns and at < len(header) and not header[at]
    }


def _question(table: Table, name: str, new: Sequence[str]) -> Problem:
    fault = Fault(
        N_("the column {name} is gone"),
        N_(
            "if one of these is it, name it so again or map its header in tidings.toml; if not, "
            "add an empty column of that name"
        ),
        {"name": repr(name)},
    )
    return Problem.of(table.title, table.header_row, name, ", ".join(new[:3]), fault)


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
