"""The state's copies: one a day, fourteen kept, whole also while others write."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from sheets_sync.state.backup import FOLDER, back_up_state, state_backups
from tests.test_cli import NOW, Terminal


@pytest.fixture
def tidings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    tidings = Terminal(tmp_path / "project", capsys)
    tidings("init", "--name", "Riverside", "--coordinator", "ana@example.org")
    return tidings


def copies(folder: Path) -> list[str]:
    return [path.name for path in state_backups(folder / "tidings.db", folder / FOLDER)]


def test_each_day_has_one_copy_by_sync_or_run(tidings: Terminal):
    tidings("sync")
    tidings("sync")
    tidings("run")
    assert copies(tidings.folder) == ["tidings-2026-11-23.db"]

    tidings.now = NOW + timedelta(days=1)
    tidings("run")

    assert copies(tidings.folder) == ["tidings-2026-11-23.db", "tidings-2026-11-24.db"]


def test_a_dry_run_makes_none(tidings: Terminal):
    tidings("sync", "--dry-run")

    assert copies(tidings.folder) == []


def test_the_latest_fourteen_are_kept_and_nothing_else_is_touched(tidings: Terminal):
    folder, state = tidings.folder / FOLDER, tidings.folder / "tidings.db"
    folder.mkdir()
    (folder / "tidings-old.db").write_text("somebody's own")

    for day in range(1, 21):
        back_up_state(state, folder, day=f"2026-11-{day:02d}", keep=14)

    assert copies(tidings.folder) == [f"tidings-2026-11-{day:02d}.db" for day in range(7, 21)]
    assert (folder / "tidings-old.db").exists()


def test_a_copy_is_whole_and_of_one_moment_while_another_writes(tidings: Terminal):
    tidings("sync")
    state = tidings.folder / "tidings.db"
    with closing(sqlite3.connect(state, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO kept VALUES ('half', 'done')")

        copy = back_up_state(state, tidings.folder / FOLDER, day="2027-01-01", keep=14)

        other.execute("ROLLBACK")
    assert copy is not None
    assert [path.name for path in copy.parent.glob("*2027*")] == [copy.name]
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM kept WHERE name = 'half'").fetchone() == (0,)
        assert db.execute("SELECT value FROM kept WHERE name = 'last sync'").fetchone()
    assert copy.stat().st_mode & 0o077 == 0


def test_what_cannot_be_copied_is_told_and_stops_nothing(tidings: Terminal):
    (tidings.folder / FOLDER / ".tidings-2026-11-23.db.tidings-tmp" / "in the way").mkdir(
        parents=True
    )

    told = tidings("sync")

    assert told.status == 1
    assert "the state could not be copied" in told.out
    assert "Synced" in told.out


def test_a_copy_that_was_cut_short_is_made_anew(tidings: Terminal):
    folder = tidings.folder / FOLDER
    folder.mkdir()
    (folder / ".tidings-2026-11-23.db.tidings-tmp").write_bytes(b"half")

    tidings("sync")

    assert copies(tidings.folder) == ["tidings-2026-11-23.db"]
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
