"""SPF and DMARC of the domains that mail is from, as a name server of our own answers."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread

import pytest
from dns.flags import QR
from dns.message import from_wire, make_response
from dns.rcode import NXDOMAIN
from dns.resolver import Resolver
from dns.rrset import from_text

from sheets_sync.founding import Answers, found
from sheets_sync.mail_records import look_at_records, records
from sheets_sync.project import open_project

GOOD = {
    "example.org": ["v=spf1 include:relay.example.net ~all", "another text"],
    "_dmarc.example.org": ["v=DMARC1; p=none"],
}


class Names:
    """A name server on this machine that knows a few texts."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.resolver = Resolver(configure=False)
        self.resolver.nameservers = ["127.0.0.1"]
        self.ended = Thread(target=self.serve)
        self.resolver.port = self._socket.getsockname()[1]

    def serve(self) -> None:
        while True:
            asked, who = self._socket.recvfrom(4096)
            if asked == b"stop":
                self._socket.close()
                return
            self._socket.sendto(self._answer(asked), who)

    def stop(self) -> None:
        if self._socket.fileno() < 0:
            return
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaks:
            speaks.sendto(b"stop", self._socket.getsockname())

    def _answer(self, asked: bytes) -> bytes:
        question = from_wire(asked)
        answer = make_response(question)
        answer.flags |= QR
        name = question.question[0].name
        texts = self.texts.get(name.to_text(omit_final_dot=True), [])
        if texts:
            quoted = [f'"{text}"' for text in texts]
            answer.answer.append(from_text(name, 60, "IN", "TXT", *quoted))
        else:
            answer.set_rcode(NXDOMAIN)
        return answer.to_wire()


@pytest.fixture
def names() -> Iterator[Names]:
    made = Names()
    made.ended.start()
    yield made
    made.stop()
    made.ended.join()


def lines(names: Names, returns: str = "example.org") -> list[str]:
    return [one.text() for one in records("example.org", returns, names.resolver)]


def test_good_records_are_shown_and_no_fault(names):
    names.texts = GOOD

    assert lines(names) == [
        "· SPF of example.org: v=spf1 include:relay.example.net ~all",
        "· DMARC of example.org: v=DMARC1; p=none",
    ]


def test_missing_records_are_named_with_what_to_publish(names):
    assert lines(names) == [
        "! SPF of example.org: there is none; publish the TXT record v=spf1 include:YOUR-RELAY "
        "~all, with the words that your relay's pages give",
        "! DMARC of example.org: there is none; publish the TXT record v=DMARC1; p=none; "
        "rua=mailto:YOU@example.org at _dmarc.example.org",
    ]


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["v=spf1 a ~all", "v=spf1 mx ~all"], "there are 2, and then none counts; join them"),
        (["v=spf1 +all"], "it lets anybody send; end it with ~all or -all"),
        (["v=spf10 -all"], "there is none"),
    ],
)
def test_spf_that_does_not_do_its_work(names, texts, told):
    names.texts = {**GOOD, "example.org": texts}

    assert told in lines(names)[0]
    assert lines(names)[0].startswith("!")


def test_a_policy_of_the_domain_above_counts(names):
    names.texts = GOOD

    found = [one.text() for one in records("news.example.org", "example.org", names.resolver)]

    assert found[-1] == "· DMARC of news.example.org: v=DMARC1; p=none"


def test_the_domain_that_mail_returns_to_is_looked_at_too(names):
    names.texts = GOOD

    assert lines(names, "returns.example.net")[0].startswith("! SPF of returns.example.net: ")


def test_without_a_network_it_says_that_it_could_not_look(names):
    names.stop()
    names.ended.join()
    names.resolver.lifetime = 0.2
    names.resolver.timeout = 0.1

    [told] = lines(names)

    assert told.startswith("· mail.sender: SPF and DMARC of example.org could not be looked up")


def test_check_looks_once_mail_leaves_and_the_sender_is_somebody(names, tmp_path):
    folder = tmp_path / "riverside"
    found(folder, Answers("Riverside", ["ana@example.org"]), {})
    settings = folder / "tidings.toml"

    assert looked(folder, names) == []
    for url, sender, told in (
        ("folder:outbox", "news@riverside.community", 0),
        ("smtp://localhost:9", "news@example.org", 0),
        ("smtp://localhost:9", "news@riverside.community", 2),
    ):
        settings.write_text(f'[mail]\nurl = "{url}"\nsender = "{sender}"\n')
        assert len(looked(folder, names)) == told


def looked(folder, names):
    with open_project(folder, {}) as project:
        return list(look_at_records(project, datetime(2026, 11, 20, tzinfo=UTC), names.resolver))
