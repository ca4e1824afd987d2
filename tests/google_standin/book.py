"""One spreadsheet: its sheets in order, its names, its metadata; and finding places in it."""

import random
from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import datetime
from typing import Any

from tests.google_standin import a1, formulas, ranges
from tests.google_standin.a1 import Area, Rect
from tests.google_standin.cells import Cell
from tests.google_standin.grid import Sheet
from tests.google_standin.ranges import Range
from tests.google_standin.wire import ApiError, invalid


class Book:
    """A spreadsheet as the API and people change it."""

    def __init__(
        self,
        spreadsheet_id: str,
        title: str,
        *,
        random: random.Random,
        now: Callable[[], datetime],
        locale: str = "en_US",
        time_zone: str = "Etc/GMT",
    ) -> None:
        self.id = spreadsheet_id
        self.title = title
        self.locale = locale
        self.time_zone = time_zone
        self.properties: dict[str, Any] = {"autoRecalc": "ON_CHANGE"}
        self.sheets: list[Sheet] = [Sheet(0, "Sheet1")]
        self.named_ranges: list[dict[str, Any]] = []
        self.metadata: list[dict[str, Any]] = []
        self.has_formulas = False
        self.random = random
        self.now = now
        self.asking = ""
        """Whose call is being answered; nobody's while a person edits."""

    # Undoing a batch that fails

    def saved(self) -> dict[str, Any]:
        """Return all that a batch could change."""
        kept = {name: deepcopy(getattr(self, name)) for name in _CHANGING}
        return kept | {"sheets": [sheet.copy() for sheet in self.sheets]}

    def restore(self, saved: dict[str, Any]) -> None:
        """Put back what was saved."""
        for name, value in saved.items():
            setattr(self, name, value)

    # Finding

    def new_number(self) -> int:
        """Return an id for something new."""
        return self.random.randrange(10**6, 2**31)

    def sheet(self, sheet_id: int) -> Sheet:
        """Return the sheet with an id."""
        for sheet in self.sheets:
            if sheet.id == sheet_id:
                return sheet
        raise invalid(f"No grid with id: {sheet_id}")

    def titled(self, title: str) -> Sheet | None:
        """Return the sheet with a title, large and small letters the same."""
        same = [sheet for sheet in self.sheets if sheet.title == title]
        alike = [sheet for sheet in self.sheets if sheet.title.casefold() == title.casefold()]
        return next(iter(same or alike), None)

    def place(self, text: str) -> tuple[Sheet, Rect]:
        """Return the sheet and the rectangle that a range means, its open ends still open."""
        title, rest, is_quoted = a1.split(text)
        sheet = self.titled(title) if title else self.sheets[0]
        if sheet is None:
            raise unparsed(text)
        if not rest:
            return sheet, Rect(0, None, 0, None)
        if found := a1.rect(rest):
            return sheet, found
        if named := self._named(rest):
            return named
        if not title and not is_quoted and (whole := self.titled(rest)):
            return whole, Rect(0, None, 0, None)
        raise unparsed(text)

    def _named(self, name: str) -> tuple[Sheet, Rect] | None:
        for named in self.named_ranges:
            if named["name"].casefold() == name.casefold():
                sheet = self.sheet(named["range"].get("sheetId", 0))
                return sheet, Rect(*sheet.area(named["range"]))
        return None

    def area(self, text: str) -> tuple[Sheet, Area]:
        """Return the sheet and the area of a range, clamped to the grid it must begin in."""
        sheet, rect = self.place(text)
        return sheet, within(sheet, rect)

    def range_area(self, given: Range) -> tuple[Sheet, Area]:
        """Return the sheet and the area of a GridRange."""
        sheet = self.sheet(given.get("sheetId") or 0)
        return sheet, sheet.area(given)

    # Changing rows and columns: what points at them moves along

    def insert(self, sheet: Sheet, dimension: str, at: int, count: int, like: int | None) -> None:
        """Insert rows or columns."""
        cells = sum(s.row_count * s.column_count for s in self.sheets)
        more = count * (sheet.column_count if dimension == "ROWS" else sheet.row_count)
        if cells + more > 10_000_000:
            raise invalid(
                "This action would increase the number of cells in the workbook above the limit "
                "of 10000000 cells."
            )
        sheet.insert(dimension, at, count, like=like)
        self._follow(sheet, dimension, ranges.inserted(at, count))

    def remove(self, sheet: Sheet, dimension: str, first: int, last: int) -> None:
        """Delete rows or columns."""
        sheet.remove(dimension, first, last)
        self._follow(sheet, dimension, ranges.deleted(first, last))

    def move(self, sheet: Sheet, dimension: str, first: int, last: int, to: int) -> None:
        """Move rows or columns."""
        sheet.move(dimension, first, last, to)
        self._follow(sheet, dimension, ranges.moved(first, last, to))

    def _follow(self, sheet: Sheet, dimension: str, move: ranges.Move) -> None:
        self.named_ranges = [
            named
            for old in self.named_ranges
            if (named := self._named_after(old, sheet, dimension, move))
        ]
        self.metadata = [
            entry
            for old in self.metadata
            if (entry := _metadata_after(old, sheet, dimension, move))
        ]
        if self.has_formulas:
            self._rewrite(sheet, dimension, move)
        self.recalculate()

    def _rewrite(self, sheet: Sheet, dimension: str, move: ranges.Move) -> None:
        for holder in self.sheets:
            for row, column, cell in holder.filled():
                if cell.formula:
                    text = formulas.after_move(
                        cell.formula, holder.title, sheet.title, dimension, move
                    )
                    holder.put(row, column, cell._replace(formula=text))

    def _named_after(
        self, named: dict[str, Any], sheet: Sheet, dimension: str, move: ranges.Move
    ) -> dict[str, Any] | None:
        if named["range"].get("sheetId", 0) != sheet.id:
            return named
        new = ranges.changed(named["range"], dimension, move)
        return None if new is None else named | {"range": new}

    def recalculate(self) -> None:
        """Work out every formula anew."""
        if self.has_formulas:
            formulas.recalculate(self.sheets, self.locale, self.now)

    def put(self, sheet: Sheet, row: int, column: int, cell: Cell) -> None:
        """Set a cell; formulas are worked out at the end of the call."""
        if cell.formula:
            self.has_formulas = True
        if sheet.protected and self.asking:
            self.check_open(sheet, Area(row, row + 1, column, column + 1))
        sheet.put(row, column, cell)

    def check_open(self, sheet: Sheet, area: Area) -> None:
        """Refuse a call that changes what is protected from who makes it."""
        for held in sheet.protected:
            users = held.get("editors", {}).get("users", [])
            if held.get("warningOnly") or not self.asking or self.asking in users:
                continue
            if ranges.overlaps(sheet.area(held.get("range", {})), area):
                raise invalid(
                    "You are trying to edit a protected cell or object. Please contact the "
                    "spreadsheet owner to remove protection if you need to edit."
                )


