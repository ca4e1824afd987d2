"""`tidings import table`: CSV and workbooks come in once, each fault named with its line."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook as Book
from openpyxl import load_workbook

from sheets_sync.project import open_project
from tests.test_cli import NOW, Terminal, types

OLD = """\
When,Who,What did you do?,Themes,Mood
2019-03-04,bo,"Planted
a linden",trees; #Köln,good
04.03.2019,bo,Second,,
2019-03-05,Zoe,=1+1,,
2019-03-06,,Nobody named,,
2019-03-06,bo,,,
2019-03-07,bo,Alike,,
2019-03-07,bo,Alike,,
"""
MAPS = ("When=date", "Who=reporter", "What did you do?=text", "Themes=tags")


@pytest.fixture
def tidings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    tidings = Terminal(tmp_path / "project", capsys)
    tidings("init", "--name", "Riverside", "--coordinator", "ana@example.org")
    types(tidings.folder, "People", ["Bo Berg", "bo@example.org", "bo", "Rep"])
    tidings("sync")
    return tidings


def brings(tidings: Terminal, file: Path, *words: str, maps: Sequence[str] = MAPS):
    options = [word for one in maps for word in ("--map", one)]
    return tidings("import", "table", str(file), *options, *words)


def shows(folder: Path, tab: str, *columns: str) -> list[tuple[object, ...]]:
    header, *rows = load_workbook(folder / "workbook.xlsx")[tab].iter_rows(values_only=True)
    places = [header.index(column) for column in columns]
    return [tuple(row[at] for at in places) for row in rows if any(row)]


def test_a_dry_run_shows_the_first_rows_and_each_fault_with_its_line(
    tidings: Terminal, tmp_path: Path
):
    (tmp_path / "old.csv").write_text(OLD)
    before = (tidings.folder / "workbook.xlsx").read_bytes()

    told = brings(tidings, tmp_path / "old.csv", "--dry-run")

    assert told.status == 1
    assert (tidings.folder / "workbook.xlsx").read_bytes() == before
    lines = told.out.splitlines()
    assert lines[:2] == ["Nothing was written. The plan:", "Reports: 5 new, 0 there already"]
    assert lines[2].startswith(
        "    date: 2019-03-04 · reporter: bo · text: Planted a linden · tags: trees; #Köln · id: r-"
    )
    assert lines[7:] == [
        "Columns of no use here: Mood (say with --map what they are)",
        "To look at: 2",
        "    old.csv, line 4, date: “04.03.2019” is not a date; write year, month and day like "
        "this: 2026-11-23",
        "    old.csv, line 5, reporter: nobody on the People tab is called so; only coordinators "
        "see this report; correct it, add the person to People, or write ok into decision",
        "Left out: 2:",
        "    old.csv, line 6: nobody is named who reports",
        "    old.csv, line 7: there is neither text nor link",
    ]


def test_rows_come_in_as_they_are_marked_and_read_by_everybody(tidings: Terminal, tmp_path: Path):
    (tmp_path / "old.csv").write_text(OLD)

    brings(tidings, tmp_path / "old.csv")
    tidings("sync")

    rows = shows(tidings.folder, "Reports", "reporter", "text", "tags", "source", "status")
    assert rows == [
        ("bo", "Planted\na linden", "trees; #Köln", "import", "ok"),
        ("bo", "Second", None, "import", "check"),
        ("Zoe", "=1+1", None, "import", "unmatched"),
        ("bo", "Alike", None, "import", "ok"),
        ("bo", "Alike", None, "import", "ok"),
    ]
    with open_project(tidings.folder, {}) as project:
        assert project.state.base.accepted_above(0) == []
        assert len(project.state.base.accepted_above(-1)) == 4


def test_the_same_table_again_brings_nothing(tidings: Terminal, tmp_path: Path):
    (tmp_path / "old.csv").write_text(OLD)
    brings(tidings, tmp_path / "old.csv")
    tidings("sync")
    (tmp_path / "renamed.csv").write_text(OLD)

    told = brings(tidings, tmp_path / "renamed.csv")

    assert told.out.splitlines()[1] == "Reports: 0 new, 5 there already"
    assert len(shows(tidings.folder, "Reports", "text")) == 5


def test_what_happened_in_the_last_days_is_news(tidings: Terminal, tmp_path: Path):
    (tmp_path / "new.csv").write_text("reporter,text,date\nbo,New,2026-11-22\nbo,Old,2026-11-01\n")

    brings(tidings, tmp_path / "new.csv", maps=())
    tidings("sync")

    with open_project(tidings.folder, {}) as project:
        assert [one.text for one in project.state.base.accepted_above(0)] == ["New"]


def test_a_date_format_is_told_never_guessed(tidings: Terminal, tmp_path: Path):
    (tmp_path / "old.csv").write_text(OLD)

    told = brings(tidings, tmp_path / "old.csv", "--dates", "%d.%m.%Y", "--dry-run")

    assert "date: 2019-03-04 · reporter: bo · text: Second" in told.out
    assert "old.csv, line 4" not in told.out


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("reporter;text\r\nbo;Käse, Brot\r\n".encode("utf-8-sig"), ""),
        ("reporter\ttext\nbo\tKäse, Brot\n".encode("utf-16"), ""),
        ("reporter;text\nbo;Käse, Brot\n".encode("cp1252"), "cp1252"),
    ],
)
def test_csv_as_programs_write_it(tidings: Terminal, tmp_path: Path, content: bytes, encoding: str):
    (tmp_path / "a.csv").write_bytes(content)

    brings(tidings, tmp_path / "a.csv", *(["--encoding", encoding] if encoding else []), maps=())

    assert shows(tidings.folder, "Reports", "reporter", "text") == [("bo", "Käse, Brot")]


def test_a_workbook_with_real_dates_and_numbers(tidings: Terminal, tmp_path: Path):
    book = Book()
    book.active.title = "Other"
    sheet = book.create_sheet("Old reports")
    sheet.append(["Our old reports"])
    sheet.append(["Date", "Reporter", "Text"])
    sheet.append([NOW.replace(tzinfo=None), "bo", 42])
    book.save(tmp_path / "old.xlsx")

    refused = brings(tidings, tmp_path / "old.xlsx", maps=())
    assert refused.status == 2
    assert "say which tab, with --tab: 'Other', 'Old reports'" in refused.err
    assert brings(tidings, tmp_path / "old.xlsx", "--tab", "old reports", maps=()).status == 0

    ((day, text),) = shows(tidings.folder, "Reports", "date", "text")
    assert (str(day)[:10], text) == ("2026-11-23", "42")


def test_people_come_in_once(tidings: Terminal, tmp_path: Path):
    lines = (
        "name,email,joined\nBo Berg,BO@example.org,\nCho Min,cho@example.org,1.2.2019\n"
        ",,2019-01-01\n"
    )
    (tmp_path / "people.csv").write_text(lines)

    told = brings(tidings, tmp_path / "people.csv", "--into", "people", maps=())
    again = brings(tidings, tmp_path / "people.csv", "--into", "People", maps=())

    assert told.out.splitlines() == [
        "Imported:",
        "People: 1 new, 1 there already",
        "To look at: 1",
        "    people.csv, line 3, joined: “1.2.2019” is not a date; write year, month and day like "
        "this: 2026-11-30",
        "Left out: 1:",
        "    people.csv, line 4: nobody is named",
    ]
    assert again.out.splitlines()[1] == "People: 0 new, 2 there already"
    assert [name for (name,) in shows(tidings.folder, "People", "name")] == ["Bo Berg", "Cho Min"]


def test_mentors_come_in_once(tidings: Terminal, tmp_path: Path):
    (tmp_path / "pairs.csv").write_text("mentee,mentor,note\nbo,Zoe,\nbo,,nobody yet\n")

    told = brings(tidings, tmp_path / "pairs.csv", "--into", "mentors", maps=())
    again = brings(tidings, tmp_path / "pairs.csv", "--into", "mentors", maps=())

    assert "pairs.csv, line 2, mentor: " in told.out
    assert "pairs.csv, line 3: nobody is named" in told.out
    assert again.out.splitlines()[1] == "Mentors: 0 new, 1 there already"
    assert shows(tidings.folder, "Mentors", "mentee", "mentor") == [("bo", "Zoe")]


def test_headers_are_mapped_in_the_settings_as_well(tidings: Terminal, tmp_path: Path):
    settings = tidings.folder / "tidings.toml"
    mapped = '[spreadsheet.headers.Reports]\n"Wer" = "reporter"\n"Was" = "text"\n'
    settings.write_text(settings.read_text() + mapped)
    (tmp_path / "alt.csv").write_text("Wer;Was\nbo;Ein Baum\n")

    assert brings(tidings, tmp_path / "alt.csv", maps=()).status == 0

    assert shows(tidings.folder, "Reports", "reporter", "text") == [("bo", "Ein Baum")]


@pytest.mark.parametrize(
    ("content", "words", "told"),
    [
        (b"who,what\nbo,hi\n", (), "no column 'reporter', 'text'"),
        (b"reporter,text\nbo,\xe4\n", (), "line 2: this is not UTF-8"),
        (b"reporter,text\n", ("--map", "a=b"), "'a' is mapped to 'b'; it can be one of: about"),
        (b"reporter,text\n", ("--map", "a"), 'write it as "header=column"'),
        (b"reporter,text\n", ("--encoding", "klingon"), "'klingon' is no encoding"),
        (b'reporter,text\nbo,"' + b"x" * (1 << 21) + b'"\n', (), "line 2: field larger than"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_remedy(
    tidings: Terminal, tmp_path: Path, content: bytes, words: tuple[str, ...], told: str
):
    (tmp_path / "bad.csv").write_bytes(content)

    refused = tidings("import", "table", str(tmp_path / "bad.csv"), *words)

    assert refused.status == 2
    assert told in refused.err
    assert "Traceback" not in refused.err


def test_our_own_export_comes_back_as_it_was(tidings: Terminal, tmp_path: Path):
    types(tidings.folder, "Reports", ["2026-11-01", "bo", "One."], ["2026-11-02", "bo", "Two."])
    tidings("sync")
    tidings("export", "--out", str(tmp_path / "out.csv"))

    told = brings(tidings, tmp_path / "out.csv", maps=())

    assert told.out.splitlines()[1] == "Reports: 0 new, 2 there already"
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == ["One.", "Two."]


def test_who_was_erased_is_not_imported(tidings: Terminal, tmp_path: Path):
    assert tidings("erase", "bo@example.org", "--yes").status == 0
    (tmp_path / "old.csv").write_text(
        "reporter,text\nbo@example.org,Back again\nB <bo@example.org>,And again\nzoe,Hello\n"
    )
    (tmp_path / "people.csv").write_text("name,email\nBo Berg,bo@example.org\n")

    reports = brings(tidings, tmp_path / "old.csv", maps=())
    people = brings(tidings, tmp_path / "people.csv", "--into", "people", maps=())

    for line in (2, 3):
        assert f"old.csv, line {line}: this was erased at a person's wish" in reports.out
    assert "people.csv, line 2: this was erased at a person's wish" in people.out
    assert shows(tidings.folder, "Reports", "reporter") == [("zoe",)]
