"""A snapshot and a batch of changes -> the requests of one atomic call, and what to check then.

The call first copies each row that it writes into to our hidden tab, on the server: so it is known
afterwards what every overwritten cell held, and whose row it was, whatever people did meanwhile.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sheets_sync.google_sheets.cell import cell_data, is_dated, written
from sheets_sync.google_sheets.columns import make_column
from sheets_sync.google_sheets.known import LOG_ID, LOG_TITLE, Known, TabFacts, letters
from sheets_sync.google_sheets.making import NEW_ROWS, make_tab
from sheets_sync.google_sheets.pending import Added, Line, Owed, Pending, Target
from sheets_sync.google_sheets.reading import FIRST_LOG_ROW, STAMP_ROW, TOKEN_ROW, Log
from sheets_sync.headers import header_row, plain
from sheets_sync.layout import TABS, Tab
from sheets_sync.spreadsheet import (
    AddColumn,
    Append,
    Changes,
    Edit,
    Rewrite,
    Snapshot,
    Stamp,
    Value,
)

KEPT_TOKENS = 20
NOTICE = "Tidings keeps here what it wrote last. Please leave this tab as it is."
VALUE = "userEnteredValue"
DATED = f"{VALUE},userEnteredFormat.numberFormat"
LOG_COLUMNS = 26

Request = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """The requests of one call, and what to know until it was checked."""

    requests: list[Request]
    pending: Pending


@dataclass(slots=True)
class Draft:
    """What a batch is made of, tab by tab."""

    base: Snapshot
    known: Known
    log: Log
    token: int
    tabs: dict[str, TabFacts] = field(default_factory=dict)
    """New tabs, by title as compared."""

    def tab(self, title: str) -> TabFacts:
        """Return a tab, new ones among them. Raises SheetChanged."""
        return self.tabs.get(plain(title)) or self.known.tab(title)

    def rows(self, title: str) -> Sequence[Line]:
        """Return what stands in a tab; nothing in a new one."""
        found = self.base.worksheet(title)
        return [tuple(row) for row in found.rows] if found else []


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
    targets = list(_targets(draft, edits, changes.appends))
    added = tuple(
        Added(draft.tab(one.tab).id, {at: written(v) for at, v in one.values.items()})
        for one in changes.appends
    )
    requests = [
        *(request for tab in changes.tabs for request in make_tab(tab, draft.tab(tab.title).id)),
        *_growth(draft, edits, changes.rewrites),
        *_log(draft, targets),
        *_numbers(draft, burnt),
        *_columns(draft, changes.columns),
        *_edits(draft, changes.edits),
        *_appends(draft, changes.appends),
        *(_rewrite(draft, rewrite) for rewrite in changes.rewrites),
        *_stamp(draft, changes.stamp, burnt),
        *([{"deleteSheet": {"sheetId": emptied}}] if emptied is not None else []),
    ]
    return Batch(requests, Pending(draft.token, tuple(targets), added, tuple(owed)))


def _header_edits(changes: Changes) -> Iterator[Edit]:
    for added in changes.columns:
        yield Edit(added.tab, added.row, added.column, added.header)


def _targets(draft: Draft, edits: Sequence[Edit], appends: Sequence[Append]) -> Iterator[Target]:
    """Return the rows that the batch relies on, tab by tab and from the top; not of new tabs."""
    by_tab: dict[str, dict[int, dict[int, Value]]] = defaultdict(lambda: defaultdict(dict))
    for edit in edits:
        by_tab[edit.tab][edit.row][edit.column] = edit.value
    for title in dict.fromkeys([*by_tab, *(append.tab for append in appends)]):
        if plain(title) in draft.tabs:
            continue
        rows, sheet = draft.rows(title), draft.tab(title).id
        header, loose = _header(title, rows)
        for row in sorted({header, *by_tab[title]}):
            expected = rows[row - 1] if row <= len(rows) else ()
            writes = {at: written(value) for at, value in by_tab[title].get(row, {}).items()}
            is_header = row == header
            yield Target(sheet, row, expected, writes, () if is_header else loose, is_header)


def _header(title: str, rows: Sequence[Line]) -> tuple[int, tuple[int, ...]]:
    """Return the row of a tab's header, and the columns of which the layout knows nothing."""
    tab = _layout(title)
    names = {plain(column.name): column.name for column in tab.columns} if tab else {}
    if not rows:
        return 1, ()
    at = header_row(rows, names)
    width = max(map(len, rows))
    texts = [plain(str(cell)) for cell in rows[at - 1]]
    return at, tuple(i for i in range(width) if i >= len(texts) or texts[i] not in names)


def _columns(draft: Draft, columns: Sequence[AddColumn]) -> Iterator[Request]:
    for added in columns:
        tab = draft.tab(added.tab)
        layout = _layout(added.tab)
        known = (
            next((c for c in layout.columns if c.name == added.header), None) if layout else None
        )
        if known:
            yield from make_column(tab.id, added.row, added.column, known)
        else:
            yield _update(tab, added.row, added.column, [[added.header]], dated=False)


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