_CHANGING = (
    "title",
    "locale",
    "time_zone",
    "properties",
    "named_ranges",
    "metadata",
    "has_formulas",
)


def _metadata_after(
    entry: dict[str, Any], sheet: Sheet, dimension: str, move: ranges.Move
) -> dict[str, Any] | None:
    place = entry["location"].get("dimensionRange")
    if not place or place.get("sheetId", 0) != sheet.id:
        return entry
    new = ranges.changed_dimension(place, dimension, move)
    return (
        None if new is None else entry | {"location": entry["location"] | {"dimensionRange": new}}
    )


def unparsed(text: str) -> ApiError:
    """Return the refusal of a range that means no place."""
    return invalid(f"Unable to parse range: {text}")


def beyond_grid(sheet: Sheet, rect: Rect) -> ApiError:
    """Return the refusal of a range that the grid does not hold."""
    bottom, right = rect.bottom or sheet.row_count, rect.right or sheet.column_count
    place = Area(rect.top, bottom, rect.left, right)
    return invalid(
        f"Range ({a1.name(sheet.title, place)}) exceeds grid limits. Max rows: "
        f"{sheet.row_count}, max columns: {sheet.column_count}"
    )


def within(sheet: Sheet, rect: Rect) -> Area:
    """Return a rectangle with its ends, clamped to the grid it must begin in."""
    if rect.top >= sheet.row_count or rect.left >= sheet.column_count:
        raise beyond_grid(sheet, rect)
    return Area(
        rect.top,
        min(rect.bottom or sheet.row_count, sheet.row_count),
        rect.left,
        min(rect.right or sheet.column_count, sheet.column_count),
    )


def titles(sheets: Iterable[Sheet]) -> list[str]:
    """Return the titles in order."""
    return [sheet.title for sheet in sheets]
