"""Answers -> a report handed in over HTTP as by a browser: get the form, fill it in, post it."""

from collections.abc import Mapping
from html.parser import HTMLParser
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from sheets_sync.demo.trouble import DemoError

SECONDS = 10


def hand_in(address: str, answers: Mapping[str, str]) -> None:
    """Send one report to the form at this address; raises DemoError unless it was received."""
    fields = {**hidden_fields(_read(Request(address))), **answers}  # noqa: S310 - our own loopback page
    post = Request(address, data=urlencode(fields).encode(), method="POST")  # noqa: S310 - as above
    _read(post)


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    reader = _HiddenFields()
    reader.feed(page)
    return reader.found


class _HiddenFields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        field = dict(attrs)
        if tag == "input" and field.get("type") == "hidden":
            self.found[field.get("name") or ""] = field.get("value") or ""


def _read(request: Request) -> str:
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - our own loopback page
            return str(answer.read().decode())
    except OSError as error:
        raise DemoError(f"{request.full_url} did not take the report: {error}") from error
