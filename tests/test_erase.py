"""`tidings erase`: afterwards nothing of a person stands anywhere, and nothing brings them back."""

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl.comments import Comment
from sqlalchemy import select

from forms.submission import Act, Submission
from sheets_sync.archiving import build_archive
from sheets_sync.checks.coming import look_at_state
from sheets_sync.choices import Choice, ChoiceAct
from sheets_sync.cli.ending import status
from sheets_sync.cli.shell import Shell
from sheets_sync.erasing import AmbiguousError, carry_out, look, readmit
from sheets_sync.founding import Answers, found
from sheets_sync.project import open_project
from sheets_sync.state.address import locate
from sheets_sync.state.backup import back_up_state
from sheets_sync.state.copying import copy_state
from sheets_sync.state.database import reading
from sheets_sync.state.schema import metadata
from tests.postgresql import Server
from tests.test_whole_way import MONDAY, Town

PEOPLE = """
| name       | email            | username  | groups      |
| Ana Rossi  | ana@example.org  | anarossi7 | Rep, Mentor |
| Ben Okafor | ben@example.org  | ben       | Rep         |
| Cleo Min   | cleo@example.org | cleo      | Coordinator |
"""
PAIRS = """
| mentee | mentor    |
| ben    | anarossi7 |
| Ana Rossi | cleo   |
"""
WORDS = re.compile(r"ana[\s_.-]*rossi|ana@example\.org", re.IGNORECASE)
"""Her name in any case and spelling, her username, her address."""


def places(folder: Path) -> list[str]:
    """Return every file that holds a word of hers: bytes, parts of zips, decoded mails."""
    found_in = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = str(path.relative_to(folder))
            found_in += [name + where for where, text in texts(path) if WORDS.search(text)]
    return found_in


def texts(path: Path) -> Iterator[tuple[str, str]]:
    content = path.read_bytes()
    for code in ("utf-8", "utf-16-le", "utf-16-be"):
        yield "", content.decode(code, "replace")
    if path.suffix == ".xlsx":
        with ZipFile(path) as parts:
            for part in parts.namelist():
                yield f" {part}", parts.read(part).decode("utf-8", "replace")
    if path.suffix == ".eml":
        yield from ((" decoded", text) for text in decoded(content))
    if path.suffix == ".db":
        yield from ((" letters", text) for letter in letters(path) for text in decoded(letter))


def decoded(mail: bytes) -> Iterator[str]:
    message = message_from_bytes(mail, policy=default)
    yield str(message.items())
    for part in message.walk():
        if part.get_content_maintype() == "text":
            yield str(part.get_content())


