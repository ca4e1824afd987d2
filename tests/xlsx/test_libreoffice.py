"""The workbook in the hands of real, headless LibreOffice."""

import time
from datetime import date
from pathlib import Path

import pytest

from sheets_sync.spreadsheet import Append, Changes, Edit, SheetBusy, Stamp
from tests.test_spreadsheet_contract import FORMULA_LIKE
from tests.xlsx.conftest import Desk, Office

TEXTS = [text for text in FORMULA_LIKE if text[0] != "\t"]


def test_text_like_a_formula_survives_opening_recalculating_and_saving(
    desk: Desk, office: Office
) -> None:
    # fault 9
    desk.write(*(Append("Reports", {1: "Cy", 2: text, 12: text}) for text in TEXTS))

    office.saves(desk.path)

    reports = desk.workbook.read().worksheet("Reports")
    assert reports is not None
    assert [row[2] for row in reports.rows[3:]] == TEXTS
    assert [row[12] for row in reports.rows[3:]] == TEXTS
    assert all(desk.manager.is_text("Reports", 4 + n, 2) for n in range(len(TEXTS)))


def test_writing_goes_on_after_libreoffice_saved(desk: Desk, office: Office) -> None:
    stamp = Stamp("r-123 ü", 7)
    base = desk.workbook.read()
    batch = Changes(edits=(Edit("Reports", 2, 0, date(2026, 11, 23)),), stamp=stamp)
    desk.workbook.write(base, batch)
    before = desk.manager.text("Reports")

    office.saves(desk.path)

    assert desk.workbook.read().stamp == stamp
    assert desk.manager.text("Reports") == before
    desk.write(Append("Reports", {1: "Cy", 2: "=1+1"}), Edit("Reports", 2, 11, "ok"))
    office.saves(desk.path)
    assert [desk.cell(4, 1), desk.cell(4, 2), desk.cell(2, 11)] == ["Cy", "=1+1", "ok"]


def test_who_has_it_open_is_named_and_a_crash_leaves_the_lock(
    desk: Desk, office: Office, tmp_path: Path
) -> None:
    # faults 41 and 42
    process = office.opens(desk.path)
    try:
        lock = tmp_path / ".~lock.workbook.xlsx#"
        deadline = time.monotonic() + 60
        while not (lock.exists() and lock.read_bytes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        base = desk.workbook.read()
        before = desk.path.read_bytes()

        with pytest.raises(SheetBusy, match="LibreOffice") as busy:
            desk.workbook.write(base, Changes(edits=(Edit("Reports", 2, 11, "ok"),)))

        assert busy.value.holder
        assert desk.path.read_bytes() == before
    finally:
        office.dies(process)
    assert lock.exists(), "the crash left the lock behind"
    with pytest.raises(SheetBusy):
        desk.write(Edit("Reports", 2, 11, "ok"))
