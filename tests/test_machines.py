"""Several machines share one state in PostgreSQL, and any of them may vanish at any moment."""

import http.client
import os
import random
import re
import signal
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from functools import partial
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from urllib.parse import urlencode

from sheets_sync.demo.visitor import hidden_fields
from sheets_sync.founding import Answers, found
from sheets_sync.mailing import Wish, sync_and_mail, sync_project
from sheets_sync.project import open_project
from tests.machines import (
    AT_WORK,
    FAULT,
    MONDAY,
    RUNS,
    WEEK_SECONDS,
    Place,
    cron,
    page,
    sender,
    syncer,
)
from tests.network import Network, network
from tests.people import Manager
from tests.postgresql import Server, free_port
from tests.test_lines import Pipelined, pipelined

CHILDREN = get_context("forkserver")
CHILDREN.set_forkserver_preload(["tests.machines"])
SOAK = bool(os.environ.get("TIDINGS_SOAK"))
SECONDS = 240.0 if SOAK else 15.0
SEED = int(os.environ.get("TIDINGS_SEED", "7"))
TAKEN_OVER = 30.0
SILENCE = 10 if SOAK else 3
"""Seconds after which who says nothing is given up, in place of 25."""
CRONS, SYNCERS, SENDERS, CONNECTIONS = 2, 1, 4, 2
READERS = [f"reader{number}@example.org" for number in range(60)]
POSTS_A_SECOND = 0.35 if SOAK else 4
"""Below a hundred in all: so many one mail holds, and what is cut from it would look like lost."""


class Slow(Pipelined):
    """A relay that takes its time, so that blows fall while mails are on their way."""

    def _answer(self, line: bytes, *, refused: bool) -> bytes:
        time.sleep(0.004)
        return super()._answer(line, refused=refused)


@dataclass(frozen=True)
class Machine:
    """One process, and how to start it anew."""

    program: Callable[..., None]
    more: tuple[object, ...]
    process: BaseProcess


