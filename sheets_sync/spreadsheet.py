"""The protocol that every spreadsheet meets: read everything in one go, write in one go.

Rows and columns: `row` is the number people see (1 is the first); `column` counts from 0.
Dates arrive as serial numbers (days since 1899-12-30, the spreadsheet's own zone), whatever
the backend; they are written as `date` or naive `datetime` values.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol

from forms.phrase import Phrase, phrase, verbatim
from forms.wording import N_
from sheets_sync.community import Note
from sheets_sync.layout import Tab

NO_RESULT = N_("formula without a result")
"""What a cell is said to show whose program stored no result."""
LONGEST_TEXT = 32_767
"""Characters in one cell, counted as UTF-16; openpyxl would cut silently (fault 7).

Google holds 50,000 and refuses the whole batch above; so either can take over from the other.
"""


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell whose value cannot be used: an error, or a formula without a stored result."""

    what: str
    """As the spreadsheet shows it (`#REF!`), or `NO_RESULT`."""


Cell = str | float | int | bool | CellFault | None
Value = str | float | int | date | datetime | None


@dataclass(frozen=True, slots=True)
class Worksheet:
    """One tab as it was read. `rows[0]` is row 1; rows may be of unequal length."""

    title: str
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which installation wrote the spreadsheet last, and its how-manieth write that was."""

    instance: str
    counter: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything, as it stood at one moment."""

    worksheets: tuple[Worksheet, ...]
    stamp: Stamp | None = None
    version: object = None
    """For the backend alone: what it needs to notice a change before it writes."""
    notes: tuple[Note, ...] = ()
    """What people should know of the spreadsheet as a whole."""

    def worksheet(self, title: str) -> Worksheet | None:
        """Return the tab with this title (case and outer space do not matter)."""
        wanted = title.strip().casefold()
        return next((w for w in self.worksheets if w.title.strip().casefold() == wanted), None)


class Edit(NamedTuple):
    """Put a value into one cell of a row that was read. The row must still be that row."""

    tab: str
    row: int
    column: int
    value: Value


@dataclass(frozen=True, slots=True)
class Append:
    """Add one row below the last; values by column index."""

    tab: str
    values: dict[int, Value]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Replace all rows below the header of a tab that is wholly ours."""

    tab: str
    rows: Sequence[Sequence[Value]]


@dataclass(frozen=True, slots=True)
class EmptyRow:
    """Take everything out of a row that was read; the row itself stays, so that nothing moves."""

    tab: str
    row: int


@dataclass(frozen=True, slots=True)
class AddColumn:
    """Put a header into an empty cell of the header row; a free column is formatted as ours."""

    tab: str
    row: int
    """Row of the header."""
    column: int
    header: str


@dataclass(frozen=True, slots=True)
class Changes:
    """One batch: applied whole or not at all.

    Order: tabs, columns, edits, emptied rows, appends, rewrites.
    """

    tabs: tuple[Tab, ...] = ()
    columns: tuple[AddColumn, ...] = ()
    edits: tuple[Edit, ...] = ()
    appends: tuple[Append, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()
    emptied: tuple[EmptyRow, ...] = ()
    """Rows of somebody who is erased; nothing else ever empties a row."""
    forgotten: tuple[str, ...] = ()
    """Words of somebody who is erased. The backend keeps them nowhere that no cell shows: in notes,
    links, stored results, its own memory."""
    stamp: Stamp | None = None
    """Left in the spreadsheet with the batch. A batch of nothing but a stamp is empty."""

    def __bool__(self) -> bool:
        cells = self.tabs or self.columns or self.edits or self.appends or self.rewrites
        return bool(cells or self.emptied or self.forgotten)


class SheetError(Exception):
    """The spreadsheet cannot be used now; the message names place, fault and remedy.

    Given as a phrase, it is told to each reader in their language.
    """

    def __init__(self, told: str | Phrase) -> None:
        self.told = told if isinstance(told, Phrase) else verbatim(told)
        super().__init__(self.told.text())


class TabError(SheetError):
    """A tab cannot be used; `inside` is what to say of it where the tab is named already."""

    def __init__(self, tab: str, inside: Phrase) -> None:
        self.inside = inside
        super().__init__(phrase("{tab}: {inside}", tab=tab, inside=inside))


class SheetBusy(SheetError):
    """Someone has it open: reading is fine, writing must wait."""

    def __init__(self, told: str | Phrase, *, holder: str) -> None:
        super().__init__(told)
        self.holder = holder


class SheetChanged(SheetError):
    """It changed between read and write; nothing was written. Read again and start over."""


class SheetUnwritable(SheetError):
    """Writing would lose something that people made; reading is fine."""


def too_long(place: str, length: int) -> SheetUnwritable:
    """Return the refusal of a text that no cell holds."""
    told = N_("{place}: the text has {count} characters and a cell holds {most}; shorten it")
    return SheetUnwritable(phrase(told, place=place, count=f"{length:,}", most=f"{LONGEST_TEXT:,}"))


class Spreadsheet(Protocol):
    """What the sync needs of a spreadsheet. `xlsx.Workbook` and Google Sheets meet it."""

    @property
    def name(self) -> str:
        """How people know it: the file's name, or the spreadsheet's title."""
        ...

    def create(self, tabs: Sequence[Tab], rows: dict[str, list[list[Value]]]) -> None:
        """Make it, with these tabs formatted and these rows in them. Refuses to replace one."""
        ...

    def read(self) -> Snapshot:
        """Read all tabs. Raises SheetError."""
        ...

    def write(self, base: Snapshot, changes: Changes) -> None:
        """Apply a batch decided on `base`. Raises SheetBusy, SheetChanged, SheetUnwritable."""
        ...


@dataclass(slots=True)
class Place:
    """Where something stands, in the words people use."""

    tab: str
    row: int
    column: str = field(default="")
