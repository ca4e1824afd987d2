"""A filter expression -> a Filter that tells which reports somebody wants.

    filter  = choice { "," choice }          loosest
    choice  = both { "or" both }
    both    = single { "and" single }
    single  = "not" single | "(" filter ")" | word      tightest

Words have meanings in any case: and, or, not, untagged, everything, by:, mentor:. A tag with
spaces or like one of these goes in quotes.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from digests.unreadable import THE_END, FilterError
from digests.wanted import (
    ME,
    WORDS_WITH_MEANING,
    And,
    By,
    Everything,
    Filter,
    MentoredBy,
    Not,
    Or,
    Tagged,
    Untagged,
    View,
    all_of,
    any_of,
    written,
)
from forms.phrase import Phrase
from forms.wording import N_
from sheets_sync.community import Person
from sheets_sync.roster import Match, Roster
from sheets_sync.tags import key

__all__ = [
    "And",
    "By",
    "Everything",
    "Filter",
    "FilterError",
    "MentoredBy",
    "Names",
    "Not",
    "Or",
    "Tagged",
    "Untagged",
    "View",
    "all_of",
    "any_of",
    "check_filter",
    "parse",
]

DEEPEST = 30
"""Parentheses and nots inside each other; more is nobody's wish and would overflow the stack."""
LONGEST = 2_000
EXPECTED_TAG = N_("expected a tag, found {found}")


@dataclass(frozen=True, slots=True)
class Names:
    """What the names in an expression mean."""

    roster: Roster = field(default_factory=lambda: Roster(()))
    meanings: Mapping[str, str] = field(default_factory=dict)
    """Tag key -> the key that it means (`same as`)."""
    me: str = ""
    """Internal id of the person whose filter it is; empty outside the roster."""


def parse(expression: str, *, names: Names) -> Filter:
    """Read an expression; an empty one wants everything. Raises FilterError."""
    if len(expression) > LONGEST:
        said = N_("a filter has at most {count} characters")
        raise FilterError(said, column=LONGEST + 1, count=LONGEST)
    tokens = tuple(_tokens(expression))
    if tokens[0].kind == "end":
        return Everything()
    parser = _Parser(tokens, names)
    found = parser.choices()
    if parser.token.kind != "end":
        raise parser.unexpected(N_("expected and, or, a comma, or the end, found {found}"))
    return found


def check_filter(expression: str, *, people: Sequence[Person] = ()) -> Phrase | None:
    """Return what is wrong with somebody's filter in a line; None when nothing is.

    Without people their names are not looked at.
    """
    roster = Roster(people) if people else _AnyName(())
    try:
        parse(expression, names=Names(roster, me="me"))
    except FilterError as error:
        return error.phrase()
    return None


class _AnyName(Roster):
    """Knows everybody by any name."""

    def find(self, typed: str, email: str = "") -> Match:
        return Match(Person(typed, typed, "", "", (), frozenset(), "", ""))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    """A word with meaning, `by:`, `mentor:`, `(`, `)`, `,`, `word`, `quoted` or `end`."""
    text: str
    column: int

    def __str__(self) -> str:
        return THE_END if self.kind == "end" else f"“{self.text[:40]}”"


# Wide forms too: people type them with the keyboard of their language.
_OPEN, _CLOSE, _COMMAS, _COLONS = "(（", ")）", ",;，、،؛；", ":："  # noqa: RUF001
_APART = f"{_OPEN}{_CLOSE}{_COMMAS}"
_SHAPES = re.compile(
    rf"""\s*(?:
    (?P<open>[{_OPEN}]) | (?P<close>[{_CLOSE}]) | (?P<comma>[{_COMMAS}])
    | "(?P<straight>(?:[^"]|"")*)" | [“„”](?P<curly>[^“”"]*)[“”"]
    | (?P<unclosed>["“„”])
    | (?P<prefix>by|mentor)\s*[{_COLONS}]
    | (?P<word>[^\s"“„”{_APART}]+)
    | (?P<end>\Z))""",
    re.VERBOSE | re.IGNORECASE,
)
_MARKS = {"open": "(", "close": ")", "comma": ","}


def _tokens(expression: str) -> Iterator[_Token]:
    at = 0
    while True:
        found = _SHAPES.match(expression, at)
        assert found is not None  # noqa: S101 - the shapes cover every character and the end
        shape = found.lastgroup or ""
        column = len(expression[:at]) + len(found.group()) - len(found.group().lstrip()) + 1
        yield _token(shape, found.group(shape), column)
        if shape == "end":
            return
        at = found.end()


