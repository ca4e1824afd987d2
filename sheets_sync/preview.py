"""The bytes of a mail -> the page that its HTML part is."""

from email import policy
from email.parser import BytesParser
from html import escape


def as_page(message: bytes) -> bytes:
    """Return the HTML of a mail as it stands in it; a plain one as preformatted text."""
    mail = BytesParser(policy=policy.default).parsebytes(message)
    body = mail.get_body(("html", "plain"))
    text = str(body.get_content()) if body else ""
    if body is None or body.get_content_subtype() != "html":
        text = f'<!doctype html><meta charset="utf-8"><pre>{escape(text)}</pre>'
    return text.encode()