@dataclass
class Town:
    """All the machines of a community, and what came of them."""

    place: Place
    ports: Sequence[int]
    network: Network
    """Between all of them and the database."""
    machines: list[Machine] = field(default_factory=list)
    sent_in: list[str] = field(default_factory=list)
    """What people were thanked for."""
    blows: int = 0
    """How often a sender was stopped in the middle of whatever it did."""

    def start(self, program: Callable[..., None], *more: object) -> None:
        process = CHILDREN.Process(target=program, args=(self.place, *more), daemon=True)
        process.start()
        self.machines.append(Machine(program, more, process))

    def strike(self, one: Machine, *, again: bool = True) -> None:
        """Kill a machine as a power cut would, and start it again."""
        self.machines.remove(one)
        assert one.process.is_alive(), f"{one.program.__name__} ended by itself"
        one.process.kill()
        one.process.join(20)
        self.blows += sends(one)
        if again:
            self.start(one.program, *one.more)

    def strikes(self, chance: random.Random, server: Server, ends: float) -> None:
        """Kill one machine after the other; now and then what is between them goes wrong."""
        wrong = [
            partial(self.restarts, server, chance),
            self.network.cuts,
            self.network.loses,
            self.stalls,
            partial(self.restarts, server, chance),
        ] * max(round(SECONDS / 60), 1)
        moments = [ends - SECONDS * (at + 0.5) / len(wrong) for at in range(len(wrong))]
        while time.monotonic() < ends:
            time.sleep(chance.uniform(0.3, 1.3))
            at_work = [one for one in self.machines if self.works(one)]
            if len(at_work) > len(self.machines) / 2:  # else starting is all they do
                self.strike(chance.choice(at_work))
            if moments and time.monotonic() > moments[-1]:
                moments.pop()
                wrong.pop()()
                self.blows += sum(map(sends, self.machines))

    def works(self, one: Machine) -> bool:
        """Tell whether it has started so far."""
        return (self.place.folder / AT_WORK / str(one.process.pid)).exists()

    def succession(self) -> None:
        """Kill whoever ran last, until more did than there are at a time; each is followed soon."""
        while len(set(self.runs().values())) <= CRONS + SYNCERS:
            last = max(self.runs(), default=0.0)
            runner = self.runs().get(last)
            for one in [one for one in self.machines if str(one.process.pid) == runner]:
                self.strike(one)
            self.wait_for_run(last)

    def wait_for_run(self, since: float) -> None:
        """Wait until somebody ran, which is so within half a minute."""
        until = time.monotonic() + TAKEN_OVER
        while max(self.runs(), default=0.0) <= since:
            go_on(self, until)

    def runs(self) -> dict[float, str]:
        """Return when something was synced, and by which process."""
        path = self.place.folder / RUNS
        lines = path.read_text("ascii").splitlines() if path.exists() else []
        return {float(at): process for at, process in map(str.split, lines)}

    def restarts(self, server: Server, chance: random.Random) -> None:
        """Stop the database's server, gently or not, and start it again."""
        server.stop(chance.choice([signal.SIGINT, signal.SIGQUIT]))
        server.start()

    def stalls(self) -> None:
        """Let nothing through for a moment."""
        self.network.stalls()
        time.sleep(1)
        self.network.flows()

    def people_post(self, name: int, until: float) -> None:
        """Send one report after the other, each until somebody says thank you."""
        chance = random.Random(name)
        for number in range(100_000):
            if time.monotonic() > until:
                return
            text = f"Report {name}-{number}."
            if self._posted(text, chance):
                self.sent_in.append(text)
            time.sleep(2 / POSTS_A_SECOND)

    def _posted(self, text: str, chance: random.Random) -> bool:
        fields: dict[str, str] = {}
        until = time.monotonic() + TAKEN_OVER
        while time.monotonic() < until:
            connection = http.client.HTTPConnection("127.0.0.1", chance.choice(self.ports), 10)
            try:
                if not fields:
                    connection.request("GET", "/")
                    shown = connection.getresponse().read().decode()
                    if hidden := hidden_fields(shown):  # the database may be away
                        fields = {**hidden, "reporter": "ana", "text": text}
                    continue
                kind = {"Content-Type": "application/x-www-form-urlencoded"}
                connection.request("POST", "/", urlencode(fields), kind)
                answer = connection.getresponse()
                kept = answer.read().decode()
                if answer.status == 303:
                    return True
                assert answer.status == 503
                assert text in kept  # what was typed is still there
                time.sleep(0.1)
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)  # this machine is gone
            finally:
                connection.close()
        return False


def sends(machine: Machine) -> bool:
    return machine.program in (cron, sender)


@contextmanager
def town(folder: Path, server: Server, relay: str) -> Iterator[Town]:
    """A community whose machines all stand at the far end of a network."""
    with network(server.port) as between:
        there = server.url().replace(f":{server.port}/", f":{between.port}/")
        url = f"{there}&tcp_user_timeout={SILENCE * 1000}"
        yield from _founded(folder, url, relay, between)


def _founded(folder: Path, url: str, relay: str, between: Network) -> Iterator[Town]:
    found(folder, Answers("Riverside", ["ana@example.org"], "UTC"), {})
    settings = folder / "tidings.toml"
    text = settings.read_text()
    text = text.replace(
        "[form]\n", "[form]\nminimum_seconds = 0\nper_address_hour = 100000\nin_all_hour = 100000\n"
    )
    text = text.replace("[digest]\n", "[digest]\nhold_after_days = 3650\ncatch_up_weeks = 500\n")
    text = re.sub(r"(?m)^url = .*$", "", text).replace(
        "[mail]\n",
        f'[mail]\nurl = "{relay}"\nallow_insecure = true\nconnections = {CONNECTIONS}\n',
    )
    settings.write_text(f'state = "{url}"\n{text}')
    found(folder, None, {})
    people = ["| name | email | username | groups |", "| Ana | ana@example.org | ana | Rep |"]
    people += [f"| Reader {at} | {one} | r{at} | Rep |" for at, one in enumerate(READERS)]
    Manager(folder / "workbook.xlsx").holds("People", "\n".join(people))
    # Everybody has had an issue, so that none of what comes is from before their time.
    place = Place(folder, time.time() - WEEK_SECONDS)
    with open_project(folder, {}) as project:
        sync_project(project, MONDAY)
        sync_and_mail(project, Wish(), now=place.now())
    (folder / AT_WORK).mkdir()
    opened = Town(place, (free_port(), free_port()), between)
    try:
        yield opened
    finally:
        for machine in opened.machines:
            machine.process.kill()
            machine.process.join(20)


