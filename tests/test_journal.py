"""The journal keeps what it acknowledged, once."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forms.submission import Act, Submission
from sheets_sync.state import Busy, Conflict, Journal, Receipt, State, StateError, draft, open_state
from sheets_sync.state.database import writing

ON_SQLITE = pytest.mark.parametrize("state_url", ["sqlite:tidings.db"])
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST = Submission("k1", "r-1", Act.REPORT, {"reporter": "Ana", "text": "=1+1"}, "form", NOON)


@pytest.fixture
def state(tmp_path: Path, state_url: str) -> Iterator[State]:
    opened = open_state(state_url, folder=tmp_path, create=True)
    yield opened
    opened.close()


@pytest.fixture
def journal(state: State) -> Journal:
    return state.journal


def test_what_is_accepted_is_read_back_whole_and_in_order(journal: Journal):
    second = replace(FIRST, key="k2", report="r-2", held="5 links", person="p-1")

    assert journal.accept(FIRST) == Receipt(FIRST, new=True)
    assert journal.accept(second) == Receipt(second, new=True)
    assert [entry.submission for entry in journal.unwritten()] == [FIRST, second]


def test_the_same_key_and_answers_give_the_same_receipt(journal: Journal):
    # fault 2: a later post may be held for another reason
    journal.accept(FIRST)

    assert journal.accept(replace(FIRST, held="too soon")) == Receipt(FIRST, new=False)
    assert len(journal.unwritten()) == 1


def test_a_hundred_at_once_with_one_key_are_one(journal: Journal):
    # fault 2
    with ThreadPoolExecutor(20) as pool:
        receipts = list(pool.map(journal.accept, [FIRST] * 100))

    assert sorted(one.new for one in receipts if isinstance(one, Receipt)) == [False] * 99 + [True]
    assert [entry.submission for entry in journal.unwritten()] == [FIRST]


def test_the_same_key_with_other_answers_is_a_conflict(journal: Journal):
    # fault 3
    journal.accept(FIRST)

    assert journal.accept(replace(FIRST, answers={"text": "other"})) == Conflict(FIRST)
    assert journal.answers("r-1") == FIRST.answers


def test_corrections_are_versions_of_the_same_report(journal: Journal):
    correction = replace(FIRST, key="k2", act=Act.CORRECTION, answers={"text": "better"})
    withdrawal = replace(FIRST, key="k3", act=Act.WITHDRAWAL, answers={})
    for one in (FIRST, correction, withdrawal):
        journal.accept(one)

    assert journal.answers("r-1") == {"text": "better"}
    assert [one.submission for one in journal.submissions("r-1")] == [
        FIRST,
        correction,
        withdrawal,
    ]
    assert journal.answers("r-2") is None


def test_entries_are_marked_in_the_callers_own_transaction(state: State, journal: Journal):
    journal.accept(FIRST)
    numbers = [entry.number for entry in journal.unwritten()]

    def marked_and_undone() -> None:
        with writing(state.engine) as db:
            journal.mark_written(db, numbers)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        marked_and_undone()
    assert len(journal.unwritten()) == 1
    with writing(state.engine) as db:
        journal.mark_written(db, numbers)
    assert journal.unwritten() == []


def test_what_cannot_be_stored_fails_alone(journal: Journal):
    # fault 8
    with pytest.raises(UnicodeEncodeError):
        journal.accept(replace(FIRST, answers={"text": "\ud800"}))
    assert journal.accept(FIRST) == Receipt(FIRST, new=True)


@ON_SQLITE
def test_a_full_disk_is_told_to_everyone_who_waits_and_nothing_is_kept(
    state: State, journal: Journal
):
    # fault 5: SQLite's own limit answers as a full disk does
    journal.accept(FIRST)
    with state.engine.connect() as connection:
        size = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {size}")
    long = replace(FIRST, key="k2", answers={"text": "x" * 100_000})

    with pytest.raises(StateError, match=r"cannot be written \(database or disk is full\)") as told:
        journal.accept(long)

    assert "xxx" not in str(told.value)  # fault 83
    assert [entry.submission for entry in journal.unwritten()] == [FIRST]


def test_a_locked_database_is_told_and_then_works_again(tmp_path: Path):
    # fault 5
    state = open_state("sqlite:tidings.db", folder=tmp_path, create=True)
    other = sqlite3.connect(tmp_path / "tidings.db", isolation_level=None)
    with state.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(StateError, match="locked"):
        state.journal.accept(FIRST)
    with pytest.raises(StateError, match="locked"):
        state.journal.prove_writable(now=NOON)
    assert state.journal.unwritten() == []

    other.execute("ROLLBACK")
    other.close()
    assert state.journal.accept(FIRST) == Receipt(FIRST, new=True)
    state.journal.prove_writable(now=NOON)
    state.close()


@ON_SQLITE
def test_who_may_not_wait_for_another_process_is_told_at_once(state: State, tmp_path: Path):
    new = replace(FIRST, key="k2")
    state.journal.accept(FIRST)
    with closing(sqlite3.connect(tmp_path / "tidings.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy):
            state.journal.commit([draft(new)], wait=False)
        with pytest.raises(Busy):
            state.journal.prove_writable(now=NOON, wait=False)
        other.execute("ROLLBACK")

    assert state.journal.commit([draft(FIRST), draft(new)], wait=False) == [
        Receipt(FIRST, new=False),
        Receipt(new, new=True),
    ]
    with state.engine.connect() as connection:  # who may wait, still does
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000


def test_of_many_who_post_at_the_same_time_none_is_left_out(journal: Journal):
    def post(name: int) -> None:
        for number in range(25):
            outcome = journal.accept(replace(FIRST, key=f"{name}-{number}"))
            assert isinstance(outcome, Receipt)

    threads = [threading.Thread(target=post, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    keys = [entry.submission.key for entry in journal.unwritten()]
    assert sorted(keys) == sorted(f"{name}-{number}" for name in range(8) for number in range(25))
