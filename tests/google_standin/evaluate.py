"""The text of a formula → its value, or the problem shown in its place."""

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tests.google_standin import a1
from tests.google_standin.cells import Value
from tests.google_standin.display import automatic

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"]|"")*")"""
    r"""|(?P<ref>(?:(?:'(?:[^']|'')*'|[A-Za-z_]\w*)!)?(?:\$?[A-Za-z]{1,3}\$?\d+(?::\$?[A-Za-z]{1,3}"""
    r"""\$?\d*)?|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\d+:\d+)(?![\w(!]))"""
    r"""|(?P<error>\#(?:REF!|N/A|DIV/0!|VALUE!|NAME\?|NUM!))"""
    r"""|(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)"""
    r"""|(?P<name>[A-Za-z_][\w.]*)|(?P<mark><>|<=|>=|[-+*/^&=<>(),;%])|(?P<other>\S))"""
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a formula shows that has no value."""

    code: str


class Grid(Protocol):
    """Where references lead."""

    def at(self, title: str, row: int, column: int) -> Value | Problem: ...

    def size(self, title: str) -> tuple[int, int]: ...

    def today(self) -> float: ...


class _Stop(Exception):
    def __init__(self, code: str) -> None:
        self.problem = Problem(code)


Token = tuple[str, str]
Result = Value | list[Value]


def evaluate(text: str, title: str, grid: Grid) -> Value | Problem:
    """Return the value of a formula's text, without its `=`, that stands on a sheet."""
    tokens = [
        (found.lastgroup or "", found[found.lastgroup or 0]) for found in _TOKEN.finditer(text)
    ]
    reader = _Reader(tokens, title, grid)
    try:
        result = reader.comparison()
        if reader.tokens:
            return Problem("#ERROR!")
        return _single(result)
    except _Stop as stop:
        return stop.problem
    except ZeroDivisionError:
        return Problem("#DIV/0!")
    except (OverflowError, ValueError, RecursionError):
        return Problem("#NUM!")


class _Reader:
    """Reads tokens from the left, one level of precedence a method."""

    def __init__(self, tokens: list[Token], title: str, grid: Grid) -> None:
        self.tokens, self.title, self.grid = tokens, title, grid

    def comparison(self) -> Result:
        left = self.joined()
        while mark := self.takes("=", "<>", "<", ">", "<=", ">="):
            left = _compared(mark, _single(left), _single(self.joined()))
        return left

    def joined(self) -> Result:
        left = self.sum()
        while self.takes("&"):
            left = _text(left) + _text(self.sum())
        return left

    def sum(self) -> Result:
        left = self.product()
        while mark := self.takes("+", "-"):
            left = _ARITHMETIC[mark](_number(left), _number(self.product()))
        return left

    def product(self) -> Result:
        left = self.power()
        while mark := self.takes("*", "/"):
            left = _ARITHMETIC[mark](_number(left), _number(self.power()))
        return left

    def power(self) -> Result:
        left = self.signed()
        while self.takes("^"):
            left = _number(left) ** _number(self.signed())
        return left

    def signed(self) -> Result:
        if mark := self.takes("-", "+"):
            return -_number(self.signed()) if mark == "-" else self.signed()
        value = self.atom()
        while self.takes("%"):
            value = _number(value) / 100
        return value

    def atom(self) -> Result:
        if not self.tokens:
            raise _Stop("#ERROR!")
        kind, text = self.tokens.pop(0)
        if kind == "number":
            return float(text) if re.search(r"[.eE]", text) else int(text)
        if kind == "text":
            return text[1:-1].replace('""', '"')
        if kind == "ref":
            return self.reference(text)
        if kind == "error":
            raise _Stop(text)
        if kind == "name":
            return self.named(text.upper())
        if text == "(":
            value = self.comparison()
            self.needs(")")
            return value
        raise _Stop("#ERROR!")

    def named(self, name: str) -> Result:
        if name in ("TRUE", "FALSE") and self.tokens[:1] != [("mark", "(")]:
            return name == "TRUE"
        if not self.takes("("):
            raise _Stop("#NAME?")
        arguments: list[Result] = []
        while not self.takes(")"):
            arguments.append(self.comparison())
            if not self.takes(",", ";") and self.tokens[:1] != [("mark", ")")]:
                raise _Stop("#ERROR!")
        return self.call(name, arguments)

    def call(self, name: str, arguments: list[Result]) -> Result:
        if name in ("TODAY", "NOW"):
            now = self.grid.today()
            return int(now) if name == "TODAY" else now
        if name not in FUNCTIONS:
            raise _Stop("#NAME?")
        try:
            return FUNCTIONS[name](*arguments)
        except TypeError:
            raise _Stop("#N/A") from None

    def reference(self, text: str) -> Result:
        title, rest, _ = a1.split(text)
        found = a1.rect(rest)
        if found is None:
            raise _Stop("#REF!")
        title = title or self.title
        rows, columns = self.grid.size(title)
        bottom = found.bottom if found.bottom is not None else rows
        right = found.right if found.right is not None else columns
        values = [
            self._at(title, row, column)
            for row in range(found.top, bottom)
            for column in range(found.left, right)
        ]
        return values if ":" in rest else values[0]

    def _at(self, title: str, row: int, column: int) -> Value:
        value = self.grid.at(title, row, column)
        if isinstance(value, Problem):
            raise _Stop(value.code)
        return value

    def takes(self, *marks: str) -> str:
        if self.tokens and self.tokens[0][0] == "mark" and self.tokens[0][1] in marks:
            return self.tokens.pop(0)[1]
        return ""

    def needs(self, mark: str) -> None:
        if not self.takes(mark):
            raise _Stop("#ERROR!")


def _single(result: Result) -> Value:
    if isinstance(result, list):
        return result[0] if result else None
    return result


def _number(result: Result) -> float:
    value = _single(result)
    if value is None:
        return 0
    if isinstance(value, bool | int | float):
        return value
    try:
        return float(value)
    except ValueError:
        raise _Stop("#VALUE!") from None


def _text(result: Result) -> str:
    value = _single(result)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return automatic(value) if isinstance(value, int | float) else value or ""


def _compared(mark: str, left: Value, right: Value) -> bool:
    sides = [side.casefold() if isinstance(side, str) else side for side in (left, right)]
    if mark in ("=", "<>"):
        return (sides[0] == sides[1]) == (mark == "=")
    try:
        return bool(_ORDER[mark](sides[0] or 0, sides[1] or 0))
    except TypeError:
        return bool(_ORDER[mark](isinstance(sides[0], str), isinstance(sides[1], str)))


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_ORDER: dict[str, Callable[..., bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def _flat(arguments: tuple[Result, ...]) -> list[Value]:
    return [v for a in arguments for v in (a if isinstance(a, list) else [a])]


def _numbers(*arguments: Result) -> list[float]:
    return [v for v in _flat(arguments) if isinstance(v, int | float) and not isinstance(v, bool)]


def _counted_if(values: Result, wanted: Result) -> int:
    return sum(_compared("=", value, _single(wanted)) for value in _flat((values,)))


FUNCTIONS: dict[str, Callable[..., Result]] = {
    "SUM": lambda *a: sum(_numbers(*a)),
    "AVERAGE": lambda *a: sum(_numbers(*a)) / len(_numbers(*a)),
    "MIN": lambda *a: min(_numbers(*a), default=0),
    "MAX": lambda *a: max(_numbers(*a), default=0),
    "COUNT": lambda *a: len(_numbers(*a)),
    "COUNTA": lambda *a: sum(v is not None for v in _flat(a)),
    "COUNTIF": _counted_if,
    "IF": lambda test, then, other=False: then if _single(test) else other,
    "AND": lambda *a: all(_flat(a)),
    "OR": lambda *a: any(_flat(a)),
    "NOT": lambda value: not _single(value),
    "CONCATENATE": lambda *a: "".join(map(_text, _flat(a))),
    "CONCAT": lambda a, b: _text(a) + _text(b),
    "LEN": lambda value: len(_text(value)),
    "UPPER": lambda value: _text(value).upper(),
    "LOWER": lambda value: _text(value).lower(),
    "TRIM": lambda value: " ".join(_text(value).split()),
    "ABS": lambda value: abs(_number(value)),
    "ROUND": lambda value, places=0: round(_number(value), int(_number(places))),
    "INT": lambda value: math.floor(_number(value)),
    "HYPERLINK": lambda link, label=None: _text(label if label is not None else link),
}
