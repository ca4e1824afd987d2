"""A small workbook as `init` makes it, and LibreOffice to open it with."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from sheets_sync.layout import TABS
from sheets_sync.spreadsheet import Append, Changes, Edit, Snapshot
from sheets_sync.xlsx import Workbook
from tests.people import Manager


class Desk:
    """A folder with a workbook, who works on it, and what Tidings does to it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "workbook.xlsx"
        self.workbook = Workbook(self.path, pause=0.01)
        self.workbook.create(TABS, {"Reports": [[None, "Ana", "Planned"], [None, "Bo", "Went"]]})
        self.manager = Manager(self.path)

    def write(self, *changes: Edit | Append) -> Snapshot:
        """Write a batch on what stands there now."""
        edits = tuple(c for c in changes if isinstance(c, Edit))
        appends = tuple(c for c in changes if isinstance(c, Append))
        self.workbook.write(self.workbook.read(), Changes(edits=edits, appends=appends))
        return self.workbook.read()

    def cell(self, row: int, column: int, tab: str = "Reports") -> object:
        """Return one cell as Tidings reads it; blank is None."""
        found = self.workbook.read().worksheet(tab)
        assert found is not None
        value = found.rows[row - 1][column]
        return None if value == "" else value


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


class Office:
    """Headless LibreOffice with a profile of its own."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("soffice")
        if program is None:
            pytest.skip("LibreOffice is not installed")
        self._command = [
            program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--norestore",
        ]
        self._folder = folder

    def saves(self, path: Path) -> None:
        """Open the workbook, recalculate, and save it in place."""
        out = self._folder / "saved"
        self._run("--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(path))
        os.replace(out / path.name, path)

    def opens(self, path: Path) -> subprocess.Popen[bytes]:
        """Open the workbook and keep it open, as at a desk."""
        return subprocess.Popen(
            [*self._command, "--accept=pipe,name=tidings-test;urp;", str(path)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @staticmethod
    def dies(process: subprocess.Popen[bytes]) -> None:
        """Crash: kill it with all its children."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def _run(self, *arguments: str) -> None:
        subprocess.run([*self._command, *arguments], check=True, capture_output=True, timeout=120)


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("office"))
