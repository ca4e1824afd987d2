"""Durable posts a second, beside an application that parses the same post and answers at once.

Both stand behind waitress in a process of their own. Eight clients in processes of their own
keep their connections open and send posts that were made ready before.
"""

import multiprocessing
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from multiprocessing.synchronize import Barrier
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from benchmarks.invented import tags, text
from benchmarks.measuring import ROOT, in_turns, peak_megabytes
from benchmarks.table import Result, at_least, memory
from forms.html_form import TOKEN_FIELD
from sheets_sync.keys import load_secret
from sheets_sync.links import Links
from sheets_sync.web.posting import new_ticket, sign

CLIENTS, POSTS = 8, 150
TURNS = 7
NAME = f"durable form posts of {CLIENTS} clients, beside Flask and waitress storing nothing"
OUT_OF_THE_WAY = """
minimum_seconds = 0
per_address_hour = 1000000
in_all_hour = 1000000
"""
HEAD = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n"
)


def measure(folder: Path) -> list[Result]:
    """Let clients post to both in turns."""
    make_project(folder)
    ours, beside = in_turns(
        Site([*program(folder), "serve", "--port", "0"], folder),
        Site([sys.executable, "-m", "benchmarks.bare_form"], folder),
        turns=TURNS,
    )
    _look_into_journal(folder, (TURNS + 1) * CLIENTS * POSTS)
    return [
        at_least(NAME, "a second", ours.figure, beside.figure, 0.5),
        memory("the same", ours, beside),
    ]


def program(folder: Path) -> list[str]:
    return [str(Path(sys.executable).with_name("tidings")), "--project", str(folder)]


def make_project(folder: Path) -> None:
    about = ("--name", "Open Web Volunteers", "--coordinator", "hello@example.org")
    subprocess.run([*program(folder), "init", *about], check=True, stdout=subprocess.DEVNULL)
    settings = folder / "tidings.toml"
    written = settings.read_text("utf-8")
    settings.write_text(written.replace("[form]\n", f"[form]{OUT_OF_THE_WAY}", 1), "utf-8")


def _look_into_journal(folder: Path, posts: int) -> None:
    """Make sure that every post was stored and none was held."""
    with closing(sqlite3.connect(folder / "tidings.db")) as db:
        stored, held = db.execute(
            "SELECT count(*), count(nullif(held, '')) FROM submissions"
        ).fetchone()
    assert (stored, held) == (posts, 0), (stored, held)


class Site:
    """A server in a process of its own, and the clients that post to it."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._links = Links(load_secret(folder, {}))
        with (folder / "log").open("a") as log:
            self._process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT
            )
        assert self._process.stdout is not None
        found = re.search(r":(\d+)/", self._process.stdout.readline())
        assert found is not None
        self._port = int(found[1])
        self._chance = Random(self._port)

    def turn(self) -> float:
        """Let all clients post; return the posts a second."""
        context = multiprocessing.get_context("fork")
        ready, done = context.Barrier(CLIENTS + 1), context.Barrier(CLIENTS + 1)
        clients = [
            context.Process(target=_post, args=(self._port, self._posts(), ready, done))
            for _ in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        ready.wait()
        began = time.perf_counter()
        done.wait()
        seconds = time.perf_counter() - began
        for client in clients:
            client.join()
            assert client.exitcode == 0
        return CLIENTS * POSTS / seconds

    def close(self) -> float:
        megabytes = peak_megabytes(self._process.pid)
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        return megabytes

    def _posts(self) -> list[bytes]:
        return [self._made_post() for _ in range(POSTS)]

    def _made_post(self) -> bytes:
        # Opened a minute ago, each form with a key of its own.
        ticket = new_ticket(time.time() - 60)
        answers = {
            "reporter": "Ana Rossi",
            "text": f"{text(self._chance)} {ticket.key}".replace("https://", ""),
            "tags": tags(self._chance),
            TOKEN_FIELD: sign(self._links, ticket),
        }
        body = urlencode(answers).encode()
        return HEAD % len(body) + body


def _post(port: int, posts: Sequence[bytes], ready: Barrier, done: Barrier) -> None:
    """Send posts over one connection, the next as soon as the last was answered.

    By hand, since http.client takes as long over an answer's headers as a server over a post,
    and the clients share the machine with it.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ready.wait()
        for post in posts:
            connection.sendall(post)
            answer = b""
            while not answer.endswith(b"\r\n\r\n"):
                received = connection.recv(65536)
                assert received, answer
                answer += received
            # Without a body, so that the end of the headers is the end of the answer.
            assert answer.startswith(b"HTTP/1.1 303 "), answer
            assert b"Content-Length: 0\r\n" in answer, answer
        done.wait()
