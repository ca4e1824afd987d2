"""`tidings export`: what is in the tables, in each way of writing them."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from forms.submission import Act, Submission
from sheets_sync.project import open_project
from tests.test_cli import NOW, Terminal, types


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with two people and a few reports."""
    return tmp_path_factory.mktemp("export") / "project"


@pytest.fixture
def tidings(folder: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    tidings = Terminal(folder, capsys)
    if not folder.exists():
        tidings("init", "--name", "Riverside", "--coordinator", "ana@example.org")
        types(
            folder,
            "People",
            ["Ana Rossi", "ana@example.org", "ana", "Rep, Mentor", None, None, None, "+49"],
            ["Bo Berg", "bo@example.org", "bo", "Rep"],
        )
        types(folder, "Mentors", ["bo", "ana"])
        types(
            folder,
            "Reports",
            ["2026-11-23", "bo", "-1 degrees\nand snow", "winter, #Köln", None, "Ana; Cho", None],
            ["2026-11-23", "bo", "Hidden one.", None, None, None, None, "hide"],
            ["2026-11-23", "bo", "Taken back.", None, None, None, None],
        )
        tidings("sync")
        withdraw(folder)
        tidings("sync")
    return tidings


def withdraw(folder: Path) -> None:
    """Let Bo withdraw the report in row 4."""
    book = load_workbook(folder / "workbook.xlsx")
    header = [cell.value for cell in book["Reports"][1]]
    id = str(book["Reports"].cell(4, header.index("id") + 1).value)
    with open_project(folder, {}) as project:
        project.state.journal.accept(Submission("w", id, Act.WITHDRAWAL, {}, "form", NOW))


def rows(told: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(told)))


def test_csv_has_no_formula_and_nothing_withdrawn(tidings: Terminal):
    found = rows(tidings("export").out)

    assert [(row["text"], row["status"]) for row in found] == [
        ("Hidden one.", "hidden"),
        ("'-1 degrees\nand snow", "ok"),
    ]
    first = found[1]
    assert first["tags"] == "winter, #Köln"
    assert first["about"] == "Ana, Cho"
    assert (first["name"], first["username"], first["mentor"]) == ("Bo Berg", "bo", "Ana Rossi")
    assert (first["date"], first["received"]) == ("2026-11-23", "2026-11-23 06:00:00")


def test_json_lines_keep_lists_and_the_text_as_it_is(tidings: Terminal):
    found = [json.loads(line) for line in tidings("export", "--format", "jsonl").out.splitlines()]

    assert [one["text"] for one in found] == ["Hidden one.", "-1 degrees\nand snow"]
    assert (found[1]["tags"], found[1]["about"]) == (["winter", "#Köln"], ["Ana", "Cho"])


def test_a_workbook_holds_text_as_text_and_dates_as_dates(tidings: Terminal, tmp_path: Path):
    out = tmp_path / "reports.xlsx"

    assert tidings("export", "--out", str(out)).out == f"2 rows of reports written to {out}.\n"
    assert tidings("export", "--out", str(out)).status == 0

    sheet = load_workbook(out)["reports"]
    cells = {cell.value: sheet.cell(3, cell.column) for cell in sheet[1]}
    assert (cells["text"].value, cells["text"].data_type) == ("-1 degrees\nand snow", "s")
    assert cells["date"].is_date
    assert sorted(path.name for path in tmp_path.iterdir()) == ["reports.xlsx"]


def test_people_have_their_mentor(tidings: Terminal):
    found = rows(tidings("export", "--what", "people").out)

    assert [(row["name"], row["country"], row["mentor"]) for row in found] == [
        ("Ana Rossi", "'+49", ""),
        ("Bo Berg", "", "Ana Rossi"),
    ]


@pytest.mark.parametrize(
    ("what", "first"),
    [("tags", "Köln"), ("subscriptions", None), ("digests", None)],
)
def test_every_table_can_be_taken(tidings: Terminal, what: str, first: str | None):
    told = tidings("export", "--what", what)

    assert told.status == 0
    found = [next(iter(row.values())) for row in rows(told.out)]
    assert (first in found) if first else found == []


def test_a_file_says_by_its_name_how_it_is_written(tidings: Terminal, tmp_path: Path):
    for name, begins in (("a.csv", b"\xef\xbb\xbfid,"), ("a.jsonl", b'{"id": "r-')):
        assert tidings("export", "--out", str(tmp_path / name)).status == 0
        assert (tmp_path / name).read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--out", "a.doc"), "a.doc: what is that?"),
        (("--format", "xlsx"), "a workbook is not printed"),
    ],
)
def test_what_cannot_be_written_is_refused(tidings: Terminal, words: tuple[str, ...], told: str):
    refused = tidings("export", *words)

    assert refused.status == 2
    assert told in refused.err
