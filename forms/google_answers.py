"""A response of the Google Form -> the answers as the page would store them, and what is doubtful.

Pure. Nothing is cut and nothing left out: answers to questions that the form does not have are
kept under a name of their own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from forms.definition import Form, Kind, Question
from forms.google_form import Asked, Json
from forms.rules import check, check_length, clean

FOREIGN = "google_"
"""Begins the name of an answer to a question that the form does not have."""
FILE = "https://drive.google.com/open?id="


def moment(text: str) -> datetime:
    """Return a moment in Google's words; raises ValueError for one without its zone."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text!r} has no zone")
    return found


def _moment_in_words(text: str) -> str:
    moment(text)
    return text


class _Googles(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel)


class _Text(_Googles):
    value: str = ""


class _Texts(_Googles):
    answers: tuple[_Text, ...] = ()


class _File(_Googles):
    file_id: str = ""


class _Files(_Googles):
    answers: tuple[_File, ...] = ()


class _Given(_Googles):
    text_answers: _Texts = _Texts()
    file_upload_answers: _Files = _Files()

    def values(self) -> list[str]:
        """Return each answer as a text; a file as its address."""
        files = [FILE + one.file_id for one in self.file_upload_answers.answers]
        return [*(one.value for one in self.text_answers.answers), *files]


class Response(_Googles):
    """What somebody sent, as Google tells it."""

    response_id: str
    create_time: Annotated[str, AfterValidator(_moment_in_words)]
    last_submitted_time: Annotated[str, AfterValidator(_moment_in_words)]
    respondent_email: str = ""
    answers: Mapping[str, _Given] = {}

    @property
    def created(self) -> datetime:
        """When it was sent first."""
        return moment(self.create_time)

    @property
    def submitted(self) -> datetime:
        """When it was sent last."""
        return moment(self.last_submitted_time)


def read_responses(page: Sequence[Json]) -> tuple[list[Response], int]:
    """Return a page's responses, oldest first, and how many made no sense."""
    found, strange = [], 0
    for one in page:
        try:
            found.append(Response.model_validate(one))
        except ValidationError:
            strange += 1
    return sorted(found, key=lambda response: response.created), strange


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody answered."""

    answers: Mapping[str, str]
    """Question name -> answer; blank ones are left out."""
    doubts: tuple[str, ...]
    """What the page would have refused and no cell shows."""

    @property
    def foreign(self) -> int:
        """How many answers are to questions that the form does not have."""
        return sum(name.startswith(FOREIGN) for name in self.answers)


def read_answers(response: Response, form: Form, asked: Asked, *, today: date) -> Answered:
    """Return the answers by our names, cleaned by the page's own rules."""
    typed: dict[str, str] = {}
    for id in (*asked.questions, *response.answers):  # of two ids, the one asked last counts
        question = form.question(asked.questions.get(id, ""))
        if question and (answer := _joined(response.answers.get(id, _Given()), question)):
            typed[question.name] = check(question, answer, today=today).value
    for id, given in response.answers.items():
        if not form.question(asked.questions.get(id, "")):
            typed[FOREIGN + id] = clean(", ".join(given.values()))
    answers = {name: answer for name, answer in typed.items() if answer}
    return Answered(answers, tuple(_doubts(answers, form)))


def _joined(given: _Given, question: Question) -> str:
    kept = [one for one in given.values() if one.strip()]
    return (", " if question.kind is Kind.TAGS else "; ").join(kept)


def _doubts(answers: Mapping[str, str], form: Form) -> Iterator[str]:
    for question in form.questions:
        if fault := check_length(answers.get(question.name, ""), question.maximum):
            yield f"{question.column}: {fault.text()[0]}"
