"""What Google says of a spreadsheet <-> what is remembered of it: titles, ids, sizes, zone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic import TypeAdapter

from sheets_sync.spreadsheet import SheetChanged

LOG_ID = 1_847_300_521
"""The sheet id of our hidden tab, so that it is known whatever people call it."""
LOG_TITLE = "Tidings (internal)"
MASK = (
    "spreadsheetId,properties(title,timeZone),"
    "sheets.properties(sheetId,title,sheetType,gridProperties(rowCount,columnCount))"
)


class Memory(Protocol):
    """Where single values are kept from one run to the next."""

    def get(self, name: str) -> str:
        """Return a value; empty when there is none."""
        ...

    def put(self, name: str, value: str) -> None:
        """Keep a value; durable when this returns."""
        ...


class OneRun:
    """A memory that ends with its process."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def get(self, name: str) -> str:
        return self._values.get(name, "")

    def put(self, name: str, value: str) -> None:
        self._values[name] = value


@dataclass(frozen=True, slots=True)
class TabFacts:
    """A tab as Google knows it."""

    id: int
    title: str
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Known:
    """A spreadsheet as Google described it at one moment."""

    title: str
    zone: str
    tabs: tuple[TabFacts, ...]
    at: datetime

    @property
    def log(self) -> TabFacts | None:
        """Our hidden tab, once there is one."""
        return next((tab for tab in self.tabs if tab.id == LOG_ID), None)

    @property
    def seen(self) -> Sequence[TabFacts]:
        """The tabs that people see."""
        return [tab for tab in self.tabs if tab.id != LOG_ID]

    def tab(self, title: str) -> TabFacts:
        """Return the tab with this title; raises SheetChanged."""
        wanted = title.strip().casefold()
        for tab in self.seen:
            if tab.title.strip().casefold() == wanted:
                return tab
        raise SheetChanged(f"the tab {title!r} is not in the spreadsheet any more; read it again")


KNOWN: TypeAdapter[Known] = TypeAdapter(Known)


def known_from(answer: dict[str, Any], *, at: datetime) -> Known:
    """Return what `spreadsheets.get` says under MASK."""
    properties = answer.get("properties", {})
    tabs = tuple(_grids(answer.get("sheets", ())))
    return Known(properties.get("title", ""), properties.get("timeZone", ""), tabs, at)


def _grids(sheets: Sequence[dict[str, Any]]) -> Iterator[TabFacts]:
    for sheet in sheets:
        properties = sheet.get("properties", {})
        grid = properties.get("gridProperties", {})
        # Charts and connected data have sheets of their own, without cells of theirs.
        if properties.get("sheetType", "GRID") == "GRID":
            yield TabFacts(
                properties.get("sheetId", 0),
                properties.get("title", ""),
                grid.get("rowCount", 0),
                grid.get("columnCount", 0),
            )


def quoted(title: str) -> str:
    """Return a tab's title as it stands in a range."""
    return "'" + title.replace("'", "''") + "'"


def letters(index: int) -> str:
    """Return a column's letters: 0 is A, 26 is AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text
