"""A snapshot and a batch of changes -> the requests of one atomic call, and what to check then."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sheets_sync.google_sheets.cell import is_dated, written
from sheets_sync.google_sheets.columns import make_column
from sheets_sync.google_sheets.draft import (
    DATED,
    VALUE,
    Draft,
    Request,
    layout_of,
    row_of,
    update,
)
from sheets_sync.google_sheets.known import TabFacts
from sheets_sync.google_sheets.making import NEW_ROWS, make_tab
from sheets_sync.google_sheets.pending import Added, Owed, Pending
from sheets_sync.google_sheets.undo_log import numbers, stamp, targets, undo_log
from sheets_sync.headers import plain
from sheets_sync.spreadsheet import (
    AddColumn,
    Append,
    Changes,
    Edit,
    EmptyRow,
    Rewrite,
    Value,
)


@dataclass(frozen=True, slots=True)
class Batch:
    """The requests of one call, and what to know until it was checked."""

    requests: list[Request]
    pending: Pending


def make_batch(
    draft: Draft,
    changes: Changes,
    *,
    owed: Sequence[Owed],
    burnt: Sequence[int],
    emptied: int | None,
) -> Batch:
    """Return the batch. Raises SheetChanged when a tab is gone, SheetUnwritable for a long text.

    `burnt` are numbers of earlier batches that must not arrive any more; `emptied` is a blank tab
    that the new ones replace.
    """
    for at, tab in enumerate(changes.tabs):
        id = (draft.token + at) % (2**31 - 1)
        width = sum(not column.optional for column in tab.columns)
        draft.tabs[plain(tab.title)] = TabFacts(id, tab.title, NEW_ROWS, width)
    edits = [*_header_edits(changes), *changes.edits]
    relied_on = list(targets(draft, edits, changes.appends))
    added = tuple(
        Added(draft.tab(one.tab).id, {at: written(v) for at, v in one.values.items()})
        for one in changes.appends
    )
    requests = [
        *(request for tab in changes.tabs for request in make_tab(tab, draft.tab(tab.title).id)),
        *_growth(draft, edits, changes.rewrites),
        *undo_log(draft, relied_on),
        *numbers(draft, burnt),
        *_columns(draft, changes.columns),
        *_edits(draft, changes.edits),
        *(_without_notes(draft, one) for one in changes.emptied),
        *_appends(draft, changes.appends),
        *(_rewrite(draft, rewrite) for rewrite in changes.rewrites),
        *stamp(draft, changes.stamp, burnt),
        *([{"deleteSheet": {"sheetId": emptied}}] if emptied is not None else []),
    ]
    after = next(iter(draft.log.tokens), 0)
    pending = Pending(draft.token, tuple(relied_on), added, tuple(owed), after=after)
    return Batch(requests, pending)


def _header_edits(changes: Changes) -> Iterator[Edit]:
    for added in changes.columns:
        yield Edit(added.tab, added.row, added.column, added.header)


def _without_notes(draft: Draft, one: EmptyRow) -> Request:
    row = {"startRowIndex": one.row - 1, "endRowIndex": one.row}
    return {"updateCells": {"range": {"sheetId": draft.tab(one.tab).id, **row}, "fields": "note"}}


def _columns(draft: Draft, columns: Sequence[AddColumn]) -> Iterator[Request]:
    for added in columns:
        tab = draft.tab(added.tab)
        layout = layout_of(added.tab)
        known = (
            next((c for c in layout.columns if c.name == added.header), None) if layout else None
        )
        if known:
            yield from make_column(tab.id, added.row, added.column, known)
        else:
            yield update(tab, added.row, added.column, [[added.header]], dated=False)


def _growth(draft: Draft, edits: Sequence[Edit], rewrites: Sequence[Rewrite]) -> Iterator[Request]:
    """Make room for what lies beyond a tab's last row or column."""
    need: dict[str, tuple[int, int]] = {}
    for edit in edits:
        rows, columns = need.get(edit.tab, (0, 0))
        need[edit.tab] = max(rows, edit.row), max(columns, edit.column + 1)
    for rewrite in rewrites:
        rows, columns = need.get(rewrite.tab, (0, 0))
        need[rewrite.tab] = max(rows, len(rewrite.rows) + 1), columns
    for title, (rows, columns) in need.items():
        tab = draft.tab(title)
        if rows > tab.rows:
            yield _more(tab, "ROWS", rows - tab.rows)
        if columns > tab.columns:
            yield _more(tab, "COLUMNS", columns - tab.columns)


def _more(tab: TabFacts, dimension: str, length: int) -> Request:
    return {"appendDimension": {"sheetId": tab.id, "dimension": dimension, "length": length}}


def _edits(draft: Draft, edits: Sequence[Edit]) -> Iterator[Request]:
    """Put the edits, cells that form a rectangle in one request."""
    last = {(edit.tab, edit.row, edit.column): edit.value for edit in edits}
    runs: dict[tuple[str, int, int, bool], list[tuple[int, list[Value]]]] = defaultdict(list)
    for title, row, column, values in _runs(last):
        runs[title, column, len(values), is_dated(values[0])].append((row, values))
    for (title, column, _, dated), found in runs.items():
        first = 0
        for at in range(1, len(found) + 1):
            if at == len(found) or found[at][0] != found[at - 1][0] + 1:
                rows = [values for _, values in found[first:at]]
                yield update(draft.tab(title), found[first][0], column, rows, dated=dated)
                first = at


def _runs(
    cells: Mapping[tuple[str, int, int], Value],
) -> Iterator[tuple[str, int, int, list[Value]]]:
    """Return cells side by side in a row that are all dates, or none."""
    run: tuple[str, int, int, list[Value]] | None = None
    for (title, row, column), value in sorted(cells.items(), key=lambda item: item[0]):
        if (
            run
            and run[:2] == (title, row)
            and run[2] + len(run[3]) == column
            and is_dated(run[3][0]) == is_dated(value)
        ):
            run[3].append(value)
            continue
        if run:
            yield run
        run = (title, row, column, [value])
    if run:
        yield run


def _appends(draft: Draft, appends: Sequence[Append]) -> Iterator[Request]:
    """Add rows below the last that holds anything when the batch arrives: never on somebody's."""
    by_tab: dict[str, list[Append]] = defaultdict(list)
    for append in appends:
        by_tab[append.tab].append(append)
    for title, found in by_tab.items():
        tab, last = draft.tab(title), len(draft.rows(title)) or 1
        rows = [
            row_of(tab, last + at, 0, _placed(append.values), formatted=True)
            for at, append in enumerate(found, start=1)
        ]
        yield {"appendCells": {"sheetId": tab.id, "rows": rows, "fields": DATED}}


def _placed(values: Mapping[int, Value]) -> list[Value]:
    return [values.get(at) for at in range(max(values, default=-1) + 1)]


def _rewrite(draft: Draft, rewrite: Rewrite) -> Request:
    """Replace a tab's content. Its header goes along: what people moved there falls into place."""
    tab = draft.tab(rewrite.tab)
    found = draft.rows(rewrite.tab)
    header = [str(cell or "") for cell in found[0]] if found else _new_header(rewrite.tab)
    rows = [header, *rewrite.rows]
    return {
        "updateCells": {
            "range": {"sheetId": tab.id},
            "rows": [row_of(tab, number, 0, row, False) for number, row in enumerate(rows, 1)],
            "fields": VALUE,
        }
    }


def _new_header(title: str) -> list[str]:
    tab = layout_of(title)
    return [column.name for column in tab.columns if not column.optional] if tab else []
