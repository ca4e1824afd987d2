"""A tab that a Google Form fills -> the tab to look for, and what its rows tell beyond a report's.

Pure. The form writes its own columns, and rewrites them when somebody edits an answer; ours stand
at the right of them. Its time of arrival tells when a report came, never which report it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from forms.phrase import phrase
from forms.wording import N_
from sheets_sync.cells import EPOCH, as_text
from sheets_sync.doubts import canonical
from sheets_sync.headers import IGNORED, Table, plain
from sheets_sync.identity import WELL_FORMED
from sheets_sync.intake import prints
from sheets_sync.layout import Column, Holds, Owner, Tab
from sheets_sync.memory import Memory
from sheets_sync.spreadsheet import Cell, TabError, Worksheet
from sheets_sync.validate import to_utc

TIMESTAMP = "timestamp"
SOURCE = "linked form"
"""What `source` shows of a report from such a tab."""
_TIMESTAMP = Column(
    TIMESTAMP, Owner.REPORTER, "When the form got the answer.", Holds.MOMENT, optional=True
)


def linked_tab(title: str, reports: Tab) -> Tab:
    """Return a tab of reports that a form fills, as it is looked for under its title."""
    return replace(reports.with_columns(_TIMESTAMP), title=title, foreign=True)


def header_map(tab: Tab, aliases: Mapping[str, str]) -> dict[str, str]:
    """Return the settings' headers for a tab of other people's; raises TabError on a bad one.

    What is mapped to `received` is the form's time of arrival, which is read and never written.
    """
    theirs = {column.name for column in tab.columns if column.owner is not Owner.TIDINGS}
    arrival = {"received": TIMESTAMP} if TIMESTAMP in theirs else {}
    mapped = {header: arrival.get(name, name) for header, name in aliases.items()}
    for header, name in mapped.items():
        if name not in theirs and name != IGNORED:
            known = ", ".join(sorted({*theirs, *arrival, IGNORED} - {TIMESTAMP}))
            told = N_("the settings map the header {header} to {name}; it can be one of: {known}")
            fault = phrase(told, header=repr(header), name=repr(name), known=known)
            raise TabError(tab.title, fault)
    return mapped


def bears_ids(worksheet: Worksheet) -> bool:
    """Tell whether Tidings wrote in a tab before, even if the state does not know of it."""
    header = next((row for row in worksheet.rows if "id" in map(_plain, row)), None)
    if header is None:
        return False
    at = [_plain(cell) for cell in header].index("id")
    ids = (row[at] for row in worksheet.rows if at < len(row))
    return any(isinstance(cell, str) and WELL_FORMED.fullmatch(cell) for cell in ids)


def _plain(cell: Cell) -> str:
    return plain(as_text(cell))


def arrived(table: Table, cells: Sequence[Cell], *, now: datetime, zone: tzinfo) -> datetime:
    """Return when the form got an answer, by its own column if that can be; else now."""
    return min(as_moment(table.cell(cells, TIMESTAMP), zone) or now, now)


def as_moment(cell: Cell, zone: tzinfo) -> datetime | None:
    """Return the moment (UTC) that a serial number stands for, to the second."""
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not 0 < cell < 2958465:
        return None
    moment = EPOCH + timedelta(seconds=round(cell * 86400))
    return to_utc(moment, zone)


def answered(table: Table, cells: Sequence[Cell], memory: Memory) -> Memory:
    """Remember what the form wrote, at first and each time that it writes anew.

    Thus a correction replaces what the form wrote, and keeps what a person has changed since.
    """
    moment = as_text(table.cell(cells, TIMESTAMP))
    seen = prints({TIMESTAMP: moment})
    same = memory.form.get(TIMESTAMP) == seen[TIMESTAMP]
    if same or (TIMESTAMP in table.columns and not moment):
        return memory
    answers = {
        column.name: canonical(table.cell(cells, column.name), column.name)
        for column in table.tab.columns
        if column.owner is Owner.REPORTER and column.name in table.columns
    }
    return replace(memory, form={**prints(answers), **seen})
