"""Handing letters over: to a folder, and to mail servers good, poor and hostile."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Session
from aiosmtpd.smtp import AuthResult, Envelope

from digests.folder import Folder
from digests.lines import OneLine
from digests.send import Server, Smtp, open_transport
from digests.transport import Broken, Letter, Refused, Unclear, Unreachable

# aiosmtpd 1.4.6 asks its own deprecated attributes while it greets.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")
SECRET = "hunter2-canary"
MESSAGE = b"Subject: news\r\n\r\n.one dot\r\n..two\r\nHello\r\n"


def letter(address: str = "ana@example.org", message: bytes = MESSAGE) -> Letter:
    return Letter("2026-W48-p-ana", "tidings@example.org", address, message)


@dataclass
class Mailbox:
    """What arrived at a server, and what it answers to whom."""

    received: list[tuple[list[str], bytes]] = field(default_factory=list)
    at_rcpt: dict[str, str] = field(default_factory=dict)
    at_dot: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(
        self, server: Session, session: object, envelope: Envelope, address: str, options: object
    ) -> str:
        if address in self.at_rcpt:
            return self.at_rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Session, session: object, envelope: Envelope) -> str:
        answer = self.at_dot.get(envelope.rcpt_tos[0], "250 taken")
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.received.append((list(envelope.rcpt_tos), envelope.content))
        return answer


def server_of(controller: Controller, **kind: object) -> Server:
    return Server("localhost", controller.port, **{"seconds": 5, **kind})


@contextmanager
def serving(mailbox: Mailbox, **kind: object) -> Iterator[Controller]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **kind)
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


@dataclass
class Place:
    """A transport, and a way to read what arrived."""

    transport: OneLine
    arrived: Callable[[], list[bytes]]


@pytest.fixture(params=["folder", "smtp"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "folder":
        yield Place(
            OneLine(Folder(tmp_path / "outbox")),
            lambda: [file.read_bytes() for file in sorted((tmp_path / "outbox").iterdir())],
        )
        return
    mailbox = Mailbox()
    with serving(mailbox) as controller:
        transport = OneLine(Smtp(server_of(controller, insecure=True)))
        yield Place(transport, lambda: [content for _, content in mailbox.received])
        transport.close()


def test_a_letter_arrives_as_it_is_and_the_dot_is_announced_just_before(place):
    seen: list[str] = []

    words = place.transport.send(letter(), before_dot=lambda: seen.append("dot"))

    assert (seen, place.arrived()) == (["dot"], [MESSAGE])
    assert words


def test_nothing_arrives_when_the_sender_stops_at_the_dot(place):
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        place.transport.send(letter(), before_dot=stop)
    place.transport.close()
    place.transport.send(letter(message=b"Subject: other\r\n\r\n"), before_dot=lambda: None)

    assert place.arrived() == [b"Subject: other\r\n\r\n"]


def test_the_same_letter_again_is_the_same_file(tmp_path):
    folder = OneLine(Folder(tmp_path))
    for _ in range(2):
        folder.send(letter(), before_dot=lambda: None)

    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [
        ("2026-W48-p-ana.eml", MESSAGE)
    ]


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "outbox").write_text("a file")

    with pytest.raises(Unreachable, match=r"could not be written"):
        OneLine(Folder(tmp_path / "outbox")).send(letter())


@pytest.mark.parametrize("at", ["at_rcpt", "at_dot"])
@pytest.mark.parametrize(("answer", "permanent"), [("450 later", False), ("550 nobody", True)])
def test_a_refusal_concerns_one_letter(at, answer, permanent):
    # faults 66 and 67
    mailbox = Mailbox(**{at: {"ben@example.org": answer}})
    with serving(mailbox) as controller:
        transport = OneLine(Smtp(server_of(controller, insecure=True)))
        with pytest.raises(Refused) as refused:
            transport.send(letter("ben@example.org"), before_dot=lambda: None)
        transport.send(letter(), before_dot=lambda: None)
        transport.close()

    assert (str(refused.value), refused.value.permanent) == (answer, permanent)
    assert mailbox.received == [(["ana@example.org"], MESSAGE)]


def test_after_421_the_next_letter_takes_a_new_connection():
    # fault 68
    mailbox = Mailbox(at_rcpt={"ben@example.org": "421 too many"})
    with serving(mailbox) as controller:
        transport = OneLine(Smtp(server_of(controller, insecure=True)))
        with pytest.raises(Broken, match="421 too many"):
            transport.send(letter("ben@example.org"), before_dot=lambda: None)
        transport.send(letter(), before_dot=lambda: None)
        transport.close()

    assert mailbox.received == [(["ana@example.org"], MESSAGE)]


def test_a_local_part_beyond_ascii_needs_a_server_that_takes_it():
    # fault 71
    mailbox = Mailbox()
    with serving(mailbox, enable_SMTPUTF8=True) as controller:
        transport = OneLine(Smtp(server_of(controller, insecure=True)))
        transport.send(letter("zoë@example.org"), before_dot=lambda: None)
        transport.close()
    with serving(mailbox, enable_SMTPUTF8=False) as controller:
        transport = OneLine(Smtp(server_of(controller, insecure=True)))
        with pytest.raises(Refused, match=r"zoë@example\.org: it does not offer SMTPUTF8"):
            transport.send(letter("zoë@example.org"), before_dot=lambda: None)
        transport.close()

    assert mailbox.received == [(["zoë@example.org"], MESSAGE)]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def certified(authority: trustme.CA, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


@dataclass
class Gatekeeper:
    """Takes any password and remembers it."""

    given: list[bytes] = field(default_factory=list)

    def __call__(self, server: object, session: object, env: object, way: str, data: object):
        self.given.append(getattr(data, "password", b""))
        return AuthResult(success=True)


@pytest.mark.parametrize("tls", [False, True])
def test_mail_goes_over_verified_tls_with_the_password(authority, tls):
    mailbox, gate = Mailbox(), Gatekeeper()
    secured = certified(authority, "localhost")
    kind = (
        {"ssl_context": secured, "auth_require_tls": False}
        if tls
        else {"tls_context": secured, "require_starttls": True}
    )
    with serving(mailbox, authenticator=gate, **kind) as controller:
        server = server_of(controller, user="tidings", password=SECRET, tls=tls)
        transport = OneLine(Smtp(server, trusting(authority)))
        transport.send(letter(), before_dot=lambda: None)
        transport.close()

    assert (mailbox.received, gate.given) == ([(["ana@example.org"], MESSAGE)], [SECRET.encode()])


@contextmanager
def hostile(
    *answers: bytes, secured: ssl.SSLContext | None = None
) -> Iterator[tuple[int, bytearray]]:
    """A server that says these answers, one a line it hears, and keeps all it hears."""
    heard = bytearray()
    listener = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(5)
            connection.sendall(b"220 hello\r\n")
            try:
                for answer in answers:
                    line = connection.recv(4096)
                    heard.extend(line)
                    connection.sendall(answer)
                    if line.upper().startswith(b"STARTTLS") and secured:
                        with secured.wrap_socket(connection, server_side=True) as inner:
                            heard.extend(inner.recv(4096))
                heard.extend(connection.recv(4096))
            except OSError:
                return

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield listener.getsockname()[1], heard
    finally:
        thread.join(10)
        listener.close()


OFFERS = b"250-here\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n"
OFFERS_NO_TLS = b"250-here\r\n250 AUTH PLAIN LOGIN\r\n"


@pytest.mark.parametrize(
    ("answers", "certificate"),
    [
        ((OFFERS_NO_TLS, b"502 no\r\n", b"235 thanks\r\n"), None),
        ((OFFERS, b"454 not now\r\n", b"235 thanks\r\n"), None),
        ((OFFERS, b"220 go\r\n"), "elsewhere.example.org"),
        ((OFFERS, b"220 go\r\n"), "localhost"),
    ],
    ids=["stripped", "refused", "wrong name", "unknown authority"],
)
def test_a_hostile_server_hears_no_password(authority, answers, certificate):
    # fault 69
    known = trustme.CA() if certificate == "localhost" else authority
    secured = certified(authority, certificate) if certificate else None
    with hostile(*answers, secured=secured) as (port, heard):
        server = Server("localhost", port, "tidings", SECRET, seconds=5)
        transport = OneLine(Smtp(server, trusting(known)))
        with pytest.raises(Unreachable) as refused:
            transport.send(letter(), before_dot=lambda: None)
        transport.close()

    assert (b"AUTH" in heard, SECRET.encode() in heard) == (False, False)
    assert b"ehlo" in bytes(heard)
    assert (SECRET in str(refused.value), SECRET in repr(server)) == (False, False)


def test_a_server_that_goes_silent_after_the_dot_leaves_it_unclear():
    # fault 65
    answers = (b"250 here\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")
    with hostile(*answers) as (port, _):
        server = Server("localhost", port, insecure=True, seconds=5, seconds_for_the_dot=0.5)
        dots: list[str] = []
        transport = OneLine(Smtp(server))
        with pytest.raises(Unclear):
            transport.send(letter(), before_dot=lambda: dots.append("dot"))

    assert dots == ["dot"]


def test_a_sender_that_the_server_refuses_stops_the_run_and_fails_nobody():
    with (
        hostile(b"250 here\r\n", b"530 log in first\r\n", b"221 bye\r\n") as (port, _),
        pytest.raises(Unreachable, match=r"refuses tidings@example\.org: 530 log in first"),
    ):
        OneLine(Smtp(Server("localhost", port, insecure=True, seconds=5))).send(letter())


@pytest.mark.parametrize(
    ("url", "insecure"),
    [
        ("mailto:x", False),
        ("smtp://", False),
        (f"smtp://user:{SECRET}@host:587", False),
        ("smtp://relay.example.org:25", True),
        ("smtp://127.0.0.1.example.org:25", True),
    ],
)
def test_a_url_that_is_no_safe_way_to_send_is_refused(url, insecure, tmp_path):
    with pytest.raises(Unreachable) as refused:
        open_transport(url, folder=tmp_path, allow_insecure=insecure)
    assert SECRET not in str(refused.value)
