"""A filter as a tree, and what it says of a report: wanted or not.

Trees compare and hash by meaning, so that equal filters share their work. `str()` writes one
that reads back as the same.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

WORDS_WITH_MEANING = frozenset({"and", "or", "not", "untagged", "everything"})
ME = "me"
_NEEDS_NO_QUOTES = re.compile(r"[\w.+/&'-]+")


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
        return written(self.key)


@dataclass(frozen=True, slots=True)
class By:
    """`by:ana`: reports that this person wrote."""

    person: str
    name: str = field(compare=False)
    """As typed, in quotes where it needs them."""

    def matches(self, view: View) -> bool:
        """Tell whether the report is wanted."""
        return view.writer == self.person

    def __str__(self) -> str:
        return f"by:{self.name}"


@dataclass(frozen=True, slots=True)
class MentoredBy:
    """`mentor:ana`, `mentor:me`: reports whose writer this person mentors today."""

    person: str
    name: str = field(compare=False)
    """As typed, in quotes where it needs them."""

    def matches(self, view: View) -> bool:
        """Tell whether the report is wanted."""
        return bool(self.person) and view.mentor == self.person

    def __str__(self) -> str:
        return f"mentor:{self.name}"


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


def tags_of(wanted: Filter) -> frozenset[str]:
    """Return the keys of the tags in a filter."""
    match wanted:
        case Tagged(key):
            return frozenset({key})
        case Not(part):
            return tags_of(part)
        case And(parts) | Or(parts):
            return frozenset().union(*map(tags_of, parts))
    return frozenset()


def _inner(part: Filter) -> str:
    return f"({part})" if isinstance(part, And | Or) else str(part)


def written(word: str) -> str:
    """Return a tag or name as it stands in an expression: in quotes where it needs them."""
    if _NEEDS_NO_QUOTES.fullmatch(word) and word.casefold() not in {*WORDS_WITH_MEANING, ME}:
        return word
    doubled = word.replace('"', '""')
    return f'"{doubled}"'
