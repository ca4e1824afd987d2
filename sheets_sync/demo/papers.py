"""The demo's outbox folder -> pages that show its mails, and what to look at next.

A mail is shown as it is, under a policy that forbids scripts and anything from outside.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from pathlib import Path

from markupsafe import Markup

from sheets_sync.web.desk import Paper

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
li { margin: .4rem 0; } code { overflow-wrap: anywhere; }
"""


@dataclass(frozen=True, slots=True)
class Papers:
    """Shows one outbox, by the names of its files."""

    outbox: Path
    steps: tuple[str, ...]
    """What to do next, in plain words."""

    def __call__(self, name: str) -> Paper | None:
        """Return the page of this name: `` for the list, `FILE.html` or `FILE.txt` for a mail."""
        if not name:
            return Paper(self._front().encode(), HTML)
        stem, _, kind = name.rpartition(".")
        # Looked up in the list, so that no name can lead out of the folder.
        file = next((one for one in self._files() if one.stem == stem), None)
        if file is None or kind not in ("html", "txt"):
            return None
        body = read_mail(file).get_body(("html",) if kind == "html" else ("plain",))
        if body is None:
            return None
        return Paper(str(body.get_content()).encode(), HTML if kind == "html" else TEXT)

    def _files(self) -> list[Path]:
        return sorted(self.outbox.glob("*.eml"))

    def _front(self) -> str:
        steps = Markup("").join(Markup("<li>{}</li>").format(step) for step in self.steps)
        return Markup(
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            "<title>The demo's mails</title><style>{}</style></head><body><main>"
            '<h1>The demo\'s mails</h1><p><a href="/">Fill in the form</a></p>'
            "<h2>What to do next</h2><ol>{}</ol><h2>This week's issue</h2><ul>{}</ul>"
            "</main></body></html>"
        ).format(Markup(STYLE), steps, Markup("").join(_items(self._files())))


def read_mail(file: Path) -> EmailMessage:
    """Return the message in an `.eml` file."""
    message = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
    assert isinstance(message, EmailMessage)  # noqa: S101 - the default policy makes these
    return message


def _items(files: Iterable[Path]) -> Iterator[Markup]:
    for file in files:
        message = read_mail(file)
        name, address = parseaddr(str(message["To"]))
        yield Markup(
            '<li><a href="/papers/{0}.html">{1}</a>: {2} (<a href="/papers/{0}.txt">as text</a>)</li>'
        ).format(file.stem, name or address, str(message["Subject"]))
