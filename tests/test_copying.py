"""A state moves to another database: whole, once, and never while somebody works with it."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, insert, select, text

from digests.issue import make
from forms.submission import Act, Submission
from sheets_sync.choices import Choice, ChoiceAct
from sheets_sync.project import one_run, open_project
from sheets_sync.state import State, StateError, open_state
from sheets_sync.state.address import locate
from sheets_sync.state.copying import copy_state
from sheets_sync.state.database import UNFINISHED, reading, writing
from sheets_sync.state.kind import Kind
from sheets_sync.state.lock import hold
from sheets_sync.state.schema import kept, metadata
from tests.newsroom import DUE, NOW, press, report, synced
from tests.postgresql import Server
from tests.test_cli import Terminal

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SENT = Submission("k1", "r-9", Act.REPORT, {"text": "=1+1 Köln \U0001f389\n\x00"}, "form", NOON)

SOAK = bool(os.environ.get("TIDINGS_SOAK"))
CHILDREN = get_context("forkserver")
CHILDREN.set_forkserver_preload(["tests.newsroom"])

Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def places(tmp_path: Path, postgresql: Server) -> Callable[[str], Kind]:
    """Give an empty place of a kind."""

    def at(kind: str) -> Kind:
        url = "sqlite:other.db" if kind == "file" else postgresql.url()
        return locate(url, tmp_path)

    return at


@pytest.fixture
def old(tmp_path: Path) -> Iterator[State]:
    """A state in a file, with a row in each kind of table."""
    state = open_state("sqlite:tidings.db", folder=tmp_path, create=True)
    filled(state)
    yield state
    state.close()


def filled(state: State) -> None:
    synced(state, report(1), report(2))
    state.base.put("counter", "7")
    make(press(state), DUE, now=NOW)
    state.journal.accept(SENT)
    state.choices.commit(
        [Choice("c1", ChoiceAct.CHOOSE, "p-ana", "ana@example.org", {"filter": "x"}, "page", NOON)]
    )


def rows(state: State) -> Rows:
    with reading(state.engine) as db:
        return {
            table.name: sorted(tuple(row) for row in db.execute(select(table)))
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize("way", ["file to file", "file to server", "server to file"])
def test_every_row_arrives_and_new_ones_get_new_numbers(old, places, way):
    begin, _, end = way.partition(" to ")
    source = locate("sqlite:tidings.db", Path(str(old.engine.url.database)).parent)
    if begin == "server":
        middle = places("server")
        copy_state(source, middle)
        source = middle
    before = rows(old) if begin == "file" else rows_at(source)
    target = places(end)

    counts = copy_state(source, target)

    new = open_state(target)
    after = rows(new)
    assert after == before
    assert counts == {
        name: len([row for row in found if name != "kept" or row[0] != "schema"])
        for name, found in before.items()
    }
    new.journal.accept(Submission("k2", "r-10", Act.REPORT, {"text": "New."}, "form", NOON))
    assert [entry.submission.key for entry in new.journal.unwritten()] == ["k1", "k2"]
    new.close()


def rows_at(place: Kind) -> Rows:
    state = open_state(place)
    try:
        return rows(state)
    finally:
        state.close()


@pytest.mark.parametrize("kind", ["file", "server"])
def test_nothing_can_be_written_to_a_state_that_was_moved(tmp_path, places, kind):
    source = locate("sqlite:tidings.db", tmp_path) if kind == "file" else places("server")
    state = open_state(source, create=True)
    filled(state)
    copy_state(source, locate("sqlite:new.db", tmp_path))

    # A page that was served all the time, a run that waited, and whoever comes later.
    with pytest.raises(StateError, match="was moved and goes on elsewhere") as told:
        state.journal.accept(Submission("k3", "r-11", Act.REPORT, {"text": "Late"}, "form", NOON))
    assert "Late" not in str(told.value)  # fault 83
    with pytest.raises(StateError, match="was moved and goes on elsewhere"):
        state.base.put("counter", "8")
    with pytest.raises(StateError, match="was moved and goes on elsewhere"):
        state.outbox.set_decision(DUE.name, "hold")
    state.close()
    with pytest.raises(StateError, match=r"was moved to .*new\.db, and goes on there"):
        open_state(source)


@pytest.mark.parametrize("kind", ["file", "server"])
@pytest.mark.parametrize("at_work", ["syncs", "sends"])
def test_while_somebody_works_nothing_is_copied(tmp_path, places, kind, at_work):
    source = locate("sqlite:tidings.db", tmp_path) if kind == "file" else places("server")
    state = open_state(source, create=True)
    filled(state)
    before = rows(state)
    target = locate("sqlite:new.db", tmp_path)
    busy = hold(state.engine, "run") if at_work == "syncs" else state.outbox.joined()
    with busy, pytest.raises(StateError, match="somebody syncs or sends just now"):
        copy_state(source, target)

    assert rows(state) == before
    assert not (tmp_path / "new.db").exists()
    assert copy_state(source, target)["submissions"] == 1
    state.close()


@pytest.mark.parametrize("kind", ["file", "server"])
def test_a_place_that_holds_a_state_is_refused(old, places, tmp_path, kind):
    target = places(kind)
    other = open_state(target, create=True)
    other.base.put("counter", "1")
    before = rows(other)

    with pytest.raises(StateError, match="holds a state already"):
        copy_state(locate("sqlite:tidings.db", tmp_path), target)

    assert rows(other) == before
    old.journal.accept(Submission("k4", "r-12", Act.REPORT, {"text": "On."}, "form", NOON))
    other.close()


ALTERS = {
    "file": [
        "CREATE TRIGGER alters AFTER INSERT ON submissions BEGIN "
        "UPDATE submissions SET report = 'r-other' WHERE number = new.number; END"
    ],
    "server": [
        "CREATE FUNCTION alters() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.report := ''r-other''; RETURN NEW; END'",
        "CREATE TRIGGER alters BEFORE INSERT ON submissions FOR EACH ROW EXECUTE FUNCTION alters()",
    ],
}
DROPS = {
    "file": [
        "CREATE TRIGGER drops AFTER INSERT ON had BEGIN "
        "DELETE FROM had WHERE subscriber = new.subscriber AND report = 'r-2'; END"
    ],
    "server": [
        "CREATE FUNCTION drops() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER drops BEFORE INSERT ON had FOR EACH ROW "
        "WHEN (NEW.report = 'r-2') EXECUTE FUNCTION drops()",
    ],
}


@pytest.mark.parametrize("kind", ["file", "server"])
@pytest.mark.parametrize(
    ("fault", "table"), [(ALTERS, "submissions"), (DROPS, "had")], ids=["altered", "dropped"]
)
def test_a_row_that_does_not_arrive_as_it_was_is_noticed_and_nothing_moves(
    old, places, tmp_path, kind, fault, table
):
    before, target = rows(old), places(kind)
    with closing(open_state(target, create=True)) as new, writing(new.engine) as db:
        for statement in fault[kind]:
            db.execute(text(statement))

    with pytest.raises(StateError, match=rf"row \d+ of the table {table} did not arrive as it was"):
        copy_state(locate("sqlite:tidings.db", tmp_path), target)

    assert rows(old) == before
    old.journal.accept(Submission("k4", "r-12", Act.REPORT, {"text": "On."}, "form", NOON))
    assert {name: found for name, found in rows_at(target).items() if found}.keys() == {"kept"}


def copy_until(urls: Sequence[str], commits: int) -> None:
    """Copy a state in this very process, and die before a commit, as a power cut would."""
    left = iter(range(commits))

    def strike(_connection: object) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "commit", strike)
    source, target = (locate(url, Path()) for url in urls)
    copy_state(source, target)


@pytest.mark.parametrize("kind", ["file", "server"])
def test_killed_before_any_commit_it_goes_on_when_run_again(old, tmp_path, postgresql, kind):
    before = rows(old)
    old.close()
    ended = []
    for commits in range(0, 30, 1 if SOAK else 3):
        folder = tmp_path / f"world-{commits}"
        folder.mkdir()
        shutil.copy(tmp_path / "tidings.db", folder)
        urls = [
            f"sqlite:{folder}/tidings.db",
            f"sqlite:{folder}/new.db" if kind == "file" else postgresql.url(),
        ]
        child = CHILDREN.Process(target=copy_until, args=(urls, commits))
        child.start()
        child.join(60)
        ended.append(child.exitcode)
        source, target = (locate(url, folder) for url in urls)
        # Of the two, one can be used at most.
        assert usable(source) + usable(target) <= 1
        if ended[-1] != 0:
            copy_state(source, target)
        assert (usable(source), usable(target)) == (False, True)
        assert rows_at(target) == before
        if ended[-1] == 0:
            break
    assert ended[-1] == 0
    assert ended.count(-signal.SIGKILL) >= 3


def usable(place: Kind) -> bool:
    """Tell whether a state with something in it can be opened there."""
    try:
        state = open_state(place)
    except StateError:
        return False
    try:
        return bool(state.journal.unwritten())
    finally:
        state.close()


def test_a_copy_that_was_not_finished_is_not_used(old, places):
    target = places("file")
    state = open_state(target, create=True)
    with writing(state.engine) as db:
        db.execute(insert(kept).values(name=UNFINISHED, value="another place"))
    state.close()

    with pytest.raises(StateError, match="a copy of another place that did not come to its end"):
        open_state(target)


def test_the_command_moves_a_project_and_back(tmp_path, capsys, postgresql):
    tidings = Terminal(tmp_path / "project", capsys)
    assert tidings("init", "--name", "Riverside", "--coordinator", "a@example.org").status == 0
    url, settings = postgresql.url(), tmp_path / "project" / "tidings.toml"
    tidings("sync")

    planned = tidings("state", "copy", "sqlite:tidings.db", url, "--dry-run")
    moved = tidings("state", "copy", "sqlite:tidings.db", url)
    refused = tidings("sync")
    settings.write_text(f'state = "{url}"\n{settings.read_text()}')
    on_server = tidings("sync")
    back = tidings("state", "copy", url, "sqlite:back.db")
    settings.write_text(settings.read_text().replace(url, "sqlite:back.db"))
    at_home = tidings("sync")

    assert (planned.status, moved.status, back.status) == (0, 0, 0)
    assert "Nothing was copied. The plan: " in planned.out
    assert f'Next: write  state = "{url}"  into tidings.toml' in moved.out
    assert refused.status == 3
    assert "was moved to schema" in refused.err
    assert (on_server.status, at_home.status) == (0, 0)


def test_the_command_is_refused_while_a_run_is_at_work(tmp_path, capsys):
    tidings = Terminal(tmp_path / "project", capsys)
    assert tidings("init", "--name", "Riverside", "--coordinator", "a@example.org").status == 0
    with open_project(tmp_path / "project", {}) as project, one_run(project):
        told = tidings("state", "copy", "sqlite:tidings.db", "sqlite:new.db")

    assert (told.status, told.out) == (3, "")
    assert "somebody syncs or sends just now" in told.err


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql+psycopg://u:hunter2@h/d", "sqlite:"])
def test_an_address_that_cannot_be_used_is_wrong_use_and_not_repeated(tmp_path, capsys, url):
    tidings = Terminal(tmp_path, capsys)

    told = tidings("state", "copy", "sqlite:tidings.db", url)

    assert told.status == 2
    assert "hunter2" not in told.out + told.err
