"""100,000 reports of 20,000 people with 5,000 tags: how a sync grows, and what it costs by itself.

The spreadsheet is a list in memory, so that reading and writing a file is no part of it. Seconds
are the processor's: what else the machine does is no part of them either.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, EmailStr, Field, HttpUrl, TypeAdapter
from rapidfuzz import process
from rapidfuzz.distance import OSA

from benchmarks.invented import names, text
from benchmarks.measuring import Worker, in_turns
from benchmarks.table import Result, at_most, information, memory
from digests.filters import check_filter
from forms.definition import DEFAULT, load_form
from sheets_sync import likeness
from sheets_sync.cells import as_serial
from sheets_sync.decide import decide
from sheets_sync.given import Given, Rules
from sheets_sync.layout import TABS
from sheets_sync.spreadsheet import Cell, Changes, Snapshot, Stamp, Value, Worksheet
from sheets_sync.state import open_state
from sheets_sync.sync import seldom_collecting, sync
from sheets_sync.validate import reports_tab

ROWS, FEWER_ROWS = 100_000, 10_000
ROWS_A_PERSON, ROWS_A_TAG, MENTEES = 5, 20, 8
TURNS = 3
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
FIRST_DAY = date(2011, 7, 1)
FORM = load_form(DEFAULT)
RULES = Rules(FORM, ZoneInfo("Europe/Berlin"), check_filter)
TAB_OF_REPORTS = reports_tab(FORM)
EDITED_ROW = 7
HERE = "benchmarks.scaling"


def measure(folder: Path) -> list[Result]:
    """Measure growth, a whole sync, and the search for spellings of one tag."""
    many, few = in_turns(
        Worker(f"{HERE}:deciding", str(ROWS)),
        Worker(f"{HERE}:deciding", str(FEWER_ROWS)),
        turns=TURNS,
    )
    first = Worker(f"{HERE}:first_sync", str(folder / "first"))
    began = first.turn()
    first.close()
    whole, bare = in_turns(
        Worker(f"{HERE}:whole_sync", str(folder / "whole")),
        Worker(f"{HERE}:bare_validation"),
        turns=TURNS,
    )
    moved, beside_moved = in_turns(
        Worker(f"{HERE}:sync_of_people", str(folder / "people")),
        Worker(f"{HERE}:bare_validation"),
        turns=TURNS,
    )
    ours, each = in_turns(
        Worker(f"{HERE}:spellings"), Worker(f"{HERE}:spellings_one_by_one"), turns=TURNS
    )
    size = f"{ROWS:,} reports, {ROWS // ROWS_A_PERSON:,} people and {ROWS // ROWS_A_TAG:,} tags"
    return [
        at_most(
            f"validating and merging {size}, all new; beside a tenth of each",
            "s",
            many.figure,
            few.figure,
            12,
        ),
        at_most(
            f"a whole sync of {size} after a text was changed by hand, without reading or writing "
            "a file; beside one pydantic validation of the same rows",
            "s",
            whole.figure,
            bare.figure,
            3,
        ),
        memory("the same", whole, bare),
        at_most(
            "a whole sync of as many after a person was added, renamed or given another address, "
            "or a pair was added (the slowest of the four); beside one pydantic validation",
            "s",
            moved.figure,
            beside_moved.figure,
            3,
        ),
        information(
            f"the very first sync of {size}, without reading or writing a file", began, "s"
        ),
        at_most(
            f"finding spellings of one tag among {ROWS // ROWS_A_TAG:,}; beside asking rapidfuzz "
            "for each tag in turn",
            "ms",
            ours.figure * 1000,
            each.figure * 1000,
            0.25,
        ),
    ]


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
            _put(self.tabs[column.tab][column.row - 1], column.column, column.header)
        for edit in changes.edits:
            _put(self.tabs[edit.tab][edit.row - 1], edit.column, _cell(edit.value))
        for append in changes.appends:
            row: list[Cell] = []
            for at, value in append.values.items():
                _put(row, at, _cell(value))
            self.tabs[append.tab].append(row)
        for rewrite in changes.rewrites:
            self.tabs[rewrite.tab][1:] = [list(map(_cell, row)) for row in rewrite.rows]
        self._stamp = changes.stamp
        self.seconds += time.process_time() - began


def _put(row: list[Cell], at: int, cell: Cell) -> None:
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


def deciding(count: str) -> Iterator[float]:
    """Seconds of the processor for validating, merging and planning, when everything is new.

    Fewer rows are decided on as often as makes as many in all, so that neither has better luck.
    """
    snapshot = InMemory(invented_tabs(int(count))).read()
    given = Given(snapshot, {}, (), {}, (), (), (), (), NOW, NOW, unseen={"Reports"})
    times = ROWS // int(count)
    while True:
        began = time.process_time()
        for _ in range(times):
            with seldom_collecting():
                found = decide(given, RULES, 1)
            assert len(found.known) == int(count)
        yield (time.process_time() - began) / times


def first_sync(place: str) -> Iterator[float]:
    """Seconds of the very first sync."""
    yield _synced(InMemory(invented_tabs(ROWS)), Path(place), create=True)


def whole_sync(place: str) -> Iterator[float]:
    """Seconds of a sync after somebody changed a text, when all else is in order."""
    book, folder = _in_order(place)
    for turn in count(1):
        _put(book.tabs["Reports"][EDITED_ROW], 2, f"Changed by hand for turn {turn}.")
        yield _synced(book, folder)


def sync_of_people(place: str) -> Iterator[float]:
    """Seconds of the slowest sync after a change of People or Mentors, of four."""
    book, folder = _in_order(place)
    people, pairs = book.tabs["People"], book.tabs["Mentors"]
    for turn in count(1):
        newcomer: list[Cell] = [f"New Person {turn}", f"n{turn}@example.org", f"n{turn}", "Rep"]
        changes = (
            partial(people.append, newcomer),
            partial(pairs.append, [f"n{turn}", "p1"]),
            partial(_put, people[2 * turn], 0, f"Renamed Person {turn}"),
            partial(_put, people[2 * turn + 1], 1, f"another{turn}@example.org"),
        )
        yield max(_synced(book, folder, after=change) for change in changes)


def _in_order(place: str) -> tuple[InMemory, Path]:
    """Return a spreadsheet, and the folder of its state, in which nothing is left to do."""
    book, folder = InMemory(invented_tabs(ROWS)), Path(place)
    _synced(book, folder, create=True)
    _synced(book, folder)
    return book, folder


def _synced(
    book: InMemory,
    folder: Path,
    *,
    create: bool = False,
    after: Callable[[], object] = lambda: None,
) -> float:
    folder.mkdir(exist_ok=True)
    after()
    with closing(open_state("sqlite:tidings.db", folder=folder, create=create)) as state:
        before, began = book.seconds, time.process_time()
        sync(book, state, RULES, now=NOW)  # type: ignore[arg-type]
        return time.process_time() - began - (book.seconds - before)


class ReportModel(BaseModel):
    """A row of Reports with the kinds that its columns have."""

    date: date
    reporter: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(max_length=32_000)]
    tags: Annotated[str, Field(max_length=1_200)]
    link: HttpUrl | Literal[""]
    about: str
    outcome: str
    decision: Literal["", "ok", "hide"]
    id: str
    received: datetime
    source: str
    status: Literal["ok", "check", "unmatched", "held", "hidden", "withdrawn"]
    problem: str
    mentor: str


class PersonModel(BaseModel):
    """A row of People with the kinds that its columns have."""

    name: Annotated[str, Field(min_length=1)]
    email: EmailStr | Literal[""]
    username: str
    groups: str


class PairModel(BaseModel):
    """A row of Mentors."""

    mentee: Annotated[str, Field(min_length=1)]
    mentor: Annotated[str, Field(min_length=1)]


class TagModel(BaseModel):
    """A row of Tags."""

    tag: Annotated[str, Field(min_length=1)]


def bare_validation() -> Iterator[float]:
    """Seconds of one pydantic validation of the rows of each tab."""
    tabs = invented_tabs(ROWS)
    sheets = (
        (
            TypeAdapter(list[ReportModel]),
            [_settled(*at_row) for at_row in enumerate(tabs["Reports"])],
        ),
        (TypeAdapter(list[PersonModel]), tabs["People"]),
        (TypeAdapter(list[PairModel]), tabs["Mentors"]),
        (TypeAdapter(list[TagModel]), tabs["Tags"]),
    )
    while True:
        began = time.process_time()
        found = [
            adapter.validate_python([dict(zip(header, row, strict=False)) for row in rows])
            for adapter, (header, *rows) in sheets
        ]
        yield time.process_time() - began
        assert len(found[0]) == ROWS


def _settled(at: int, row: Sequence[Cell]) -> Sequence[object]:
    """Return a row of Reports as it stands after a sync, with dates as pydantic takes them."""
    if at == 0:
        return row
    reporter, words, tags, link, about = row[1:]
    day = FIRST_DAY + timedelta(days=at * 5_600 // ROWS)
    received = datetime(2026, 11, 23, 8)  # noqa: DTZ001 - the spreadsheet's own zone
    typed = (day, reporter, words, tags or "", link or "", about or "", "", "")
    return (*typed, f"r-{at:010}", received, "sheet", "ok", "", reporter)


def spellings() -> Iterator[float]:
    """Seconds for finding which tags may be spellings of another."""
    tags = invented_words(ROWS // ROWS_A_TAG)
    while True:
        likeness.bare.cache_clear()
        likeness._singulars.cache_clear()
        began = time.process_time()
        found = likeness.look_alikes(tags)
        yield time.process_time() - began
        assert found


def spellings_one_by_one() -> Iterator[float]:
    """Seconds for asking rapidfuzz for the nearest of all, for each tag."""
    tags = invented_words(ROWS // ROWS_A_TAG)
    while True:
        began = time.process_time()
        for at, tag in enumerate(tags):
            process.extractOne(tag, tags[:at], scorer=OSA.distance, score_cutoff=1)
        yield time.process_time() - began
