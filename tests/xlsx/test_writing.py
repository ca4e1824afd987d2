"""A batch changes the cells that it names and nothing else."""

import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from sheets_sync.layout import REPORTS
from sheets_sync.spreadsheet import (
    AddColumn,
    Append,
    CellFault,
    Changes,
    Edit,
    Rewrite,
    SheetChanged,
    SheetError,
    Stamp,
    Value,
)
from sheets_sync.xlsx import Workbook
from sheets_sync.xlsx.saving import replace_file
from tests.people import Manager
from tests.xlsx.conftest import Desk
from tests.xlsx.test_reading import rewritten


def everything(path: Path, tab: str = "Reports") -> dict[str, tuple[object, ...]]:
    """Return value, kind, format and note of every cell."""
    sheet = load_workbook(path)[tab]
    return {
        cell.coordinate: (
            cell.value,
            cell.data_type,
            cell.number_format,
            cell.font.b,
            cell.fill.fgColor.rgb,
            cell.comment and cell.comment.text,
        )
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def test_a_batch_without_changes_leaves_every_byte(desk: Desk) -> None:
    # fault 48
    there = desk.path.stat()
    before = desk.path.read_bytes()

    desk.workbook.write(desk.workbook.read(), Changes(stamp=Stamp("x", 1)))

    assert desk.path.read_bytes() == before
    assert desk.path.stat() == there
    assert [entry.name for entry in desk.path.parent.iterdir()] == ["workbook.xlsx"]


texts = st.text(max_size=40)
values = st.one_of(
    texts,
    texts.map(lambda text: "=" + text),
    st.integers(0, 2_900_000),
    st.floats(1, 2.9e6),
    st.dates(date(1901, 1, 1)),
    st.datetimes(datetime.fromisoformat("1901-01-01")),
    st.none(),
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    edits=st.lists(st.tuples(st.integers(2, 9), st.integers(0, 20), values), max_size=6),
    appended=st.lists(st.dictionaries(st.integers(0, 13), values, max_size=4), max_size=3),
)
def test_no_other_cell_changes(
    tmp_path: Path,
    edits: list[tuple[int, int, Value]],
    appended: list[dict[int, Value]],
) -> None:
    path = tmp_path / f"{time.monotonic_ns()}.xlsx"
    Workbook(path).create((REPORTS,), {"Reports": [[None, "Ana", "=1", "007"], [None, "Bo", "+1"]]})
    manager = Manager(path)
    with manager.editing():
        manager.types("Reports", 2, 15, "=B2")
        manager.types("Reports", 5, 16, 1.5)
        manager.types("Reports", 4, 3, "  x ")
    before = everything(path)
    workbook = Workbook(path, backups=0)

    workbook.write(
        workbook.read(),
        Changes(
            edits=tuple(Edit("Reports", row, column, value) for row, column, value in edits),
            appends=tuple(Append("Reports", row) for row in appended),
        ),
    )

    after = everything(path)
    touched = {_place(row, column) for row, column, _ in edits}
    kept = {place: cell for place, cell in after.items() if place in before}
    filled = [place for place, cell in kept.items() if cell[0] is not None]
    below = max(int(place.lstrip("ABCDEFGHIJKLMNOPQRSTU")) for place in filled)
    assert {p: c for p, c in kept.items() if p not in touched} == {
        p: c for p, c in before.items() if p not in touched
    }
    new = {place for place in after if place not in before and place not in touched}
    assert all(int(place.lstrip("ABCDEFGHIJKLMNOPQRSTU")) > below for place in new)
    path.unlink()


def _place(row: int, column: int) -> str:
    return f"{chr(65 + column)}{row}"


def test_a_managers_formula_keeps_its_result(desk: Desk) -> None:
    # fault 25
    desk.manager.adds_column("Reports", "mine", ["=LEN(B2)", '="a"&"<"', "=1/0", "=B2"])
    _store_results(desk.path)
    before = [desk.cell(row, 14) for row in (2, 3, 4, 5)]
    assert before == [3, "a<", CellFault("#DIV/0!"), CellFault("formula without a result")]

    desk.write(Edit("Reports", 2, 11, "ok"))

    assert [desk.cell(row, 14) for row in (2, 3, 4, 5)] == before
    assert [row[14] for row in desk.manager.cells("Reports")[1:]] == [
        "=LEN(B2)",
        '="a"&"<"',
        "=1/0",
        "=B2",
    ]


def _store_results(path: Path) -> None:
    """Store results of the formulas, as an editor does when it saves."""

    def store(xml: str) -> str:
        for place, kind, result in (
            ("O2", "", "3"),
            ("O3", ' t="str"', "a&lt;"),
            ("O4", ' t="e"', "#DIV/0!"),
        ):
            head, _, rest = xml.partition(f'<c r="{place}"')
            formula, _, tail = rest.partition("<v />")
            xml = f'{head}<c r="{place}"{kind}{formula}<v>{result}</v>{tail}'
        return xml

    rewritten(path, store)


def test_a_number_that_is_no_date_stays_in_a_date_column(desk: Desk) -> None:
    with desk.manager.editing() as book:
        book["Reports"]["A2"], book["Reports"]["A3"] = -5, 9_999_999
        book["Reports"]["A3"].number_format = book["Reports"]["A2"].number_format = "yyyy-mm-dd"

    desk.write(Edit("Reports", 2, 11, "ok"))

    with ZipFile(desk.path) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml")
    assert re.findall(rb'r="(A[23])"[^>]*><v>([^<]+)', xml) == [
        (b"A2", b"-5"),
        (b"A3", b"9999999"),
    ]


def test_edits_into_formulas_are_edits(desk: Desk) -> None:
    desk.manager.types("Reports", 2, "status", "=1+1")

    desk.write(Edit("Reports", 2, 11, "ok"), Edit("Reports", 3, 11, None))

    assert desk.manager.is_text("Reports", 2, "status")
    assert desk.cell(2, 11) == "ok"


def test_rows_are_added_below_content_not_below_formats(desk: Desk) -> None:
    with desk.manager.editing() as book:
        book["Reports"]["A500"].number_format = "0.00"

    desk.write(Append("Reports", {1: "Cy"}))

    assert desk.cell(4, 1) == "Cy"


def test_appended_cells_look_like_their_column(desk: Desk) -> None:
    desk.write(Append("Reports", {0: date(2026, 11, 23), 1: "Cy", 11: "ok"}))

    sheet = load_workbook(desk.path)["Reports"]
    assert [sheet[place].number_format for place in ("A4", "B4", "L4")] == ["yyyy-mm-dd", "@", "@"]
    assert sheet["L4"].fill.fgColor.rgb == "00F1F2F4"
    assert sheet.auto_filter.ref == "A1:N4"
    assert str(sheet.data_validations.dataValidation[0].sqref) == "H2:H1048576"


def test_a_known_column_is_added_as_init_makes_it(desk: Desk) -> None:
    base = desk.workbook.read()
    columns = (
        AddColumn("People", 1, 11, "language"),
        AddColumn("Reports", 1, 14, "mine (Tidings)"),
    )
    desk.workbook.write(base, Changes(columns=columns))

    book = load_workbook(desk.path)
    assert book["People"]["L1"].comment.text.startswith("Language of their mail")
    assert book["People"].auto_filter.ref == "A1:L1"
    assert (book["Reports"]["O1"].value, book["Reports"]["O1"].font.b) == ("mine (Tidings)", True)


def test_a_value_is_put_where_merged_cells_cover_it(desk: Desk) -> None:
    # fault 40
    with desk.manager.editing() as book:
        book["Reports"].merge_cells("L2:L3")

    desk.write(Edit("Reports", 3, 11, "check"), Edit("Reports", 2, 11, "ok"))

    assert [desk.cell(2, 11), desk.cell(3, 11)] == ["ok", "check"]


def test_mode_and_link_stay(desk: Desk, tmp_path: Path) -> None:
    desk.path.chmod(0o640)
    link = tmp_path / "link.xlsx"
    link.symlink_to(desk.path)
    workbook = Workbook(link)

    workbook.write(workbook.read(), Changes(edits=(Edit("Reports", 2, 11, "ok"),)))

    assert link.is_symlink()
    assert desk.path.stat().st_mode & 0o777 == 0o640
    assert desk.cell(2, 11) == "ok"


def test_the_first_write_of_a_day_leaves_a_dated_copy_and_old_ones_go(desk: Desk) -> None:
    # fault 44
    first = desk.path.read_bytes()
    for day in (20, 21, 22, 23):
        moment = datetime.fromisoformat(f"2026-11-{day}T08:00")
        workbook = Workbook(desk.path, backups=3, now=lambda moment=moment: moment)
        for text in ("one", "two"):
            content = desk.path.read_bytes()
            edit = Edit("Reports", 2, 11, f"{text} {day}")
            workbook.write(workbook.read(), Changes(edits=(edit,)))
            if text == "one":
                expected = content

    backups = desk.path.parent / "backups"
    assert sorted(copy.name for copy in backups.iterdir()) == [
        "workbook-2026-11-21.xlsx",
        "workbook-2026-11-22.xlsx",
        "workbook-2026-11-23.xlsx",
    ]
    assert (backups / "workbook-2026-11-23.xlsx").read_bytes() == expected != first


def test_a_folder_that_cannot_be_written_is_named(desk: Desk) -> None:
    (desk.path.parent / "backups").write_text("in the way")
    before = desk.path.read_bytes()

    with pytest.raises(SheetError, match=r"workbook\.xlsx: could not be saved"):
        desk.write(Edit("Reports", 2, 11, "ok"))

    assert desk.path.read_bytes() == before


def test_a_file_replaced_by_an_equal_one_is_a_change(desk: Desk) -> None:
    # fault 46
    base = desk.workbook.read()
    copy = desk.path.with_name("copy.xlsx")
    copy.write_bytes(desk.path.read_bytes())
    os.replace(copy, desk.path)

    with pytest.raises(SheetChanged):
        desk.workbook.write(base, Changes(edits=(Edit("Reports", 2, 11, "ok"),)))


def test_many_rows_of_problems_are_rewritten_in_place(desk: Desk) -> None:
    base = desk.workbook.read()
    many = [["Reports", n, "text", "=x", "a", "b"] for n in range(300)]
    desk.workbook.write(base, Changes(rewrites=(Rewrite("Problems", many),)))
    base = desk.workbook.read()
    desk.workbook.write(base, Changes(rewrites=(Rewrite("Problems", many[:1]),)))

    found = desk.workbook.read().worksheet("Problems")
    assert found is not None
    assert [list(row) for row in found.rows[1:] if row[0]] == [
        ["Reports", 0, "text", "=x", "a", "b"]
    ]
    assert load_workbook(desk.path)["Problems"].auto_filter.ref == "A1:F2"


WRITER = """
import sys
from pathlib import Path
from sheets_sync.spreadsheet import Changes, Edit
from sheets_sync.xlsx import Workbook

workbook = Workbook(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(1000):
    workbook.write(workbook.read(), Changes(edits=(Edit("Reports", 2, 11, f"write {number}"),)))
    print("written", flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_a_whole_workbook(desk: Desk) -> None:
    # fault 44
    chance = random.Random(44)
    seen = set()
    for writes in (0, 1, 2, 3, 4, 5):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(desk.path)], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            for _ in range(1 + writes):  # however slow the machine is
                writer.stdout.readline()
            time.sleep(chance.uniform(0, 0.1))
            writer.send_signal(signal.SIGKILL)
        seen.add(desk.cell(2, 11))
        assert desk.cell(3, 1) == "Bo"

    desk.write(Edit("Reports", 2, 11, "after"))
    left = sorted(entry.name for entry in desk.path.parent.iterdir())
    assert left == ["backups", "workbook.xlsx"], "the next write sweeps what was left"
    assert len(seen) > 1


def test_who_sweeps_leaves_alone_what_another_is_just_writing(tmp_path: Path) -> None:
    # fault 47: two runs, of which one does not know yet that it lost its right
    path = tmp_path / "workbook.xlsx"
    (tmp_path / ".workbook.xlsx.left.tidings-tmp").write_bytes(b"half")

    def another_writes() -> None:
        replace_file(path, b"another", last_look=lambda: None)

    replace_file(path, b"one", last_look=another_writes)

    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("call", ["fsync", "rename", "chmod"])
def test_a_crash_at_each_step_leaves_old_or_new(desk: Desk, tmp_path: Path, call: str) -> None:
    # fault 44
    if not Path("/usr/bin/strace").exists():
        pytest.skip("strace is not installed")
    once = WRITER.replace("range(1000)", "range(1)")
    old = hashlib.sha256(desk.path.read_bytes()).digest()
    for number in (1, 2, 3):
        subprocess.run(
            [
                *("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}"),
                *("-e", f"inject={call}:signal=SIGKILL:when={number}"),
                *(sys.executable, "-c", once, str(desk.path)),
            ],
            capture_output=True,
            timeout=60,
        )
        new = hashlib.sha256(desk.path.read_bytes()).digest() != old
        assert desk.cell(2, 11) == ("write 0" if new else None)
