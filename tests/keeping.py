"""A list of people and mentors in a spreadsheet of either kind, and the manager who keeps it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from forms.submission import Act, Submission
from sheets_sync.community import Community
from sheets_sync.given import Rules
from sheets_sync.identity import new_report_id
from sheets_sync.layout import TABS
from sheets_sync.mentor_sheet import Elsewhere
from sheets_sync.spreadsheet import Spreadsheet
from sheets_sync.state import State, open_state
from sheets_sync.sync import Outcome, sync
from sheets_sync.validate import reports_tab
from sheets_sync.xlsx import Workbook
from tests.google_sheets.opening import sharing
from tests.people import Manager, Person
from tests.story import FORM, MONDAY, bad_filter


class Keeping:
    """The spreadsheet, its manager, the state and the day."""

    def __init__(self, opened: Callable[[State], Spreadsheet], person: Person, state: State):
        self.opened, self.manager, self.state = opened, person, state
        self.rules = Rules(FORM, ZoneInfo("Europe/Berlin"), bad_filter)
        self.mentors: Elsewhere | None = None
        self.now = MONDAY

    def holds(self, **tabs: Sequence[str]) -> None:
        """Make tabs hold these rows, below their own headers, before the first sync."""
        sheet = self.opened(self.state)
        sheet.create((reports_tab(FORM), *TABS[1:]), {})
        with self.manager.editing():
            for tab, lines in tabs.items():
                self.manager.holds(tab, "\n".join(lines))

    def sync(self, **options: bool) -> Outcome:
        """Sync as a process that starts now."""
        sheet = self.opened(self.state)
        return sync(sheet, self.state, self.rules, now=self.now, mentors=self.mentors, **options)

    def pass_time(self, **units: float) -> None:
        """Move the clock."""
        self.now += timedelta(**units)

    def posts(self, reporter: str, text: str, **answers: str) -> str:
        """Send the form; returns the report's id."""
        report = new_report_id()
        given = {"reporter": reporter, "text": text, **answers}
        self.state.journal.accept(
            Submission(f"key-{report}", report, Act.REPORT, given, "form", self.now)
        )
        return report

    def shows(self, tab: str, *columns: str) -> list[tuple[Any, ...]]:
        """Return what these columns show, row by row below the header."""
        header, *rows = self.manager.cells(tab)
        places = [header.index(column) for column in columns]
        return [tuple(row[at] if at < len(row) else None for at in places) for row in rows]

    def problems(self, tab: str = "", *, column: str = "") -> list[str]:
        """Return the Problems tab, line by line; those of one tab and column only, if named."""
        rows = self.shows("Problems", "tab", "row", "column", "what is wrong", "what to do")
        return [
            f"{where} {row}, {col}: {wrong}; {todo}"
            for where, row, col, wrong, todo in rows
            if tab in ("", where) and column in ("", col)
        ]

    def community(self) -> Community:
        """Return the community as of the last sync."""
        found = self.state.base.community()
        assert found is not None
        return found

    def mentor_of(self, username: str) -> str:
        """Return the username of somebody's mentor as of the last sync; empty without one."""
        people = {person.id: person for person in self.community().people}
        (one,) = (p for p in people.values() if p.username == username)
        return people[one.mentor].username if one.mentor else ""

    def sets(self, **changed: object) -> None:
        """Change what the settings say."""
        self.rules = replace(self.rules, **changed)  # type: ignore[arg-type]


@contextmanager
def _in_a_workbook(folder: Path, state: State) -> Iterator[Keeping]:
    path = folder / "workbook.xlsx"
    yield Keeping(lambda _: Workbook(path), Manager(path), state)


@contextmanager
def _on_google(_: Path, state: State) -> Iterator[Keeping]:
    with sharing() as shared:
        yield Keeping(lambda state: shared.opened(state.base), shared.person, state)


KINDS: dict[str, Callable[[Path, State], AbstractContextManager[Keeping]]] = {
    "xlsx": _in_a_workbook,
    "google": _on_google,
}


@contextmanager
def keeping(kind: str, folder: Path) -> Iterator[Keeping]:
    """Open a community whose spreadsheet is of this kind."""
    state = open_state("sqlite:tidings.db", folder=folder, create=True)
    try:
        with KINDS[kind](folder, state) as kept:
            yield kept
    finally:
        state.close()
