"""A worksheet and what its tab should hold -> where each column stands, or what is missing.

Columns are found by name; case, space and accents do not matter, and the settings map other
headers. Nothing is guessed: a doubtful header is a Problem.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from operator import itemgetter
from types import MappingProxyType

from rapidfuzz import process

from forms.phrase import Phrase, listed, phrase, verbatim
from forms.rules import Fault
from forms.wording import N_
from sheets_sync.cells import any_day, as_text, shown
from sheets_sync.community import Problem
from sheets_sync.layout import Holds, Owner, Tab
from sheets_sync.spreadsheet import Cell, TabError, Worksheet

SEARCHED_ROWS = 20
SHORT = 100
"""Letters up to which a text is worth remembering."""
IGNORED = "ignored"
"""What a header is mapped to that is like one of ours and means something else."""
OURS = "{name} (Tidings)"
"""Header of our column where a manager's own column has the name already."""


@dataclass(frozen=True, slots=True)
class Table:
    """A worksheet whose header was found. `columns` maps our names to column indexes."""

    tab: Tab
    header_row: int
    columns: Mapping[str, int]
    rows: Sequence[Sequence[Cell]]
    theirs: Mapping[str, int] = field(default_factory=dict)
    """Columns named like ours that are the managers' own."""
    problems: tuple[Problem, ...] = ()

    @property
    def title(self) -> str:
        return self.tab.title

    @property
    def header(self) -> Sequence[Cell]:
        return self.rows[self.header_row - 1]

    @property
    def last_row(self) -> int:
        """Number of the last row that holds anything."""
        number = len(self.rows)
        while number > self.header_row and blank(self.rows[number - 1]):
            number -= 1
        return number

    def data(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Yield the number and cells of each row below the header that is not blank."""
        for number, cells in enumerate(self.rows[self.header_row :], self.header_row + 1):
            if not blank(cells):
                yield number, cells

    def cell(self, cells: Sequence[Cell], name: str) -> Cell:
        """Return a row's cell in the column of this name; None where there is no such column."""
        at = self.columns.get(name, -1)
        return cells[at] if 0 <= at < len(cells) else None

    def picker(self, *names: str) -> Callable[[Sequence[Cell]], Sequence[Cell]]:
        """Return what picks a row's cells in the columns of these names, of which there are some.

        For many rows; it takes a fifth of the time of asking for one cell after the other.
        """
        places = [self.columns.get(name, -1) for name in names]
        picked: Callable[[Sequence[Cell]], Sequence[Cell]] = itemgetter(*places)
        width = max(places) + 2  # so that the last cell, for columns that are away, is blank
        return lambda cells: picked([*cells, *[None] * max(1, width - len(cells))])

    def text(self, cells: Sequence[Cell], name: str) -> str:
        """Return a row's cell in the column of this name as text."""
        return as_text(self.cell(cells, name))

    def shown(self, cells: Sequence[Cell], name: str) -> str:
        """Return a row's cell as a Problem quotes it: a day as people write it."""
        cell = self.cell(cells, name)
        if isinstance(cell, int | float) and self.tab.holds(name) in (Holds.DATE, Holds.MOMENT):
            day = any_day(cell)
            return day.isoformat() if isinstance(day, date) else shown(cell)
        return shown(cell)


def blank(cells: Sequence[Cell]) -> bool:
    """Tell whether a row holds nothing."""
    for cell in cells:  # noqa: SIM110 - three times as fast as all(), once for every row
        if cell is not None and cell != "":
            return False
    return True


@lru_cache(maxsize=65536)
def plain(header: str) -> str:
    """Return a header as it is compared: case, accents and spaces do not matter."""
    return _short(header) if len(header) <= SHORT else _plain(header)


@lru_cache(maxsize=65536)
def _short(header: str) -> str:
    # The same headers and names are compared again and again, in each of a sync's stages.
    return _plain(header)


def _plain(header: str) -> str:
    if header.isascii():
        return " ".join(header.casefold().replace("_", " ").split())
    decomposed = unicodedata.normalize("NFKD", header.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(bare.replace("_", " ").split())


def find_table(
    worksheet: Worksheet,
    tab: Tab,
    *,
    aliases: Mapping[str, str],
    ours: bool,
    kept: Mapping[str, str],
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> Table:
    """Find the header of a tab within its first rows.

    `aliases` maps other headers to our names. `ours` tells that Tidings wrote here before; if not,
    a column named like one of ours that holds values is the managers'. `kept` maps names to the
    headers that our columns bore last time; `renamed` maps those that people ever typed over ours,
    the latest last, which count where no column bears a newer one. Raises TabError when a
    required column is missing.
    """
    if all(blank(cells) for cells in worksheet.rows):
        if tab.foreign:
            raise TabError(tab.title, phrase(N_("nothing stands there, not even a header")))
        return Table(tab, 1, {}, [[]])
    names = _names(tab, {**aliases, **renamed}, kept)
    at = header_row(worksheet.rows, names)
    header = [as_text(cell) for cell in worksheet.rows[at - 1]]
    places: dict[str, list[int]] = {}
    for index, text in enumerate(header):
        if name := names.get(plain(text)):
            places.setdefault(name, []).append(index)
    places = {name: _named_last(found, header, renamed) for name, found in places.items()}
    _require(tab, places, header)
    doubled = tuple(_doubled(tab, at, places, header))
    if doubled and tab.foreign:
        raise TabError(tab.title, _stopping(places, header))
    columns = {name: found[0] for name, found in places.items()}
    theirs = _known_own(header, kept)
    if not ours:
        theirs |= _managers_own(tab, columns, worksheet.rows[at:], kept)
    for name in theirs:
        own = [i for i, text in enumerate(header) if plain(text) == plain(OURS.format(name=name))]
        columns.pop(name, None)
        columns |= {name: own[0]} if own else {}
    return Table(tab, at, columns, worksheet.rows, theirs, doubled)


def _names(tab: Tab, aliases: Mapping[str, str], kept: Mapping[str, str]) -> dict[str, str]:
    names = {plain(column.name): column.name for column in tab.columns}
    known = set(names.values())
    names |= {plain(other): name for other, name in aliases.items() if name in known}
    for other, name in aliases.items():
        if name == IGNORED:
            names.pop(plain(other), None)
    for name, header in kept.items():
        if plain(header) != plain(name):
            names.pop(plain(name), None)
            names[plain(header)] = name
    return names


def header_row(rows: Sequence[Sequence[Cell]], names: Mapping[str, str]) -> int:
    """Return the number of the row that holds the most headers known by these names."""

    def score(number: int) -> tuple[int, int]:
        found = {names.get(plain(as_text(cell))) for cell in rows[number - 1]} - {None}
        return len(found), -number

    candidates = range(1, min(len(rows), SEARCHED_ROWS) + 1)
    return max(candidates, key=score, default=1)


def _named_last(found: list[int], header: Sequence[str], renamed: Mapping[str, str]) -> list[int]:
    """Return those of a name's columns that bear its newest header."""
    if len(found) == 1:
        return found
    ages = {plain(text): age for age, text in enumerate(renamed)}
    newest = max(ages.get(plain(header[at]), len(ages)) for at in found)
    return [at for at in found if ages.get(plain(header[at]), len(ages)) == newest]


def _require(tab: Tab, places: Mapping[str, object], header: Sequence[str]) -> None:
    missing = [name for name in tab.required if name not in places]
    if not missing:
        return
    unknown = [text for text in header if text and plain(text) not in map(plain, places)]
    guesses = []
    for name in missing:
        close = process.extractOne(name, unknown, score_cutoff=60)
        guesses.append(perhaps(name, close[:1] if close else ()))
    told = N_(
        "no column {columns}. Nothing was written. Name the column so again, or map its header in "
        "tidings.toml under [{section}]"
    )
    raise TabError(tab.title, phrase(told, columns=listed(guesses), section=_mapped_in(tab)))


def _mapped_in(tab: Tab) -> str:
    bare = re.fullmatch(r"[A-Za-z0-9_-]+", tab.title)
    return tab.mapped_in or f"spreadsheet.headers.{tab.title if bare else json.dumps(tab.title)}"


def _known_own(header: Sequence[str], kept: Mapping[str, str]) -> dict[str, int]:
    """Return the managers' columns beside which ours were put."""
    places = {plain(text): at for at, text in reversed(list(enumerate(header)))}
    return {
        name: places[plain(name)]
        for name, own in kept.items()
        if plain(own) == plain(OURS.format(name=name)) and plain(name) in places
    }


def _managers_own(
    tab: Tab, columns: Mapping[str, int], rows: Sequence[Sequence[Cell]], kept: Mapping[str, str]
) -> dict[str, int]:
    return {
        column.name: at
        for column in tab.columns
        if column.owner is Owner.TIDINGS
        and column.name not in kept
        and (at := columns.get(column.name, -1)) >= 0
        and (tab.foreign or any(at < len(cells) and cells[at] not in (None, "") for cells in rows))
    }


def _stopping(places: Mapping[str, Sequence[int]], header: Sequence[str]) -> Phrase:
    name, found = next((name, found) for name, found in places.items() if len(found) > 1)
    told = N_(
        "{count} columns stand for {name} ({those}); rename all but one, or map their headers in "
        "tidings.toml to {ignored}. Nothing of this tab was used"
    )
    those = ", ".join(repr(header[at]) for at in found)
    return phrase(told, count=len(found), name=repr(name), those=those, ignored=repr(IGNORED))


def perhaps(name: str, guesses: Sequence[str]) -> Phrase:
    """Return a name in quotes, with what may be meant by it."""
    if not guesses:
        return verbatim(repr(name))
    told = N_("{name} (perhaps {guesses}?)")
    return phrase(told, name=repr(name), guesses=", ".join(map(repr, guesses)))


def _doubled(
    tab: Tab, row: int, places: Mapping[str, Sequence[int]], header: Sequence[str]
) -> Iterator[Problem]:
    for name, found in places.items():
        if len(found) > 1:
            told = N_("there are {count} columns of this name; the leftmost counts")
            fault = Fault(told, N_("rename the others"), {"count": len(found)})
            yield Problem.of(tab.title, row, name, header[found[1]], fault)
