"""What was acknowledged is on disk: before the answer, and after the process is killed."""

import http.client
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from sheets_sync.links import Links
from sheets_sync.web.posting import Ticket, new_ticket, sign
from tests.places import open_at
from tests.web.visitor import token_in

LINKS = Links("a secret for tests")
OPENED = new_ticket(datetime(2026, 11, 1, tzinfo=UTC).timestamp()).key.partition("-")[0]


@contextmanager
def served(folder: Path, *before: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run a desk in a process of its own; it is killed at the end."""
    command = [*before, sys.executable, "-m", "tests.web.serve_desk", str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline())
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # the tracer and whom it traces


def post(connection: http.client.HTTPConnection, key: str, text: str) -> tuple[int, str]:
    token = sign(LINKS, Ticket(f"{OPENED}-{key}"))
    body = urlencode({"form-token": token, "reporter": "Ana", "text": text})
    connection.request("POST", "/", body, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def keep_posting(port: int, name: int, acknowledged: list[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    for number in range(100_000):
        key = f"{name}-{number}"
        try:
            status, _ = post(connection, key, f"Report {key}")
        except (OSError, http.client.HTTPException):
            break
        if status == 303:
            acknowledged.append(f"{OPENED}-{key}")
    connection.close()


def journal_keys(folder: Path) -> Sequence[str]:
    state = open_at(folder)
    keys = [entry.submission.key for entry in state.journal.unwritten()]
    state.close()
    return keys


@pytest.mark.usefixtures("on_either_database")
@pytest.mark.parametrize("seed", range(3))
def test_what_was_acknowledged_survives_a_kill_at_any_moment(tmp_path: Path, seed: int):
    # fault 1
    acknowledged: list[str] = []
    with served(tmp_path) as (process, port):
        threads = [
            threading.Thread(target=keep_posting, args=(port, name, acknowledged))
            for name in range(8)
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.3 + random.Random(seed).random())
        process.kill()
        for thread in threads:
            thread.join()

    keys = journal_keys(tmp_path)
    assert acknowledged
    assert set(acknowledged) - set(keys) == set()
    assert len(keys) == len(set(keys))


needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed; on Debian: apt-get install it"
)


@needs_strace
def test_the_disk_has_it_before_the_answer_leaves(tmp_path: Path):
    # fault 1
    trace = tmp_path / "trace"
    calls = "trace=fdatasync,fsync,sendto,sendmsg,write"
    with served(tmp_path, "strace", "-f", "-e", calls, "-o", str(trace)) as (_, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        post(connection, "warm-up", "one")
        marked = len(trace.read_text("utf-8", "replace").splitlines())
        assert post(connection, "measured", "two")[0] == 303
        connection.close()
        lines = trace.read_text("utf-8", "replace").splitlines()[marked:]

    synced = [n for n, line in enumerate(lines) if re.search(r"f(data)?sync(\(| resumed)", line)]
    answered = [n for n, line in enumerate(lines) if "HTTP/1.1 303" in line]
    assert len(answered) == 1
    assert synced
    assert synced[0] < answered[0]


@needs_strace
def test_on_a_full_disk_the_text_is_kept_on_the_page_and_reading_goes_on(tmp_path: Path):
    # fault 5
    with served(tmp_path):
        pass
    inject = (
        "-e",
        "inject=pwrite64,write:error=ENOSPC:when=1+",
        "-P",
        f"{tmp_path}/tidings.db-wal",
    )
    command = ("strace", "-f", "-o", "/dev/null", *inject)
    with served(tmp_path, *command) as (_, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        status, page = post(connection, "full", "Words worth keeping")
        connection.request("GET", "/healthz")
        health = connection.getresponse()
        health.read()
        connection.request("GET", "/")
        reading = connection.getresponse()
        reading.read()
        connection.close()

    assert status == 503
    assert "Words worth keeping</textarea>" in page
    assert token_in(page)
    assert (health.status, reading.status) == (503, 200)
    assert journal_keys(tmp_path) == []
