"""The community as the last good sync found it: reports, people, tags, subscriptions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from forms.phrase import Phrase
from forms.rules import Fault
from forms.wording import N_
from sheets_sync.made_often import made_often


class Status(StrEnum):
    """What becomes of a report (the `status` column)."""

    __hash__ = str.__hash__
    """As a word's, and ten times as fast as an enumeration's."""

    OK = "ok"
    CHECK = "check"
    UNMATCHED = "unmatched"
    HELD = "held"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"


class Role(StrEnum):
    """What a group means to Tidings; `[groups]` in the settings maps the community's words."""

    __hash__ = str.__hash__

    MEMBER = "member"
    MENTOR = "mentor"
    ALUMNI = "alumni"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person should look at: where, what stands there, what is wrong, what to do."""

    tab: str
    row: int | None
    column: str
    value: str
    message: str
    remedy: str
    fault: Fault | None = field(default=None, compare=False, repr=False)
    """Message and remedy once more, in words that can be translated."""
    orphan: str = field(default="", compare=False, repr=False)
    """Internal id of the member who has no mentor, where that is what is wrong."""

    @classmethod
    def of(cls, tab: str, row: int | None, column: str, value: str, fault: Fault) -> "Problem":
        """Return the problem of a fault."""
        return cls(tab, row, column, value, *fault.text(), fault)

    def text(self, translate: Callable[[str], str] = str) -> str:
        """Return it as one line: place, fault, remedy."""
        told = self.fault.text(translate) if self.fault else (self.message, self.remedy)
        place = translate(N_("{tab} row {row}")) if self.row else "{tab}"
        head = place.format(tab=self.tab, row=self.row) + (
            f", {self.column}" if self.column else ""
        )
        return f"{head}: {'; '.join(part for part in told if part)}"


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence that coordinators should know: English words, and the values put into them."""

    words: str
    values: tuple[tuple[str, str | Phrase], ...] = ()

    def text(self, translate: Callable[[str], str] = str) -> str:
        """Return it in the reader's language."""
        return Phrase(self.words, dict(self.values)).text(translate)


def note(words: str, **values: object) -> Note:
    """Return a note; mark its words with `N_`."""
    kept = {
        name: value if isinstance(value, Phrase) else str(value) for name, value in values.items()
    }
    return Note(words, tuple(kept.items()))


@made_often(frozen=True, slots=True)
class Report:
    """A row that passed, as the digests use it."""

    id: str
    date: date
    reporter: str
    """As typed; may hold an e-mail address, so it is never shown to readers."""
    person: str
    """Internal id of the person who wrote it; empty when unmatched."""
    name: str
    """What readers see: the roster's name, or what was typed without any address."""
    text: str
    tags: tuple[str, ...]
    """As typed, split."""
    link: str
    about: tuple[str, ...]
    outcome: str
    status: Status
    mentor: str
    """Internal id of the mentor that the writer had when the report was first seen."""
    received: datetime
    source: str
    accepted: int
    """Rising number given when it was first used; 0: considered by everyone already."""
    extra: tuple[tuple[str, str], ...] = ()
    """Answers to further questions of the form: label and answer."""
    once_at: str = ""
    """Address of its page on an older site, for an imported one."""


@made_often(frozen=True, slots=True)
class Person:
    """Someone on the roster."""

    id: str
    name: str
    email: str
    username: str
    groups: tuple[str, ...]
    roles: frozenset[Role]
    country: str
    mentor: str
    """Internal id of today's usable mentor; empty when there is none."""
    joined: date | None = None
    left: date | None = None
    break_until: date | None = None
    last_report: date | None = None
    language: str = ""
    still_in: str = ""
    """Their last answer to “still in?”, as it stands in the cell."""
    public: bool = True
    """Whether public pages name them; otherwise they are "a member" there."""


def told(problems: Iterable[Problem]) -> str:
    """Return a row's problems as its `problem` cell shows them, one a line."""
    return "\n".join([f"{p.column}: {p.message}; {p.remedy}" for p in problems])


@dataclass(frozen=True, slots=True)
class Orphan:
    """A member without a mentor who is here; internal ids."""

    person: str
    gone: str = ""
    """Their mentor who left; empty when there was none."""
    suggested: tuple[str, ...] = ()
    """Mentors of the same country or language, if any, with the fewest mentees first."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One row of the Tags tab. `key` is what is compared."""

    key: str
    shown: str
    same_as: str
    """Key of the tag that this one means; empty for a tag of its own."""
    category: str = ""
    description: str = ""
    uses: int = 0
    first_used: date | None = None
    last_used: date | None = None
    looks_like: str = ""
    """Another tag, as shown, that it may be a spelling of."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A tag that is used more than it was."""

    key: str
    shown: str
    uses: int
    """In the last month."""
    before: float
    """In a month, on average over the months before."""
    is_new: bool = False
    """Whether it was never used before that month."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One usable row of the Subscriptions tab."""

    email: str
    filter: str
    """The expression; empty means everything."""
    frequency: str
    """`weekly`, `monthly`, `stop` or `bounced`."""
    paused_until: date | None = None
    language: str = ""
    format: str = "html"


@dataclass(frozen=True, slots=True)
class Community:
    """All of it, with the problems found and the moment of the sync (UTC)."""

    at: datetime
    people: tuple[Person, ...] = ()
    tags: tuple[Tag, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()
    """What coordinators should know beyond the rows: who holds the file, an old mentor sheet."""
    suspended: tuple[str, ...] = ()
    """Addresses that were refused for good again and again, as they travel."""
    orphans: tuple[Orphan, ...] = ()
    """Members who need a mentor, with suggestions: for coordinators."""
    trends: tuple[Trend, ...] = ()
    """New and rising tags as of that day, for managers: the most used first."""
