"""The sender is killed, or refused by the disk, at each of its steps; then it runs again.

The history that a recording server kept is checked as a whole: nobody missed, nobody mailed twice
but those named as unclear, one for each connection at most, and every repeat identical.

`make soak` tries every step and every system call; otherwise a part of them is tried.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from multiprocessing import get_context
from pathlib import Path

import pytest

from digests.settling import Delivered
from tests.newsroom import NAMES, report, run, run_until, synced
from tests.places import choose, open_at
from tests.postgresql import Server
from tests.test_lines import Pipelined, pipelined
from tests.test_send import Mailbox, serving

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")
SOAK = bool(os.environ.get("TIDINGS_SOAK"))
EVERYBODY = {f"{name}@example.org" for name in NAMES}
ROOT = Path(__file__).parent.parent
CHILDREN = get_context("forkserver")
CHILDREN.set_forkserver_preload(["tests.newsroom"])
MOST_STEPS = 200


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project before its issue is made."""
    folder = tmp_path_factory.mktemp("founded")
    found_at(folder)
    return folder


def found_at(folder: Path) -> None:
    state = open_at(folder)
    synced(state, report(1), report(2))
    state.close()


@dataclass
class World:
    """A project, and the place that its mails arrive at."""

    folder: Path
    url: str
    connections: int
    mailbox: Mailbox | Pipelined

    def run(self) -> Delivered:
        return run(self.folder, self.url, connections=self.connections)

    def arrived(self) -> list[tuple[str, bytes]]:
        if self.url.startswith("smtp"):
            return [(address, content) for [address], content in self.mailbox.received]
        files = sorted((self.folder / "outbox").glob("*.eml"))
        return [(_addressee(file.read_bytes()), file.read_bytes()) for file in files]


def _addressee(content: bytes) -> str:
    line = next(line for line in content.splitlines() if line.startswith(b"To: "))
    return line.decode().rpartition(" ")[2].strip("<>")


@pytest.fixture
def worlds(founded: Path, tmp_path: Path) -> "Worlds":
    return Worlds(founded, tmp_path)


@pytest.fixture
def worlds_anywhere(worlds: "Worlds", state_url: str, request: pytest.FixtureRequest) -> "Worlds":
    """Worlds with their states on either database."""
    if not state_url.startswith("sqlite:"):
        server: Server = request.getfixturevalue("postgresql")
        worlds.state_url = server.url
    return worlds


@dataclass
class Worlds:
    """Makes worlds that are all alike."""

    founded: Path
    folder: Path
    numbers: Iterator[int] = field(default_factory=count)
    state_url: Callable[[], str] | None = None
    """Gives each world a database of its own; without it that is a file, copied."""

    def new(self, url: str, connections: int, mailbox: Mailbox | Pipelined) -> World:
        folder = self.folder / f"world-{next(self.numbers)}"
        if self.state_url is None:
            shutil.copytree(self.founded, folder)
        else:
            folder.mkdir()
            choose(folder, self.state_url())
            found_at(folder)
        return World(folder, url, connections, mailbox)


@contextmanager
def recording(kind: str) -> Iterator[tuple[Mailbox | Pipelined, str]]:
    """A place for mails that keeps all that arrives, and its URL."""
    if kind == "folder":
        yield Mailbox(), "folder:outbox"
    elif kind == "smtp":
        mailbox = Mailbox()
        with serving(mailbox) as controller:
            yield mailbox, f"smtp://127.0.0.1:{controller.port}"
    else:
        server = Pipelined()
        with pipelined(server) as port:
            yield server, f"smtp://127.0.0.1:{port}"


def check(world: World, before: Sequence[tuple[str, bytes]], again: Delivered) -> None:
    """Check the whole history after a crash and a second run."""
    history = world.arrived()
    mailed = Counter(address for address, _ in history)
    named = {line.rpartition(" to ")[2].partition(":")[0] for line in again.repeated}
    assert set(mailed) == EVERYBODY
    assert {address for address, times in mailed.items() if times > 1} <= named
    assert len(named) <= world.connections
    assert max(mailed.values()) <= 2
    # Message-ID and body: identical to the last byte.
    assert len(set(history)) == len(EVERYBODY)
    assert history[: len(before)] == before or world.url.startswith("folder")
    assert (again.failed, again.deferred, again.unclear, again.stopped) == ([], [], [], "")
    assert world.run() == Delivered()
    assert world.arrived() == history


