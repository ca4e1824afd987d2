"""`tidings stats`: the figures as a table, CSV and JSON."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from sheets_sync.quoting import quoted
from tests.test_cli import Terminal, types


@pytest.fixture
def tidings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    tidings = Terminal(tmp_path / "project", capsys)
    tidings("init", "--name", "Riverside", "--coordinator", "ana@example.org")
    types(
        tidings.folder, "People", ["Ana Rossi", "ana@example.org", "ana", "Rep", *[None] * 3, "+49"]
    )
    types(
        tidings.folder,
        "Reports",
        ["2026-11-23", "ana", "Planted trees.", "+SUM(1), swag"],
        ["2026-11-16", "ana", "Planned it.", "swag", None, "Ben"],
        ["2026-11-16", "nobody we know", "Spam.", "swag"],
    )
    tidings("sync")
    return tidings


def test_a_table_is_read_by_people(tidings: Terminal):
    told = tidings("stats")

    assert told.status == 0
    assert told.out.splitlines()[:8] == [
        "Reports over time",
        "Week from     Reports",
        "Nov 16, 2026        1",
        "Nov 23, 2026        1",
        "",
        "Tags over time",
        "The most used tags; a report with several counts under each.",
        "Week from     swag  +SUM(1)",
    ]


def test_csv_holds_no_formula(tidings: Terminal):
    rows = list(csv.DictReader(StringIO(tidings("stats", "--format", "csv").out)))

    assert {(row["figure"], row["of"], row["line"], row["count"]) for row in rows} == {
        ("reports", "Nov 16, 2026", "Reports", "1"),
        ("reports", "Nov 23, 2026", "Reports", "1"),
        ("tags", "Nov 16, 2026", "swag", "1"),
        ("tags", "Nov 23, 2026", "swag", "1"),
        ("tags", "Nov 16, 2026", "'+SUM(1)", "0"),
        ("tags", "Nov 23, 2026", "'+SUM(1)", "1"),
        ("mentoring", "Nov 16, 2026", "About mentoring", "1"),
        ("mentoring", "Nov 23, 2026", "About mentoring", "0"),
        ("mentoring", "Nov 16, 2026", "By people who have a mentor", "0"),
        ("mentoring", "Nov 23, 2026", "By people who have a mentor", "0"),
        ("countries", "'+49", "Reports", "2"),
    }


def test_json_is_for_programs(tidings: Terminal):
    found = json.loads(tidings("stats", "--format", "json").out)

    assert found["reports"] == {
        "title": "Reports over time",
        "rows": [
            {"of": "Nov 16, 2026", "counts": {"Reports": 1}},
            {"of": "Nov 23, 2026", "counts": {"Reports": 1}},
        ],
    }


def test_no_figure_names_anybody(tidings: Terminal):
    for form in ("table", "csv", "json"):
        out = tidings("stats", "--format", form).out
        assert "swag" in out
        assert "ana" not in out.casefold().replace("planned", "")


@pytest.mark.parametrize("typed", ["=1", "+1", "-1", "@a", "\t=1", "  =1", "\r1", "\uff1d1"])
def test_what_looks_like_a_formula_is_quoted(typed: str):
    assert quoted(typed) == f"'{typed}"
    assert quoted(f"a{typed}") == f"a{typed}"
