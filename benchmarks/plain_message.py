"""A mail by `EmailMessage` alone: what the mails of Tidings must be, to the last byte."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage

from digests.message import ASCII, Addressee, Letterhead
from digests.render import Mail

ENCODINGS = ("quoted-printable", "base64")


def plain_message(mail: Mail, to: Addressee, letterhead: Letterhead, *, at: datetime) -> bytes:
    """Return a mail to an ASCII address, with a link that unsubscribes."""
    message = EmailMessage(ASCII)
    message["From"] = Address("Tidings", addr_spec=letterhead.envelope)
    message["To"] = Address(to.name, addr_spec=to.address)
    message["Subject"] = mail.subject
    message["Date"] = at
    message["Message-ID"] = letterhead.message_id(to.issue, to.subscriber)
    message["List-Id"] = f"<digest.{letterhead.domain}>"
    message["List-Unsubscribe"] = f"<{to.unsubscribe_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"
    name = letterhead.print(to.issue, to.subscriber)
    message["X-Tidings-Issue"] = f"{to.issue} {name}"
    message.set_content(mail.text, cte=_shorter(mail.text))
    if mail.html:
        message.add_alternative(mail.html, subtype="html", cte=_shorter(mail.html))
        message.set_boundary(f"tidings-{name}")
    return message.as_bytes(policy=ASCII)


def _shorter(text: str) -> str:
    def size(encoding: str) -> int:
        part = EmailMessage(ASCII)
        part.set_content(text, cte=encoding)
        return len(part.as_bytes().partition(b"\r\n\r\n")[2])

    return min(ENCODINGS, key=size)
