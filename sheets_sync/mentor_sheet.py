"""The mentor sheet in a spreadsheet that other people keep: read once in a sync, never written.

A sheet that cannot be read is no reason to stop: what was read last serves (fault 52).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sheets_sync.layout import MENTORS, Owner, Tab
from sheets_sync.spreadsheet import SheetError, Spreadsheet, Worksheet


@dataclass(frozen=True, slots=True)
class MentorSheet:
    """The sheet as it was read, or the reason why it could not be."""

    tab: Tab
    headers: Mapping[str, str] = field(default_factory=dict)
    """Its headers for our columns."""
    found: Worksheet | None = None
    reason: str = ""

    def worksheet(self) -> Worksheet:
        """Return what was read; raises SheetError."""
        if self.found is None:
            raise SheetError(self.reason)
        return self.found


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where the mentor sheet is, in the settings' words."""

    spreadsheet: Spreadsheet
    name: str
    """How the spreadsheet is named to people, whether or not it can be read."""
    title: str
    headers: Mapping[str, str] = field(default_factory=dict)
    file: Path | None = None

    def read(self) -> MentorSheet:
        """Read it. Never raises SheetError."""
        tab = _tab(f"{self.name}, {self.title}")
        if self.file and not self.file.exists():
            remedy = "put it back, or correct mentors.file in tidings.toml"
            return MentorSheet(tab, self.headers, reason=f"{self.file.name} is not there; {remedy}")
        try:
            found = self.spreadsheet.read().worksheet(self.title)
        except SheetError as error:
            return MentorSheet(tab, self.headers, reason=str(error))
        reason = f"there is no tab {self.title!r}; correct mentors.tab in tidings.toml"
        return MentorSheet(tab, self.headers, found, "" if found else reason)


def _tab(title: str) -> Tab:
    """Return the Mentors tab as it is looked for there: without any column of ours."""
    theirs = [replace(c, optional=True) for c in MENTORS.columns if c.owner is not Owner.TIDINGS]
    return replace(
        MENTORS, title=title, columns=tuple(theirs), foreign=True, mapped_in="mentors.headers"
    )
