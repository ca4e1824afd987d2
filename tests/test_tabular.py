"""What commands print of rows: aligned for people, harmless and whole for other programs."""

import csv
import io
import json
from datetime import date

import pytest

from sheets_sync.cli.tabular import as_csv, as_json, as_table

COLUMNS = ("tag", "uses", "last used", "names")
ROWS = [
    {"tag": "press", "uses": 12, "last used": date(2026, 11, 23), "names": ["Ana", "Ben"]},
    {"tag": "新人", "uses": 3, "last used": None, "names": []},
]


def test_columns_are_aligned_also_with_wide_letters():
    assert as_table(COLUMNS, ROWS) == (
        "tag    uses  last used   names\n"
        "press  12    2026-11-23  Ana, Ben\n"
        "新人   3\n"
    )  # fmt: skip
    assert as_table(COLUMNS, []) == ""


def test_a_row_is_one_line_and_nothing_steers_the_terminal():
    rows = [{"text": "a\nb\x1b[31m\u202ec" + "d" * 90}]

    (_, line) = as_table(("text",), rows).splitlines()

    assert line.startswith("a b\\x1b[31m\\u202ec")
    assert len(line) == 60


def test_json_holds_everything_as_it_is():
    rows = [*ROWS, {"tag": "a\nb\x1b\x85\u202e“", "uses": 0}]

    printed = as_json(COLUMNS, rows)

    assert json.loads(printed) == [
        {"tag": "press", "uses": 12, "last used": "2026-11-23", "names": ["Ana", "Ben"]},
        {"tag": "新人", "uses": 3, "last used": None, "names": []},
        {"tag": "a\nb\x1b\x85\u202e“", "uses": 0, "last used": None, "names": None},
    ]
    assert "新人" in printed
    assert not set("\x1b\x85\u202e") & set(printed)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", " =", "\t=", "\n@", "\x1b=", "＝"])
def test_no_csv_cell_is_a_formula(sign):  # fault 9
    printed = as_csv(("text", "count"), [{"text": f"{sign}1+1", "count": -3}])

    _, (text, count) = csv.reader(io.StringIO(printed))
    assert text.startswith("'")
    assert text.endswith("1+1")
    assert count == "-3"


def test_csv_keeps_quotes_and_line_breaks():
    rows = [{"text": 'He said "no", and\nleft - so', "names": ["Ana", "Ben"]}]

    (_, row) = csv.reader(io.StringIO(as_csv(("text", "names"), rows)))

    assert row == ['He said "no", and\nleft - so', "Ana, Ben"]
