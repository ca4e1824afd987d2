"""A spreadsheet that people made and shared -> the requests that make it ready, and what they do.

Pure, but for the two questions it asks first. What is there already is kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from sheets_sync.google_sheets.calls import Calls, Params
from sheets_sync.google_sheets.columns import Request, There, colour
from sheets_sync.google_sheets.known import LOG_ID, Known, quoted
from sheets_sync.google_sheets.making import all_new, complete_tab, make_tab
from sheets_sync.google_sheets.questions import common_questions
from sheets_sync.headers import blank
from sheets_sync.layout import REPORTS, Tab
from sheets_sync.look import COLOURS
from sheets_sync.preparation import Arranged, Preparation, Standing
from sheets_sync.spreadsheet import Snapshot

LOOK = (
    "sheets(properties(sheetId,gridProperties(columnCount,frozenRowCount)),"
    "protectedRanges(description),filterViews(title),basicFilter(range),"
    "conditionalFormats(ranges),tables(tableId))"
)
HEADS = (
    "sheets(properties(sheetId),data(rowData(values("
    "note,dataValidation,userEnteredFormat(numberFormat,backgroundColorStyle)))))"
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What one batch makes, and a line about each tab."""

    requests: Sequence[Request]
    told: Sequence[str]


def prepare(
    calls: Calls, sheet: Snapshot, known: Known, wanted: Preparation, *, dry_run: bool
) -> Prepared:
    """Return what is missing of what is wanted. Raises SheetError."""
    arranged = wanted.arrange(sheet)
    begun = {known.tab(title).id: standing for title, standing in arranged.there.items()}
    found = _there(calls, known, begun)
    tabs = list(_tabs(wanted, known, arranged, found, _only_blank(sheet, known)))
    told = [_told(one, dry_run=dry_run) for one in tabs]
    return Prepared([one for tab in tabs for one in tab.requests], [*told, *arranged.notes])


@dataclass(frozen=True, slots=True)
class _Tab:
    title: str
    requests: Sequence[Request]
    is_new: bool = False
    added: Sequence[str] = ()
    """Headers of new columns."""


def _tabs(
    wanted: Preparation,
    known: Known,
    arranged: Arranged,
    found: Mapping[int, There],
    empty: int | None,
) -> Iterator[_Tab]:
    views = common_questions(mentorship=wanted.mentorship, alumni=wanted.alumni)
    missing = {tab.title for tab in arranged.missing}
    unused = _unused(known)
    for tab in wanted.tabs:
        if standing := arranged.there.get(tab.title):
            there = found[known.tab(tab.title).id]
            added = [standing.headers.get(name, name) for name in standing.new]
            yield _Tab(tab.title, complete_tab(tab, there, standing, views=views), added=added)
        elif tab.title == REPORTS.title and empty is not None:
            whole = complete_tab(tab, found[empty], all_new(tab), views=views)
            yield _Tab(tab.title, [_take(tab, empty), *whole], is_new=True)
        elif tab.title in missing:
            rows = wanted.rows.get(tab.title, ())
            yield _Tab(tab.title, make_tab(tab, next(unused), rows, views=views), is_new=True)


def _there(calls: Calls, known: Known, standings: Mapping[int, Standing]) -> dict[int, There]:
    """Ask what the tabs have besides values; of cells only those at the headers."""
    answer = calls.read("", {"fields": LOOK})
    found = {one.sheet_id: one for one in map(_look_of, answer["sheets"])}
    if standings:
        answer = calls.read("", _heads_of(known, standings))
        for sheet in answer["sheets"]:
            sheet_id = sheet["properties"].get("sheetId", 0)
            found[sheet_id] = _with_heads(found[sheet_id], sheet)
    return found


def _heads_of(known: Known, standings: Mapping[int, Standing]) -> Params:
    titles = {tab.id: quoted(tab.title) for tab in known.seen}
    ranges = [
        f"{titles[sheet_id]}!{standing.row}:{standing.row + 1}"
        for sheet_id, standing in standings.items()
    ]
    return {"fields": HEADS, "ranges": ranges}


def _look_of(sheet: Mapping[str, Any]) -> There:
    properties = sheet.get("properties", {})
    grid = properties.get("gridProperties", {})
    return There(
        properties.get("sheetId", 0),
        grid.get("columnCount", 0),
        frozen=grid.get("frozenRowCount", 0),
        protected=frozenset(one.get("description", "") for one in sheet.get("protectedRanges", ())),
        views=frozenset(one.get("title", "") for one in sheet.get("filterViews", ())),
        coloured=frozenset(_coloured(sheet)),
        is_filtered="basicFilter" in sheet or "tables" in sheet,
    )


def _coloured(sheet: Mapping[str, Any]) -> Iterator[int]:
    for rule in sheet.get("conditionalFormats", ()):
        for area in rule.get("ranges", ()):
            first = area.get("startColumnIndex", 0)
            yield from range(first, area.get("endColumnIndex", first + 1))


def _with_heads(there: There, sheet: Mapping[str, Any]) -> There:
    rows = [row.get("values", []) for row in sheet.get("data", [{}])[0].get("rowData", ())]
    header, first = [*rows, [], []][:2]
    return replace(
        there,
        notes=frozenset(at for at, cell in enumerate(header) if cell.get("note")),
        lists=frozenset(at for at, cell in enumerate(first) if "dataValidation" in cell),
        formats={at: frozenset(cell.get("userEnteredFormat", {})) for at, cell in enumerate(first)},
    )


def _only_blank(sheet: Snapshot, known: Known) -> int | None:
    """Return the one tab of a spreadsheet in which nobody has written yet."""
    if len(sheet.worksheets) != 1 or not all(map(blank, sheet.worksheets[0].rows)):
        return None
    return known.seen[0].id


def _take(tab: Tab, sheet_id: int) -> Request:
    """Make the blank tab of a new spreadsheet this one."""
    made = {
        "sheetId": sheet_id,
        "title": tab.title,
        "tabColorStyle": colour(COLOURS[tab.columns[0].owner]),
    }
    return {"updateSheetProperties": {"properties": made, "fields": "title,tabColorStyle"}}


def _unused(known: Known) -> Iterator[int]:
    """Return ids for new tabs."""
    taken = {tab.id for tab in known.tabs} | {LOG_ID}
    return (one for one in count(1) if one not in taken)


def _told(tab: _Tab, *, dry_run: bool) -> str:
    would = "would be " if dry_run else ""
    if tab.is_new:
        return f"{tab.title}: {would}made"
    if tab.added:
        what = "the column" if len(tab.added) == 1 else "the columns"
        return f"{tab.title}: {what} {', '.join(tab.added)} {would}added at the right"
    if tab.requests:
        return f"{tab.title}: {would}given the notes, lists and colours that it lacks"
    return f"{tab.title}: there already, left as it is"
