"""One sync's calls to Google, beside gspread used as most do and gspread used well.

All three talk to the same stand-in for Google in a process of its own, where each call takes 50 ms
as the way to Google does: five tabs and 10,000 rows are read, twenty scattered cells are written.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import gspread
import requests

from benchmarks.invented import names, tags, text
from benchmarks.measuring import Worker, in_turns
from benchmarks.table import Result, at_most, faster, information
from sheets_sync.google_sheets import Calls, GoogleSpreadsheet
from sheets_sync.google_sheets.calls import GOOGLE, Session
from sheets_sync.google_sheets.known import OneRun
from sheets_sync.spreadsheet import Changes, Edit, Snapshot, Stamp
from tests.google_standin.cells import Cell
from tests.google_standin.grid import Sheet
from tests.google_standin.server import serving
from tests.google_standin.world import World

ROWS = {"Reports": 10_000, "People": 300, "Mentors": 300, "Tags": 200, "Subscriptions": 100}
CHANGES, STATUS, TURNS, DELAY = 20, 6, 5, 0.05
HEADER = ("date", "reporter", "text", "tags", "link", "id", "status")
NAME = (
    f"the calls of a sync on Google: {len(ROWS)} tabs, 10,000 rows, {CHANGES} scattered changes, "
    f"{DELAY * 1000:.0f} ms a call"
)
WAYS = {"ours": "ours", "common_way": "gspread as most use it", "good_way": "gspread used well"}
TOKEN = {"Authorization": "Bearer ya29.benchmark"}


def measure(folder: Path) -> list[Result]:
    """Start the stand-in, and let the three have their turns."""
    here = "benchmarks.on_google"
    standin = Worker(f"{here}:stand_in", str(folder))
    standin.turn()
    try:
        place = json.loads((folder / "place.json").read_text("ascii"))
        address = [place["url"], place["id"], str(folder)]
        ours, common = in_turns(
            Worker(f"{here}:ours", *address), Worker(f"{here}:common_way", *address), turns=TURNS
        )
        again, good = in_turns(
            Worker(f"{here}:ours", *address), Worker(f"{here}:good_way", *address), turns=TURNS
        )
        costs = {who: json.loads((folder / f"{who}.json").read_text("ascii")) for who in WAYS}
    finally:
        standin.close()
    return [
        faster(f"{NAME}; beside gspread as most use it", "s", ours.figure, common.figure, 10),
        at_most(f"{NAME}; beside gspread used well", "s", again.figure, good.figure, 1.5),
        *(
            information(f"the same: {what}, {words}", costs[who][what], unit)
            for what, unit in (("calls", "calls"), ("bytes", "kB"))
            for who, words in WAYS.items()
        ),
    ]


def stand_in(folder: str) -> Iterator[float]:
    """Serve the spreadsheet for as long as this process lives."""
    world = World(delay=DELAY)
    book = world.add_spreadsheet("Benchmark")
    chance = random.Random(1)
    people = names(300, chance)
    book.sheets[:] = [
        _filled(Sheet(at, title, row_count=rows + 1000), rows, people, chance)
        for at, (title, rows) in enumerate(ROWS.items())
    ]
    with serving(world) as standin:
        place = {"url": standin.url, "id": book.id}
        (Path(folder) / "place.json").write_text(json.dumps(place), "ascii")
        while True:
            yield 0.0


def _filled(sheet: Sheet, rows: int, people: list[str], chance: random.Random) -> Sheet:
    for index, name in enumerate(HEADER):
        sheet.put(0, index, Cell(name, name))
    for row in range(1, rows + 1):
        cells: tuple[str | int, ...] = (
            46_000 + row % 300,
            people[row % 300],
            text(chance),
            tags(chance),
            "",
        )
        for index, value in enumerate((*cells, f"r-{row:010}", "ok")):
            if value != "":
                sheet.put(row, index, Cell(value, str(value)))
    return sheet


def scattered(turn: int) -> list[tuple[str, int, str]]:
    """Return tab, row and value of the cells that a turn changes."""
    places = [("Reports", 7 + at * 499) for at in range(CHANGES - 4)]
    places += [(title, 5) for title in ROWS if title != "Reports"]
    return [(title, row, f"check {turn}") for title, row in places]


def ours(url: str, id: str, folder: str) -> Iterator[float]:
    """Read, write and check as a sync does, titles and ids being known."""
    session = Counting(url)
    google = GoogleSpreadsheet(Calls(lambda: session, id), memory=OneRun())
    google.read()

    def turn(number: int) -> None:
        base: Snapshot = google.read()
        edits = tuple(Edit(tab, row, STATUS, value) for tab, row, value in scattered(number))
        google.write(base, Changes(edits=edits, stamp=Stamp("benchmark", number)))

    return _timed("ours", folder, session, turn)


def _client(session: "Counting") -> gspread.Client:
    # A session of one's own needs no credentials, whatever the signature says.
    return gspread.Client(auth=cast(Any, None), session=session)


def common_way(url: str, id: str, folder: str) -> Iterator[float]:
    """Open each tab by its title, read it as records, and update cell by cell."""
    session = Counting(url)
    spreadsheet = _client(session).open_by_key(id)

    def turn(number: int) -> None:
        records = {title: spreadsheet.worksheet(title).get_all_records() for title in ROWS}
        assert len(records["Reports"]) == ROWS["Reports"]
        for tab, row, value in scattered(number):
            spreadsheet.worksheet(tab).update_cell(row, STATUS + 1, value)

    return _timed("common_way", folder, session, turn)


def good_way(url: str, id: str, folder: str) -> Iterator[float]:
    """Read all tabs in one call, and write all cells in another; nothing is checked."""
    session = Counting(url)
    spreadsheet = _client(session).open_by_key(id)
    options: dict[str, Any] = {"valueRenderOption": "UNFORMATTED_VALUE"}

    def turn(number: int) -> None:
        found = spreadsheet.values_batch_get(list(ROWS), options)["valueRanges"]
        assert len(found[0]["values"]) == ROWS["Reports"] + 1
        data = [{"range": f"{t}!G{r}", "values": [[v]]} for t, r, v in scattered(number)]
        spreadsheet.values_batch_update({"valueInputOption": "RAW", "data": data})

    return _timed("good_way", folder, session, turn)


def _timed(
    who: str, folder: str, session: "Counting", turn: Callable[[int], None]
) -> Iterator[float]:
    number = 0
    while True:
        number += 1
        session.calls, session.bytes = 0, 0
        began = time.perf_counter()
        turn(number)
        taken = time.perf_counter() - began
        cost = {"calls": session.calls, "bytes": session.bytes / 1000}
        (Path(folder) / f"{who}.json").write_text(json.dumps(cost), "ascii")
        yield taken


class Counting(Session):
    """A session that is let in, that goes to the stand-in, and that counts."""

    account = "benchmark"

    def __init__(self, url: str) -> None:
        super().__init__()
        self.headers.update(TOKEN)
        self.url, self.calls, self.bytes = url, 0, 0

    def request(self, method: Any, url: Any, **options: Any) -> requests.Response:  # type: ignore[override]
        """Send a request to the stand-in, whatever host it is for."""
        response = super().request(method, url.replace(GOOGLE, self.url), **options)
        self.calls += 1
        asked = response.request.body or b""
        assert isinstance(asked, bytes | str)
        self.bytes += len(asked) + len(response.content)
        return response
