"""A community whose spreadsheet is on Google, an hour before its digest; copied for each story."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from forms.submission import Act, Submission
from sheets_sync.community import Report
from sheets_sync.demo.papers import read_mail
from sheets_sync.founding import Answers, found
from sheets_sync.layout import TABS
from sheets_sync.mailing import Wish, sync_and_mail
from sheets_sync.project import Project, open_project
from sheets_sync.spreadsheet import SheetError
from sheets_sync.validate import reports_tab
from tests.google_sheets.opening import Shared, sharing

MONDAY = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
"""Half an hour after the digest is due in Berlin."""
PEOPLE = """
| name       | email            | username | groups      |
| Ana Rossi  | ana@example.org  | ana      | Rep, Mentor |
| Ben Okafor | ben@example.org  | ben      | Rep         |
| Cleo Min   | cleo@example.org | cleo     | Coordinator |
| Dan Ito    | dan@example.org  | dan      | Rep         |
"""
PAIRS = "| mentee | mentor |\n| ben | ana |\n| dan | cleo |"
TYPED = (("ana", "Opened the café"), ("dan", "Wrote a letter"), ("ben", "Held a workshop"))
"""Reports that people typed before the first sync."""
NEW = (("dan", "Fixed the fence"), ("nobody", "A stranger's report"))
"""Reports that people typed since."""
ID = re.compile(r"r-[0-9a-z]{10}")


class Town:
    """The community's folder and its spreadsheet, for one story."""

    def __init__(self, shared: Shared, folder: Path, start: dict[str, Any]) -> None:
        self.shared, self.folder, self.person = shared, folder, shared.person
        shared.book.restore(start)
        shared.world.forget_plans()
        shared.world.calls.clear()
        shared.time.seconds = 0.0

    def runs(self) -> str:
        """Do what cron does, in a process of its own; return the line that it stops with."""
        with open_project(self.folder, {}) as project:
            try:
                sync_and_mail(self._on_google(project), Wish(), now=MONDAY)
            except SheetError as error:
                return str(error)
        return ""

    def posts(self, reporter: str, text: str, key: str) -> None:
        """Send the form."""
        with open_project(self.folder, {}) as project:
            answers = {"reporter": reporter, "text": text, "tags": "#tea"}
            project.state.journal.accept(
                Submission(key, f"r-{key:0>10}", Act.REPORT, answers, "form", MONDAY)
            )

    def unwritten(self) -> int:
        """Return how many submissions are not in the spreadsheet yet."""
        with open_project(self.folder, {}) as project:
            return len(project.state.journal.unwritten())

    def known(self) -> list[Report]:
        """Return every report as the state has it."""
        with open_project(self.folder, {}) as project:
            base = project.state.base
            return [report for id in base.known() if (report := base.report(id))]

    def end(self) -> dict[str, object]:
        """Return all that came of it: every tab, the journal, the mails; ids by their order."""
        tabs: dict[str, object] = {tab: self.person.cells(tab) for tab in self.person.tabs()}
        ids: dict[str, str] = {}

        def named(found: re.Match[str]) -> str:
            return ids.setdefault(found[0], f"id {len(ids) + 1}")

        plain = {tab: ID.sub(named, repr(cells)) for tab, cells in tabs.items()}
        return {**plain, "unwritten": self.unwritten(), "mails": self.mails()}

    def mails(self) -> list[tuple[str, str]]:
        """Return to whom mails went, and what they said."""
        return sorted(
            (str(mail["To"]), str(body.get_content()))
            for mail in map(read_mail, (self.folder / "outbox").glob("*.eml"))
            if (body := mail.get_body(("plain",)))
        )

    def reports(self, *columns: str) -> list[tuple[object, ...]]:
        """Return what these columns of Reports show, row by row."""
        return rows_under(self.person.cells("Reports"), columns)

    def _on_google(self, project: Project) -> Project:
        google = self.shared.opened(project.state.base, zone="Europe/Berlin")
        return replace(project, spreadsheet=google)


def rows_under(cells: list[list[Any]], columns: tuple[str, ...]) -> list[tuple[object, ...]]:
    """Return the cells under these headers, of each row that is not blank."""
    header, *rows = cells
    places = [header.index(column) for column in columns]
    return [tuple(row[at] if at < len(row) else None for at in places) for row in rows if any(row)]


class Towns:
    """One community, prepared once; each story gets a copy."""

    def __init__(self, shared: Shared, folder: Path) -> None:
        self._shared, self._folder = shared, folder
        self._start = shared.book.saved()
        self._count = 0

    def new(self) -> Town:
        """Return the town as it was prepared."""
        self._count += 1
        folder = self._folder.with_name(f"town-{self._count}")
        shutil.copytree(self._folder, folder)
        town = Town(self._shared, folder, self._start)
        # What was put back is changed from now on, so that the next story needs a copy.
        self._start = self._shared.book.saved()
        return town


@contextmanager
def prepared(folder: Path) -> Iterator[Towns]:
    """Make a town: synced once on Friday, then used by people and by the form."""
    home = folder / "town"
    found(home, Answers("Our town", ["cleo@example.org"], "Europe/Berlin"), {})
    with sharing() as shared:
        person = shared.person
        with open_project(home, {}) as project:
            google = shared.opened(project.state.base)
            google.create((reports_tab(project.form), *TABS[1:]), {})
            person.holds("People", _below(person.cells("People")[0], PEOPLE))
            person.holds("Mentors", _below(person.cells("Mentors")[0], PAIRS))
            person.adds_column("Reports", "mine", [])
            _types(shared, TYPED, first=2)
            friday = replace(project, spreadsheet=google)
            sync_and_mail(friday, Wish(), now=MONDAY - timedelta(days=3))
        _types(shared, NEW, first=2 + len(TYPED))
        person.types("Reports", 2, "decision", "hide")
        person.types("Reports", 3, "mine", "keep")
        towns = Towns(shared, home)
        first = towns.new()
        first.posts("ben", "=1+1 came to the <b>evening</b>", "1")
        first.posts("ana", "Mentored Ben", "2")
        shutil.rmtree(home)
        shutil.copytree(first.folder, home)
        yield towns


def _types(shared: Shared, reports: tuple[tuple[str, str], ...], *, first: int) -> None:
    for row, (reporter, text) in enumerate(reports, first):
        shared.person.types("Reports", row, "reporter", reporter)
        shared.person.types("Reports", row, "text", text)


def _below(header: list[Any], table: str) -> str:
    """Return a table with the tab's other headers at its right."""
    lines = table.strip().splitlines()
    given = [cell.strip() for cell in lines[0].strip("|").split("|")]
    rest = [str(name) for name in header if name not in given]
    filler = ["", *["" for _ in rest]]
    return "\n".join(
        [
            f"{lines[0]} {' | '.join(rest)} |",
            *(f"{x} {' | '.join(filler[1:])} |" for x in lines[1:]),
        ]
    )
