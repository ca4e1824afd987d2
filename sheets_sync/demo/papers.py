"""The demo's outbox folder -> pages that show its mails, and what to look at next.

A mail is shown as it is, under a policy that forbids scripts and anything from outside.
"""

from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from pathlib import Path

from forms.palette import COLOURS
from forms.wording import environment, translations
from sheets_sync.web.desk import Paper

HTML = "text/html; charset=utf-8"
TEMPLATES = Path(__file__).parent / "templates"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in the list."""

    name: str
    reader: str
    subject: str


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

    def _mails(self) -> list[Mail]:
        return sorted(map(_mail, self._files()), key=lambda mail: mail.reader)

    def _front(self) -> str:
        page = environment(TEMPLATES, translations("en")).get_template("papers.html")
        return page.render(colours=COLOURS, steps=self.steps, mails=self._mails())


def read_mail(file: Path) -> EmailMessage:
    """Return the message in an `.eml` file."""
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(file.read_bytes())


def _mail(file: Path) -> Mail:
    message = read_mail(file)
    name, address = parseaddr(str(message["To"]))
    return Mail(file.stem, name or address, str(message["Subject"]))
