"""Tabs of the layout -> requests that make them look as people need them, in one batch.

Pure. What a tab has already is an argument, and is kept: only what is missing is asked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from sheets_sync.spreadsheet import Value

NEW_ROWS = 1000
HEADER_HEIGHT = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tab's columns stand: those that are there, and those to be made."""

    row: int
    """Row of the header, as people see it."""
    old: Mapping[str, int]
    new: Mapping[str, int]
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers of new columns that differ from their names."""

    @property
    def all(self) -> Mapping[str, int]:
        """All columns, by name."""
        return {**self.old, **self.new}


def make_tab(
    tab: Tab, sheet_id: int, rows: Sequence[Sequence[Value]] = (), *, views: Sequence[View] = ()
) -> list[Request]:
    """Return the requests that add a tab, with its header, its look, and these rows below."""
    made = [column for column in tab.columns if not column.optional]
    place = Place(1, {}, {column.name: at for at, column in enumerate(made)})
    there = There(sheet_id, len(made))
    properties = {
        "sheetId": sheet_id,
        "title": tab.title,
        "gridProperties": {
            "rowCount": max(NEW_ROWS, len(rows) + 1),
            "columnCount": len(made),
        },
        "tabColorStyle": colour(COLOURS[made[0].owner]),
    }
    requests: list[Request] = [{"addSheet": {"properties": properties}}]
    requests += complete_tab(tab, there, place, views=views)
    if rows:
        cells = [{"values": [_cell(value) for value in row]} for row in rows]
        start = {"sheetId": sheet_id, "rowIndex": 1, "columnIndex": 0}
        requests.append(
            {"updateCells": {"start": start, "rows": cells, "fields": "userEnteredValue"}}
        )
    return requests


def complete_tab(
    tab: Tab, there: There, place: Place, *, views: Sequence[View] = ()
) -> list[Request]:
    """Return the requests that give a tab what it lacks; none when nothing does."""
    requests = list(_more_columns(there, place))
    for name, at in place.new.items():
        header = place.headers.get(name, name)
        requests += make_column(
            there.sheet_id, place.row, at, tab.column(name), header, protected=there.protected
        )
    for name, at in place.old.items():
        requests += furnish(there, place.row, at, tab.column(name))
    requests += _head(there, place)
    requests += _status_colours(tab, there, place)
    requests += _views(tab, there, place, views)
    return requests


def _more_columns(there: There, place: Place) -> Iterator[Request]:
    missing = max(place.new.values(), default=-1) + 1 - there.columns
    if missing > 0:
        yield {
            "appendDimension": {
                "sheetId": there.sheet_id,
                "dimension": "COLUMNS",
                "length": missing,
            }
        }


def _head(there: There, place: Place) -> Iterator[Request]:
    """Freeze the header, make it high enough, and put a filter on it."""
    if not there.frozen:
        properties = {"sheetId": there.sheet_id, "gridProperties": {"frozenRowCount": place.row}}
        yield {
            "updateSheetProperties": {
                "properties": properties,
                "fields": "gridProperties.frozenRowCount",
            }
        }
    if not place.old:
        yield {
            "updateDimensionProperties": {
                "range": {
                    "sheetId": there.sheet_id,
                    "dimension": "ROWS",
                    "startIndex": place.row - 1,
                    "endIndex": place.row,
                },
                "properties": {"pixelSize": HEADER_HEIGHT},
                "fields": "pixelSize",
            }
        }
    if not there.is_filtered:
        yield {"setBasicFilter": {"filter": {"range": below(there.sheet_id, place.row - 1)}}}


def _status_colours(tab: Tab, there: There, place: Place) -> Iterator[Request]:
    at = place.all.get("status", -1)
    if at < 0 or at in there.coloured:
        return
    for index, (status, shade) in enumerate(STATUS_COLOURS.get(tab.title, {}).items()):
        condition = {"type": "TEXT_EQ", "values": [{"userEnteredValue": status}]}
        rule = {
            "ranges": [column_range(there.sheet_id, place.row, at)],
            "booleanRule": {
                "condition": condition,
                "format": {"backgroundColorStyle": colour(shade)},
            },
        }
        yield {"addConditionalFormatRule": {"rule": rule, "index": index}}


def _views(tab: Tab, there: There, place: Place, views: Sequence[View]) -> Iterator[Request]:
    for view in views:
        if view.tab != tab.title or view.title in there.views:
            continue
        specs = [
            {
                "columnIndex": place.all[one.column],
                "filterCriteria": {"condition": one.condition()},
            }
            for one in view.wanted
            if one.column in place.all
        ]
        if len(specs) == len(view.wanted):
            yield {
                "addFilterView": {
                    "filter": {
                        "title": view.title,
                        "range": below(there.sheet_id, place.row - 1),
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
