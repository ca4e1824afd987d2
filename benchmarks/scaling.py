"""100,000 reports of 20,000 people with 5,000 tags: how a sync grows, and what it costs by itself.

Seconds are the processor's: what else the machine does is no part of them.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from rapidfuzz import process
from rapidfuzz.distance import OSA

from benchmarks.large_community import (
    NOW,
    ROWS,
    ROWS_A_PERSON,
    ROWS_A_TAG,
    RULES,
    InMemory,
    invented_tabs,
    invented_words,
    put,
)
from benchmarks.measuring import Worker, in_turns
from benchmarks.table import Result, at_most, compared, memory
from sheets_sync import likeness
from sheets_sync.decide import decide
from sheets_sync.given import Given
from sheets_sync.spreadsheet import Cell
from sheets_sync.state import open_state
from sheets_sync.sync import seldom_collecting, sync

FEWER_ROWS = 10_000
TURNS = 3
EDITED_ROW = 7
HERE = "benchmarks.scaling"
BARE = "benchmarks.bare_rows:bare_validation"
SIZE = f"{ROWS:,} reports, {ROWS // ROWS_A_PERSON:,} people and {ROWS // ROWS_A_TAG:,} tags"


def measure(folder: Path) -> list[Result]:
    """Measure growth, whole syncs, and the search for spellings of one tag."""
    return [
        _growth(),
        *_after_an_edit(folder / "edited"),
        _after_a_change_of_people(folder / "people"),
        _very_first(folder / "first"),
        _second(folder / "second"),
        _spellings(),
    ]


def _growth() -> Result:
    many, few = in_turns(
        Worker(f"{HERE}:deciding", str(ROWS)),
        Worker(f"{HERE}:deciding", str(FEWER_ROWS)),
        turns=TURNS,
    )
    name = f"validating and merging {SIZE}, all new; beside a tenth of each"
    return at_most(name, "s", many.figure, few.figure, 12)


def _after_an_edit(folder: Path) -> list[Result]:
    whole, bare = in_turns(Worker(f"{HERE}:sync_of_a_text", str(folder)), Worker(BARE), turns=TURNS)
    name = (
        f"a whole sync of {SIZE} after a text was changed by hand, without reading or writing "
        "a file; beside one pydantic validation of the same rows"
    )
    return [
        at_most(name, "s", whole.figure, bare.figure, 3),
        memory("the same", whole, bare),
    ]


def _after_a_change_of_people(folder: Path) -> Result:
    whole, bare = in_turns(Worker(f"{HERE}:sync_of_people", str(folder)), Worker(BARE), turns=TURNS)
    name = (
        "a whole sync of as many after a person was added, renamed or given another address, "
        "or a pair was added (the slowest of the four); beside one pydantic validation"
    )
    return at_most(name, "s", whole.figure, bare.figure, 3)


def _very_first(folder: Path) -> Result:
    whole, bare = in_turns(
        Worker(f"{HERE}:sync_of_a_new_state", str(folder), "1"), Worker(BARE), turns=TURNS
    )
    name = (
        f"the very first sync of {SIZE}, without reading or writing a file; beside one pydantic "
        "validation"
    )
    return compared(name, "s", whole.figure, bare.figure)


def _second(folder: Path) -> Result:
    whole, bare = in_turns(
        Worker(f"{HERE}:sync_of_a_new_state", str(folder), "2"), Worker(BARE), turns=TURNS
    )
    name = "the second sync, which finds what the first one wrote; beside one pydantic validation"
    return at_most(name, "s", whole.figure, bare.figure, 3)


def _spellings() -> Result:
    ours, each = in_turns(
        Worker(f"{HERE}:spellings"), Worker(f"{HERE}:spellings_one_by_one"), turns=TURNS
    )
    name = (
        f"finding spellings of one tag among {ROWS // ROWS_A_TAG:,}; beside asking rapidfuzz "
        "for each tag in turn"
    )
    return at_most(name, "ms", ours.figure * 1000, each.figure * 1000, 0.25)


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


def sync_of_a_new_state(place: str, number: str) -> Iterator[float]:
    """Seconds of the first or second sync of a spreadsheet that nobody has synced."""
    Path(place).mkdir()
    while True:
        book = InMemory(invented_tabs(ROWS))
        with TemporaryDirectory(dir=place) as name:
            syncs = (_synced(book, Path(name), create=once == 0) for once in range(int(number)))
            *_, seconds = syncs
        yield seconds


def sync_of_a_text(place: str) -> Iterator[float]:
    """Seconds of a sync after somebody changed a text, when all else is in order."""
    book, folder = _in_order(place)
    for turn in count(1):
        put(book.tabs["Reports"][EDITED_ROW], 2, f"Changed by hand for turn {turn}.")
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
            partial(put, people[2 * turn], 0, f"Renamed Person {turn}"),
            partial(put, people[2 * turn + 1], 1, f"another{turn}@example.org"),
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
