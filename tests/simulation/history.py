"""What happened, as those outside of Tidings saw it: what was thanked for, and what arrived.

Each text that somebody writes holds a mark of its own (`note 17,`), by which it is found again in
the spreadsheet and in mails, whatever became of its row and of its id.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import Message

MARK = re.compile(r"note (\d+),")


def marks_in(text: object) -> list[str]:
    """Return the marks that a text holds."""
    return MARK.findall(text) if isinstance(text, str) else []


@dataclass(slots=True)
class Sent:
    """One report through the form, as its writer knows it."""

    mark: str
    at: datetime
    versions: list[Mapping[str, str]]
    """The answers that were thanked for, and those that may have been stored: oldest first."""
    sure: int = 0
    """How many of the versions were thanked for; 0: the report itself was not."""
    withdrawn: bool = False


@dataclass(slots=True)
class Span:
    """How many rows must hold a mark, and how many may."""

    least: int = 0
    most: int = 0


@dataclass(slots=True)
class History:
    """All that the invariants are asked about."""

    sent: dict[str, Sent] = field(default_factory=dict)
    """By the id that the receipt's link bears."""
    rows: dict[str, Span] = field(default_factory=dict)
    """By mark."""
    unsteady: set[str] = field(default_factory=set)
    """Marks of reports with which people did something that may keep them out of mails."""
    again: Counter[str] = field(default_factory=Counter)
    """How often each mark may be mailed once more, since a lost disk took the knowledge along."""
    excused: set[str] = field(default_factory=set)
    """Issues about which a lost disk took the knowledge along."""

    def expect(self, mark: str, *, least: int = 0, most: int = 0) -> None:
        """Change how many rows must, and may, hold a mark."""
        span = self.rows.setdefault(mark, Span())
        span.least = max(0, span.least + least)
        span.most = max(0, span.most + most)


@dataclass(slots=True)
class Reader:
    """Mails -> the marks that they hold. Bodies that many share are read once."""

    known: dict[bytes, Counter[str]] = field(default_factory=dict)

    def marks(self, content: bytes) -> Counter[str]:
        """Return how often each mark stands in a mail's text."""
        _, _, body = content.partition(b"\r\n\r\n")
        if body not in self.known:
            self.known[body] = Counter(marks_in(_plain(message_from_bytes(content))))
        return self.known[body]


def _plain(mail: Message) -> str:
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            # Long lines are folded, also within a mark.
            return " ".join(payload.decode().split()) if isinstance(payload, bytes) else ""
    return ""
