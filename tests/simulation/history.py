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
NOT_FITTING = re.compile(r"and (\d+) more reports?, which did not fit")
MARK = re.compile(r"note (\d+),")
MENDED = " (mended)"
"""Ends a text that a manager changed in the spreadsheet."""


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
    why: list[str] = field(default_factory=list)
    """What changed it, for whoever looks into a fault."""


@dataclass(slots=True)
class History:
    """All that the invariants are asked about."""

    sent: dict[str, Sent] = field(default_factory=dict)
    """By the id that the receipt's link bears."""
    rows: dict[str, Span] = field(default_factory=dict)
    """By mark."""
    unsteady: set[str] = field(default_factory=set)
    """Marks of reports with which people did something that may keep them out of mails."""
    marks_of_ids: dict[str, str] = field(default_factory=dict)
    """By id, the mark of the row that first bore it."""
    forgotten: set[str] = field(default_factory=set)
    """Ids of reports whose answers may have been lost with a disk."""
    excused: set[str] = field(default_factory=set)
    """Issues of which a lost disk took the only knowledge along: they may come once more."""
    unknown: set[tuple[str, str]] = field(default_factory=set)
    """Mails, by issue and address, of which a backup does not know that they left."""
    perhaps_had: Counter[str] = field(default_factory=Counter)
    """Marks of reports that were not used when an old state went on: used again, they are news."""
    repeats: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many more times such a mail may come: once for each word of a person."""

    def expect(self, mark: str, why: str, *, least: int = 0, most: int = 0) -> None:
        """Change how many rows must, and may, hold a mark."""
        span = self.rows.setdefault(mark, Span())
        span.why.append(f"{why} ({least:+}, {most:+})")
        span.least = max(0, span.least + least)
        span.most = max(0, span.most + most)

    def deleted(self, rows: Counter[str], there: set[str]) -> set[str]:
        """Return the ids that stood in the spreadsheet once, and that nothing brings back."""
        return {
            id
            for id, mark in self.marks_of_ids.items()
            if id not in there and self.rows.get(mark, Span()).least <= rows[mark]
        }

    def went_back(
        self,
        before: Counter[str],
        now: Counter[str],
        *,
        gone: set[str],
        there: set[str],
        unheard: Counter[str],
    ) -> None:
        """Note that an old version took the spreadsheet's place.

        What came by the form and is `gone` is put back; what people typed since, they threw away.
        A row that stands there says again what it said, also where its writer corrected it since.
        Of `unheard` marks rows stood there that came by the form, and nobody was thanked for.
        """
        for mark in before.keys() | now.keys() | self.rows.keys():
            self.unsteady.add(mark)
            by_form = {id for id, one in self.sent.items() if one.mark == mark}
            span = self.rows.setdefault(mark, Span())
            returned = max(0, now[mark] - before[mark])
            still_to_come = max(0, span.least - before[mark] - returned)
            may_come = max(0, span.most - before[mark])
            lacking = max(0, before[mark] - now[mark])
            come_back = min(lacking, len((by_form & gone) - self.forgotten))
            span.least = now[mark] + come_back + still_to_come
            span.most = now[mark] + len(by_form - there) + may_come + unheard[mark]
            span.why.append(f"an old version: {span.least} to {span.most}")

    def lost_a_disk(self, rows: Counter[str]) -> None:
        """Note what nobody can know any more: what stood nowhere but on that disk.

        `rows` is what the spreadsheet holds.
        """
        self.forgotten |= self.sent.keys()
        for mark, span in self.rows.items():
            span.least = min(span.least, rows[mark])
            span.why.append(f"a lost disk: {span.least} at least")

    def goes_on(self, unused: set[str]) -> None:
        """Note that an old state goes on; whether `unused` reports were mailed, it cannot know."""
        self.perhaps_had.update(unused)
        self.starts_afresh()

    def let_go(self, issue: str) -> None:
        """Note that somebody let an issue leave, whatever of it had left before."""
        again = {pair for pair in self.unknown if pair[0] == issue}
        self.repeats.update(again)
        self.unknown -= again

    def starts_afresh(self) -> None:
        """Note that somebody let all so far count as mailed."""
        self.unsteady |= self.rows.keys()


def marks_of(content: bytes) -> Counter[str]:
    """Return how often each mark stands among a mail's reports."""
    # Below that, coordinators see what is held and not used.
    reports, _, _ = _text_of(content).partition("What you can do")
    # Long lines are folded, also within a mark.
    return Counter(marks_in(" ".join(reports.split())))


def not_fitting(content: bytes) -> int:
    """Return how many reports a mail says that it had no room for."""
    found = NOT_FITTING.search(" ".join(_text_of(content).split()))
    return int(found[1]) if found else 0


def _text_of(content: bytes) -> str:
    # Not by the email package, which takes longer for it than the mail took to be made.
    head, _, body = content.partition(b"\r\n\r\n")
    boundary = BOUNDARY.search(head)
    if boundary:
        head, _, body = body.split(b"--" + boundary[1])[1].partition(b"\r\n\r\n")
    return _decoded(head, body).decode("utf-8", "replace")


def _decoded(head: bytes, body: bytes) -> bytes:
    if b"quoted-printable" in head:
        return binascii.a2b_qp(body)
    return binascii.a2b_base64(body) if b"base64" in head else body
