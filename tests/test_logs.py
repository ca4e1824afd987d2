"""Logs: one line an event, as words or JSON, without text, addresses and secrets."""

import json
import logging
import re
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from sheets_sync.cli.group import COMMANDS
from sheets_sync.cli.logs import begin_logging
from sheets_sync.cli.saying import LOG
from sheets_sync.cli.shell import Shell
from tests.test_cli import CANARY, Terminal, types
from tests.test_operating import MONDAY, SUNDAY
from tests.test_send import Mailbox, serving

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")
TEXT = "canary-what-i-did"
ADDRESS = "canary-bo@example.org"
SAID = (CANARY, TEXT, ADDRESS, "canary-bo")
HEAD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (INFO|WARNING|ERROR) [\w.]+: ")


@pytest.fixture(autouse=True)
def _quiet_again():
    yield
    LOG.disabled = True
    logging.basicConfig(handlers=[logging.NullHandler()], level=logging.WARNING, force=True)


@pytest.fixture
def canaries(tmp_path, capsys):
    """A terminal whose project is full of what must not be logged, and whose relay refuses."""
    told = Terminal(tmp_path / "project", capsys)
    told.now = SUNDAY
    assert told("init", "--name", "Riverside", "--coordinator", "ana@example.org").status == 0
    (told.folder / "secret").write_text(CANARY)
    relay = Mailbox(at_rcpt={ADDRESS: f"550 {ADDRESS} is {TEXT}"})
    with serving(relay) as controller:
        settings = told.folder / "tidings.toml"
        url = f'"smtp://localhost:{controller.port}"\nallow_insecure = true'
        settings.write_text(settings.read_text().replace('"folder:outbox"', url))
        types(told.folder, "People", ["Ana", "ana@example.org"], ["Bo", ADDRESS])
        types(told.folder, "Reports", [None, "Ana", TEXT, TEXT], [f"{TEXT}!", "Bo", TEXT])
        yield told


def lines(kind: str, log: str) -> list[str]:
    """Return the events of a log; each is a line of its kind."""
    found = log.splitlines()
    if kind == "json":
        events = [json.loads(line) for line in found]
        assert all(datetime.fromisoformat(one["at"]).utcoffset() == timedelta(0) for one in events)
        return [one["event"] for one in events]
    assert [line for line in found if not HEAD.match(line)] == []
    return [HEAD.sub("", line) for line in found]


@pytest.mark.parametrize("kind", ["text", "json"])
def test_a_run_logs_what_it_did_in_numbers_and_says_nothing_else(canaries, kind):
    canaries.environment = {"TIDINGS_LOG": kind}
    canaries("run")
    canaries.now = MONDAY

    told = canaries("run")

    assert (told.status, told.out) == (0, "")
    events = lines(kind, told.err)
    assert [event.split(" ")[0] for event in events] == [
        "Mailing",
        "synced",
        "to",
        "issue",
        "mailed",
    ]
    assert [one for one in SAID if one in told.err] == []
    if kind == "json":
        last = json.loads(told.err.splitlines()[-1])
        assert (last["event"], last["sent"], last["refused"]) == ("mailed", 1, 1)
        assert (last["level"], last["from"]) == ("info", "tidings.cli")


WORDS = {
    "init": [],
    "demo": ["--no-serve", "elsewhere"],
    "digest": ["--retry"],
    "form": ["publish"],
    "import": ["reps-archive", "nothing-here"],
    "export": ["out"],
    "erase": [ADDRESS, "--dry-run"],
    "state": ["copy", "sqlite:a.db", "sqlite:b.db"],
    "stats": [],
}


@pytest.mark.parametrize("kind", ["text", "json"])
def test_no_command_logs_text_an_address_or_a_secret(canaries, kind):
    canaries("sync")
    canaries.now = MONDAY
    canaries("run")
    canaries.environment = {"TIDINGS_LOG": kind}
    names = [command.name for command in COMMANDS if command.name != "serve"]

    told = {name: canaries(str(name), *WORDS.get(str(name), [])) for name in [*names, "people"]}

    logs = {name: one.err for name, one in told.items()}
    logs |= {path.name: path.read_text() for path in canaries.folder.glob("*.log")}
    assert [(name, one) for name, log in logs.items() for one in SAID if one in log] == []
    assert [name for name, one in told.items() if CANARY in one.out] == []


