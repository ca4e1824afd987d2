"""What `init` wants of a spreadsheet: tabs, first rows, and where columns stand or are to stand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sheets_sync.gather import Gathered, Seen, gather
from sheets_sync.layout import REPORTS, Tab
from sheets_sync.spreadsheet import Snapshot, Value


@dataclass(frozen=True, slots=True)
class Standing:
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


@dataclass(frozen=True, slots=True)
class Arranged:
    """A spreadsheet as it was found: tabs to add, those to complete, and what a person must do."""

    missing: Sequence[Tab]
    there: Mapping[str, Standing]
    """By title of the tab in the layout."""
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is wanted. `rows` are the first rows of tabs that are made."""

    tabs: Sequence[Tab]
    rows: Mapping[str, Sequence[Sequence[Value]]]
    arrange: Callable[[Snapshot], Arranged]
    """Pure: finds the columns just as a sync does."""
    mentorship: str = "mentorship"
    alumni: str = "Alumni"
    """The community's words, for the filter views."""


def arrange(
    sheet: Snapshot,
    reports: Tab,
    values: Mapping[str, str],
    *,
    aliases: Mapping[str, Mapping[str, str]],
    now: datetime,
) -> Arranged:
    """Find tabs and columns as a sync would, `values` being what the state remembers of them.

    Raises SheetError when the Reports tab cannot be told.
    """
    gathered = gather(
        sheet,
        reports,
        Seen(values, now),
        aliases=aliases,
        stamped=sheet.stamp is not None,
        known_reports=f"layout:{REPORTS.title}" in values,
    )
    missing = {tab.title for tab in gathered.tabs}
    there = {
        title: _standing(gathered, title)
        for title in gathered.tables
        if title not in missing and title not in gathered.frozen
    }
    return Arranged(gathered.tabs, there, [one.text() for one in gathered.notes])


def _standing(gathered: Gathered, title: str) -> Standing:
    table = gathered.tables[title]
    added = {one.column: one.header for one in gathered.columns if one.tab == title}
    names = {at: name for name, at in table.columns.items()}
    return Standing(
        table.header_row,
        {name: at for at, name in names.items() if at not in added},
        {names[at]: at for at in added},
        {names[at]: header for at, header in added.items() if header != names[at]},
    )
