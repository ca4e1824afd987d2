"""Logs: one line an event, as words or JSON, without text, addresses and secrets."""

import json
import logging
import re
import subprocess
import sys
from datetime import datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from sheets_sync.cli.group import COMMANDS
from sheets_sync.cli.saying import LOG
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


def test_a_kind_of_log_that_is_not_known_is_wrong_use(tidings_at):
    told = tidings_at("check")

    assert told.status == 2
    assert "TIDINGS_LOG=xml is not known; write text or json" in told.err


@pytest.fixture
def tidings_at(tmp_path, capsys):
    told = Terminal(tmp_path / "project", capsys)
    told.environment = {"TIDINGS_LOG": "xml"}
    return told