def letters(path: Path) -> list[bytes]:
    with closing(sqlite3.connect(path)) as db:
        return [row[0] for row in db.execute("SELECT message FROM letters")]


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a town in which Ana Rossi left traces everywhere."""
    folder = tmp_path_factory.mktemp("lived-in")
    found(folder, Answers("Our town", ["cleo@example.org"], "Europe/Berlin"), {})
    settings = folder / "tidings.toml"
    public = '[archive]\nurl = "https://reports.example.org"'
    settings.write_text(settings.read_text().replace("[archive]", public))
    with open_project(folder, {}) as project:
        town = Town(project)
        town.manager.holds("People", PEOPLE)
        town.manager.holds("Mentors", PAIRS)
        town.manager.holds("Subscriptions", "| email | filter |\n| ana@example.org | swag |")
        town.manager.holds("Plans", "| what |\n| Ask Ana  Rossi for help |\n| Buy bread |")
        leaves_traces_in_the_workbook(town)
        town.runs()
        posts(town, "anarossi7", "I planted a linden.", tags="trees")
        posts(town, "Ana Rossi <ana@example.org>", "Another linden.")
        posts(town, "ben", "Talked with ana rossi about it.", about="Ana Rossi; Cleo Min")
        posts(town, "ben", "Alone at last.", about="anarossi7")
        chooses(town, "ana@example.org")
        town.now = MONDAY
        town.runs()
        build_archive(project, folder / "archive", now=town.now)
        posts(town, "ANA@example.org", "Not in the sheet yet.")
        (folder / "run.log").write_text("all is well\nRefused: ana@example.org: no\nbye\n")
        (folder / "preview.html").write_text("<p>Ana Rossi</p>")
        backups = folder / "backups"
        back_up_state(folder / "tidings.db", backups, day="2026-11-22", keep=14)
    return folder


@pytest.fixture
def town(lived_in: Path, tmp_path: Path) -> Iterator[Town]:
    folder = tmp_path / "town"
    shutil.copytree(lived_in, folder)
    yield from opened(folder)


@pytest.fixture
def town_on_a_server(lived_in: Path, tmp_path: Path, postgresql: Server) -> Iterator[Town]:
    folder, url = tmp_path / "town", postgresql.url()
    shutil.copytree(lived_in, folder)
    copy_state(locate("sqlite:tidings.db", folder), locate(url, folder))
    settings = folder / "tidings.toml"
    settings.write_text(f'state = "{url}"\n{settings.read_text()}')
    yield from opened(folder)


def opened(folder: Path) -> Iterator[Town]:
    with open_project(folder, {}) as project:
        town = Town(project)
        town.now = MONDAY + timedelta(hours=1)
        yield town


def leaves_traces_in_the_workbook(town: Town) -> None:
    with town.manager.editing() as book:
        book["Plans"]["A3"].comment = Comment("as Ana Rossi said", "ana rossi")
        book["People"]["B2"].hyperlink = "mailto:ana@example.org"
        book["Plans"]["B3"] = "Our bakery"
        book["Plans"]["B3"].hyperlink = "https://example.org/ana-rossi"
        book.properties.lastModifiedBy = "Ana Rossi"


def posts(town: Town, reporter: str, text: str, **answers: str) -> str:
    """Put a submission into the journal, as the page does; returns the report's id."""
    number = len(town.project.state.journal.unwritten())
    id = f"r-{abs(hash((reporter, text))) % 10**10:010d}"
    said = {"reporter": reporter, "text": text, **answers}
    key = f"key {town.now} {number}"
    town.project.state.journal.accept(Submission(key, id, Act.REPORT, said, "form", town.now))
    return id


def corrects(town: Town, id: str, reporter: str, text: str) -> None:
    """Put a correction into the journal, as the page does."""
    said = {"reporter": reporter, "text": text}
    correction = Submission(f"key {text}", id, Act.CORRECTION, said, "form", town.now)
    town.project.state.journal.accept(correction)


def chooses(town: Town, address: str) -> None:
    chosen = {"filter": "trees"}
    choice = Choice("k-1", ChoiceAct.CHOOSE, "s-1", address, chosen, "page", town.now)
    town.project.state.choices.commit([choice])


def erase(town: Town, who: str = "ana@example.org") -> tuple[str, ...]:
    return carry_out(town.project, look(town.project, who), now=town.now).left


def test_afterwards_no_byte_of_name_or_address_is_found(town: Town):
    # fault 84
    before = places(town.project.folder)
    assert {name.split()[0] for name in before} >= {
        "tidings.db",
        "workbook.xlsx",
        "run.log",
        "preview.html",
        "backups/tidings-2026-11-22.db",
    }
    assert [name for name in before if name.startswith("outbox/")]
    assert [name for name in before if name.startswith("archive/")]
    assert [name for name in before if name.startswith("backups/workbook")]

    assert erase(town) == ()

    town.project.state.close()
    assert places(town.project.folder) == []


