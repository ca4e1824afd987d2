"""Several lines to one server: pipelined where it offers it, no more than it allows, in step."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from digests.lines import OneLine
from digests.send import Server, Smtp
from digests.send_line import body
from digests.settling import Delivered
from digests.transport import Broken, Refused
from tests.newsroom import NAMES, NOW, person, report, run, synced
from tests.places import open_at
from tests.test_send import Mailbox, letter, serving

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd"),
    pytest.mark.usefixtures("on_either_database"),
]


@dataclass
class Pipelined:
    """A small server that offers PIPELINING and keeps each packet that it hears."""

    at_rcpt: dict[bytes, bytes] = field(default_factory=dict)
    at_dot: list[bytes] = field(default_factory=list)
    goes_on: bool = False
    """Answer 354 to DATA whatever was refused, as RFC 2920 allows."""
    most: int = 99
    """So many connections; the next one hears 421."""
    open_now: int = 0
    most_open: int = 0
    packets: list[bytes] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    received: list[tuple[list[str], bytes]] = field(default_factory=list)

    def talk(self, connection: socket.socket) -> None:
        self.open_now += 1
        self.most_open = max(self.most_open, min(self.open_now, self.most))
        with connection, suppress(OSError):
            if self.open_now > self.most:
                connection.sendall(b"421 too many connections\r\n")
            else:
                connection.sendall(b"220 here\r\n")
                self._serve(connection)
        self.open_now -= 1

    def _serve(self, connection: socket.socket) -> None:
        heard, address, in_data, refused = b"", b"", False, False
        while packet := connection.recv(1 << 16):
            self.packets.append(packet)
            heard += packet
            while (end := b"\r\n.\r\n" if in_data else b"\r\n") in heard:
                line, _, heard = heard.partition(end)
                if in_data:
                    in_data = False
                    answer = self.at_dot.pop(0) if self.at_dot else b"250 taken\r\n"
                    if not answer.startswith(b"250"):
                        connection.sendall(answer)
                        continue
                    self.taken.append(line + b"\r\n")
                    self.received.append(([address.decode()], self.taken[-1]))
                    in_data = False
                    connection.sendall(b"250 taken\r\n")
                    continue
                if line.startswith(b"RCPT"):
                    address = line.partition(b"<")[2].rstrip(b">")
                answer = self._answer(line, refused=refused)
                refused = line.startswith(b"RCPT") and not answer.startswith(b"250")
                in_data = answer.startswith(b"354")
                connection.sendall(answer)

    def _answer(self, line: bytes, *, refused: bool) -> bytes:
        verb = line.upper().split()[0]
        if verb == b"EHLO":
            return b"250-here\r\n250 PIPELINING\r\n"
        if verb == b"RCPT":
            return self.at_rcpt.get(line.partition(b"<")[2].rstrip(b">"), b"250 ok\r\n")
        if verb == b"DATA":
            return b"554 nobody to send to\r\n" if refused and not self.goes_on else b"354 go\r\n"
        return b"250 ok\r\n"


@contextmanager
def pipelined(server: Pipelined) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=server.talk, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def one_line(port: int) -> OneLine:
    return OneLine(Smtp(Server("127.0.0.1", port, insecure=True, seconds=5)))


def test_commands_travel_together_where_the_server_takes_them_so():
    server = Pipelined()
    with pipelined(server) as port:
        line = one_line(port)
        line.send(letter(message=b"A: b\r\n\r\nHello\r\n"))
        line.close()

    assert server.packets[1] == (
        b"MAIL FROM:<tidings@example.org>\r\nRCPT TO:<ana@example.org>\r\nDATA\r\n"
    )
    assert server.taken == [b"A: b\r\n\r\nHello\r\n"]


def test_the_next_letter_begins_with_the_dot_of_the_one_before(tmp_path):
    server = Pipelined()
    founded(tmp_path, *map(person, NAMES))
    with pipelined(server) as port:
        outcome = run(tmp_path, f"smtp://127.0.0.1:{port}")

    assert outcome == Delivered(sent=5)
    # In one packet, so before the server answered to the dot.
    assert sum(one.count(b".\r\nMAIL FROM") for one in server.packets) == 4


def test_a_mail_refused_at_its_dot_does_not_harm_the_next(tmp_path):
    # fault 66
    server = Pipelined(at_dot=[b"451 later\r\n", b"250 ok\r\n", b"554 no\r\n"])
    founded(tmp_path, *map(person, NAMES))
    with pipelined(server) as port:
        outcome = run(tmp_path, f"smtp://127.0.0.1:{port}")

    assert (outcome.sent, len(outcome.deferred), len(outcome.failed)) == (3, 1, 1)
    assert len(set(server.taken)) == 3


@pytest.mark.parametrize("goes_on", [False, True])
def test_a_refused_address_costs_nobody_else_their_mail(goes_on):
    # fault 67
    server = Pipelined({b"ben@example.org": b"550 nobody\r\n"}, goes_on=goes_on)
    with pipelined(server) as port:
        line = one_line(port)
        with pytest.raises(Refused, match="550 nobody"):
            line.send(letter("ben@example.org"))
        line.send(letter(message=b"A: b\r\n\r\nHello\r\n"))
        line.close()

    assert server.taken == [b"A: b\r\n\r\nHello\r\n"]


def test_421_among_other_answers_is_a_broken_line():
    # fault 68
    server = Pipelined({b"ben@example.org": b"421 busy\r\n"})
    with pipelined(server) as port, pytest.raises(Broken, match="421 busy"):
        one_line(port).send(letter("ben@example.org"))


@pytest.mark.parametrize("address", ["a@b>\r\nRCPT TO:<eve@example.org", "a b@example.org", "<>"])
def test_nothing_in_an_address_becomes_a_command(address):
    # fault 70
    server = Pipelined()
    with pipelined(server) as port:
        line = one_line(port)
        with pytest.raises(Refused, match="not an address"):
            line.send(letter(address))
        line.close()

    assert b"".join(server.packets).count(b"RCPT") == 0


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        (b".\r\n..\r\na.\r\n", b"..\r\n...\r\na.\r\n"),
        (b"no end", b"no end\r\n"),
        (b"a\r\n.", b"a\r\n..\r\n"),
    ],
)
def test_dots_that_begin_a_line_are_doubled(message, sent):
    assert body(message) == sent


def founded(folder, *people):
    state = open_at(folder)
    synced(
        state, report(1), people=people or [person(f"{name}{n}") for name in NAMES for n in "12"]
    )
    state.close()


def test_no_more_connections_than_the_relay_allows(tmp_path):
    # fault 68
    server = Pipelined(most=2)
    founded(tmp_path)
    with pipelined(server) as port:
        outcome = run(tmp_path, f"smtp://127.0.0.1:{port}", connections=6)

    assert outcome == Delivered(sent=10)
    assert (len(server.taken), server.most_open) == (10, 2)


def test_all_lines_share_the_work(tmp_path):
    server = Pipelined()
    founded(tmp_path)
    with pipelined(server) as port:
        outcome = run(tmp_path, f"smtp://127.0.0.1:{port}", connections=4)

    assert outcome == Delivered(sent=10)
    assert (len(set(server.taken)), server.most_open) == (10, 4)


def test_a_greylisting_server_gets_the_mail_at_a_later_run(tmp_path):
    # fault 68
    mailbox = Mailbox(at_rcpt={f"{name}@example.org": "451 greylisted" for name in NAMES[:2]})
    founded(tmp_path, *map(person, NAMES))
    with serving(mailbox) as controller:
        url = f"smtp://127.0.0.1:{controller.port}"
        first = run(tmp_path, url, connections=2)
        mailbox.at_rcpt.clear()
        soon = run(tmp_path, url, connections=2, now=NOW)
        later = run(tmp_path, url, connections=2, now=NOW.replace(minute=20))

    assert (first.sent, len(first.deferred), soon.sent, later.sent) == (3, 2, 0, 2)
    assert len({address for [address], _ in mailbox.received}) == len(mailbox.received) == 5


def test_no_more_mails_a_minute_than_the_setting_says(tmp_path):
    server = Pipelined()
    founded(tmp_path, *map(person, NAMES))
    with pipelined(server) as port:
        began = time.monotonic()
        outcome = run(tmp_path, f"smtp://127.0.0.1:{port}", connections=4, per_minute=300)

    assert outcome == Delivered(sent=5)
    # The first at once, four more 0.2 seconds apart.
    assert time.monotonic() - began >= 0.8


def test_what_is_taken_back_while_others_are_sent_does_not_leave(tmp_path):
    # fault 63
    founded(tmp_path, *map(person, NAMES))
    state = open_at(tmp_path)
    stopped: list[str] = []

    def stop_after_the_first(step: str) -> None:
        if step == "after final dot" and not stopped:
            stopped.append(step)
            synced(state, report(1), people=[person("ana"), person("ben")])

    server = Pipelined()
    with pipelined(server) as port:
        outcome = run(tmp_path, f"smtp://127.0.0.1:{port}", steps=stop_after_the_first)
    state.close()

    assert (outcome.sent, outcome.dropped, len(server.taken)) == (2, 3, 2)
