"""The network to the database breaks, stalls or forgets connections, and machines stand still."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from digests.issue import make
from forms.submission import Act, Submission
from sheets_sync.state import Receipt, State, StateError, open_state
from sheets_sync.state.database import writing
from sheets_sync.state.delivery import DeliveryState
from sheets_sync.state.kind import kind_of
from sheets_sync.state.lock import hold
from sheets_sync.state.refusal import BUSY_SECONDS, Taken
from tests.network import Network, network
from tests.newsroom import DUE, NOW, press, report, synced
from tests.postgresql import Server

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST = Submission("k1", "r-1", Act.REPORT, {"reporter": "Ana", "text": "Words"}, "form", NOON)
SILENCE = 2
"""Seconds, in place of 25."""


@pytest.fixture
def url(postgresql: Server) -> str:
    """The way past the network."""
    return f"{postgresql.url()}&tcp_user_timeout={SILENCE * 1000}"


@pytest.fixture
def between(postgresql: Server) -> Iterator[Network]:
    with network(postgresql.port) as found:
        yield found


@pytest.fixture
def state(url: str, between: Network, postgresql: Server) -> Iterator[State]:
    """A state at the far end of the network."""
    opened = open_state(url.replace(f":{postgresql.port}/", f":{between.port}/"), create=True)
    yield opened
    opened.close()


@pytest.fixture
def near(state: State, url: str) -> Iterator[State]:
    """The same, for a machine that stands beside the server."""
    with closing(open_state(url)) as opened:
        yield opened


def test_what_is_not_begun_goes_over_a_new_connection(state, between):
    state.base.put("a", "1")
    between.cuts()
    state.base.put("a", "2")
    between.loses()  # this one is noticed by its silence
    began = time.monotonic()
    assert state.journal.accept(FIRST) == Receipt(FIRST, new=True)
    assert SILENCE <= time.monotonic() - began < 4 * SILENCE
    between.loses()
    assert state.base.get("a") == "2"
    assert [entry.submission for entry in state.journal.unwritten()] == [FIRST]


@pytest.mark.parametrize("blow", [Network.cuts, Network.loses])
def test_what_is_begun_is_told_and_nothing_of_it_is_kept(state, near, between, blow):
    near.base.put("a", "1")
    began = time.monotonic()

    def broken() -> None:
        with writing(state.engine) as db:
            db.execute(text("UPDATE kept SET value = '2' WHERE name = 'a'"))
            blow(between)
            db.execute(text("SELECT 1"))

    with pytest.raises(StateError, match="What was committed before is safe"):
        broken()
    near.base.put("b", "1")  # waits until the server has given up the one that was begun

    assert time.monotonic() - began < 4 * SILENCE
    assert (near.base.get("a"), near.base.get("b")) == ("1", "1")


def test_who_stood_still_in_the_middle_is_told_that_the_server_gave_up(state, near):
    def stands_still() -> None:
        with writing(state.engine) as db:
            db.execute(text("INSERT INTO kept VALUES ('half', '1')"))
            time.sleep(SILENCE + 0.5)
            db.execute(text("INSERT INTO kept VALUES ('whole', '1')"))

    with pytest.raises(StateError, match="What was committed before is safe"):
        stands_still()

    assert near.base.get("half") == ""


def test_a_stall_is_waited_for_and_one_that_lasts_is_told(state, near, between):
    state.base.put("a", "1")
    between.stalls()
    began = time.monotonic()
    kind_of(state.engine).outage.since = time.monotonic() - BUSY_SECONDS + 0.5
    with pytest.raises(StateError, match="cannot be reached"):
        state.journal.accept(FIRST)
    assert time.monotonic() - began < BUSY_SECONDS + 5 * SILENCE
    between.flows()

    # What came to the server after all is the same submission.
    assert state.journal.accept(FIRST).submission == FIRST
    assert [entry.submission.key for entry in near.journal.unwritten()] == ["k1"]


def test_a_sender_that_the_network_lost_is_taken_over(state, near, between):
    # fault 64
    synced(near, report(1))
    make(press(near), DUE, now=NOW)
    with state.outbox.joined() as lost:
        with state.outbox.together(NOW, lost) as page:
            at_dot, claimed = page.claim(near.outbox.waiting(NOW), 2)
            page.mark([at_dot], {})
        time.sleep(1.25 * SILENCE)
        assert list(near.outbox.recover(NOW)) == []  # it lives, and says so without being asked
        between.loses()
        until = time.monotonic() + 5 * SILENCE
        repeated: list[int] = []
        while not repeated and time.monotonic() < until:
            time.sleep(0.1)
            repeated = [one.number for one in near.outbox.recover(NOW)]

        assert repeated == [at_dot]
        assert near.outbox.delivery(claimed).state is DeliveryState.QUEUED
        moved = pytest.raises(StateError, match="was changed by another run")
        with moved, state.outbox.together(NOW, lost) as page:
            page.mark([claimed], {})  # it says no dot


def within_a_packet(driven: Any, statement: str) -> None:
    """Say a statement, and not that it was all: so stands who is cut off within a long packet."""
    driven.pgconn.enter_pipeline_mode()
    driven.pgconn.send_query_params(statement.encode(), None)
    driven.pgconn.send_flush_request()
    driven.pgconn.flush()
    driven.pgconn.get_result()  # it was done, and the server waits for the next


def behind_many(driven: Any, statement: str) -> None:
    """Say a statement many times, which ends with something that needs no answer."""
    driven.cursor().executemany(f"{statement} WHERE %s", [(True,), (True,)])


SILENT = pytest.mark.parametrize("speaks", [within_a_packet, behind_many])


@contextmanager
def silent(url: str, speaks: Callable[[Any, str], None], statement: str) -> Iterator[None]:
    """Be somebody who said something, and then nothing: to the server neither idle nor waiting."""
    with closing(open_state(url)) as opened:
        raw = opened.engine.raw_connection()
        driven: Any = raw.driver_connection
        driven.execute("BEGIN")
        speaks(driven, statement)
        try:
            yield
        finally:
            raw.invalidate()


@SILENT
def test_who_sends_gives_up_whoever_fell_silent_within_a_transaction(near, url, speaks):
    near.base.put("a", "1")
    with silent(url, speaks, "UPDATE kept SET value = '2'"), near.outbox.joined():
        time.sleep(1.5 * SILENCE)
        near.base.put("a", near.base.get("a") + "3")

    assert near.base.get("a") == "13"


@SILENT
def test_who_waits_for_a_row_gives_up_whoever_has_it_and_fell_silent(near, url, speaks):
    near.journal.accept(FIRST)
    with near.engine.connect() as db:  # the one that lies ready
        db.exec_driver_sql("SET lock_timeout = '100ms'")
    with silent(url, speaks, "DELETE FROM submissions"):
        with pytest.raises(StateError, match="lock timeout"):  # it may still be at work
            near.journal.accept(FIRST)
        time.sleep(SILENCE)

        assert near.journal.accept(FIRST) == Receipt(FIRST, new=False)


HOLDS = """
import sys, time
from sheets_sync.state import open_state
from sheets_sync.state.lock import hold
with hold(open_state(sys.argv[1]).engine, "run"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_machine_that_stands_still_loses_its_right_to_run(state, near, url):
    with subprocess.Popen([sys.executable, "-c", HOLDS, url], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Taken), hold(near.engine, "run"):
            pass
        other.send_signal(signal.SIGSTOP)
        try:
            with hold(near.engine, "run", patience=5 * SILENCE):
                pass
        finally:
            other.kill()


def test_half_a_minute_is_what_is_waited_where_the_address_says_nothing(postgresql, state):
    kind = kind_of(state.engine)
    told = replace(kind, url=kind.url.difference_update_query(["tcp_user_timeout"]))

    assert (kind.silence, told.silence) == (SILENCE, 25)
    with state.engine.connect() as db:
        idle = db.execute(text("SHOW idle_in_transaction_session_timeout")).scalar()
    assert idle == f"{SILENCE}s"