def test_afterwards_no_row_on_the_server_holds_them(town_on_a_server: Town):
    # fault 84
    town = town_on_a_server
    assert in_tables(town) >= {"submissions", "reports", "people", "deliveries", "letters"}

    left = erase(town)

    assert in_tables(town) == set()
    # The file that the state was moved from, and its backups, are named and nothing else.
    assert {re.sub(r"-[-0-9]+", "", name) for name in left} == {"tidings.db", "backups/tidings.db"}
    for name in left:
        (town.project.folder / name).unlink()
    assert places(town.project.folder) == []
    assert town.reports("reporter", "text")[2:] == [
        ("ben", "Talked with [erased] about it."),
        ("ben", "Alone at last."),
    ]
    assert look(town.project, "ana@example.org").before == town.now


def in_tables(town: Town) -> set[str]:
    """Return every table that holds a word of hers, letters decoded."""
    found_in = set()
    with reading(town.project.state.engine) as db:
        for table in metadata.sorted_tables:
            for row in db.execute(select(table)):
                told = [str(value) for value in row]
                told += [text for one in row if isinstance(one, bytes) for text in decoded(one)]
                found_in |= {table.name} if WORDS.search("\n".join(told)) else set()
    return found_in


def test_what_is_others_stays(town: Town):
    erase(town)

    assert town.reports("reporter", "text", "about") == [
        (None, None, None),
        (None, None, None),
        ("ben", "Talked with [erased] about it.", "Cleo Min"),
        ("ben", "Alone at last.", None),
    ]
    people = town.manager.cells("People")
    assert [row[:1] for row in people[1:]] == [[], ["Ben Okafor"], ["Cleo Min"]]
    assert town.manager.cells("Plans") == [
        ["what"],
        ["Ask [erased] for help"],
        ["Buy bread", "Our bakery"],
    ]
    assert (town.project.folder / "run.log").read_text() == "all is well\nbye\n"
    community = town.project.state.base.community()
    assert community is not None
    assert [person.name for person in community.people] == ["Ben Okafor", "Cleo Min"]
    assert [person.mentor for person in community.people] == ["", ""]


def test_what_was_sent_stays_counted(town: Town):
    before = town.project.state.outbox.issue_lines()

    erase(town)

    assert town.project.state.outbox.issue_lines() == before
    assert [line.sent for line in before] == [3]


def test_a_dry_look_changes_nothing_and_tells_everything(town: Town):
    before = {path: path.read_bytes() for path in town.project.folder.rglob("*.xlsx")}

    plan = look(town.project, "Ana Rossi")

    assert {path: path.read_bytes() for path in town.project.folder.rglob("*.xlsx")} == before
    lines = list(plan.lines(town.project.folder))
    assert lines[:8] == [
        "Reports: 2 rows (2, 3)",
        "People: 1 row (2)",
        "Mentors: 2 rows (2, 3)",
        "Subscriptions: 1 row (2)",
        "Reports: their name or address, out of 5 other cells",
        "People: their name or address, out of 1 other cell",
        "Plans: their name or address, out of 1 other cell",
        "state: 3 reports",
    ]
    assert len(plan.reports) == 3


@pytest.mark.parametrize("step", range(8) if os.environ.get("TIDINGS_SOAK") else (1, 4, 7))
def test_wherever_it_is_stopped_running_it_again_finishes(town: Town, step: int):
    with pytest.raises(KeyboardInterrupt):
        carry_out(
            town.project, look(town.project, "anarossi7"), now=town.now, steps=stopping_at(step)
        )
    told = [one.text() for one in look_at_state(town.project, town.now)]
    assert any("being erased" in line for line in told) == (step == 7)

    assert erase(town) == ()

    town.project.state.close()
    assert places(town.project.folder) == []


def stopping_at(step: int):
    left = iter(range(step + 1))

    def observe(_name: str) -> None:
        if next(left) == step:
            raise KeyboardInterrupt

    return observe


def test_erasing_again_is_harmless(town: Town):
    erase(town)
    before = town.workbook.read_bytes()

    plan = look(town.project, "ana@example.org")

    assert plan.before == town.now
    assert carry_out(town.project, plan, now=town.now).left == ()
    assert town.workbook.read_bytes() == before


