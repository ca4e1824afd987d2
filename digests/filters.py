"""A filter expression -> a Filter that tells which reports somebody wants.

    filter  = choice { "," choice }          loosest
    choice  = both { "or" both }
    both    = single { "and" single }
    single  = "not" single | "(" filter ")" | word      tightest

Words have meanings in any case: and, or, not, untagged, everything, by:, mentor:. A tag with
spaces or like one of these goes in quotes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sheets_sync.community import Person
from sheets_sync.roster import Roster
from sheets_sync.tags import key

DEEPEST = 50
"""Parentheses and nots inside each other; more is nobody's wish and would overflow the stack."""
LONGEST = 2_000


class FilterError(Exception):
    """The expression cannot be read; says at which column (from 1) and what was expected."""

    def __init__(self, message: str, *, column: int) -> None:
        super().__init__(f"column {column}: {message}")
        self.message = message
        self.column = column


@dataclass(frozen=True, slots=True)
class View:
    """What a filter sees of a report."""

    tags: frozenset[str] = frozenset()
    """Keys, `same as` followed."""
    writer: str = ""
    """Internal id; empty when unknown."""
    mentor: str = ""
    """Internal id of the writer's mentor today."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the names in an expression mean."""

    roster: Roster = field(default_factory=lambda: Roster(()))
    meanings: Mapping[str, str] = field(default_factory=dict)
    """Tag key -> the key that it means (`same as`)."""
    me: str = ""
    """Internal id of the person whose filter it is; empty outside the roster."""


@dataclass(frozen=True, slots=True)
class Everything:
    """`everything`: any report."""

    def matches(self, view: View) -> bool:
        """Tell whether the report is wanted."""
        return True

    def __str__(self) -> str:
        return "everything"


@dataclass(frozen=True, slots=True)
class Untagged:
    """`untagged`: reports without a tag."""

    def matches(self, view: View) -> bool:
        """Tell whether the report is wanted."""
        return not view.tags

    def __str__(self) -> str:
        return "untagged"


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tag, by its key."""

    key: str

    def matches(self, view: View) -> bool:
        """Tell whether the report is wanted."""
        return self.key in view.tags

    def __str__(self) -> str:
        return _written(self.key)


@dataclass(frozen=True, slots=True)
class By:
    """`by:ana`: reports that this person wrote."""

    person: str
    typed: str = field(compare=False)

    def matches(self, view: View) -> bool:
        """Tell whether the report is wanted."""
        return view.writer == self.person

    def __str__(self) -> str:
        return f"by:{_written(self.typed)}"


@dataclass(frozen=True, slots=True)
class MentoredBy:
    """`mentor:ana`, `mentor:me`: reports whose writer this person mentors today."""

    person: str
    typed: str = field(compare=False)

    def matches(self, view: View) -> bool:
        """Tell whether the report is wanted."""
        return bool(self.person) and view.mentor == self.person

    def __str__(self) -> str:
        return f"mentor:{_written(self.typed)}"


@dataclass(frozen=True, slots=True)
class Not:
    """`not a`."""

    part: "Filter"

    def matches(self, view: View) -> bool:
        """Tell whether the report is wanted."""
        return not self.part.matches(view)

    def __str__(self) -> str:
        return f"not {_inner(self.part)}"


@dataclass(frozen=True, slots=True)
class And:
    """`a and b`; make it with `all_of`."""

    parts: tuple["Filter", ...]

    def matches(self, view: View) -> bool:
        """Tell whether the report is wanted."""
        return all(part.matches(view) for part in self.parts)

    def __str__(self) -> str:
        return " and ".join(_inner(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """`a or b`, `a, b`; make it with `any_of`."""

    parts: tuple["Filter", ...]

    def matches(self, view: View) -> bool:
        """Tell whether the report is wanted."""
        return any(part.matches(view) for part in self.parts)

    def __str__(self) -> str:
        # `and` binds tighter than `or`, so its parts need no parentheses here.
        return " or ".join(str(part) for part in self.parts)


Filter = Everything | Untagged | Tagged | By | MentoredBy | Not | And | Or


def all_of(parts: Sequence[Filter]) -> Filter:
    """Return the filter for all of these: flat, each part once."""
    flat = dict.fromkeys(
        inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,))
    )
    return And(tuple(flat)) if len(flat) > 1 else next(iter(flat))


def any_of(parts: Sequence[Filter]) -> Filter:
    """Return the filter for any of these: flat, each part once."""
    flat = dict.fromkeys(
        inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,))
    )
    return Or(tuple(flat)) if len(flat) > 1 else next(iter(flat))
