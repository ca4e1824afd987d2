"""A sync with nothing to do, beside reading the same file and validating its rows.

A foreign cell changes its colour before each turn, so that nothing about the file as such can
answer; both read the very same file.
"""

import io
import random
import re
import shutil
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, TypeAdapter
from python_calamine import CalamineWorkbook

from benchmarks.invented import names, tags, text
from benchmarks.measuring import Worker, in_turns
from benchmarks.table import Result, at_most, information, memory
from digests.filters import check_filter
from forms.definition import DEFAULT, load_form
from sheets_sync.given import Rules
from sheets_sync.layout import TABS
from sheets_sync.spreadsheet import Value
from sheets_sync.state import open_state
from sheets_sync.sync import sync
from sheets_sync.validate import reports_tab
from sheets_sync.xlsx import Workbook

ROWS, PEOPLE, MENTORS = 100_000, 300, 40
TURNS = 5
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
FIRST_DAY = date(2011, 7, 1)
BOOK = "workbook.xlsx"
COLOURS = ("blue.xlsx", "green.xlsx")
NAME = (
    f"a sync of {ROWS:,} rows with nothing to do, beside reading the file and validating the rows"
)
_REPORTS = "xl/worksheets/sheet1.xml"
_FOREIGN_CELL = "C7"
"""The text of a report."""


def measure(folder: Path) -> list[Result]:
    """Make the workbook, sync it until all is quiet, then measure."""
    here = "benchmarks.syncing"
    first, second, edited = _prepared(f"{here}:prepare", folder)
    ours, beside = in_turns(
        Worker(f"{here}:quiet_sync", str(folder)),
        Worker(f"{here}:bare_reading", str(folder)),
        turns=TURNS,
    )
    return [
        at_most(NAME, "s", ours.figure, beside.figure, 2.5),
        memory("the same", ours, beside),
        information(f"the very first sync of {ROWS:,} rows, all of them written", first, "s"),
        information(f"a whole sync of {ROWS:,} rows that finds nothing to write", second, "s"),
        information(f"a sync of {ROWS:,} rows after one text was changed by hand", edited, "s"),
    ]


def _prepared(function: str, folder: Path) -> tuple[float, float, float]:
    worker = Worker(function, str(folder))
    try:
        return worker.turn(), worker.turn(), worker.turn()
    finally:
        worker.close()


def prepare(place: str) -> Iterator[float]:
    """Seconds of the first sync, of one that finds all in order, and of one after an edit."""
    folder = Path(place)
    _make_workbook(folder)
    open_state("sqlite:tidings.db", folder=folder, create=True).close()
    yield _synced(folder, writes=True)
    yield _synced(folder, writes=False)
    _rewrite_sheet(folder / BOOK, folder / BOOK, _retyped)
    edited = _synced(folder, writes=False)
    for colour, style in zip(COLOURS, (1, 2), strict=True):
        _rewrite_sheet(folder / BOOK, folder / colour, lambda xml, n=style: _recoloured(xml, n))
    yield edited


def quiet_sync(place: str) -> Iterator[float]:
    """Seconds of a sync that finds nothing to do."""
    folder = Path(place)
    while True:
        _next_colour(folder)
        yield _synced(folder, writes=False)


def _synced(folder: Path, *, writes: bool) -> float:
    rules = Rules(load_form(DEFAULT), ZoneInfo("Europe/Berlin"), check_filter)
    with closing(open_state("sqlite:tidings.db", folder=folder)) as state:
        began = time.perf_counter()
        outcome = sync(Workbook(folder / BOOK), state, rules, now=NOW)
        seconds = time.perf_counter() - began
    assert outcome.written is writes, outcome.notes
    return seconds


class RowModel(BaseModel):
    """A row of Reports, with the kinds that its columns have."""

    date: date
    reporter: str
    text: str
    tags: str
    link: str
    about: str
    outcome: str
    decision: str
    id: str
    received: datetime
    source: str
    status: str
    problem: str
    mentor: str


def bare_reading(place: str) -> Iterator[float]:
    """Seconds of python-calamine reading all tabs, and one pydantic validation of the rows."""
    book = Path(place) / BOOK
    rows = TypeAdapter(list[RowModel])
    while True:
        began = time.perf_counter()
        with CalamineWorkbook.from_path(book) as file:
            tabs = {name: file.get_sheet_by_name(name).to_python() for name in file.sheet_names}
        header, *cells = tabs["Reports"]
        found = rows.validate_python([dict(zip(header, row, strict=True)) for row in cells])
        yield time.perf_counter() - began
        assert len(found) == ROWS


