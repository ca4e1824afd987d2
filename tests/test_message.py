"""A mail's final bytes: the headers, the bodies, and what cannot get into them."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.plain_message import plain_message
from digests import message
from digests.message import Addressee, AddressError, Letterhead, build, wire_address
from digests.render import Mail

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
LETTERHEAD = Letterhead(
    "Tidings, weekly <tidings@example.org>", "secret", "people@example.org", "leave@example.org"
)
ANA = Addressee("2026-W48", "p-ana", "ana@example.org", "Ana")
MAIL = Mail("News", "Hello\n", "<p>Hello</p>\n", ("r-1",))


def parsed(content: bytes, policy=SMTP) -> EmailMessage:
    found = message_from_bytes(content, policy=policy)
    assert isinstance(found, EmailMessage)
    return found


def words(part: EmailMessage) -> str:
    return part.get_content().replace("\r\n", "\n")


def test_the_headers_of_a_mail():
    found = parsed(build(MAIL, ANA, LETTERHEAD, at=NOW))

    name = LETTERHEAD.print("2026-W48", "p-ana")
    assert [(key, str(value)) for key, value in found.items()] == [
        ("From", '"Tidings, weekly" <tidings@example.org>'),
        ("To", "Ana <ana@example.org>"),
        ("Subject", "News"),
        ("Date", "Mon, 23 Nov 2026 07:00:00 +0000"),
        ("Message-ID", f"<{name}@example.org>"),
        ("Reply-To", "people@example.org"),
        ("List-Id", "<digest.example.org>"),
        ("List-Unsubscribe", "<mailto:leave@example.org?subject=unsubscribe>"),
        ("Auto-Submitted", "auto-generated"),
        ("Precedence", "bulk"),
        ("X-Tidings-Issue", f"2026-W48 {name}"),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative; boundary="tidings-{name}"'),
    ]


def test_both_bodies_come_back_as_they_were_and_are_the_same_bytes_each_time():
    mail = Mail("News", "Zoë سلام\n.\nlong " + "x" * 3000 + "\n", "<p>日本語</p>\n", ())

    content = build(mail, ANA, LETTERHEAD, at=NOW)

    found = parsed(content)
    bodies = [words(part) for part in found.iter_parts()]
    assert bodies == [mail.text, mail.html]
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert content == build(mail, ANA, LETTERHEAD, at=NOW)


def test_the_message_id_is_one_for_each_pair_and_cannot_be_foretold():
    named = {
        LETTERHEAD.message_id(issue, who)
        for issue in ("2026-W48", "2026-W49")
        for who in ("p-ana", "p-ben")
    }
    assert len(named) == 4
    other = Letterhead("t@example.org", "another secret")
    assert other.message_id("2026-W48", "p-ana") not in named


def test_a_reader_of_plain_text_gets_one_part():
    found = parsed(build(Mail("News", "Hello\n", "", ()), ANA, LETTERHEAD, at=NOW))

    assert (found.get_content_type(), words(found)) == ("text/plain", "Hello\n")


def test_one_click_unsubscribing_has_its_link_whole():
    link = "https://example.org/leave/" + "x" * 300
    to = Addressee("2026-W48", "p-ana", "ana@example.org", "Ana", link)

    content = build(MAIL, to, LETTERHEAD, at=NOW)

    assert f"List-Unsubscribe: <{link}>\r\n".encode() in content
    assert parsed(content)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    "nasty",
    [
        "Ana\r\nBcc: everybody@example.org",
        "Ana\nBcc: everybody@example.org\n\nbody",
        "Ana\r",
        "Ana\u2028Bcc: x@example.org",
        "Ana\x00\x0b\x0c\x85",
        'Ana" <evil@example.org>, "',
        "=?utf-8?q?Ana=0D=0ABcc:_x=40example.org?=",
        "\ud800Ana",
        "آنا" * 60,
    ],
)
def test_names_and_subjects_never_become_headers_or_recipients(nasty):
    # fault 70
    plain = parsed(build(MAIL, ANA, LETTERHEAD, at=NOW))
    to = Addressee("2026-W48", "p-ana", "ana@example.org", nasty)

    found = parsed(build(Mail(nasty, "Hello\n", "<p>Hello</p>\n", ()), to, LETTERHEAD, at=NOW))

    assert found.keys() == plain.keys()
    assert [one.addr_spec for one in found["To"].addresses] == ["ana@example.org"]
    assert words(found.get_body(("plain",))) == "Hello\n"


def test_a_domain_travels_in_ascii_and_a_local_part_as_it_is():
    # fault 71
    assert wire_address("ana@bücher.example.org") == "ana@xn--bcher-kva.example.org"
    content = build(MAIL, Addressee("2026-W48", "p", "zoë@bücher.example.org"), LETTERHEAD, at=NOW)
    assert str(parsed(content, SMTPUTF8)["To"]) == "zoë@xn--bcher-kva.example.org"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "@example.org",
        "ana@",
        "a@b\r\nRCPT TO:<x@y>",
        "a b@c d",
        "a@ü..org",
        "=?utf-8?q?a=0D=0A?=@b.org",
    ],
)
def test_an_address_that_is_none_is_named(address):
    with pytest.raises(AddressError):
        build(MAIL, Addressee("2026-W48", "p", address), LETTERHEAD, at=NOW)


LEAVE = "https://tidings.example.org/leave/" + "t0ken" * 12
SHORT = Letterhead("Tidings <tidings@example.org>", "secret")
NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=30).filter(
    lambda name: "=?" not in name
)
LINES = st.one_of(
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace").decode()),
    st.integers(1, 400).map(lambda size: "https://tidings.example.org/" + "x=" * size),
    st.integers(60, 90).map(lambda size: "." + "word " * (size // 5) + "=" * (size % 5)),
    st.sampled_from(["日本語の報告です。" * 9, "سلام " * 20, "Zoë: café  ", "\t", "From here"]),
)
TEXTS = st.lists(LINES, max_size=6).map("\n".join)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(subject=NAMES, text=TEXTS, html=TEXTS, name=NAMES, who=st.text("abc0", min_size=1))
def test_what_is_shared_is_filled_in_as_the_standard_library_would_write_it(
    subject, text, html, name, who
):
    mail = Mail(subject, text, html, ())
    to = Addressee("2026-W48", who, f"{who}@example.org", name, LEAVE)

    content = build(mail, to, SHORT, at=NOW)

    assert content == plain_message(mail, to, SHORT, at=NOW)
    bodies = parsed(content)
    shown = [words(part) for part in bodies.iter_parts()] if html else [words(bodies)]
    whole = [re.sub("\r\n?", "\n", one).removesuffix("\n") + "\n" for one in (text, html)]
    assert shown == whole[: len(shown)]


def test_a_mail_that_holds_what_stands_for_others_is_as_any_other():
    marks = f"{message.NAME} {message.LINK} {message.TO_LINE.decode()}{message.BODIES[1].decode()}"
    mail = Mail("News", marks, f"<p>{marks}</p>\n", ())
    to = Addressee("2026-W48", "p-ana", "ana@example.org", "Ana", LEAVE)

    assert build(mail, to, SHORT, at=NOW) == plain_message(mail, to, SHORT, at=NOW)
