"""A community in a folder, for tests that tell a story: post, type, sync, look."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from forms.definition import DEFAULT, load_form
from forms.submission import Act, Submission
from sheets_sync.community import Person, Report
from sheets_sync.given import Rules
from sheets_sync.identity import new_report_id
from sheets_sync.layout import PEOPLE, TABS
from sheets_sync.mentor_sheet import Elsewhere
from sheets_sync.spreadsheet import Changes, Snapshot, Value
from sheets_sync.state import State
from sheets_sync.sync import Outcome, sync
from sheets_sync.validate import reports_tab
from sheets_sync.xlsx import Workbook
from tests.people import Manager
from tests.places import open_at

FORM = load_form(DEFAULT)
MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
ROSTER: list[list[Value]] = [
    ["Ana Rossi", "ana@example.org", "ana", "Rep, Mentor"],
    ["Ben Okafor", "ben@example.org", "ben", "Rep"],
    ["Cho Min", "cho@example.org", "cho", "Rep, Mentor"],
]
PAIRS: list[list[Value]] = [["ben", "ana"], ["ana", "cho"], ["cho", "ana"]]


def bad_filter(expression: str, *, people: Sequence[Person]) -> str:
    """Find fault with the one expression that these tests call bad."""
    return "two words side by side" if expression == "new york" else ""


@cache
def _workbook(*, people: bool) -> bytes:
    """Return the workbook that stories begin with; making it takes longer than many of them."""
    rows = {PEOPLE.title: ROSTER, "Mentors": PAIRS} if people else {}
    with TemporaryDirectory() as folder:
        book = Workbook(Path(folder) / "workbook.xlsx")
        book.create((reports_tab(FORM), *TABS[1:]), rows)
        return book.path.read_bytes()


class Story:
    """One workbook with its state, a manager at it, and a clock that the story moves."""

    def __init__(self, folder: Path, *, people: bool = True) -> None:
        self.path = folder / "workbook.xlsx"
        self.folder = folder
        self.now = MONDAY
        self.mentors: Elsewhere | None = None
        self.rules = Rules(FORM, ZoneInfo("Europe/Berlin"), bad_filter)
        self.book = Workbook(self.path)
        self.path.write_bytes(_workbook(people=people))
        self.state: State = open_at(folder)
        self.manager = Manager(self.path)
        self._keys = count()

    def sync(self, **options: bool) -> Outcome:
        """Sync at the story's present moment."""
        return sync(
            self.book, self.state, self.rules, now=self.now, mentors=self.mentors, **options
        )

    def pass_time(self, **units: float) -> None:
        """Move the clock."""
        self.now += timedelta(**units)

    def posts(
        self, reporter: str, text: str, *, id: str = "", held: str = "", **answers: str
    ) -> str:
        """Send a form; with an `id`, correct that report. Returns the report's id."""
        report = id or new_report_id()
        act = Act.CORRECTION if id else Act.REPORT
        self._accept(report, act, {"reporter": reporter, "text": text, **answers}, held)
        return report

    def withdraws(self, id: str) -> None:
        """Withdraw a report through its link."""
        self._accept(id, Act.WITHDRAWAL, {}, "")

    def _accept(self, report: str, act: Act, answers: Mapping[str, str], held: str) -> None:
        key = f"key-{next(self._keys)}"
        self.state.journal.accept(Submission(key, report, act, answers, "form", self.now, held))

    def types_report(self, **cells: Value) -> int:
        """Type a report below the last one; returns its row."""
        row = len(self.manager.cells("Reports")) + 1
        with self.manager.editing():
            for column, value in cells.items():
                self.manager.types("Reports", row, column, value)
        return row

    def shows(self, tab: str, *columns: str) -> list[tuple[object, ...]]:
        """Return what these columns show, row by row below the header."""
        header, *rows = self.manager.cells(tab)
        places = [header.index(column) for column in columns]
        return [tuple(row[at] if at < len(row) else None for at in places) for row in rows]

    def report(self, id: str) -> Report:
        """Return a report as the state has it."""
        found = self.state.base.report(id)
        assert found is not None
        return found


@contextmanager
def story(folder: Path, *, people: bool = True) -> Iterator[Story]:
    """Open a story and close its state at the end."""
    told = Story(folder, people=people)
    try:
        yield told
    finally:
        told.state.close()


class Interrupted(Workbook):
    """The workbook, with a person who acts in the gap between each read and what follows."""

    def __init__(self, path: Path, acts: list[Callable[[], object]]) -> None:
        super().__init__(path)
        self._acts = acts
        self.writes: list[Changes] = []

    def read(self) -> Snapshot:
        snapshot = super().read()
        if self._acts:
            self._acts.pop(0)()
        return snapshot

    def write(self, base: Snapshot, changes: Changes) -> None:
        super().write(base, changes)
        self.writes.append(changes)
