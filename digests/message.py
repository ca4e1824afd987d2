"""A Mail for a Subscriber -> the final bytes, the same ones each time.

Everything a person wrote goes through `EmailMessage`, cleaned, and never into a header's name or
into the envelope.
"""

import hashlib
import hmac
import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from quopri import encodestring

from email_validator import EmailNotValidError, validate_email

from digests.render import Mail

LONGEST_SUBJECT = 200
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
    """Return the mail's bytes; raises AddressError when its address cannot be used."""
    address = wire_address(to.address)
    policy = ASCII if address.isascii() else UTF8
    message = EmailMessage(policy)
    message["From"] = _mailbox(letterhead.sender)
    message["To"] = _address(clean(to.name), address)
    message["Subject"] = clean(mail.subject)[:LONGEST_SUBJECT]
    message["Date"] = at
    message["Message-ID"] = letterhead.message_id(to.issue, to.subscriber)
    if letterhead.reply_to:
        message["Reply-To"] = _mailbox(letterhead.reply_to)
    _add_list_headers(message, to, letterhead)
    _add_bodies(message, mail, boundary=letterhead.print(to.issue, to.subscriber))
    return message.as_bytes(policy=policy)


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


def _add_list_headers(message: EmailMessage, to: Addressee, letterhead: Letterhead) -> None:
    message["List-Id"] = f"<digest.{letterhead.domain}>"
    if to.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{to.unsubscribe_url}>"
        if to.unsubscribe_url.startswith("https://"):
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    else:
        mailbox = letterhead.unsubscribe or letterhead.reply_to or letterhead.sender
        message["List-Unsubscribe"] = (
            f"<mailto:{wire_address(_split(mailbox)[1])}?subject=unsubscribe>"
        )
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"
    message["X-Tidings-Issue"] = f"{to.issue} {letterhead.print(to.issue, to.subscriber)}"


def _add_bodies(message: EmailMessage, mail: Mail, *, boundary: str) -> None:
    text = _sendable(mail.text)
    message.set_content(text, cte=_encoding(text))
    if mail.html:
        html = _sendable(mail.html)
        message.add_alternative(html, subtype="html", cte=_encoding(html))
        # Python would draw another one each time; the same mail must be the same bytes.
        message.set_boundary(f"tidings-{boundary}")


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _encoding(text: str) -> str:
    """Return which encoding is shorter: Latin text stays readable, other scripts stay small."""
    raw = text.encode("utf-8")
    return "base64" if len(b64encode(raw)) < len(encodestring(raw)) else "quoted-printable"