@pytest.mark.parametrize("kind", ["text", "json"])
def test_serving_logs_no_text_address_or_secret(canaries, kind):
    command = [sys.executable, "-m", "sheets_sync.cli", "--project", str(canaries.folder)]
    environment = {"TIDINGS_LOG": kind, "TIDINGS_MAIL_PASSWORD": f"{CANARY}-mail"}
    with subprocess.Popen(
        [*command, "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as going:
        try:
            assert going.stdout is not None
            port = int(going.stdout.readline().rpartition(":")[2].split("/")[0])
            asked(port)
        finally:
            going.terminate()
            out, log = going.communicate(timeout=30)

    assert lines(kind, log)
    assert [one for one in SAID if one in log + out] == []


def asked(port: int) -> None:
    """Ask for pages with what must not be logged in each part of a request."""
    for method, path in (
        ("GET", f"/?text={TEXT}&email={ADDRESS}"),
        ("GET", f"/{TEXT}/{ADDRESS}"),
        ("POST", f"/?{TEXT}"),
        ("POST", f"/leave/{CANARY}"),
    ):
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        body = urlencode({"text": TEXT, "reporter": f"Bo <{ADDRESS}>", "started": CANARY})
        head = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": TEXT}
        connection.request(method, path, body if method == "POST" else None, head)
        connection.getresponse().read()
        connection.close()


@pytest.mark.parametrize("kind", ["text", "json"])
def test_what_libraries_and_exceptions_say_is_not_logged(canaries, kind, capsys):
    # As waitress logs a request that its application could not answer, and SQLAlchemy a statement.
    begin_logging(Shell(canaries.folder, environment={"TIDINGS_LOG": kind}))
    try:
        raise RuntimeError(f"{TEXT} of {ADDRESS}\n/leave/{CANARY}")
    except RuntimeError:
        logging.getLogger("waitress").exception("Exception while serving %s", f"/for/{CANARY}")
        logging.getLogger("sheets_sync.sync").exception("a sync failed")
    logging.getLogger("sqlalchemy.pool").error(f"INSERT {TEXT}")

    log = capsys.readouterr().err

    assert [re.sub(r"test_logs.py:\d+", "here", event) for event in lines(kind, log)] == [
        "Exception while serving %s (here): RuntimeError",
        "a sync failed: RuntimeError",
        "see here",
    ]
    assert [one for one in SAID if one in log] == []


@pytest.mark.parametrize("at", ["its greeting", "the sender"])
@pytest.mark.parametrize("kind", ["text", "json"])
def test_a_relay_that_quotes_gets_no_address_and_no_secret_into_the_log(canaries, kind, at):
    canaries("run")
    canaries.now = MONDAY
    canaries.environment = {"TIDINGS_LOG": kind}
    settings = canaries.folder / "tidings.toml"
    with refusing(at) as port:
        text = re.sub(r"smtp://localhost:\d+", f"smtp://localhost:{port}", settings.read_text())
        settings.write_text(text)
        told = canaries("run")

    assert any("554" in event for event in lines(kind, told.err))
    assert [one for one in SAID if one in told.err] == []


@contextmanager
def refusing(at):
    """Run a relay that refuses, quoting what must not be logged; yield its port."""
    words = f"554 5.7.1 <{ADDRESS}> {CANARY}\r\n".encode()

    def talk():
        with suppress(OSError):
            while True:
                line, _ = listening.accept()
                with line, suppress(OSError):
                    line.sendall(words if at == "its greeting" else b"220 here\r\n")
                    for said in line.makefile("rb"):
                        line.sendall(words if said.upper().startswith(b"MAIL") else b"250 ok\r\n")

    listening = socket.create_server(("localhost", 0))
    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def test_a_kind_of_log_that_is_not_known_is_wrong_use(tidings_at):
    told = tidings_at("check")

    assert told.status == 2
    assert "TIDINGS_LOG=xml is not known; write text or json" in told.err


@pytest.fixture
def tidings_at(tmp_path, capsys):
    told = Terminal(tmp_path / "project", capsys)
    told.environment = {"TIDINGS_LOG": "xml"}
    return told
