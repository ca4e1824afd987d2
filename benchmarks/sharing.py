"""A state in PostgreSQL that several processes share: mails a second, and the form's posts.

The server is a private one that flushes each commit to the disk. The relay is 30 ms away, as relays
are, so that what a sender waits for can be seen. On a machine with few cores all take from the same
ones: the server, the senders and the relay.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import psycopg

from benchmarks import postfix
from benchmarks.mailing import NOW, faraway, invented_press, invented_readers, sync_week
from benchmarks.measuring import Worker, in_turns
from benchmarks.posting import CLIENTS, POSTS, TURNS, Site, make_project, program
from benchmarks.table import Result, information, memory
from digests.delivery import deliver
from digests.doorkeeper import Doorkeeper
from digests.due import Due
from digests.issue import make
from digests.send import Server as Relay
from digests.send import Smtp
from sheets_sync.state import State, open_state
from tests.postgresql import Server, programs, serving

SENDERS = (1, 2, 4)
MAILS = 600
CONNECTIONS = 4
ROUNDS = 3
WHAT = "mails a second of 20 reports, state in PostgreSQL, relay 30 ms away, 4 connections each"


def measure(folder: Path) -> list[Result]:
    """Measure both; nothing where PostgreSQL cannot be had."""
    found = programs()
    if found is None:
        print("PostgreSQL is not here: not measured.", file=sys.stderr)
        return []
    with serving(found, durable=True) as server:
        return [*_mails(server), *_posts(folder, server)]


def _mails(server: Server) -> list[Result]:
    if not postfix.is_there():
        print("Postfix's smtp-sink is not here: mails are not measured.", file=sys.stderr)
        return []
    with postfix.sink() as port, faraway(port) as far:
        figures = {number: _shared(server, far, number) for number in SENDERS}
    return [
        information(
            f"{WHAT}: {number} {'sender' if number == 1 else 'senders'}", figure, "a second"
        )
        for number, figure in figures.items()
    ]


def _shared(server: Server, port: int, senders: int) -> float:
    """Return the mails a second of so many senders at one outbox."""
    url = server.url()
    state = open_state(url, create=True)
    workers = [Worker("benchmarks.sharing:sender", url, str(port)) for _ in range(senders)]
    try:
        return median(_round(state, workers, week) for week in range(1, ROUNDS + 2))
    finally:
        for worker in workers:
            worker.close()
        state.close()


def _round(state: State, workers: list[Worker], week: int) -> float:
    sync_week(state, invented_readers(MAILS), week)
    make(invented_press(state), Due(f"2026-W{week:02}", NOW), now=NOW)
    began = time.perf_counter()
    with ThreadPoolExecutor(len(workers)) as pool:
        sent = sum(pool.map(Worker.turn, workers))
    seconds = time.perf_counter() - began
    assert sent == MAILS, sent
    return MAILS / seconds


def sender(url: str, port: str) -> Iterator[float]:
    """Send what waits at each turn; the figure is how many mails."""
    state = open_state(url)
    at = invented_press(state)
    relay = Relay("127.0.0.1", int(port), insecure=True, connections=CONNECTIONS)
    while True:
        done = deliver(
            state.outbox, Smtp(relay), Doorkeeper(at, NOW), sender=at.letterhead.envelope, now=NOW
        )
        assert done.is_clean, done
        yield float(done.sent)


def _posts(folder: Path, server: Server) -> list[Result]:
    """Let clients post to the form, beside the same server committing as many rows for as many."""
    make_project(folder)
    settings = folder / "tidings.toml"
    url = server.url()
    settings.write_text(f'state = "{url}"\n{settings.read_text("utf-8")}', "utf-8")
    subprocess.run([*program(folder), "init"], check=True, stdout=subprocess.DEVNULL)
    ours, beside = in_turns(
        Site([*program(folder), "serve", "--port", "0"], folder),
        Worker("benchmarks.sharing:commits", str(server.port)),
        turns=TURNS,
    )
    with server.connect() as db:
        table = f"{url.partition('?schema=')[2]}.submissions"
        told = db.execute(f"SELECT count(*), count(nullif(held, '')) FROM {table}").fetchone()  # noqa: S608
    assert told == ((TURNS + 1) * CLIENTS * POSTS, 0), told
    name = f"durable form posts of {CLIENTS} clients into PostgreSQL, beside its bare commits"
    ratio = round(ours.figure / beside.figure, 2)
    return [
        Result(name, round(ours.figure), "a second", round(beside.figure), ratio),
        memory("the same", ours, beside),
    ]


def commits(port: str) -> Iterator[float]:
    """Commits a second of rows as long as a post, by as many clients as post to the form."""
    where = f"host=127.0.0.1 port={port} user=tidings dbname=tidings"
    with psycopg.connect(where, autocommit=True) as db:
        db.execute("CREATE TABLE bare (number serial PRIMARY KEY, said text)")

    def commit(_client: int) -> None:
        with psycopg.connect(where, autocommit=True) as db:
            for _ in range(POSTS):
                db.execute("INSERT INTO bare (said) VALUES (%s)", ["x" * 1000])

    with ThreadPoolExecutor(CLIENTS) as pool:
        while True:
            began = time.perf_counter()
            list(pool.map(commit, range(CLIENTS)))
            yield CLIENTS * POSTS / (time.perf_counter() - began)
