"""A project with a public address, for tests of the pages that mails link to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from flask.testing import FlaskClient

from digests.issue import make
from sheets_sync.demo.papers import read_mail
from sheets_sync.founding import Answers, found
from sheets_sync.mailing import Wish, due_issue, make_due, open_press, send_waiting
from sheets_sync.project import Project, open_project
from sheets_sync.sync import Outcome, sync
from sheets_sync.web import create_app
from sheets_sync.workflow import open_desk
from tests.people import Manager
from tests.places import move

SITE = "https://tidings.example.org"
PEOPLE = """
| name       | email            | username | groups      |
| Ana Rossi  | ana@example.org  | ana      | Rep, Mentor |
| Ben Okafor | ben@example.org  | ben      | Rep         |
| Cleo Min   | cleo@example.org | cleo     | Coordinator |
"""


@dataclass
class Village:
    """A project with a public address, its pages, its manager, and a clock."""

    project: Project
    now: datetime
    browser: FlaskClient = field(init=False)
    manager: Manager = field(init=False)

    def __post_init__(self) -> None:
        self.browser = create_app(open_desk(self.project, lambda: self.now)).test_client()
        self.manager = Manager(self.project.folder / "workbook.xlsx")

    def sync(self) -> Outcome:
        return sync(self.project.spreadsheet, self.project.state, self.project.rules, now=self.now)

    def freezes(self) -> None:
        """Make the issue that is due; no mail leaves."""
        due = due_issue(self.project, self.now, early=True)
        assert due is not None
        make(open_press(self.project), due, now=self.now)

    def delivers(self) -> list[str]:
        """Let the mails leave that wait; returns the addresses they went to."""
        make_due(self.project, Wish(), now=self.now)
        send_waiting(self.project, now=self.now)
        return sorted(self.mails())

    def mails(self) -> dict[str, EmailMessage]:
        files = (self.project.folder / "outbox").glob("20*.eml")
        return {str(one["To"]).split("<")[-1].strip(">"): one for one in map(read_mail, files)}

    def subscriptions(self) -> list[tuple[object, ...]]:
        header, *rows = self.manager.cells("Subscriptions")
        places = [header.index(name) for name in ("email", "filter", "frequency", "status")]
        return [tuple(row[at] if at < len(row) else None for at in places) for row in rows]

    def id_of(self, address: str) -> str:
        readers = open_press(self.project).subscribers(self.now)
        return next(one.id for one in readers if one.address == address)

    def leave_path(self, address: str) -> str:
        return self.project.links.leave(self.id_of(address)).removeprefix(SITE)

    def reports(self, *lines: str) -> None:
        """Type reports into the sheet, `who: what #tags`, and sync."""
        at = len(self.manager.cells("Reports")) + 1
        with self.manager.editing():
            for row, line in enumerate(lines, at):
                who, _, what = line.partition(": ")
                text, *tags = what.split(" #")
                self.manager.types("Reports", row, "reporter", who)
                self.manager.types("Reports", row, "text", text)
                self.manager.types("Reports", row, "tags", ", ".join(tags))
        self.sync()


@contextmanager
def founded(
    folder: Path, public_url: str = SITE, *, subscribe_page: bool = True, digest: str = ""
) -> Iterator[Village]:
    """Found a village in a folder; a day has passed since its first sync.

    `digest` are further lines of that section of the settings.
    """
    found(folder, Answers("Our village", ["cleo@example.org"], "Europe/Berlin"), {})
    settings = folder / "tidings.toml"
    text = settings.read_text().replace("[form]", "[form]\nminimum_seconds = 0")
    text = text.replace("[digest]\n", f"[digest]\n{digest}\n")
    if not subscribe_page:
        text = text.replace("[digest]", "[digest]\nsubscribe_page = false")
    lines = [line for line in text.splitlines() if not line.startswith("public_url")]
    at = lines.index("[community]") + 1
    settings.write_text("\n".join([*lines[:at], f'public_url = "{public_url}"', *lines[at:]]))
    move(folder)
    with open_project(folder, {}) as project:
        village = Village(project, datetime(2026, 11, 20, 6, 30, tzinfo=UTC))
        village.manager.holds("People", PEOPLE)
        village.sync()
        village.now += timedelta(days=1)
        yield village
