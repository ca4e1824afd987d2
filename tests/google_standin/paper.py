"""One form as Google keeps it, and what people do at it: answer, edit an answer, add a question."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tests.google_standin.wire import Json
from tests.google_standin.world import File

KINDS = ("textQuestion", "dateQuestion", "choiceQuestion", "timeQuestion", "scaleQuestion")


class SignInNeeded(Exception):
    """Google shows outsiders a sign-in page instead of the form."""


@dataclass
class Paper:
    """One form and what was answered."""

    id: str
    title: str
    document_title: str
    description: str = ""
    items: list[Json] = field(default_factory=list)
    settings: Json = field(default_factory=dict)
    published: bool = False
    accepting: bool = False
    file: File | None = None
    """On Drive; its permissions decide who may answer."""
    linked_sheet: str = ""
    legacy: bool = False
    """Made before forms were published: it always is, and has no settings for it."""
    revision: int = 1
    responses: list[Json] = field(default_factory=list)
    used_ids: set[str] = field(default_factory=set)
    batches: list[Json] = field(default_factory=list)
    """All batch updates that came, for tests to look at."""

    @property
    def permissions(self) -> list[Json]:
        """Return those that let people answer."""
        found = self.file.permissions if self.file else []
        return [one for one in found if one.get("view") == "published"]

    @property
    def open_to_anyone(self) -> bool:
        """Say whether people who are not signed in may answer."""
        return any(one["type"] == "anyone" for one in self.permissions)

    @property
    def address(self) -> str:
        """Return where people answer."""
        return f"https://docs.google.com/forms/d/e/1FAIpQL{self.id}/viewform"

    def answer(self, at: datetime, answers: Mapping[str, object], *, email: str = "") -> str:
        """Let somebody answer, by the titles of questions; returns the response's id."""
        if not (self.published and self.accepting and self.open_to_anyone):
            raise SignInNeeded(self.id)
        response: Json = {
            "responseId": f"ACYDBN{len(self.responses):06d}{self.id[:4]}",
            "createTime": rfc3339(at),
            "lastSubmittedTime": rfc3339(at),
            "answers": self._given(answers),
        }
        if email:
            response["respondentEmail"] = email
        self.responses.append(response)
        return str(response["responseId"])

    def edit_answer(self, response_id: str, at: datetime, answers: Mapping[str, object]) -> None:
        """Let somebody edit what they answered; all answers are given again."""
        found = next(one for one in self.responses if one["responseId"] == response_id)
        found["lastSubmittedTime"] = rfc3339(at)
        found["answers"] = self._given(answers)

    def withdraw_answer(self, response_id: str) -> None:
        """Let the owner delete a response; nothing tells of it afterwards."""
        self.responses = [one for one in self.responses if one["responseId"] != response_id]

    def titles(self) -> list[str]:
        """Return what the questions are called, in order."""
        return [one.get("title", "") for one in self.items]

    def add_by_hand(self, title: str, at: int | None = None) -> str:
        """Let a person add a short question in Google's editor; returns its question id."""
        number = len(self.used_ids) + 0x1000
        ids = f"{number:08x}", f"{number + 0x10000:08x}"
        item = {
            "itemId": ids[0],
            "title": title,
            "questionItem": {"question": {"questionId": ids[1], "textQuestion": {}}},
        }
        self.used_ids |= set(ids)
        self.items.insert(len(self.items) if at is None else at, item)
        self.revision += 1
        return ids[1]

    def _given(self, answers: Mapping[str, object]) -> Json:
        given = {}
        for title, typed in answers.items():
            item = next(one for one in self.items if one.get("title", "") == title)
            id = question_of(item)["questionId"]
            values = typed if isinstance(typed, list) else [typed]
            texts = [{"value": str(value)} for value in values]
            given[id] = {"questionId": id, "textAnswers": {"answers": texts}}
        return given

    def resource(self) -> Json:
        """Return the form as `forms.get` gives it."""
        info = {"title": self.title, "documentTitle": self.document_title}
        if self.description:
            info["description"] = self.description
        state = {"isPublished": self.published, "isAcceptingResponses": self.accepting}
        shown: Json = {
            "formId": self.id,
            "info": info,
            "settings": copy.deepcopy(self.settings),
            "revisionId": f"{self.revision:08d}",
            "responderUri": self.address,
            # proto3 leaves out what is false.
            "publishSettings": {"publishState": {k: v for k, v in state.items() if v}},
        }
        if self.legacy:
            del shown["publishSettings"]
        if self.items:
            shown["items"] = [_as_read(one) for one in self.items]
        if self.linked_sheet:
            shown["linkedSheetId"] = self.linked_sheet
        return shown


def rfc3339(at: datetime) -> str:
    """Return a moment in UTC as Google writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"


def question_of(item: Json) -> Json:
    """Return the question of an item, or {}."""
    return item.get("questionItem", {}).get("question", {})


def _as_read(item: Json) -> Json:
    """Return an item without what is empty or false."""
    shown = copy.deepcopy(item)
    for name in ("title", "description"):
        if not shown.get(name):
            shown.pop(name, None)
    question = question_of(shown)
    if not question.get("required"):
        question.pop("required", None)
    for kind in KINDS:
        for name, value in list(question.get(kind, {}).items()):
            if value is False:
                del question[kind][name]
    return shown
