"""A response of the Google Form -> the answers as the page would store them, and what is doubtful.

Pure. Nothing is cut and nothing left out: answers to questions that the form does not have are
kept under a name of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from forms.definition import Form, Kind, Question
from forms.google_form import Asked, Json
from forms.rules import check, check_length, clean

FOREIGN = "google_"
"""Begins the name of an answer to a question that the form does not have."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody answered."""

    answers: Mapping[str, str]
    """Question name -> answer; blank ones are left out."""
    doubts: tuple[str, ...]
    """What the page would have refused and no cell shows."""
    foreign: tuple[str, ...]
    """Ids at Google of answered questions that the form does not have."""


def read_answers(response: Json, form: Form, asked: Asked, *, today: date) -> Answered:
    """Return the answers by our names, cleaned by the page's own rules."""
    typed: dict[str, str] = {}
    foreign: list[str] = []
    given: Mapping[str, Json] = response.get("answers", {})
    newest_last = sorted(given, key=lambda id: list(asked.questions).index(id) if id in asked.questions else -1)
    for id in newest_last:
        question = form.question(asked.questions.get(id, ""))
        if question is None:
            foreign.append(id)
            typed[FOREIGN + id] = clean(", ".join(_values(given[id])))
        elif answer := _joined(_values(given[id]), question):
            typed[question.name] = check(question, answer, today=today).value
    answers = {name: answer for name, answer in typed.items() if answer}
    order = [question.name for question in form.questions]
    known = {name: answers[name] for name in order if name in answers}
    return Answered({**known, **answers}, tuple(_doubts(answers, form)), tuple(sorted(foreign)))


def _values(answer: Json) -> list[str]:
    texts = [str(one.get("value", "")) for one in answer.get("textAnswers", {}).get("answers", ())]
    files = answer.get("fileUploadAnswers", {}).get("answers", ())
    return [*texts, *(f"https://drive.google.com/open?id={one.get('fileId', '')}" for one in files)]


def _joined(values: list[str], question: Question) -> str:
    kept = [one for one in values if one.strip()]
    return (", " if question.kind is Kind.TAGS else "; ").join(kept)


def _doubts(answers: Mapping[str, str], form: Form) -> list[str]:
    found = []
    for question in form.questions:
        if fault := check_length(answers.get(question.name, ""), question.maximum):
            found.append(f"{question.column}: {fault.text()[0]}")
    return found
