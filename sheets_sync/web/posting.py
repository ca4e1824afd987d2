"""A request's body -> a Post: what was typed, by whom, on which form; or a refusal.

Bodies are bounded before they are parsed (fault 6).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from forms.definition import Form, Kind
from forms.html_form import TOKEN_FIELD, TRAP_FIELD
from forms.rules import clean
from sheets_sync.links import Links, Purpose
from sheets_sync.web.doorkeeping import address_block

BODY_BYTES = 256 * 1024
MOST_FIELDS = 50


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the hidden token says: the submission's key, which tells when the form was opened."""

    key: str

    @property
    def opened(self) -> float:
        """Seconds since 1970."""
        return int(self.key.partition("-")[0], 16) / 1000


@dataclass(frozen=True, slots=True)
class Post:
    """What a browser sent."""

    typed: Mapping[str, str]
    ticket: Ticket | None
    """None: the token is missing, or not one of ours."""
    trap: str
    block: str
    foreign: bool
    """Another site made the browser send it (fault 14)."""


def new_ticket(opened: float) -> Ticket:
    """Return a fresh key for a form; the journal's keys come in about the order of opening."""
    # So that those that come together stand together: a commit rewrites fewer pages.
    return Ticket(f"{round(opened * 1000):012x}-{secrets.token_urlsafe(16)}")


def sign(links: Links, ticket: Ticket) -> str:
    """Return the ticket as a token that only we can make."""
    return links.sign(Purpose.FORM, ticket.key)


def read_post(request: Request, form: Form, links: Links) -> Post:
    """Return what was sent; raises werkzeug's 413 and 415."""
    fields = read_fields(request)
    return Post(
        typed=_typed(fields, form),
        ticket=_ticket(links, fields.get(TOKEN_FIELD, [""])[0]),
        trap=clean(fields.get(TRAP_FIELD, [""])[0]),
        block=address_block(request.remote_addr or ""),
        foreign=is_foreign(request, links.public_url),
    )


def prefilled(request: Request, form: Form) -> dict[str, str]:
    """Return the answers that the page's address brings along."""
    return {
        question.name: ", ".join(request.args.getlist(question.name))
        for question in form.questions
        if question.name in request.args
    }


def read_fields(request: Request) -> dict[str, list[str]]:
    """Return the fields that were sent; raises werkzeug's 413 and 415."""
    if request.mimetype != "application/x-www-form-urlencoded":
        raise UnsupportedMediaType
    return _fields(request.get_data(cache=False))


def _fields(body: bytes) -> dict[str, list[str]]:
    # Not by Request.form, which takes twice as long and knows no bound on the number of fields.
    try:
        return parse_qs(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError as error:
        raise RequestEntityTooLarge from error


def _typed(fields: Mapping[str, list[str]], form: Form) -> dict[str, str]:
    found: dict[str, str] = {}
    for question in form.questions:
        values = [one for one in fields.get(question.name, ()) if one.strip()]
        if values:
            # Ticked tags and typed ones come as several fields of one name.
            found[question.name] = ", ".join(values) if question.kind is Kind.TAGS else values[0]
    return found


def _ticket(links: Links, token: str) -> Ticket | None:
    parts = links.read(Purpose.FORM, token)
    return Ticket(*parts) if parts else None


def is_foreign(request: Request, public_url: str) -> bool:
    """Tell whether another site made the browser send this (fault 14)."""
    # Browsers send the first over https and to localhost only, the second with every post;
    # what sends neither is no browser, and has nobody's standing to misuse.
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    ours = {request.host.casefold(), urlsplit(public_url).netloc.casefold()}
    return urlsplit(origin).netloc.casefold() not in ours - {""}
