"""`form.toml` -> the one Form that the page and the Google Form are made from.

Both make the same Submissions, because both ask the same Questions.
"""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from forms.plural import counted

DEFAULT = Path(__file__).with_name("default_form.toml")


class FormError(Exception):
    """The form cannot be used; the message lists every fault with its question and remedy."""


class Kind(StrEnum):
    """What an answer is."""

    TEXT = "text"
    PARAGRAPH = "paragraph"
    DATE = "date"
    CHOICE = "choice"
    TAGS = "tags"
    EMAIL = "email"
    URL = "url"


MAXIMUM = {
    Kind.TEXT: 100,
    Kind.PARAGRAPH: 10_000,
    Kind.DATE: 10,
    Kind.CHOICE: 200,
    Kind.TAGS: 1_200,
    Kind.EMAIL: 254,
    Kind.URL: 2_000,
}
"""Characters in an answer, unless the question says otherwise."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its name in links and files, what people read, and what may be answered."""

    name: str
    kind: Kind
    label: str
    help: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    maximum: int = 100
    """In characters."""
    column: str = ""
    """Header of the Reports column that keeps the answers."""


@dataclass(frozen=True, slots=True)
class Form:
    """The questions in the order in which they are asked."""

    title: str
    introduction: str
    questions: tuple[Question, ...]

    def question(self, name: str) -> Question | None:
        """Return the question with this name, or None."""
        return next((one for one in self.questions if one.name == name), None)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _QuestionTable(_Strict):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    kind: Kind = Field(Kind.TEXT, strict=False)
    label: str = Field(min_length=1, max_length=200)
    help: str = Field("", max_length=1000)
    required: bool = False
    choices: tuple[str, ...] = Field((), strict=False)
    maximum: int | None = Field(None, ge=1, le=10_000)
    column: str = Field("", max_length=100)

    def question(self) -> Question:
        return Question(
            self.name,
            self.kind,
            self.label,
            self.help,
            self.required,
            self.choices,
            self.maximum or MAXIMUM[self.kind],
            self.column or self.name,
        )


class _FormFile(_Strict):
    title: str = Field(min_length=1, max_length=200)
    introduction: str = Field("", max_length=2000)
    questions: tuple[_QuestionTable, ...] = Field(strict=False)


def load_form(path: Path) -> Form:
    """Read a form file; raises FormError naming the file and each fault."""
    try:
        return read_form(path.read_text("utf-8"), name=str(path))
    except FileNotFoundError as error:
        raise FormError(
            f"{path} is not there; make a project folder that has one with: tidings init"
        ) from error
    except UnicodeDecodeError as error:
        raise FormError(f"{path} is not UTF-8 text ({error.reason}); save it as UTF-8") from error


def read_form(text: str, *, name: str) -> Form:
    """Return the Form that a TOML text describes; raises FormError under this file name."""
    try:
        table = tomllib.loads(text)
        file = _FormFile.model_validate(table)
    except tomllib.TOMLDecodeError as error:
        raise FormError(f"{name} is not TOML: {error}") from error
    except ValidationError as error:
        faults = [
            _line(table, fault["loc"], _words(fault["type"], fault["msg"]))
            for fault in error.errors()
        ]
        raise _form_error(name, faults) from error
    form = Form(file.title, file.introduction, tuple(one.question() for one in file.questions))
    if faults := list(_faults(form)):
        raise _form_error(name, faults)
    return form


WORDING = re.compile(r'^((?:title|introduction|label|help) = )(".*")$', re.MULTILINE)
"""What is said in the default `form.toml`: the key, and the words as JSON, which TOML's are."""


def default_form_text(translate: Callable[[str], str] = str) -> str:
    """Return the default `form.toml`, its words translated; from then on it is the community's."""

    def spoken(found: re.Match[str]) -> str:
        return found[1] + json.dumps(translate(json.loads(found[2])), ensure_ascii=False)

    return WORDING.sub(spoken, DEFAULT.read_text("utf-8"))


def _form_error(name: str, faults: list[str]) -> FormError:
    return FormError("\n".join([f"{name} has {counted(len(faults), 'fault')}:", *faults]))


def _line(table: dict[str, object], loc: tuple[int | str, ...], message: str) -> str:
    if len(loc) < 2 or loc[0] != "questions":
        return f"  {'.'.join(map(str, loc))}: {message}"
    return f"  {_spoken_question(table, loc[1])}{''.join(f', {key}' for key in loc[2:])}: {message}"


def _spoken_question(table: dict[str, object], index: int | str) -> str:
    questions = table.get("questions")
    found = questions[index] if isinstance(questions, list) and isinstance(index, int) else None
    name = found.get("name") if isinstance(found, dict) else None
    return f"question {name!r}" if name else f"question {int(index) + 1}"


_REMEDIES = {
    "extra_forbidden": "is not known here; check its spelling or remove it",
    "missing": "is missing; add it",
    "enum": f"is not a kind; use one of {', '.join(Kind)}",
    "string_pattern_mismatch": "use a to z, 0 to 9 and _ only, beginning with a letter",
    "string_too_short": "is empty; write something that people can read",
}


def _words(kind: str, message: str) -> str:
    return _REMEDIES.get(kind, message)


RESERVED = frozenset(
    {"decision", "id", "received", "source", "status", "problem", "mentor", "portal page"}
)
"""Columns of Reports that are not the reporter's."""

KINDS = {
    "reporter": (Kind.TEXT,),
    "email": (Kind.EMAIL,),
    "text": (Kind.PARAGRAPH, Kind.TEXT),
    "date": (Kind.DATE,),
    "tags": (Kind.TAGS,),
    "link": (Kind.URL,),
}
"""Columns that the sync reads in one way, and the kinds of question that fit."""


def _faults(form: Form) -> Iterator[str]:
    yield from _missing(form)
    yield from _doubled(form)
    for question in form.questions:
        for fault in _question_faults(question):
            yield f"  question {question.name!r}: {fault}"


def _missing(form: Form) -> Iterator[str]:
    for name in ("reporter", "text"):
        question = form.question(name)
        if question is None:
            yield f"  there is no question {name!r}; add one, with required = true"
        elif not question.required:
            yield f"  question {name!r}: must be required; write required = true"


def _doubled(form: Form) -> Iterator[str]:
    for name, times in Counter(one.name for one in form.questions).items():
        if times > 1:
            yield f"  question {name!r}: is there {times} times; give each another name"
    for column, times in Counter(one.column.casefold() for one in form.questions).items():
        if times > 1:
            yield f"  column {column!r}: is used {times} times; give each question another column"


def _question_faults(question: Question) -> Iterator[str]:
    if question.column.casefold() in RESERVED:
        yield f"column {question.column!r} is not the reporter's; choose another with column = …"
    kinds = KINDS.get(question.column.casefold(), ())
    if kinds and question.kind not in kinds:
        yield f'column {question.column!r} holds another kind; write kind = "{kinds[0]}"'
    if question.name in {"reporter", "text"} and question.column != question.name:
        yield f"must have its own column; remove column = {question.column!r}"
    if question.kind is Kind.CHOICE and not question.choices:
        yield 'has no choices; add choices = ["…"] or write kind = "text"'
    if question.kind is not Kind.CHOICE and question.choices:
        yield 'has choices but another kind; write kind = "choice" or remove them'
    if any(not one.strip() for one in question.choices) or len(set(question.choices)) != len(
        question.choices
    ):
        yield "an empty or doubled choice; remove it"
