"""Tabs of the layout -> requests that make them look as people need them, in one batch.

Pure. What a tab has already is an argument, and is kept: only what is missing is asked for.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from sheets_sync.cells import as_serial
from sheets_sync.google_sheets.columns import (
    Request,
    There,
    below,
    colour,
    column_range,
    furnish,
    make_column,
)
from sheets_sync.google_sheets.questions import View
from sheets_sync.layout import Tab
from sheets_sync.look import COLOURS, STATUS_COLOURS
from sheets_sync.preparation import Standing
from sheets_sync.spreadsheet import Value

NEW_ROWS = 1000
HEADER_HEIGHT = 32


def make_tab(
    tab: Tab, sheet_id: int, rows: Sequence[Sequence[Value]] = (), *, views: Sequence[View] = ()
) -> list[Request]:
    """Return the requests that add a tab, with its header, its look, and these rows below."""
    standing = all_new(tab)
    there = There(sheet_id, len(standing.new))
    properties = {
        "sheetId": sheet_id,
        "title": tab.title,
        "gridProperties": {
            "rowCount": max(NEW_ROWS, len(rows) + 1),
            "columnCount": there.columns,
        },
        "tabColorStyle": colour(COLOURS[tab.columns[0].owner]),
    }
    requests: list[Request] = [{"addSheet": {"properties": properties}}]
    requests += complete_tab(tab, there, standing, views=views)
    if rows:
        cells = [{"values": [_cell(value) for value in row]} for row in rows]
        start = {"sheetId": sheet_id, "rowIndex": 1, "columnIndex": 0}
        requests.append(
            {"updateCells": {"start": start, "rows": cells, "fields": "userEnteredValue"}}
        )
    return requests


def formatting(tab: Tab, sheet_id: int) -> list[Request]:
    """Return the requests that give a tab that was just added its header and its look."""
    standing = all_new(tab)
    return complete_tab(tab, There(sheet_id, len(standing.new)), standing)


def all_new(tab: Tab) -> Standing:
    """Return where the columns of a tab stand that is made."""
    made = [column for column in tab.columns if not column.optional]
    return Standing(1, {}, {column.name: at for at, column in enumerate(made)})


def complete_tab(
    tab: Tab, there: There, standing: Standing, *, views: Sequence[View] = ()
) -> list[Request]:
    """Return the requests that give a tab what it lacks; none when nothing does."""
    requests = list(_more_columns(there, standing))
    for name, at in standing.new.items():
        header = standing.headers.get(name, name)
        requests += make_column(
            there.sheet_id, standing.row, at, tab.column(name), header, protected=there.protected
        )
    for name, at in standing.old.items():
        requests += furnish(there, standing.row, at, tab.column(name))
    requests += _head(there, standing)
    requests += _status_colours(tab, there, standing)
    requests += _views(tab, there, standing, views)
    return requests


def _more_columns(there: There, standing: Standing) -> Iterator[Request]:
    missing = max(standing.new.values(), default=-1) + 1 - there.columns
    if missing > 0:
        yield {
            "appendDimension": {
                "sheetId": there.sheet_id,
                "dimension": "COLUMNS",
                "length": missing,
            }
        }


def _head(there: There, standing: Standing) -> Iterator[Request]:
    """Freeze the header, make it high enough, and put a filter on it."""
    if not there.frozen:
        properties = {"sheetId": there.sheet_id, "gridProperties": {"frozenRowCount": standing.row}}
        yield {
            "updateSheetProperties": {
                "properties": properties,
                "fields": "gridProperties.frozenRowCount",
            }
        }
    if not standing.old:
        yield {
            "updateDimensionProperties": {
                "range": {
                    "sheetId": there.sheet_id,
                    "dimension": "ROWS",
                    "startIndex": standing.row - 1,
                    "endIndex": standing.row,
                },
                "properties": {"pixelSize": HEADER_HEIGHT},
                "fields": "pixelSize",
            }
        }
    if not there.is_filtered:
        yield {"setBasicFilter": {"filter": {"range": below(there.sheet_id, standing.row - 1)}}}


def _status_colours(tab: Tab, there: There, standing: Standing) -> Iterator[Request]:
    at = standing.all.get("status", -1)
    if at < 0 or at in there.coloured:
        return
    for index, (status, shade) in enumerate(STATUS_COLOURS.get(tab.title, {}).items()):
        condition = {"type": "TEXT_EQ", "values": [{"userEnteredValue": status}]}
        rule = {
            "ranges": [column_range(there.sheet_id, standing.row, at)],
            "booleanRule": {
                "condition": condition,
                "format": {"backgroundColorStyle": colour(shade)},
            },
        }
        yield {"addConditionalFormatRule": {"rule": rule, "index": index}}


def _views(tab: Tab, there: There, standing: Standing, views: Sequence[View]) -> Iterator[Request]:
    for view in views:
        if view.tab != tab.title or view.title in there.views:
            continue
        specs = [
            {
                "columnIndex": standing.all[one.column],
                "filterCriteria": {"condition": one.condition()},
            }
            for one in view.wanted
            if one.column in standing.all
        ]
        if len(specs) == len(view.wanted):
            yield {
                "addFilterView": {
                    "filter": {
                        "title": view.title,
                        "range": below(there.sheet_id, standing.row - 1),
                        "filterSpecs": specs,
                    }
                }
            }


def _cell(value: Value) -> Request:
    if value is None:
        return {}
    if isinstance(value, str):
        return {"userEnteredValue": {"stringValue": value}}
    number = as_serial(value) if isinstance(value, date) else value
    return {"userEnteredValue": {"numberValue": number}}