def test_an_old_copy_of_the_workbook_brings_nobody_back(town: Town):
    old = town.workbook.read_bytes()
    erase(town)
    town.workbook.write_bytes(old)

    town.runs()
    town.runs()

    community = town.project.state.base.community()
    assert community is not None
    assert [person.name for person in community.people] == ["Ben Okafor", "Cleo Min"]
    assert {one.reporter for one in town.project.state.base.accepted_above(-1)} == {"ben"}
    told = {(one.tab, one.row) for one in community.problems if "erased" in one.message}
    assert told == {("People", 2), ("Reports", 2), ("Reports", 3), ("Subscriptions", 2)}


def test_an_old_copy_of_the_workbook_brings_no_correction_of_theirs_back(town: Town):
    ids = dict(town.reports("text", "id"))
    corrects(town, ids["Alone at last."], "ben", "Alone again.")
    corrects(town, ids["I planted a linden."], "anarossi7", "I planted an oak.")
    old = town.workbook.read_bytes()
    town.runs()
    assert {"Alone again.", "I planted an oak."} <= {text for (text,) in town.reports("text")}
    erase(town)
    town.workbook.write_bytes(old)

    town.runs()

    assert "Alone again." in [text for (text,) in town.reports("text")]
    assert "I planted an oak." not in [text for (text,) in town.reports("text")]


def test_an_old_link_brings_no_report_back(town: Town):
    (id,) = {
        one.submission.report
        for one in town.project.state.journal.unwritten()
        if one.submission.act is Act.REPORT
    }
    erase(town)
    corrects(town, id, "ana@example.org", "Corrected.")

    town.runs()

    assert town.project.state.journal.submissions(id) == []
    assert "Corrected." not in [text for (text,) in town.reports("text")]


def test_who_reports_anew_afterwards_is_heard(town: Town):
    erase(town)
    town.now += timedelta(days=1)
    posts(town, "ana@example.org", "Here I am again.")

    town.runs()

    assert town.reports("reporter", "text", "status")[-1] == (
        "ana@example.org",
        "Here I am again.",
        "unmatched",
    )


def test_a_name_that_two_people_bear_is_asked_about(town: Town):
    town.manager.inserts_row("People", 5, ["Ben  OKAFOR", "ben2@example.org"])
    town.runs()

    with pytest.raises(AmbiguousError) as told:
        look(town.project, "ben okafor")

    assert str(told.value).splitlines() == [
        "2 people are called 'ben okafor'; give the address of one:",
        "  Ben Okafor, ben@example.org, ben",
        "  Ben OKAFOR, ben2@example.org, -",
    ]


def test_of_two_people_of_one_name_the_other_stays(town: Town):
    town.manager.inserts_row("People", 5, ["Ana Rossi", "ana2@example.org", "other"])
    town.manager.types("Plans", 4, "what", "Thank Ana Rossi")
    town.runs()

    erase(town)

    assert [row[:2] for row in town.manager.cells("People")[4:]] == [
        ["Ana Rossi", "ana2@example.org"]
    ]
    assert town.manager.cells("Plans")[3] == ["Thank Ana Rossi"]
    assert not [name for name in places(town.project.folder) if "run.log" in name]


def test_nobody_of_that_name_is_nobody(town: Town):
    assert look(town.project, "Zoe Nobody").is_empty()


def test_a_mail_that_waits_leaves_without_them(lived_in: Path, tmp_path: Path):
    folder = tmp_path / "town"
    shutil.copytree(lived_in, folder)
    settings = folder / "tidings.toml"
    whole = settings.read_text()
    unreachable = 'url = "smtp://127.0.0.1:1"\nallow_insecure = true'
    settings.write_text(whole.replace('url = "folder:outbox"', unreachable))
    monday = MONDAY + timedelta(days=7)
    with open_project(folder, {}) as project:
        town = Town(project)
        town.now = monday - timedelta(days=1)
        posts(town, "anarossi7", "Third linden.")
        posts(town, "ben", "Fourth linden.")
        town.now = monday
        assert town.runs().delivered.stopped
        assert erase(town) == ()
    settings.write_text(whole)

    with open_project(folder, {}) as project:
        town = Town(project)
        town.now = monday + timedelta(hours=1)
        town.runs()
        mails = town.mails("2026-W49")

    assert set(mails) == {"Ben Okafor <ben@example.org>", "Cleo Min <cleo@example.org>"}
    for mail in mails.values():
        text = "".join(decoded(mail.as_bytes()))
        assert "Fourth linden" in text
        assert "Third linden" not in text
        assert not WORDS.search(text)


