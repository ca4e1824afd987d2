"""The mentor sheet in a spreadsheet that other people keep: read once in a sync, never written.

A sheet that cannot be read is no reason to stop: what was read last serves (fault 52).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from forms.phrase import Phrase, phrase
from forms.wording import N_
from sheets_sync.layout import MENTORS, Owner, Tab
from sheets_sync.spreadsheet import SheetError, Spreadsheet, Worksheet

NOTHING = Phrase("")


@dataclass(frozen=True, slots=True)
class MentorSheet:
    """The sheet as it was read, or the reason why it could not be."""

    tab: Tab
    headers: Mapping[str, str] = field(default_factory=dict)
    """Its headers for our columns."""
    found: Worksheet | None = None
    reason: Phrase = NOTHING

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
            told = N_("{file} is not there; put it back, or correct mentors.file in tidings.toml")
            return MentorSheet(tab, self.headers, reason=phrase(told, file=self.file.name))
        try:
            found = self.spreadsheet.read().worksheet(self.title)
        except SheetError as error:
            return MentorSheet(tab, self.headers, reason=error.told)
        told = N_("there is no tab {tab}; correct mentors.tab in tidings.toml")
        reason = NOTHING if found else phrase(told, tab=repr(self.title))
        return MentorSheet(tab, self.headers, found, reason)


def _tab(title: str) -> Tab:
    """Return the Mentors tab as it is looked for there: without any column of ours."""
    theirs = [replace(c, optional=True) for c in MENTORS.columns if c.owner is not Owner.TIDINGS]
    return replace(
        MENTORS, title=title, columns=tuple(theirs), foreign=True, mapped_in="mentors.headers"
    )


class Names(Protocol):
    """What keeps single values by name: `state.Base`."""

    def get(self, name: str) -> str:
        """Return a value; "" where there is none."""
        ...

    def put(self, name: str, value: str) -> None:
        """Keep a value."""
        ...


@dataclass(frozen=True, slots=True)
class Apart:
    """A memory of its own for a second spreadsheet, beside that of the first."""

    name: str
    kept: Names

    def get(self, name: str) -> str:
        """Return what was kept of this one."""
        return self.kept.get(f"{self.name}: {name}")

    def put(self, name: str, value: str) -> None:
        """Keep it."""
        self.kept.put(f"{self.name}: {name}", value)
