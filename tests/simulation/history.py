"""What happened, as those outside of Tidings saw it: what was thanked for, and what arrived.

Each text that somebody writes holds a mark of its own (`note 17,`), by which it is found again in
the spreadsheet and in mails, whatever became of its row and of its id.
"""

import binascii
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

BOUNDARY = re.compile(rb'boundary="([^"]+)"')
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


def marks_of(content: bytes) -> Counter[str]:
    """Return how often each mark stands in a mail's text."""
    # Not by the email package, which takes longer for it than the mail took to be made.
    head, _, body = content.partition(b"\r\n\r\n")
    boundary = BOUNDARY.search(head)
    if boundary:
        head, _, body = body.split(b"--" + boundary[1])[1].partition(b"\r\n\r\n")
    text = _decoded(head, body).decode("utf-8", "replace")
    # Long lines are folded, also within a mark.
    return Counter(marks_in(" ".join(text.split())))


def _decoded(head: bytes, body: bytes) -> bytes:
    if b"quoted-printable" in head:
        return binascii.a2b_qp(body)
    return binascii.a2b_base64(body) if b"base64" in head else body
