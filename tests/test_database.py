"""The database: durable, checked before use, never replaced by an empty one."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update

from sheets_sync.community import Community, Subscription
from sheets_sync.state import StateError, open_state
from sheets_sync.state.address import locate
from sheets_sync.state.base import COMMUNITY
from sheets_sync.state.database import is_durable, open_database, reading, writing
from sheets_sync.state.delivery import Delivery, Issue
from sheets_sync.state.schema import VERSION, kept

URL = "sqlite:tidings.db"
ANA_WANTS = Subscription("ana@example.org", "press", "weekly")


def test_a_missing_state_is_not_replaced_by_an_empty_one(tmp_path: Path):
    with pytest.raises(StateError, match=r"tidings\.db is not there.*tidings sync --new-state"):
        open_state(URL, folder=tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_what_is_committed_is_there_at_the_next_start(tmp_path: Path, state_url: str):
    state = open_state(state_url, folder=tmp_path, create=True)
    state.base.put("a", "1")
    state.close()

    again = open_state(state_url, folder=tmp_path, create=True)

    assert again.base.get("a") == "1"
    again.close()


def test_a_failed_transaction_leaves_nothing(tmp_path: Path, state_url: str):
    engine = open_database(locate(state_url, tmp_path), create=True)

    def fail() -> None:
        with writing(engine) as db:
            db.execute(insert(kept).values(name="half", value="1"))
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        fail()

    with reading(engine) as db:
        assert db.execute(select(kept.c.value).where(kept.c.name == "half")).first() is None
    engine.dispose()


def test_every_connection_syncs_each_commit(tmp_path: Path):  # fault 74
    engine = open_database(locate(URL, tmp_path), create=True)

    assert is_durable(engine)
    engine.dispose()


COMMITS = """
import sys
from contextlib import closing
from pathlib import Path
from sheets_sync.state import open_state
state = open_state("sqlite:tidings.db", folder=Path(sys.argv[1]), create=True)
print("ready", flush=True)
for number in range(10):
    state.base.put(f"value {number}", "x")
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_ten_commits_reach_the_disk_ten_times(tmp_path: Path):  # fault 74
    log = tmp_path / "calls"
    command = ["strace", "-f", "-e", "trace=fdatasync,fsync,write", "-o", str(log)]
    subprocess.run(
        [*command, sys.executable, "-c", COMMITS, str(tmp_path)], check=True, capture_output=True
    )

    after = log.read_text("utf-8", "replace").split('"ready')[1]
    assert len(re.findall(r"f(?:data)?sync\(", after)) >= 10


def test_a_damaged_state_is_refused_and_left_alone(tmp_path: Path):  # fault 76
    state = open_state(URL, folder=tmp_path, create=True)
    for number in range(500):
        state.base.put(f"value {number}", "x" * 100)
    state.close()
    path = tmp_path / "tidings.db"
    whole = path.read_bytes()
    broken = whole[:4096] + bytes(len(whole[4096:20000])) + whole[20000:]
    path.write_bytes(broken)

    with pytest.raises(StateError, match=r"tidings\.db is damaged .* from a backup"):
        open_state(URL, folder=tmp_path)
    assert path.read_bytes() == broken


def test_a_file_that_is_no_database_is_refused(tmp_path: Path):  # fault 76
    (tmp_path / "tidings.db").write_bytes(b"this is a letter, not a database " * 40)

    with pytest.raises(StateError, match="damaged"):
        open_state(URL, folder=tmp_path, create=True)


def test_a_state_of_a_newer_tidings_is_refused(tmp_path: Path, state_url: str):  # fault 77
    engine = open_database(locate(state_url, tmp_path), create=True)
    with writing(engine) as db:
        db.execute(update(kept).where(kept.c.name == "schema").values(value=str(VERSION + 1)))
    engine.dispose()

    with pytest.raises(StateError, match=rf"version {VERSION + 1} .* knows {VERSION}\)"):
        open_state(state_url, folder=tmp_path)


def test_a_state_of_an_older_tidings_is_brought_up_to_date(tmp_path: Path):
    now = datetime(2026, 11, 23, tzinfo=UTC)
    frozen = Delivery("2026-W48", "ana", "a@example.org", "<1@x>", b"\x00mail", ("r-1",))
    state = open_state(URL, folder=tmp_path, create=True)
    state.outbox.freeze(Issue("2026-W48", now, "", 1, 1), [frozen], considered={})
    with writing(state.engine) as db:
        for step in (
            "ALTER TABLE deliveries ADD COLUMN message BLOB NOT NULL DEFAULT ''",
            "UPDATE deliveries SET message = (SELECT message FROM letters)",
            "DROP TABLE letters",
            "ALTER TABLE deliveries DROP COLUMN sender",
            "UPDATE kept SET value = '1' WHERE name = 'schema'",
        ):
            db.execute(text(step))
    state.close()

    for _ in range(2):
        state = open_state(URL, folder=tmp_path)
        assert state.outbox.read(state.outbox.waiting(now)) == [replace(frozen, number=1)]
        assert state.base.get("schema") == str(VERSION)
        state.close()


def test_the_community_of_an_older_state_is_read_and_its_notes_are_told_anew(tmp_path: Path):
    state = open_state(URL, folder=tmp_path, create=True)
    community = Community(datetime(2026, 11, 23, tzinfo=UTC), subscriptions=(ANA_WANTS,))
    old = json.loads(COMMUNITY.dump_json(community)) | {"notes": ["Mara has workbook.xlsx open"]}
    state.base.put("community", json.dumps(old))
    state.base.put("quiet", "a print of that sync")
    state.base.put("schema", "2")
    state.close()
    with closing(sqlite3.connect(tmp_path / "tidings.db")) as db:
        db.execute("ALTER TABLE deliveries DROP COLUMN sender")

    state = open_state(URL, folder=tmp_path)

    assert state.base.community() == community
    assert state.base.get("quiet") == ""
    state.close()


def test_another_kind_of_database_is_not_guessed(tmp_path: Path):
    with pytest.raises(StateError, match=r"is not a database; write sqlite:tidings\.db or"):
        open_state("mysql://x", folder=tmp_path)