def _make_workbook(folder: Path) -> None:
    """Make a workbook with its reports as a manager's program would have saved them."""
    chance = random.Random(1)
    people = names(PEOPLE, chance)
    roster: list[list[Value]] = [
        [name, f"p{at}@example.org", f"p{at}", "Rep, Mentor" if at < MENTORS else "Rep"]
        for at, name in enumerate(people)
    ]
    pairs: list[list[Value]] = [[f"p{at}", f"p{(at + 1) % MENTORS}"] for at in range(PEOPLE)]
    book = Workbook(folder / BOOK)
    form = load_form(DEFAULT)
    book.create((reports_tab(form), *TABS[1:]), {"People": roster, "Mentors": pairs})
    rows = "".join(_row(number, people, chance) for number in range(2, ROWS + 2))

    def filled(xml: bytes) -> bytes:
        styled = rows.replace("DATE", _column_style(xml, 1))
        return xml.replace(b"</sheetData>", styled.encode() + b"</sheetData>")

    _rewrite_sheet(folder / BOOK, folder / BOOK, filled)


def _column_style(xml: bytes, number: int) -> str:
    """Return the style of a whole column, which a spreadsheet program gives to its new cells."""
    found = re.search(rb'<col [^>]*\bmin="%d"[^>]*>' % number, xml)
    style = re.search(rb'\bstyle="(\d+)"', found[0]) if found else None
    assert style is not None
    return style[1].decode()


def _row(number: int, people: list[str], chance: random.Random) -> str:
    """Return a row of Reports as XML; openpyxl would take a minute for them all."""
    day = FIRST_DAY + timedelta(days=number * 5_600 // ROWS)
    writer = chance.randrange(PEOPLE)
    reporter = people[writer] if chance.random() < 0.5 else f"p{writer}@example.org"
    link = f"https://example.org/reports/{number}" if chance.random() < 0.4 else ""
    about = people[chance.randrange(PEOPLE)] if chance.random() < 0.15 else ""
    texts = {"B": reporter, "C": text(chance), "D": tags(chance), "E": link, "F": about}
    cells = "".join(
        f'<c r="{column}{number}" t="inlineStr"><is><t>{escape(one)}</t></is></c>'
        for column, one in texts.items()
        if one
    )
    serial = day.toordinal() - date(1899, 12, 30).toordinal()
    return f'<row r="{number}"><c r="A{number}" s="DATE"><v>{serial}</v></c>{cells}</row>'


def _retyped(xml: bytes) -> bytes:
    cell = _cell(xml)
    typed = (
        b'<c r="%s" t="inlineStr"><is><t>Typed by a manager.</t></is></c>' % _FOREIGN_CELL.encode()
    )
    return xml.replace(cell, typed, 1)


def _recoloured(xml: bytes, style: int) -> bytes:
    cell = _cell(xml)
    bare = re.sub(rb' s="\d+"', b"", cell, count=1)
    return xml.replace(cell, bare.replace(b"<c ", b'<c s="%d" ' % style, 1), 1)


def _cell(xml: bytes) -> bytes:
    found = re.search(rb'<c [^>]*\br="%s".*?</c>' % _FOREIGN_CELL.encode(), xml)
    assert found is not None
    return found[0]


def _rewrite_sheet(source: Path, target: Path, change: Any) -> None:
    """Save a workbook whose Reports tab has other XML; all other parts stay as they are."""
    content = io.BytesIO()
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(content, "w") as after:
        for part in before.infolist():
            xml = before.read(part)
            xml = change(xml) if part.filename == _REPORTS else xml
            after.writestr(part.filename, xml, zipfile.ZIP_DEFLATED)
    target.write_bytes(content.getvalue())


def _next_colour(folder: Path) -> None:
    """Put the file in place in which the cell has the other colour."""
    first, second = (folder / colour for colour in COLOURS)
    now_first = (folder / BOOK).read_bytes() == first.read_bytes()
    shutil.copyfile(second if now_first else first, folder / BOOK)
