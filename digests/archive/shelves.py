"""Reports in the order of their days -> lists cut into pages by time.

Pure. Pages of the past stay as they are: a new report changes the first page of a list and, in a
long one, that of its year. What is added to a year long ago changes that year's pages.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from digests.archive.public import Slip

ON_A_PAGE = 40
"""The first page of a list holds up to twice as many, so that it is never nearly empty."""


@dataclass(frozen=True, slots=True)
class Year:
    """A year of a long list: where its page is, and how much it holds."""

    name: str
    path: str
    count: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page of a list."""

    path: str
    slips: tuple[Slip, ...]
    """The latest day first."""
    number: int = 0
    """Of a further page: 1 is the earliest; 0: the list's first page."""
    earlier: str = ""
    later: str = ""
    years: tuple[Year, ...] = ()
    within: str = ""
    """The year that this page is of, in a list that has years."""


def cut(base: str, slips: Sequence[Slip]) -> Iterator[Shelf]:
    """Yield the pages of a list: one, or its latest reports and a page or more for each year."""
    if len(slips) <= 2 * ON_A_PAGE:
        yield Shelf(base, tuple(reversed(slips)))
        return
    by_year = [(str(year), tuple(those)) for year, those in groupby(slips, lambda s: s.day.year)]
    years = tuple(Year(name, f"{base}{name}/", len(those)) for name, those in reversed(by_year))
    yield Shelf(base, tuple(reversed(slips[-ON_A_PAGE:])), years=years)
    for name, those in by_year:
        yield from pieces(f"{base}{name}/", those, within=name)


def pieces(base: str, slips: Sequence[Slip], *, within: str = "") -> Iterator[Shelf]:
    """Yield the pages of a stretch of time: full ones from the earliest on, then the first."""
    full = max(0, len(slips) // ON_A_PAGE - 1)
    for number in range(1, full + 1):
        those = slips[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
        earlier = f"{base}{number - 1}/" if number > 1 else ""
        later = f"{base}{number + 1}/" if number < full else base
        yield Shelf(
            f"{base}{number}/", tuple(reversed(those)), number, earlier, later, within=within
        )
    rest = tuple(reversed(slips[full * ON_A_PAGE :]))
    yield Shelf(base, rest, earlier=f"{base}{full}/" if full else "", within=within)
