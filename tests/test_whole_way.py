"""The whole way of a report: posted to the form, journal, sync, a row, a mail; and then quiet."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from sheets_sync.demo.papers import read_mail
from sheets_sync.demo.visitor import hand_in
from sheets_sync.founding import Answers, found
from sheets_sync.mailing import Mailed, Wish, sync_and_mail
from sheets_sync.project import Project, open_project
from tests.people import Manager
from tests.served import form_page

MONDAY = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
"""Half an hour after the digest is due in Berlin."""


PEOPLE = """
| name       | email            | username | groups      |
| Ana Rossi  | ana@example.org  | ana      | Rep, Mentor |
| Ben Okafor | ben@example.org  | ben      | Rep         |
| Cleo Min   | cleo@example.org | cleo     | Coordinator |
"""


class Town:
    """A small community, a clock, and everything real in between."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.now = MONDAY - timedelta(days=3)
        self.workbook = project.folder / "workbook.xlsx"
        self.manager = Manager(self.workbook)

    def runs(self) -> Mailed:
        """Do what cron does."""
        return sync_and_mail(self.project, Wish(), now=self.now)[1]

    def posts(self, **answers: str) -> None:
        with form_page(self.project, lambda: self.now) as address:
            hand_in(address, answers)

    def mails(self, issue: str) -> dict[str, EmailMessage]:
        files = (self.project.folder / "outbox").glob(f"{issue}*.eml")
        return {str(mail["To"]): mail for mail in map(read_mail, files)}

    def reports(self, *columns: str) -> list[tuple[object, ...]]:
        header, *rows = self.manager.cells("Reports")
        places = [header.index(column) for column in columns]
        return [tuple(row[at] if at < len(row) else None for at in places) for row in rows]


@pytest.fixture
def town(tmp_path: Path, state_url: str) -> Iterator[Town]:
    found(tmp_path, Answers("Our town", ["cleo@example.org"], "Europe/Berlin"), {})
    settings = tmp_path / "tidings.toml"
    # The test's clock stands still, so no time passes between opening and sending the form.
    text = settings.read_text().replace("[form]", "[form]\nminimum_seconds = 0")
    settings.write_text(f'state = "{state_url}"\n{text}')
    (tmp_path / "tidings.db").unlink()
    found(tmp_path, None, {})
    assert (tmp_path / "tidings.db").exists() == state_url.startswith("sqlite:")
    with open_project(tmp_path, {}) as project:
        town = Town(project)
        town.manager.holds("People", PEOPLE)
        town.manager.holds("Mentors", "| mentee | mentor |\n| ben | ana |")
        town.runs()
        yield town


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_from_the_form_to_everyones_inbox(town: Town) -> None:
    town.posts(
        reporter="ben",
        text="=1+1 people came <b>twice</b>\nand stayed",
        tags="#Local-Community, Köln",
        link="https://example.org/evening",
    )
    (waiting,) = town.project.state.journal.unwritten()
    assert waiting.submission.answers["text"] == "=1+1 people came <b>twice</b>\nand stayed"
    assert town.mails("2026-W") == {}

    town.now = MONDAY
    made = town.runs()

    assert not town.project.state.journal.unwritten()
    assert town.reports("reporter", "text", "tags", "source", "status", "mentor") == [
        (
            "ben",
            "=1+1 people came <b>twice</b>\nand stayed",
            "#Local-Community, Köln",
            "form",
            "ok",
            "Ana Rossi",
        )
    ]
    assert town.manager.is_text("Reports", 2, "text")
    assert made.made is not None
    assert (made.made.issue.name, made.made.issue.reports, made.delivered.sent) == (
        "2026-W48",
        1,
        3,
    )
    mails = town.mails("2026-W48")
    assert sorted(mails) == [
        "Ana Rossi <ana@example.org>",
        "Ben Okafor <ben@example.org>",
        "Cleo Min <cleo@example.org>",
    ]
    for mail in mails.values():
        assert "=1+1 people came <b>twice</b>\n  and stayed" in body(mail, "plain")
        assert "=1+1 people came &lt;b&gt;twice&lt;/b&gt;" in body(mail, "html")
        assert "https://example.org/evening" in body(mail, "html")
        assert "ben@example.org" not in body(mail, "plain") + body(mail, "html")


def test_a_second_run_does_nothing(town: Town) -> None:
    town.posts(reporter="ben", text="Something happened.")
    town.now = MONDAY
    town.runs()
    outbox = {path: path.stat() for path in (town.project.folder / "outbox").iterdir()}
    workbook = town.workbook.read_bytes()

    town.now += timedelta(minutes=5)
    again = town.runs()

    assert (again.made, again.delivered.sent) == (None, 0)
    assert {path: path.stat() for path in (town.project.folder / "outbox").iterdir()} == outbox
    assert town.workbook.read_bytes() == workbook


def test_an_edit_after_the_mail_is_not_mailed_again(town: Town) -> None:  # fault 31
    town.posts(reporter="ben", text="Something hapened.")
    town.now = MONDAY
    town.runs()
    town.manager.types("Reports", 2, "text", "Something happened.")
    town.posts(reporter="ana", text="Something else.")

    town.now += timedelta(days=7)
    town.runs()

    newest = [body(mail, "plain") for mail in town.mails("2026-W49").values()]
    assert ["Something else." in text for text in newest] == [True, True, True]
    assert not any("Something hap" in text for text in newest)
    assert town.reports("text") == [("Something happened.",), ("Something else.",)]
