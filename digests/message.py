"""A Mail for a Subscriber -> the final bytes, the same ones each time.

Everything a person wrote goes through `EmailMessage`, cleaned, and never into a header's name or
into the envelope.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from functools import lru_cache
from secrets import token_hex
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from digests.encoded import QUOTED, encoded
from digests.render import Mail

LONGEST_SUBJECT = 200
PATTERNS_KEPT = 256
NAME = token_hex(16)
"""Stands for what a mail is called until that is filled in: as long, and not to be guessed."""
LINK = token_hex(16)
TO = f"{token_hex(8)}@example.org"
TO_LINE = f"To: {TO}\r\n".encode()
BODIES = tuple(f"{token_hex(16)}\r\n".encode() for _ in range(2))
MAILBOX = re.compile(r"(?P<name>.*)<(?P<address>[^<>]*)>\s*", re.DOTALL)


class AddressError(Exception):
    """An address that no mail can be sent to; the message names it."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every mail's headers say about the sender."""

    sender: str
    """`Name <address>`."""
    key: str
    """Secret from which Message-IDs are derived."""
    reply_to: str = ""
    unsubscribe: str = ""
    """Mailbox that a person reads, for those who want to leave."""
    bounces: str = ""
    """Mailbox that a person reads, for mails that come back."""

    @property
    def bounces_to(self) -> str:
        """The envelope's sender (MAIL FROM): who hears of mails that could not be delivered."""
        return wire_address(_split(self.bounces)[1]) if self.bounces else self.envelope

    @property
    def envelope(self) -> str:
        """The sender's bare address, as an envelope carries it."""
        return wire_address(_split(self.sender)[1])

    @property
    def domain(self) -> str:
        """The sender's domain."""
        return self.envelope.rpartition("@")[2]

    def message_id(self, issue: str, subscriber: str) -> str:
        """Return the Message-ID of one issue to one subscriber."""
        return f"<{self.print(issue, subscriber)}@{self.domain}>"

    def print(self, issue: str, subscriber: str) -> str:
        """Return a name for the pair that nobody else can foretell."""
        pair = f"{issue}\0{subscriber}".encode()
        return hmac.new(self.key.encode(), pair, hashlib.sha256).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whose mail it is: which issue, for whom, how they leave with one click."""

    issue: str
    subscriber: str
    address: str
    name: str = ""
    unsubscribe_url: str = ""
    """Signed https link that a POST unsubscribes at (RFC 8058); may be empty."""


class _AsItIs(UnstructuredHeader):
    """A header that is never folded: a link must stay whole."""

    # The registry makes a class of this one and BaseHeader, which has a name.
    name: str

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def _policy(*, utf8: bool) -> Policy:
    headers = HeaderRegistry()
    headers.map_to_type("list-unsubscribe", _AsItIs)  # type: ignore[arg-type] # typeshed: so is UnstructuredHeader
    return SMTP.clone(header_factory=headers, utf8=utf8)


ASCII = _policy(utf8=False)
UTF8 = _policy(utf8=True)
"""For an address whose local part is not ASCII."""


def build(mail: Mail, to: Addressee, letterhead: Letterhead, *, at: datetime) -> bytes:
    """Return the mail's bytes, as `EmailMessage` makes them; raises AddressError.

    What the mails of an issue have alike is made once.
    """
    address = wire_address(to.address)
    policy = ASCII if address.isascii() else UTF8
    link = to.unsubscribe_url
    bodies = [encoded(mail.text), *([encoded(mail.html)] if mail.html else [])]
    alike = _Alike(
        letterhead,
        to.issue,
        mail.subject,
        at.isoformat(),
        encodings=tuple(encoding for encoding, _ in bodies),
        link=f"{urlsplit(link).scheme}://{LINK}" if link else "",
        utf8=policy is UTF8,
    )
    filled = {
        TO_LINE: _to_line(_address(clean(to.name), address), policy),
        NAME.encode(): letterhead.print(to.issue, to.subscriber).encode(),
        alike.link.encode(): link.encode("ascii"),
    }
    filled |= {mark: content for mark, (_, content) in zip(BODIES, bodies, strict=False)}
    return b"".join([filled.get(piece, piece) for piece in _pattern(alike)])


def wire_address(address: str) -> str:
    """Return an address as it travels: the domain in ASCII; raises AddressError (fault 71)."""
    local, at, domain = address.strip().rpartition("@")
    if (
        not (local and at and domain)
        or not address.strip().isprintable()
        or " " in domain
        or "=?" in local
    ):
        raise AddressError(f"{clean(address)!r} is not an e-mail address")
    if not domain.isascii():
        try:
            found = validate_email(f"x@{domain}", check_deliverability=False)
        except EmailNotValidError as error:
            raise AddressError(f"{clean(address)!r}: {error}") from error
        domain = found.ascii_domain
    return f"{local}@{domain}"


def clean(text: str) -> str:
    """Return text on one line, without anything that could end a header (fault 70)."""
    # Lone surrogates cannot be encoded at all.
    shown = text.encode("utf-8", "replace").decode("utf-8")
    line = " ".join("".join(c if c.isprintable() else " " for c in shown).split())
    # Python's header classes decode encoded words in what they are given, line breaks and all.
    return line.replace("=?", "= ?")


def _mailbox(text: str) -> Address:
    name, address = _split(text)
    return _address(clean(name), wire_address(address))


def _split(text: str) -> tuple[str, str]:
    """Return the name and the address; a comma in a name needs no quotes here."""
    found = MAILBOX.fullmatch(text)
    return (found["name"].strip(' "'), found["address"]) if found else ("", text)


def _address(name: str, address: str) -> Address:
    try:
        if address.isascii():
            return Address(display_name=name, addr_spec=address)
        # Only an addr_spec is checked for being ASCII.
        local, _, domain = address.rpartition("@")
        return Address(display_name=name, username=local, domain=domain)
    except (ValueError, IndexError) as error:
        raise AddressError(f"{address!r} is not an e-mail address") from error


def _to_line(address: Address, policy: Policy) -> bytes:
    message = EmailMessage(policy)
    message["To"] = address
    return policy.fold_binary("To", message["To"])


@dataclass(frozen=True, slots=True)
class _Alike:
    """What many mails have alike."""

    letterhead: Letterhead
    issue: str
    subject: str
    at: str
    encodings: tuple[str, ...]
    """Of the text, and of the HTML where there is any."""
    link: str
    """Stands for the one that unsubscribes; empty without one."""
    utf8: bool


@lru_cache(PATTERNS_KEPT)
def _pattern(alike: _Alike) -> tuple[bytes, ...]:
    """Return such a mail, cut before and after each mark that is filled in."""
    policy, letterhead = UTF8 if alike.utf8 else ASCII, alike.letterhead
    message = EmailMessage(policy)
    message["From"] = _mailbox(letterhead.sender)
    message["To"] = TO
    message["Subject"] = clean(alike.subject)[:LONGEST_SUBJECT]
    message["Date"] = datetime.fromisoformat(alike.at)
    message["Message-ID"] = f"<{NAME}@{letterhead.domain}>"
    if letterhead.reply_to:
        message["Reply-To"] = _mailbox(letterhead.reply_to)
    _add_list_headers(message, alike)
    _add_bodies(message, alike.encodings)
    marks = [TO_LINE, NAME.encode(), *BODIES, *([alike.link.encode()] if alike.link else [])]
    cuts = re.compile(b"(" + b"|".join(map(re.escape, marks)) + b")")
    return tuple(cuts.split(message.as_bytes(policy=policy)))


def _add_list_headers(message: EmailMessage, alike: _Alike) -> None:
    letterhead = alike.letterhead
    message["List-Id"] = f"<digest.{letterhead.domain}>"
    if alike.link:
        message["List-Unsubscribe"] = f"<{alike.link}>"
        if alike.link.startswith("https://"):
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    else:
        mailbox = letterhead.unsubscribe or letterhead.reply_to or letterhead.sender
        message["List-Unsubscribe"] = (
            f"<mailto:{wire_address(_split(mailbox)[1])}?subject=unsubscribe>"
        )
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"
    message["X-Tidings-Issue"] = f"{alike.issue} {NAME}"


def _add_bodies(message: EmailMessage, encodings: Sequence[str]) -> None:
    text, html = (mark.decode().removesuffix("\r\n") for mark in BODIES)
    message.set_content(text, cte=QUOTED)
    if len(encodings) > 1:
        message.add_alternative(html, subtype="html", cte=QUOTED)
        # Python would draw another one each time; the same mail must be the same bytes.
        message.set_boundary(f"tidings-{NAME}")
    parts = list(message.iter_parts()) or [message]
    for part, encoding in zip(parts, encodings, strict=True):
        part.replace_header("Content-Transfer-Encoding", encoding)