def crash(world: World, step: int) -> bool:
    """Run in a process that kills itself at a step; False when it ended by itself."""
    child = CHILDREN.Process(
        target=run_until, args=(world.folder, world.url, step, world.connections)
    )
    child.start()
    child.join(60)
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode != 0


@pytest.mark.parametrize(
    ("kind", "connections"), [("folder", 1), ("smtp", 3), ("pipelining", 1), ("pipelining", 3)]
)
def test_killed_before_and_after_each_step_nobody_is_missed(worlds_anywhere, kind, connections):
    # fault 64
    worlds = worlds_anywhere
    every = 1 if SOAK else 4 if worlds.state_url is None else 8
    with recording(kind) as (mailbox, url):
        for step in range(0, MOST_STEPS, every):
            mailbox.received.clear()
            world = worlds.new(url, connections, mailbox)
            if not crash(world, step):
                break
            before = world.arrived()
            check(world, before, world.run())
    assert 20 < step < MOST_STEPS - 1
    assert len(world.arrived()) == len(EVERYBODY)


def _command(world: World) -> list[str]:
    program = [sys.executable, "-m", "tests.newsroom"]
    return [*program, str(world.folder), world.url, str(world.connections)]


INJECTIONS = ("signal=KILL", "error=ENOSPC", "error=EIO")
CALLS = (
    ("pipelining", "sendto"),
    ("pipelining", "pwrite64"),
    ("smtp", "fdatasync"),
    ("folder", "rename"),
    ("folder", "fdatasync"),
)
SAMPLES = 2
MOST_CALLS = 400


needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


@needs_strace
@pytest.mark.parametrize("injection", INJECTIONS)
@pytest.mark.parametrize(("kind", "call"), CALLS, ids=str)
def test_stopped_at_a_system_call_nobody_is_missed(worlds, kind, call, injection):
    # faults 5 and 64
    strikes(worlds, kind, call, injection, at=INJECTIONS.index(injection))


@needs_strace
@pytest.mark.parametrize("injection", ["signal=KILL", "error=ECONNRESET"])
@pytest.mark.parametrize("call", ["sendto", "recvfrom"])
def test_stopped_while_a_server_is_talked_to_nobody_is_missed(worlds, postgresql, call, injection):
    # fault 64: to the relay, or to the database
    # libpq goes on listening after a send that went wrong; that is given up soon.
    worlds.state_url = lambda: f"{postgresql.url()}&tcp_user_timeout=2000"
    strikes(worlds, "pipelining", call, injection, at=len(injection) % 3, samples=2)


def strikes(
    worlds: "Worlds", kind: str, call: str, injection: str, *, at: int, samples: int = SAMPLES
) -> None:
    """Let a call go wrong in one run after the other, each time a later one."""
    with recording(kind) as (mailbox, url):
        total = _calls_in_all(worlds, kind, url, call)
        step = 1 if SOAK else max(total // samples, 1)
        # Each kind of blow begins elsewhere, so that together they fall on many places.
        first = 1 if SOAK else 1 + at * step // len(INJECTIONS)
        struck = 0
        for number in range(first, total + 1, step):
            mailbox.received.clear()
            world = worlds.new(url, 2, mailbox)
            struck += _struck(world, call, f"inject={call}:{injection}:when={number}")
            check(world, world.arrived(), world.run())
    assert struck > 0


TOTALS: dict[tuple[str, str, bool], int] = {}


def _calls_in_all(worlds: Worlds, kind: str, url: str, call: str) -> int:
    """Return how often a run that nothing stops makes a call."""
    key = kind, call, worlds.state_url is None
    if key not in TOTALS:
        heard = _traced(worlds.new(url, 2, Mailbox()), call)
        TOTALS[key] = sum(f" {call}(" in f" {line}" for line in heard.splitlines())
    assert 0 < TOTALS[key] < MOST_CALLS
    return TOTALS[key]


def _struck(world: World, call: str, rule: str) -> bool:
    """Run while a call goes wrong; True when the blow fell."""
    heard = _traced(world, call, "-e", rule)
    return "(INJECTED)" in heard or "killed by SIGKILL" in heard


def _traced(world: World, call: str, *more: str) -> str:
    command = ["strace", "-f", "-qq", "-e", f"trace={call}", *more, *_command(world)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, timeout=120, check=False, errors="replace"
    )
    return done.stderr