def _token(shape: str, text: str, column: int) -> _Token:
    if shape == "unclosed":
        raise FilterError(N_("this quotation mark has no second one"), column=column)
    if shape in {"straight", "curly"}:
        return _Token("quoted", text.replace('""', '"') if shape == "straight" else text, column)
    lowered = text.casefold()
    if shape == "prefix":
        return _Token(f"{lowered}:", f"{text}:", column)
    if shape == "word" and lowered in WORDS_WITH_MEANING:
        return _Token(lowered, text, column)
    return _Token(_MARKS.get(shape, shape), text, column)


class _Parser:
    """Reads tokens from left to right; one method for each line of the grammar."""

    def __init__(self, tokens: Sequence[_Token], names: Names) -> None:
        self._tokens = tokens
        self._names = names
        self._at = 0
        self._depth = 0

    @property
    def token(self) -> _Token:
        """The token to be read next."""
        return self._tokens[self._at]

    def choices(self) -> Filter:
        return any_of(list(self._separated(self._choice, ",")))

    def unexpected(self, said: str) -> FilterError:
        """Return the error for the next token: what should stand there, and what is found."""
        before, here = self._tokens[max(self._at - 1, 0)], self.token
        if self._at and before.kind in {"word", "quoted"} and here.kind in {"word", "quoted"}:
            return self._side_by_side(before, here)
        return FilterError(said, column=here.column, found=str(here))

    def _side_by_side(self, before: _Token, here: _Token) -> FilterError:
        both = f"{before.text} {here.text}"
        prefix = self._tokens[self._at - 2] if self._at > 1 else before
        if prefix.kind in {"by:", "mentor:"}:
            said = N_("a name of several words goes in quotes: {quoted}")
            return FilterError(said, column=here.column, quoted=f'{prefix.kind}"{both}"')
        said = N_(
            "two words side by side; write {one} for one tag, or {both} for reports with both"
        )
        each = f"{before.text} and {here.text}"
        return FilterError(said, column=here.column, one=key(both), both=each)

    def _choice(self) -> Filter:
        return any_of(list(self._separated(self._both, "or")))

    def _both(self) -> Filter:
        return all_of(list(self._separated(self._single, "and")))

    def _separated(self, read: Callable[[], Filter], separator: str) -> Iterator[Filter]:
        yield read()
        while self.token.kind == separator:
            self._at += 1
            yield read()

    def _single(self) -> Filter:
        token = self.token
        if self._depth > DEEPEST:
            said = N_("more than {count} parentheses or nots inside each other")
            raise FilterError(said, column=token.column, count=DEEPEST)
        read = self._readers().get(token.kind)
        if read is None:
            raise self.unexpected(EXPECTED_TAG)
        self._at += 1
        return read(token)

    def _readers(self) -> Mapping[str, Callable[[_Token], Filter]]:
        return {
            "not": self._negated,
            "(": self._grouped,
            "word": self._tagged,
            "quoted": self._tagged,
            "untagged": lambda _: Untagged(),
            "everything": lambda _: Everything(),
            "by:": self._person,
            "mentor:": self._person,
        }

    def _negated(self, _: _Token) -> Filter:
        self._depth += 1
        inner = Not(self._single())
        self._depth -= 1
        return inner

    def _grouped(self, _: _Token) -> Filter:
        self._depth += 1
        inner = self.choices()
        if self.token.kind != ")":
            raise self.unexpected(
                N_("expected and, or, a comma, or the closing parenthesis, found {found}")
            )
        self._at += 1
        self._depth -= 1
        return inner

    def _tagged(self, token: _Token) -> Filter:
        found = key(token.text)
        if not found:
            raise FilterError(EXPECTED_TAG, column=token.column, found=str(token))
        return Tagged(self._names.meanings.get(found, found))

    def _person(self, prefix: _Token) -> Filter:
        token = self.token
        if token.kind not in {"word", "quoted"}:
            said = N_("expected a username or a full name in quotes after {prefix}, found {found}")
            raise FilterError(said, column=token.column, prefix=prefix.kind, found=str(token))
        self._at += 1
        named = By if prefix.kind == "by:" else MentoredBy
        if token.kind == "word" and token.text.casefold() == ME:
            return named(self._myself(token), ME)
        return named(self._person_id(token), written(token.text))

    def _myself(self, token: _Token) -> str:
        if not self._names.me:
            raise FilterError(N_("“me” has to be somebody on the roster"), column=token.column)
        return self._names.me

    def _person_id(self, token: _Token) -> str:
        match = self._names.roster.find(token.text)
        if match.person is not None:
            return match.person.id
        raise _nobody(token, match.candidates)


def _nobody(token: _Token, candidates: Sequence[Person]) -> FilterError:
    if not candidates:
        said = N_("{name} is nobody on the roster; write a username, or a full name in quotes")
        return FilterError(said, column=token.column, name=str(token))
    said = N_("{name} is the name of several people; write the username of one: {names}")
    names = ", ".join(p.username or p.name for p in candidates)
    return FilterError(said, column=token.column, name=str(token), names=names)
