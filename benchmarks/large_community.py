"""A large community: reports, a fifth as many people, and a twentieth as many tags.

The spreadsheet is a list in memory, so that reading and writing a file is no part of a sync.
"""

import random
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from benchmarks.invented import names, text
from digests.filters import check_filter
from forms.definition import DEFAULT, load_form
from sheets_sync.cells import as_serial
from sheets_sync.given import Rules
from sheets_sync.layout import TABS
from sheets_sync.spreadsheet import Cell, Changes, Snapshot, Stamp, Value, Worksheet
from sheets_sync.validate import reports_tab

ROWS = 100_000
ROWS_A_PERSON, ROWS_A_TAG, MENTEES = 5, 20, 8
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
FIRST_DAY = date(2011, 7, 1)
FORM = load_form(DEFAULT)
RULES = Rules(FORM, ZoneInfo("Europe/Berlin"), check_filter)
TAB_OF_REPORTS = reports_tab(FORM)


class InMemory:
    """A spreadsheet without a file; knows how many seconds it took itself."""

    name = "a list in memory"

    def __init__(self, tabs: dict[str, list[list[Cell]]]) -> None:
        self.tabs = tabs
        self.seconds = 0.0
        self._stamp: Stamp | None = None

    def read(self) -> Snapshot:
        """Return all tabs."""
        sheets = tuple(Worksheet(title, list(rows)) for title, rows in self.tabs.items())
        return Snapshot(sheets, self._stamp)

    def write(self, _base: Snapshot, changes: Changes) -> None:
        """Apply a batch."""
        began = time.process_time()
        for column in changes.columns:
            put(self.tabs[column.tab][column.row - 1], column.column, column.header)
        for edit in changes.edits:
            put(self.tabs[edit.tab][edit.row - 1], edit.column, _cell(edit.value))
        for append in changes.appends:
            row: list[Cell] = []
            for at, value in append.values.items():
                put(row, at, _cell(value))
            self.tabs[append.tab].append(row)
        for rewrite in changes.rewrites:
            self.tabs[rewrite.tab][1:] = [list(map(_cell, row)) for row in rewrite.rows]
        self._stamp = changes.stamp
        self.seconds += time.process_time() - began


def put(row: list[Cell], at: int, cell: Cell) -> None:
    row.extend([None] * (at + 1 - len(row)))
    row[at] = cell


def _cell(value: Value) -> Cell:
    return as_serial(value) if isinstance(value, date) else value


def invented_tabs(count: int) -> dict[str, list[list[Cell]]]:
    """Return tabs with so many reports, a fifth as many people, a twentieth as many tags."""
    chance = random.Random(1)
    given = [name.split()[0] for name in names(count // ROWS_A_PERSON, chance)]
    families = invented_words(len(given), seed=3)
    people = [f"{one} {family.title()}" for one, family in zip(given, families, strict=True)]
    mentors = len(people) // MENTEES
    tags = invented_words(count // ROWS_A_TAG)
    rows: dict[str, list[list[Cell]]] = {
        "Reports": [_report(at, count, people, tags, chance) for at in range(count)],
        "People": [
            [name, f"p{at}@example.org", f"p{at}", "Rep, Mentor" if at < mentors else "Rep"]
            for at, name in enumerate(people)
        ],
        "Mentors": [[f"p{at}", f"p{(at + 1) % mentors}"] for at in range(len(people))],
        "Tags": [[tag] for tag in tags],
    }
    tabs = {tab.title: tab for tab in (TAB_OF_REPORTS, *TABS[1:])}
    return {
        title: [[c.name for c in tab.columns if not c.optional], *rows.get(title, [])]
        for title, tab in tabs.items()
    }


def invented_words(count: int, seed: int = 2) -> list[str]:
    """Return different words of three to six syllables; some are a letter from each other."""
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        syllables = chance.randint(3, 6)
        letters = (
            chance.choice("bcdfghklmnprstv") + chance.choice("aeiou") for _ in range(syllables)
        )
        found["".join(letters)] = None
    return list(found)


def _report(
    at: int, count: int, people: Sequence[str], tags: Sequence[str], chance: random.Random
) -> list[Cell]:
    writer = chance.randrange(len(people))
    return [
        as_serial(FIRST_DAY + timedelta(days=at * 5_600 // count)),
        people[writer] if chance.random() < 0.5 else f"p{writer}@example.org",
        text(chance),
        ", ".join(chance.sample(tags, chance.choice((0, 1, 1, 2, 3)))) or None,
        f"https://example.org/reports/{at}" if chance.random() < 0.4 else None,
        people[chance.randrange(len(people))] if chance.random() < 0.15 else None,
    ]
