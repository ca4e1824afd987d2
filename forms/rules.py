"""A question and what was typed -> the cleaned answer and its faults.

The one set of rules that the page and the sync share. What the page refuses is a mere warning
in a sheet, unless the fault says `held`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from forms.definition import Kind, Question
from forms.phrase import Phrase
from forms.wording import N_

SHEET_MAXIMUM: Final = 32_000
"""Characters of a text in a sheet; a workbook's cell holds 32,767."""
MOST_TAGS: Final = 20
LONGEST_ADDRESS: Final = 254
LONGEST_TAG: Final = 50
EARLIEST: Final = date(1900, 1, 1)
"""Spreadsheets count their days from there."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an answer and what to do: English templates and their values."""

    what: str
    remedy: str
    values: Mapping[str, str | int | Phrase] = field(default_factory=dict)
    held: bool = False
    """In a sheet the row cannot be used until this is mended; other faults only warn there."""

    def text(self, translate: Callable[[str], str] = str) -> tuple[str, str]:
        """Return fault and remedy in the reader's language."""
        return (
            Phrase(self.what, self.values).text(translate),
            Phrase(self.remedy, self.values).text(translate),
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer as it is stored, and what is wrong with it."""

    value: str
    faults: tuple[Fault, ...] = ()


# Spreadsheets and XML cannot hold these: controls but tab and line feed, halves of surrogate
# pairs, code points that Unicode gives to nobody; and the byte order mark, which shows nothing.
# What turns the direction of words could show a link as another one, and end our own isolates.
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_TURNING = "\u202a-\u202e\u2066-\u2069"
_UNUSABLE = re.compile(
    f"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff{_TURNING}{_NONCHARACTERS}]"
)
_LINE_BREAK = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_BLANK = re.compile(r"[\s\u200b-\u200f\u2060-\u2065\u2800\u3164\u115f\u1160\uffa0]*")


def clean(value: str) -> str:
    """Return what can be kept in every spreadsheet, with plain line breaks and no outer blanks.

    Letters' helpers (ZWNJ, ZWJ) and marks of direction (LRM, RLM) stay; a value that shows
    nothing at all is empty.
    """
    if value.isprintable() or value.replace("\n", "").isprintable():  # most, and ten times faster
        kept = value.strip()
        return kept if kept.isascii() or not _BLANK.fullmatch(kept) else ""
    kept = _UNUSABLE.sub("", _LINE_BREAK.sub("\n", value)).strip()
    return "" if _BLANK.fullmatch(kept) else kept


def one_line(value: str) -> str:
    """Return a cleaned value with each run of blanks, line breaks among them, as one space."""
    return " ".join(value.split())


def check(question: Question, value: str, *, today: date, maximum: int | None = None) -> Checked:
    """Return the answer as it is stored, with its faults; `maximum` replaces the question's."""
    answer = clean(value)
    if question.kind not in {Kind.PARAGRAPH, Kind.TAGS}:
        answer = one_line(answer)
    if not answer:
        return Checked("", (_missing(question),) if question.required else ())
    if fault := check_length(answer, maximum or question.maximum):
        return Checked(answer, (fault,))
    match question.kind:
        case Kind.DATE:
            return _checked(answer, read_date(answer, today=today))
        case Kind.CHOICE:
            return _checked(answer, check_choice(answer, question.choices))
        case Kind.TAGS:
            return Checked(answer, split_tags(answer)[1])
        case Kind.EMAIL:
            return _checked(answer, check_address(answer))
        case Kind.URL:
            link = complete_link(answer)
            return _checked(link, check_link(link))
    return Checked(answer)


def _checked(answer: str, outcome: object) -> Checked:
    return Checked(answer, (outcome,) if isinstance(outcome, Fault) else ())


def _missing(question: Question) -> Fault:
    what, remedy = _MISSING.get(question.name, (N_("this is empty"), N_("please fill it in")))
    return Fault(what, remedy, held=question.name in _MISSING)


_MISSING = {
    "reporter": (N_("nobody is named"), N_("write who you are: your name or username")),
    "text": (N_("nothing is told"), N_("write what happened; a few words are enough")),
}


def check_length(value: str, maximum: int) -> Fault | None:
    """Return what is wrong with a value longer than `maximum` characters."""
    if len(value) <= maximum:
        return None
    return Fault(
        N_("this is {count} characters long, and {maximum} fit"),
        N_("shorten it by {over}"),
        {"count": len(value), "maximum": maximum, "over": len(value) - maximum},
    )


def check_choice(value: str, choices: Iterable[str]) -> Fault | None:
    """Return what is wrong with an answer that was not offered."""
    offered = tuple(choices)
    if value in offered:
        return None
    return Fault(
        N_("“{value}” is not one of the answers"),
        N_("choose one of: {choices}"),
        {"value": _short(value), "choices": ", ".join(offered)},
    )


def read_date(value: str, *, today: date) -> date | Fault:
    """Return the day that an ISO date names; a Fault for anything else: nothing is guessed."""
    typed = value.strip()
    try:
        day = date.fromisoformat(typed) if _ISO_DATE.fullmatch(typed) else None
    except ValueError:
        day = None
    if day is None:
        return Fault(
            N_("“{value}” is not a date"),
            N_("write year, month and day like this: {example}"),
            {"value": _short(typed), "example": today.isoformat()},
        )
    return check_day(day, today=today) or day


_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def check_day(day: date, *, today: date) -> Fault | None:
    """Return what is wrong with a day: too far ahead, or before spreadsheets can count.

    A day ahead is fine: it is tomorrow somewhere already.
    """
    if day > today + timedelta(days=1):
        return Fault(
            N_("{day} is still to come (today is {today})"),
            N_("write the day it happened"),
            {"day": day.isoformat(), "today": today.isoformat()},
        )
    if day < EARLIEST:
        return Fault(
            N_("{day} is too long ago"),
            N_("write the day it happened, with the full year"),
            {"day": day.isoformat()},
        )
    return None


# Comma and semicolon, also in their full-width, ideographic and Arabic forms; line break.
_BETWEEN_TAGS = re.compile("[,\uff0c\u3001\u060c;\uff1b\u061b\n]")
HASHES = "#\uff03"
_EACH_HASH = tuple(HASHES)


def split_tags(value: str) -> tuple[tuple[str, ...], tuple[Fault, ...]]:
    """Return the tags of an answer as typed, each once, and what is wrong with the others.

    They end at commas, semicolons and line breaks; at spaces only where every word begins with #.
    """
    found: dict[str, None] = {}
    for part in _BETWEEN_TAGS.split(clean(value)):
        words = part.split()
        hashtags = all([word.startswith(_EACH_HASH) for word in words])
        for tag in words if hashtags else [" ".join(words)]:
            if tag.strip(HASHES):
                found[tag] = None
    fitting = [tag for tag in found if len(tag) <= LONGEST_TAG]
    faults = [_long_tag(tag) for tag in found if len(tag) > LONGEST_TAG]
    if len(fitting) > MOST_TAGS:
        faults.append(_many_tags(fitting))
    return tuple(fitting[:MOST_TAGS]), tuple(faults)


def _long_tag(tag: str) -> Fault:
    return Fault(
        N_("the tag “{tag}” is {count} characters long, and {maximum} fit"),
        N_("shorten it, or put a comma between two tags"),
        {"tag": _short(tag), "count": len(tag), "maximum": LONGEST_TAG},
    )


def _many_tags(tags: list[str]) -> Fault:
    return Fault(
        N_("these are {count} tags, and {maximum} are used"),
        N_("keep those that matter most"),
        {"count": len(tags), "maximum": MOST_TAGS},
    )


def complete_link(value: str) -> str:
    """Return the link with the `https://` that people leave out: `example.org/x`."""
    if not value or value.startswith(_COMPLETE):  # most links, and five times faster
        return value
    return f"https://{value}" if _BARE_HOST.match(value) and " " not in value else value


_COMPLETE = ("https://", "http://")
_BARE_HOST = re.compile(r"[^\W_]([\w-]*\w)?(\.[^\W_]([\w-]*\w)?)*\.[^\W\d_]{2,}(:[0-9]+)?([/?#]|$)")


def check_link(value: str) -> Fault | None:
    """Return what is wrong with a link: only one web address, http or https, is one."""
    if _PLAIN_LINK.fullmatch(value):  # most links, and five times faster
        return None
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        # `https://bank.example@elsewhere.example` leads elsewhere.
        usable = usable and "@" not in parts.netloc
    except ValueError:
        usable = False
    if usable and not re.search(r"[\s<>\"\\]", value):
        return None
    return Fault(
        N_("“{value}” is not a link"),
        N_("write one web address that begins with https://; more of them fit in the text"),
        {"value": _short(value)},
    )


_PLAIN_LINK = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[A-Za-z0-9/._~%=&?#+-]*)?")


def check_address(value: str) -> Fault | None:
    """Return what is wrong with an e-mail address, as far as its shape tells."""
    local, _, domain = value.rpartition("@")
    # A community's addresses share their domains, and the domain is what takes time to check.
    is_plain = len(value) <= LONGEST_ADDRESS and _PLAIN_LOCAL.fullmatch(local)
    if _is_address(f"a@{domain}" if is_plain else value):
        return None
    return Fault(
        N_("“{value}” is not an e-mail address"),
        N_("write one like ana@example.org"),
        {"value": _short(value)},
    )


_PLAIN_LOCAL = re.compile(r"(?=.{1,64}$)[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*")


@lru_cache(maxsize=4096)
def _is_address(value: str) -> bool:
    try:
        validate_email(value, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


_ADDRESS = re.compile(r"""[^\s<>()\[\],;:"']+@[^\s<>()\[\],;:"'@]+""")


def split_name_and_address(value: str) -> tuple[str, str]:
    """Return the name and the address in `Ana <ana@example.org>`; either may be empty."""
    found = _ADDRESS.search(value) if "@" in value else None
    if found is None:
        return one_line(value), ""
    name = _ADDRESS.sub(" ", value)
    return one_line(re.sub(r"[<>()\[\]\"]", " ", name)).strip(" ,;:"), found[0]


def _short(value: str) -> str:
    shown = "".join(" " if unicodedata.category(c) == "Cc" else c for c in value)
    return shown if len(shown) <= 60 else f"{shown[:59]}…"
