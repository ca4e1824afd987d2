"""Who has the workbook open, as lock files tell."""

import os
import socket
import subprocess
import time
from pathlib import Path

import pytest

from sheets_sync.spreadsheet import Edit, SheetBusy
from sheets_sync.xlsx.locks import find_lock
from tests.xlsx.conftest import Desk

HERE = socket.gethostname()
DAY = 24 * 3600


def leaves_lock(desk: Desk, content: str, *, age: float = 0) -> Path:
    lock = desk.path.with_name(".~lock.workbook.xlsx#")
    lock.write_text(content, "utf-8")
    os.utime(lock, (time.time() - age, time.time() - age))
    return lock


def soffice_runs() -> bool:
    listed = subprocess.run(["ps", "-eo", "stat=,comm="], capture_output=True, text=True).stdout
    alive = [line for line in listed.splitlines() if not line.startswith("Z")]
    return any("soffice" in line or "oosplash" in line for line in alive)


def test_libreoffice_says_who_where_and_since_when(desk: Desk) -> None:
    # fault 41
    leaves_lock(desk, "Ana Mar\\,ía,ana,desk-1,23.11.2026 09:14,file:///home/ana/profile;")
    before = desk.path.read_bytes()

    with pytest.raises(SheetBusy) as busy:
        desk.write(Edit("Reports", 2, 11, "ok"))

    assert busy.value.holder == "Ana Mar,ía on desk-1 (LibreOffice) since 23.11.2026 09:14"
    assert str(busy.value) == (
        "workbook.xlsx is open: Ana Mar,ía on desk-1 (LibreOffice) since 23.11.2026 09:14. "
        "Nothing was written; it will be when they close it. If nobody has it open any more, "
        "delete .~lock.workbook.xlsx# beside it"
    )
    assert desk.path.read_bytes() == before
    assert not (desk.path.parent / "backups").exists()


def test_without_a_full_name_the_login_is_named(desk: Desk) -> None:
    leaves_lock(desk, ",root,box,23.11.2026 04:20,file:///tmp/p;")

    with pytest.raises(SheetBusy, match="root on box"):
        desk.write(Edit("Reports", 2, 11, "ok"))


@pytest.mark.parametrize("content", ["", ",", "\\", ",,,,,,;;;"])
def test_a_strange_lock_is_a_lock(desk: Desk, content: str) -> None:
    leaves_lock(desk, content)

    with pytest.raises(SheetBusy, match="someone"):
        desk.write(Edit("Reports", 2, 11, "ok"))


def test_excel_says_who(desk: Desk) -> None:
    name = "Björn Åker"
    narrow = bytes([len(name)]) + name.encode("latin-1").ljust(54)
    wide = bytes([len(name), 0]) + name.encode("utf-16-le").ljust(108)
    desk.path.with_name("~$workbook.xlsx").write_bytes(narrow + wide)

    with pytest.raises(SheetBusy) as busy:
        desk.write(Edit("Reports", 2, 11, "ok"))

    assert busy.value.holder == "Björn Åker (Excel)"


def test_reading_goes_on_while_it_is_open(desk: Desk) -> None:
    leaves_lock(desk, "Ana,ana,desk-1,23.11.2026 09:14,file:///p;")

    assert desk.cell(2, 1) == "Ana"


def test_a_day_old_lock_of_a_crash_on_this_machine_is_passed_after_a_backup(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    # fault 42
    if soffice_runs():
        pytest.skip("LibreOffice runs on this machine now")
    leaves_lock(desk, f"Ana,ana,{HERE},22.11.2026 09:14,file:///p;", age=DAY + 60)
    before = desk.path.read_bytes()

    after = desk.write(Edit("Reports", 2, 11, "ok"))

    assert after.worksheets[0].rows[1][11] == "ok"
    assert caplog.messages == ["workbook.xlsx: a lock was left by a crash; going on"]
    kept = sorted(copy.read_bytes() == before for copy in (desk.path.parent / "backups").iterdir())
    assert kept == [True, True]


@pytest.mark.parametrize(
    ("host", "age"), [(HERE, DAY - 60), ("elsewhere", 30 * DAY), ("", 30 * DAY)]
)
def test_any_other_old_lock_is_respected(desk: Desk, host: str, age: float) -> None:
    leaves_lock(desk, f"Ana,ana,{host},22.11.2026 09:14,file:///p;", age=age)

    with pytest.raises(SheetBusy):
        desk.write(Edit("Reports", 2, 11, "ok"))


def test_no_lock_no_holder(desk: Desk) -> None:
    assert find_lock(desk.path, now=time.time()) is None