def tidings(folder: Path, *words: str) -> int:
    return status(["--project", str(folder), "erase", *words], Shell(now=lambda: MONDAY))


def test_what_is_reported_next_is_mailed_to_everybody(lived_in: Path, tmp_path: Path):
    folder = tmp_path / "town"
    shutil.copytree(lived_in, folder)
    with open_project(folder, {}) as project:
        town = Town(project)
        town.now = MONDAY + timedelta(days=7)
        posts(town, "anarossi7", "The latest of all.")
        town.runs()
        last = project.state.base.highest_accepted()
        erase(town)
        town.now += timedelta(days=3)
        id = posts(town, "ben", "Fifth linden.")
        town.now += timedelta(days=4)
        town.runs()

        assert project.state.base.highest_accepted() == last + 1
        assert set(project.state.outbox.had([id])) == {
            one.id for one in project.state.base.acquaintances()
        }
        assert len(town.mails("2026-W50")) == 2


def test_the_command_asks_tells_and_says_what_only_a_person_can_delete(
    town: Town, capsys: pytest.CaptureFixture[str]
):
    folder = town.project.folder
    assert tidings(folder, "ana@example.org") == 2
    assert "--yes" in capsys.readouterr().err
    assert tidings(folder, "ana@example.org", "--dry-run") == 0
    assert "Erased" not in capsys.readouterr().out

    assert tidings(folder, "ana@example.org", "--yes") == 0

    out = capsys.readouterr().out
    assert "Erased." in out
    assert "What only a person can delete:" in out
    assert "copies that people made" in out
    assert tidings(folder, "ana@example.org", "--readmit") == 0
    assert capsys.readouterr().out == "They may come back.\n"


def test_who_is_readmitted_is_read_again(town: Town):
    erase(town)
    assert readmit(town.project, "Ana@Example.org")
    assert readmit(town.project, "anarossi7")
    town.manager.inserts_row("People", 5, ["Ana Rossi", "ana@example.org", "anarossi7"])

    town.runs()

    community = town.project.state.base.community()
    assert community is not None
    assert [person.name for person in community.people][-1] == "Ana Rossi"


def test_a_backup_that_cannot_be_changed_is_deleted_and_told(town: Town):
    backups = town.project.folder / "backups"
    (backups / "workbook-2026-01-01.xlsx").write_text("damaged: Ana Rossi")
    (backups / "tidings-2026-01-01.db").write_text("damaged: Ana Rossi")

    done = carry_out(town.project, look(town.project, "ana@example.org"), now=town.now)

    assert set(done.deleted) == {"workbook-2026-01-01.xlsx", "tidings-2026-01-01.db"}
    assert done.left == ()


def test_what_no_program_of_ours_may_change_is_named(town: Town):
    settings = town.project.folder / "tidings.toml"
    settings.write_text(settings.read_text() + "# ask Ana Rossi\n")

    assert erase(town) == ("tidings.toml",)


def test_a_filter_that_names_them_names_them_no_more(town: Town):
    chosen = {"filter": 'by:"Ana Rossi" or trees'}
    choice = Choice("k-2", ChoiceAct.CHOOSE, "p-x", "ben@example.org", chosen, "page", town.now)
    town.project.state.choices.commit([choice])

    erase(town)

    (number, kept) = town.project.state.choices.find("k-2") or (0, choice)
    assert (number > 0, kept.chosen) == (True, {"filter": 'by:"[erased]" or trees'})