def test_machines_killed_at_random_lose_nothing(tmp_path: Path, postgresql: Server):
    # faults 1 and 64
    relay = Slow()
    with pipelined(relay) as port, town(tmp_path, postgresql, f"smtp://127.0.0.1:{port}") as t:
        for number in t.ports:
            t.start(page, number)
        for program in (*[cron] * CRONS, *[syncer] * SYNCERS, *[sender] * SENDERS):
            t.start(program)
        ends = time.monotonic() + SECONDS
        people = [threading.Thread(target=t.people_post, args=(name, ends)) for name in range(2)]
        for one in people:
            one.start()
        t.strikes(random.Random(SEED), postgresql, ends)
        t.succession()
        for one in people:
            one.join(TAKEN_OVER + 10)
        killed = time.time()
        t.network.loses()  # and the server is not told of the end of any of them
        for machine in list(t.machines):  # all at once, in the middle of whatever they did
            t.strike(machine, again=False)
        t.start(cron)
        t.wait_for_run(killed)
        unclear = wait_until_all_is_done(t)
        check(t, relay, unclear)


def wait_until_all_is_done(t: Town) -> set[str]:
    """Wait until every report is in an issue, and each mail is out or nobody knows of it."""
    until = time.monotonic() + 2 * TAKEN_OVER
    with open_project(t.place.folder, {}) as project:
        while project.state.journal.unwritten():
            go_on(t, until)
        accepted = project.state.base.highest_accepted()
        while True:
            latest = project.state.outbox.latest()
            unclear = {one.message_id for one in project.state.outbox.unclear()}
            lines = project.state.outbox.issue_lines()
            open = sum(one.recipients - one.sent - one.failed for one in lines) - len(unclear)
            if latest is not None and latest.up_to >= accepted and open == 0:
                return unclear
            go_on(t, until)


def go_on(t: Town, until: float) -> None:
    """Wait a moment, but not for ever, and for nobody who is dead."""
    fault = t.place.folder / FAULT
    assert not fault.exists(), fault.read_text()
    assert all(one.process.is_alive() for one in t.machines)
    assert time.monotonic() < until, t.runs()
    time.sleep(0.1)


def check(t: Town, relay: Pipelined, unclear: set[str]) -> None:
    """Check the whole history: every report in the sheet, and in one mail to each reader."""
    header, *rows = Manager(t.place.folder / "workbook.xlsx").cells("Reports")
    in_sheet = Counter(row[header.index("text")] for row in rows)
    assert set(t.sent_in) <= set(in_sheet)
    assert {text for text, times in in_sheet.items() if times > 1} == set()
    assert len(t.sent_in) == len(set(t.sent_in)) > SECONDS / 8
    copies: dict[str, set[bytes]] = defaultdict(set)
    arrived: Counter[str] = Counter()
    mails: dict[tuple[str, str], set[str]] = defaultdict(set)
    for [address], content in relay.received:
        mail = message_from_bytes(content, policy=policy.default)
        id = str(mail["Message-ID"])
        copies[id].add(content)
        arrived[id] += 1
        for text in re.findall(r"Report \d+-\d+\.", mail.get_body(("plain",)).get_content()):
            mails[text, address].add(id)
    assert {id for id, found in copies.items() if len(found) > 1} == set()
    assert max(arrived.values()) <= 2
    repeats = sum(times - 1 for times in arrived.values())
    assert repeats + len(unclear) <= CONNECTIONS * t.blows
    everybody = [*READERS, "ana@example.org"]
    missed = [(text, one) for text in t.sent_in for one in everybody if not mails[text, one]]
    assert len(missed) <= len(unclear) * len(t.sent_in)
    if not unclear:
        assert missed == []
    assert {key for key, ids in mails.items() if len(ids) > 1} == set()
