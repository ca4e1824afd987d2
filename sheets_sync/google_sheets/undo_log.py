"""The rows that a batch relies on -> the requests that keep, on the server, what stood there.

What every overwritten cell held, and whose row it was, is known afterwards whatever people did
meanwhile; and a batch that arrives a second time fails as a whole.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sheets_sync.google_sheets.cell import written
from sheets_sync.google_sheets.draft import VALUE, Draft, Request, layout_of, update
from sheets_sync.google_sheets.known import LOG_ID, LOG_TITLE, TabFacts
from sheets_sync.google_sheets.pending import Line, Target
from sheets_sync.google_sheets.reading import FIRST_LOG_ROW, STAMP_ROW, TOKEN_ROW
from sheets_sync.headers import header_row, plain
from sheets_sync.spreadsheet import (
    Append,
    Edit,
    Stamp,
    Value,
)

KEPT_TOKENS = 20
NOTICE = "Tidings keeps here what it wrote last. Please leave this tab as it is."
LOG_COLUMNS = 26


def targets(draft: Draft, edits: Sequence[Edit], appends: Sequence[Append]) -> Iterator[Target]:
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
    tab = layout_of(title)
    names = {plain(column.name): column.name for column in tab.columns} if tab else {}
    if not rows:
        return 1, ()
    at = header_row(rows, names)
    width = max(map(len, rows))
    texts = [plain(str(cell)) for cell in rows[at - 1]]
    return at, tuple(i for i in range(width) if i >= len(texts) or texts[i] not in names)


def undo_log(draft: Draft, targets: Sequence[Target]) -> Iterator[Request]:
    """Copy each target, as it is when the batch arrives, to our hidden tab."""
    width = max([LOG_COLUMNS, *(_width(target) for target in targets)])
    grid = {"rowCount": FIRST_LOG_ROW + len(targets), "columnCount": width}
    properties = {"sheetId": LOG_ID, "gridProperties": grid}
    if draft.known.log is None:
        yield {"addSheet": {"properties": {**properties, "title": LOG_TITLE, "hidden": True}}}
    else:
        fields = "gridProperties.rowCount,gridProperties.columnCount"
        yield {"updateSheetProperties": {"properties": properties, "fields": fields}}
        yield cleared_log()
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


def cleared_log() -> Request:
    """Take out what the hidden tab holds of an earlier batch."""
    below = {"sheetId": LOG_ID, "startRowIndex": FIRST_LOG_ROW - 1}
    return {"updateCells": {"range": below, "fields": VALUE}}


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


def numbers(draft: Draft, burnt: Iterable[int]) -> Iterator[Request]:
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


def stamp(draft: Draft, left: Stamp | None, burnt: Sequence[int]) -> Iterator[Request]:
    """Leave the stamp and the batch's number, in the same batch as all that was written."""
    log = TabFacts(LOG_ID, LOG_TITLE, FIRST_LOG_ROW, LOG_COLUMNS)
    yield update(log, 1, 0, [[NOTICE]], dated=False)
    if left:
        yield update(log, STAMP_ROW, 0, [[left.instance, left.counter]], dated=False)
    tokens: list[Value] = [draft.token, *burnt, *draft.log.tokens[:KEPT_TOKENS]]
    yield update(log, TOKEN_ROW, 0, [tokens[:LOG_COLUMNS]], dated=False)
