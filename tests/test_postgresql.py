"""What only a state on a server can meet: other machines, broken connections, other projects."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from sqlalchemy import text

from digests.issue import make
from forms.submission import Act, Submission
from sheets_sync.checks import check_project
from sheets_sync.founding import Answers, found
from sheets_sync.spreadsheet import Changes, Snapshot
from sheets_sync.state import Busy, Receipt, State, StateError, draft, open_state
from sheets_sync.state.address import locate, schema_for
from sheets_sync.state.base import forget
from sheets_sync.state.database import is_durable, reading, writing
from sheets_sync.state.kind import kind_of
from sheets_sync.state.lock import hold
from sheets_sync.state.refusal import BUSY_SECONDS, Taken
from sheets_sync.state.schema import VERSION
from sheets_sync.xlsx import Workbook
from tests.newsroom import DUE, NOW, press, report, synced
from tests.postgresql import DATABASE, Server
from tests.story import story
from tests.test_cli import Terminal

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST = Submission("k1", "r-1", Act.REPORT, {"reporter": "Ana", "text": "Words"}, "form", NOON)
PASSWORD = "correct horse battery staple"


@pytest.fixture
def url(postgresql: Server) -> str:
    return postgresql.url()


@pytest.fixture
def state(url: str) -> Iterator[State]:
    opened = open_state(url, create=True)
    yield opened
    opened.close()


def breaks_connections(server: Server) -> None:
    """End all connections to the database, as a network does that fails for a moment."""
    with server.connect("postgres") as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [DATABASE]
        )


# -- connections that break ---------------------------------------------------------------------


def test_between_two_transactions_nobody_notices_a_broken_connection(state, postgresql):
    state.base.put("a", "1")
    state.journal.accept(FIRST)

    breaks_connections(postgresql)
    assert state.base.get("a") == "1"
    breaks_connections(postgresql)
    state.base.put("a", "2")
    breaks_connections(postgresql)
    assert state.journal.accept(replace(FIRST, key="k2")).new

    assert state.base.get("a") == "2"
    assert len(state.journal.unwritten()) == 2


def test_a_restart_of_the_server_is_waited_for(state, postgresql):
    postgresql.stop()
    with ThreadPoolExecutor() as pool:
        kept = pool.submit(state.journal.accept, FIRST)
        seen = pool.submit(state.base.get, "a", "nothing yet")
        time.sleep(1)
        assert not kept.done()
        postgresql.start()

        assert kept.result() == Receipt(FIRST, new=True)
        assert seen.result() == "nothing yet"


def test_in_the_middle_of_a_transaction_it_is_told_and_nothing_of_it_is_kept(state, postgresql):
    def broken() -> None:
        with writing(state.engine) as db:
            db.execute(text("INSERT INTO kept VALUES ('half', '1')"))
            breaks_connections(postgresql)
            db.execute(text("INSERT INTO kept VALUES ('whole', '1')"))

    def read_broken() -> None:
        with reading(state.engine) as db:
            breaks_connections(postgresql)
            db.execute(text("SELECT 1"))

    with pytest.raises(StateError, match="What was committed before is safe"):
        broken()
    with pytest.raises(StateError, match="could not be read"):
        read_broken()

    assert state.base.get("half") == ""


def test_a_server_that_stays_away_is_told_after_a_while_and_then_at_once(state, postgresql):
    postgresql.stop()
    try:
        with pytest.raises(Busy):  # who serves others does not wait
            state.journal.commit([draft(FIRST)], wait=False)
        kind_of(state.engine).outage.since = time.monotonic() - BUSY_SECONDS + 0.5
        with pytest.raises(StateError, match=r"cannot be reached .* try again when it is there"):
            state.base.get("a")
        began = time.monotonic()
        with pytest.raises(StateError, match="cannot be reached"):
            state.journal.accept(FIRST)
        assert time.monotonic() - began < 2
    finally:
        postgresql.start()

    assert state.journal.accept(FIRST) == Receipt(FIRST, new=True)


def test_a_command_that_cannot_reach_it_ends_with_3_and_no_password(tmp_path, capsys):
    tidings = Terminal(tmp_path / "project", capsys)
    assert tidings("init", "--name", "Riverside", "--coordinator", "a@example.org").status == 0
    settings = tidings.folder / "tidings.toml"
    settings.write_text(
        f'state = "postgresql+psycopg://tidings@127.0.0.1:9/x"\n{settings.read_text()}'
    )
    tidings.environment["TIDINGS_STATE_PASSWORD"] = PASSWORD

    told = tidings("run")

    assert (told.status, told.out) == (3, "")
    assert "the database x on 127.0.0.1 cannot be reached" in told.err
    assert PASSWORD not in told.err


def test_a_post_whose_commit_nobody_heard_of_is_kept_once(state, postgresql):
    accepted: list[object] = []
    stop = threading.Event()

    def post() -> None:
        for number in range(1000):
            if stop.is_set():
                return
            one = replace(FIRST, key=f"k{number}")
            accepted.append(state.journal.accept(one).submission.key)

    poster = threading.Thread(target=post)
    poster.start()
    for _ in range(15):
        time.sleep(0.05)
        breaks_connections(postgresql)
    stop.set()
    poster.join(30)

    assert len(accepted) > 10
    assert [entry.submission.key for entry in state.journal.unwritten()] == accepted


# -- one at a time ------------------------------------------------------------------------------

HOLDS = """
import sys, time
from sheets_sync.state import open_state
from sheets_sync.state.lock import hold
with hold(open_state(sys.argv[1]).engine, "run"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_right_goes_with_the_death_of_its_holder_on_whatever_machine(state, url):
    with subprocess.Popen([sys.executable, "-c", HOLDS, url], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Taken), hold(state.engine, "run"):
            pass
        other.send_signal(signal.SIGKILL)
        began = time.monotonic()
        with hold(state.engine, "run", patience=30):
            assert time.monotonic() - began < 30


def test_a_sender_whose_connection_broke_is_not_taken_for_gone_by_itself(state, postgresql):
    with state.outbox.joined() as name:
        senders = state.outbox._senders  # as `recover` asks
        breaks_connections(postgresql)

        assert senders.gone({name, "nobody"}) == {"nobody"}
        assert senders.gone({name}) == set()
    assert senders.gone({name}) == {name}


def test_who_sends_passes_over_what_another_is_just_taking(state, url):
    synced(state, report(1))
    make(press(state), DUE, now=NOW)
    waiting = state.outbox.waiting(NOW)
    with closing(open_state(url)) as other, state.outbox.together(NOW, "one") as first:
        ours = first.claim(waiting, 2)
        with other.outbox.together(NOW, "two") as second:  # beside it, and waiting for nothing
            theirs = second.claim(waiting, 2)

    assert (list(ours), list(theirs)) == (list(waiting[:2]), list(waiting[2:4]))
    with state.outbox.together(NOW, "three") as third:
        assert list(third.claim(waiting, 9)) == list(waiting[4:])


class Overtaken(Workbook):
    """The workbook, and another sync that is recorded while it is written."""

    def __init__(self, path: Path, other: Callable[[], None]) -> None:
        super().__init__(path)
        self._other = other

    def write(self, base: Snapshot, changes: Changes) -> None:
        super().write(base, changes)
        self._other()


def test_a_sync_that_was_overtaken_records_nothing(tmp_path, url):
    with story(tmp_path) as s, closing(open_state(url, create=True)) as state:
        s.state.close()
        s.state = state
        s.posts("ben", "One.")
        s.sync()
        s.posts("ben", "Two.")
        before = state.base.known()
        s.book = Overtaken(s.path, lambda: state.base.put("last sync", "another one's"))

        with pytest.raises(StateError, match="another sync has been recorded"):
            s.sync()
        assert state.base.known() == before
        s.book = Workbook(s.path)
        s.sync()

        assert s.shows("Reports", "text") == [("One.",), ("Two.",)]


def test_vanished_machines_are_noticed_within_half_a_minute(state):
    # The server's side of the connection; ours is set likewise.
    with reading(state.engine) as db:
        shown = {
            name: db.execute(text(f"SHOW {name}")).scalar()
            for name in ("idle", "interval", "count")
            for name in (f"tcp_keepalives_{name}",)
        }
        timeout = db.execute(text("SHOW tcp_user_timeout")).scalar()

    assert [int(str(value)) for value in shown.values()] == [10, 5, 3]
    assert timeout in ("25s", "25000")


def test_numbers_that_are_committed_out_of_order_are_noticed(state, url, postgresql):
    """A lower number may become visible after a higher one; whoever watches sees each."""
    schema = url.partition("?schema=")[2]
    row = ("a", "h", "r-1", "report", "{}", "form", "2026-11-23T12:00:00+00:00", "", "", False)
    columns = "key, body_hash, report, act, answers, source, received, held, person, written"
    into = f"{schema}.submissions ({columns})"
    with postgresql.connect() as early:
        early.autocommit = False
        early.execute(f"INSERT INTO {into} VALUES ({', '.join(['%s'] * 10)})", row)  # noqa: S608
        state.journal.accept(FIRST)
        before = state.base.moment()
        early.commit()

    assert [entry.submission.key for entry in state.journal.unwritten()] == ["a", "k1"]
    assert state.base.moment() != before


# -- several projects, and secrets --------------------------------------------------------------


def test_two_projects_in_one_database_keep_apart(tmp_path, capsys, postgresql):
    url = postgresql.url().partition("?")[0]
    told = {}
    for name in ("Riverside", "Oakhill"):
        tidings = Terminal(tmp_path / name, capsys)
        assert tidings("init", "--name", name, "--coordinator", "a@example.org").status == 0
        settings = tidings.folder / "tidings.toml"
        settings.write_text(f'state = "{url}"\n{settings.read_text()}')
        told[name] = tidings("init").out
        assert tidings("sync").status == 0
        assert tidings("run").status == 0

    assert (
        "schema tidings_riverside of the database tidings on 127.0.0.1: made" in told["Riverside"]
    )
    here, there = (
        open_state(locate(url, tmp_path, community=name)) for name in ("Riverside", "Oakhill")
    )
    with closing(here), closing(there), hold(here.engine, "run"), hold(there.engine, "run"):
        here.journal.accept(FIRST)
        assert there.journal.unwritten() == []
        assert here.base.get("instance") != there.base.get("instance")
    renamed = Terminal(tmp_path / "Oakhill", capsys)
    text = (renamed.folder / "tidings.toml").read_text()
    (renamed.folder / "tidings.toml").write_text(text.replace('"Oakhill"', '"Oak Hill"'))
    refused = renamed("sync")
    assert refused.status == 3
    assert "schema tidings_oak_hill" in refused.err
    assert "?schema=tidings_oakhill" in refused.err  # what is there, and how to name it


@pytest.mark.parametrize(
    ("community", "schema"),
    [
        ("Riverside", "tidings_riverside"),
        ("Northern  Circle!", "tidings_northern_circle"),
        ("Köln & Bonn", "tidings_koln_bonn"),
        ("x" * 100, f"tidings_{'x' * 40}"),
        ("Φίλοι", "tidings_"),
        ("", "tidings_"),
    ],
)
def test_a_schema_is_named_after_its_community(community, schema):
    assert schema_for(community).startswith(schema)
    assert len(schema_for(community)) > len("tidings_")
    assert schema_for(community) == schema_for(community)


@pytest.mark.parametrize("schema", ["Upper", 'a"b', "a b", "x" * 60, "1st"])
def test_a_schema_that_would_need_quotes_is_refused(schema):
    with pytest.raises(StateError, match="cannot be the name of a schema"):
        locate(f"postgresql+psycopg://u@127.0.0.1/d?schema={schema}", Path())


@pytest.mark.parametrize("way", ["file", "environment", "wrong", "none"])
def test_the_password_comes_from_a_file_or_the_environment(tmp_path, capsys, postgresql, way):
    with postgresql.connect() as admin:
        admin.execute("DROP SCHEMA IF EXISTS tidings_locked CASCADE")
        admin.execute("DROP ROLE IF EXISTS locked")
        admin.execute(f"CREATE ROLE locked LOGIN PASSWORD '{PASSWORD}'")
        admin.execute("CREATE SCHEMA tidings_locked AUTHORIZATION locked")
    tidings = Terminal(tmp_path / "project", capsys)
    assert tidings("init", "--name", "Locked", "--coordinator", "a@example.org").status == 0
    settings = tidings.folder / "tidings.toml"
    url = postgresql.url("tidings_locked").replace("tidings@", "locked@")
    settings.write_text(f'state = "{url}"\n{settings.read_text()}')
    if way == "file":
        (tidings.folder / "state-password").touch(mode=0o600)
        (tidings.folder / "state-password").write_text(f"{PASSWORD}\n")
    elif way != "none":
        tidings.environment["TIDINGS_STATE_PASSWORD"] = PASSWORD if way == "environment" else "no"

    made, synced = tidings("init"), tidings("sync")

    wanted = (0, 0) if way in ("file", "environment") else (3, 3)
    assert (made.status, synced.status) == wanted
    assert PASSWORD not in made.out + made.err + synced.out + synced.err
    if way == "wrong":
        assert 'password authentication failed for user "locked"' in made.err


def test_to_another_machine_nothing_goes_in_the_clear(postgresql):
    url = f"postgresql+psycopg://tidings@db.example.org:{postgresql.port}/tidings"
    plain = f"{url}?hostaddr=127.0.0.1&sslmode=disable"

    with pytest.raises(StateError, match="server does not support SSL"):
        open_state(locate(f"{url}?hostaddr=127.0.0.1", Path()), create=True)
    open_state(locate(f"{plain}&schema=tidings_plain", Path()), create=True).close()


def test_a_server_elsewhere_must_prove_who_it_is(tmp_path, postgresql):
    authority, roots = trustme.CA(), tmp_path / "roots.pem"
    authority.cert_pem.write_to_path(roots)
    own = f"?hostaddr=127.0.0.1&schema=tidings_far&sslrootcert={roots}"
    with postgresql.encrypting(authority.issue_cert("db.example.org")):
        far = f"postgresql+psycopg://tidings@db.example.org:{postgresql.port}/tidings"
        state = open_state(locate(far + own, tmp_path), create=True)
        with closing(state), reading(state.engine) as db:
            told = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            assert db.execute(text(told)).scalar() is True
        with pytest.raises(StateError, match="certificate verify failed"):
            open_state(locate(f"{far}?hostaddr=127.0.0.1", tmp_path))
        with pytest.raises(StateError, match=r"does not match host name"):
            open_state(locate(far.replace("db.", "other.") + own, tmp_path))


def test_what_the_server_says_of_a_row_is_not_repeated(state):
    """Its details may hold what people wrote (fault 83)."""
    with writing(state.engine) as db:
        db.execute(text("ALTER TABLE submissions ADD CHECK (report <> 'r-1')"))

    with pytest.raises(StateError, match="violates check constraint") as told:
        state.journal.accept(FIRST)

    assert "Words" not in str(told.value)


def test_whether_commits_reach_the_disk_is_asked_of_the_server(state, postgresql):  # fault 74
    assert not is_durable(state.engine)
    postgresql.set("fsync = on")
    breaks_connections(postgresql)
    try:
        assert is_durable(state.engine)
    finally:
        postgresql.set("fsync = off")


def test_a_character_that_the_database_cannot_hold_stops_nothing(state):
    state.base.put("answer", "250 \0taken")
    state.journal.commit([draft(replace(FIRST, held="\0")), draft(replace(FIRST, key="k2"))])

    assert state.base.get("answer") == "250 \ufffdtaken"
    assert [entry.submission.held for entry in state.journal.unwritten()] == ["\ufffd", ""]


def test_what_was_erased_leaves_no_rows_behind(state, url, postgresql):
    state.base.put("secret", "s" * 5000)
    with writing(state.engine) as db:
        forget(db, "secret")
    table = f"{url.partition('?schema=')[2]}.kept"
    with postgresql.connect() as behind:
        [before] = behind.execute(f"SELECT pg_relation_filenode('{table}')").fetchone()
        state.erasing.leave_no_trace()
        [after] = behind.execute(f"SELECT pg_relation_filenode('{table}')").fetchone()

    assert before != after  # written anew
    assert state.base.get("schema") == str(VERSION)


def test_check_looks_at_the_server_and_not_at_the_folder(tmp_path, url):
    found(tmp_path, Answers("Riverside", ["ana@example.org"], "UTC"), {})
    settings = tmp_path / "tidings.toml"
    settings.write_text(f'state = "{url}"\n{settings.read_text()}')
    found(tmp_path, None, {})
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/x {tmp_path} nfs4 rw 0 0\n")

    told = [one.text() for one in check_project(tmp_path, {}, now=NOON, mounts=mounts)]

    assert [line for line in told if "shared over a network" in line] == []
    assert [line for line in told if "not synced" in line] == [
        "! state: its writes are not synced to the disk; on a server, have fsync and "
        "synchronous_commit switched on; else report it as a fault"
    ]


def test_without_its_driver_it_is_told_what_to_install(tmp_path):
    program = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from sheets_sync.state import open_state\n"
        "open_state('postgresql+psycopg://u@127.0.0.1/d')\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert 'pip install "tidings[postgresql]"' in done.stderr.splitlines()[-1]