def _log(draft: Draft, targets: Sequence[Target]) -> Iterator[Request]:
    """Copy each target, as it is when the batch arrives, to our hidden tab."""
    width = max([LOG_COLUMNS, *(_width(target) for target in targets)])
    grid = {"rowCount": FIRST_LOG_ROW + len(targets), "columnCount": width}
    properties = {"sheetId": LOG_ID, "gridProperties": grid}
    if draft.known.log is None:
        yield {"addSheet": {"properties": {**properties, "title": LOG_TITLE, "hidden": True}}}
    else:
        fields = "gridProperties.rowCount,gridProperties.columnCount"
        yield {"updateSheetProperties": {"properties": properties, "fields": fields}}
        below = {"sheetId": LOG_ID, "startRowIndex": FIRST_LOG_ROW - 1}
        yield {"updateCells": {"range": below, "fields": VALUE}}
    at = FIRST_LOG_ROW - 1
    for block in _blocks(targets):
        columns = {"startColumnIndex": 0, "endColumnIndex": max(map(_width, block))}
        yield {
            "copyPaste": {
                "source": {
                    "sheetId": block[0].sheet,
                    "startRowIndex": block[0].row - 1,
                    "endRowIndex": block[-1].row,
                    **columns,
                },
                "destination": {
                    "sheetId": LOG_ID,
                    "startRowIndex": at,
                    "endRowIndex": at + len(block),
                    **columns,
                },
                "pasteType": "PASTE_VALUES",
            }
        }
        at += len(block)


def _width(target: Target) -> int:
    return max([1, len(target.expected), *(at + 1 for at in target.writes)])


def _blocks(targets: Sequence[Target]) -> Iterator[Sequence[Target]]:
    """Return runs of targets that lie directly below each other."""
    first = 0
    for at in range(1, len(targets) + 1):
        before = targets[at - 1]
        if (
            at == len(targets)
            or targets[at].sheet != before.sheet
            or targets[at].row != before.row + 1
        ):
            yield targets[first:at]
            first = at


def _numbers(draft: Draft, burnt: Iterable[int]) -> Iterator[Request]:
    """Take the batch's number: should the same batch arrive again, it fails as a whole."""
    for old in draft.log.tokens[KEPT_TOKENS:]:
        lookup = {"developerMetadataLookup": {"metadataId": old}}
        yield {"deleteDeveloperMetadata": {"dataFilter": lookup}}
    for token in (draft.token, *burnt):
        yield {
            "createDeveloperMetadata": {
                "developerMetadata": {
                    "metadataId": token,
                    "metadataKey": "tidings-batch",
                    "location": {"spreadsheet": True},
                    "visibility": "DOCUMENT",
                }
            }
        }


def _stamp(draft: Draft, stamp: Stamp | None, burnt: Sequence[int]) -> Iterator[Request]:
    # In the same batch as all else, so that it says what was written and what was not.
    log = TabFacts(LOG_ID, LOG_TITLE, FIRST_LOG_ROW, LOG_COLUMNS)
    yield _update(log, 1, 0, [[NOTICE]], dated=False)
    if stamp:
        yield _update(log, STAMP_ROW, 0, [[stamp.instance, stamp.counter]], dated=False)
    tokens: list[Value] = [draft.token, *burnt, *draft.log.tokens[:KEPT_TOKENS]]
    yield _update(log, TOKEN_ROW, 0, [tokens[:LOG_COLUMNS]], dated=False)


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
                yield _update(draft.tab(title), found[first][0], column, rows, dated=dated)
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


def _update(
    tab: TabFacts, row: int, column: int, rows: Sequence[Sequence[Value]], *, dated: bool
) -> Request:
    return {
        "updateCells": {
            "start": {"sheetId": tab.id, "rowIndex": row - 1, "columnIndex": column},
            "rows": [_row(tab, row + at, column, values, dated) for at, values in enumerate(rows)],
            "fields": DATED if dated else VALUE,
        }
    }


def _row(
    tab: TabFacts, row: int, column: int, values: Sequence[Value], formatted: bool
) -> dict[str, Any]:
    return {
        "values": [
            cell_data(value, formatted=formatted, place=f"{tab.title}!{letters(column + at)}{row}")
            for at, value in enumerate(values)
        ]
    }


def _appends(draft: Draft, appends: Sequence[Append]) -> Iterator[Request]:
    """Add rows below the last that holds anything when the batch arrives: never on somebody's."""
    by_tab: dict[str, list[Append]] = defaultdict(list)
    for append in appends:
        by_tab[append.tab].append(append)
    for title, found in by_tab.items():
        tab, last = draft.tab(title), len(draft.rows(title)) or 1
        rows = [
            _row(tab, last + at, 0, _placed(append.values), formatted=True)
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
            "rows": [_row(tab, number, 0, row, False) for number, row in enumerate(rows, 1)],
            "fields": VALUE,
        }
    }


def _new_header(title: str) -> list[str]:
    tab = _layout(title)
    return [column.name for column in tab.columns if not column.optional] if tab else []


def _layout(title: str) -> Tab | None:
    return next((tab for tab in TABS if plain(tab.title) == plain(title)), None)
