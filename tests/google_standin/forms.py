"""Forms v1 as Google serves it: forms, their items, responses in pages, and who may answer.

What people do at the form itself (answer, edit an answer) is a method of `Paper`, for tests.
"""

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.google_standin.wire import ApiError, Json, Request, Response, Route, invalid, not_found
from tests.google_standin.world import FORM as FORM_TYPE
from tests.google_standin.world import File

if TYPE_CHECKING:
    from tests.google_standin.world import World

MOST_IN_A_PAGE = 5000
KINDS = ("textQuestion", "dateQuestion", "choiceQuestion", "timeQuestion", "scaleQuestion")
HEX = re.compile(r"[0-7][0-9a-f]{7}")


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
            id = _question(item)["questionId"]
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


def _question(item: Json) -> Json:
    return item.get("questionItem", {}).get("question", {})


def _as_read(item: Json) -> Json:
    """Return an item without what is empty or false."""
    shown = copy.deepcopy(item)
    for name in ("title", "description"):
        if not shown.get(name):
            shown.pop(name, None)
    question = _question(shown)
    if not question.get("required"):
        question.pop("required", None)
    for kind in KINDS:
        for name, value in list(question.get(kind, {}).items()):
            if value is False:
                del question[kind][name]
    return shown


# -- forms ----------------------------------------------------------------------------------------


def add_form(
    world: "World", title: str, document_title: str = "", *, role: str = "writer"
) -> Paper:
    """Make a form; `role` is what the service account may do with it."""
    file = world.new_file(document_title or title, FORM_TYPE)
    file.role = role
    paper = Paper(file.id, title, file.name, file=file)
    world.forms[file.id] = paper
    return paper


def _paper(world: "World", form_id: str, *, to_write: bool = False) -> Paper:
    world.allowed(form_id, to_write=to_write)
    found = world.forms.get(form_id)
    if found is None:
        raise not_found()
    return found


def create(world: "World", request: Request) -> Json:
    """Make a form: only titles are taken over."""
    body = request.json()
    if set(body) - {"info"} or set(body.get("info", {})) - {"title", "documentTitle"}:
        raise invalid("Only info.title and info.documentTitle can be set when creating a form.")
    info = body.get("info", {})
    if not info.get("title"):
        raise invalid("Invalid value at 'form.info.title': a title is required.")
    paper = add_form(world, info["title"], info.get("documentTitle", ""), role="owner")
    return paper.resource()


def get(world: "World", request: Request, form_id: str) -> Json:
    """Return a form."""
    return _paper(world, form_id).resource()


def batch_update(world: "World", request: Request, form_id: str) -> Json:
    """Carry out requests in order; all of them, or none."""
    paper = _paper(world, form_id, to_write=True)
    body = request.json()
    required = body.get("writeControl", {}).get("requiredRevisionId")
    if required and required != f"{paper.revision:08d}":
        raise invalid("The required revision ID does not match the current revision of the form.")
    if not body.get("requests"):
        raise invalid("Must specify at least one request.")
    draft = copy.deepcopy(paper)
    replies = [apply(draft, i, one) for i, one in enumerate(body["requests"])]
    paper.batches.append(body)
    for name in ("title", "description", "items", "settings", "used_ids"):
        setattr(paper, name, getattr(draft, name))
    paper.revision += 1
    answer: Json = {
        "replies": replies,
        "writeControl": {"requiredRevisionId": f"{paper.revision:08d}"},
    }
    if body.get("includeFormInResponse"):
        answer["form"] = paper.resource()
    return answer


def apply(paper: Paper, number: int, request: Json) -> Json:
    """Carry out one request of a batch."""
    (kind, what), *more = request.items()
    if more:
        raise invalid(f"Invalid requests[{number}]: exactly one kind is allowed.")
    doing = {
        "createItem": _create_item,
        "updateItem": _update_item,
        "moveItem": _move_item,
        "deleteItem": _delete_item,
        "updateFormInfo": _update_info,
        "updateSettings": _update_settings,
    }.get(kind)
    if doing is None:
        raise invalid(f'Invalid JSON payload received. Unknown name "{kind}" at requests[{number}]')
    try:
        return doing(paper, what)
    except ApiError as error:
        message = f"Invalid requests[{number}].{kind}: {error.message}"
        raise ApiError(error.code, error.status, message) from error


def _place(paper: Paper, location: Json, *, beyond: int = 0) -> int:
    at = location.get("index", 0)
    if not isinstance(at, int) or not 0 <= at < len(paper.items) + beyond:
        raise invalid(f"location.index {at} is out of range")
    return at


def _create_item(paper: Paper, what: Json) -> Json:
    at = _place(paper, what.get("location", {}), beyond=1)
    item = copy.deepcopy(what["item"])
    question = _question(item)
    _check_question(question)
    for holder, name in ((item, "itemId"), (question, "questionId")):
        id = holder.setdefault(name, f"{len(paper.used_ids) + 1:08x}")
        if not HEX.fullmatch(id):
            raise invalid(f"{name} {id!r} is not valid")
        if id in paper.used_ids:
            raise invalid(f"{name} {id!r} is already used in the form")
        paper.used_ids.add(id)
    if "\n" in item.get("title", ""):
        raise invalid("Displayed text cannot contain newlines")
    paper.items.insert(at, item)
    return {"createItem": {"itemId": item["itemId"], "questionId": [question["questionId"]]}}


def _check_question(question: Json) -> None:
    kinds = [kind for kind in KINDS if kind in question]
    if len(kinds) != 1:
        raise invalid("a question has exactly one kind")
    if kinds == ["choiceQuestion"]:
        values = [one.get("value", "") for one in question["choiceQuestion"].get("options", ())]
        if not values or "" in values or len(set(values)) != len(values):
            raise invalid("choices must not be empty or doubled")


def _update_item(paper: Paper, what: Json) -> Json:
    at = _place(paper, what.get("location", {}))
    mask = [path for path in what.get("updateMask", "").split(",") if path]
    if not mask:
        raise invalid("update_mask is required")
    old, new = paper.items[at], what["item"]
    if new.get("itemId", old["itemId"]) != old["itemId"]:
        raise invalid("item_id cannot be changed")
    for path in mask:
        _copy_path(old, new, path.split("."))
    if "\n" in old.get("title", ""):
        raise invalid("Displayed text cannot contain newlines")
    _check_question(_question(old))
    return {}


def _copy_path(old: Json, new: Json, path: list[str]) -> None:
    *before, last = path
    for name in before:
        old, new = old.setdefault(name, {}), new.get(name, {})
    if last in KINDS and not set(old) & set(KINDS) <= {last}:
        raise invalid("the type of a question cannot be changed")
    if last in new:
        old[last] = copy.deepcopy(new[last])
    else:
        old.pop(last, None)


def _move_item(paper: Paper, what: Json) -> Json:
    at = _place(paper, what.get("originalLocation", {}))
    to = _place(paper, what.get("newLocation", {}))
    paper.items.insert(to, paper.items.pop(at))
    return {}


def _delete_item(paper: Paper, what: Json) -> Json:
    del paper.items[_place(paper, what.get("location", {}))]
    return {}


def _update_info(paper: Paper, what: Json) -> Json:
    for name in what.get("updateMask", "").split(","):
        if name not in ("title", "description"):
            raise invalid(f"{name!r} cannot be updated")
        setattr(paper, name, what["info"].get(name, ""))
    return {}


def _update_settings(paper: Paper, what: Json) -> Json:
    for name in what.get("updateMask", "").split(","):
        if name != "emailCollectionType":
            raise invalid(f"{name!r} cannot be updated")
        paper.settings[name] = what["settings"][name]
    return {}


def set_publish_settings(world: "World", request: Request, form_id: str) -> Json:
    """Publish a form, or take it back."""
    paper = _paper(world, form_id, to_write=True)
    if paper.legacy:
        raise invalid("This form does not support publish settings.")
    body = request.json()
    state = body.get("publishSettings", {}).get("publishState", {})
    if state.get("isAcceptingResponses") and not state.get("isPublished"):
        raise invalid("A form that is not published cannot accept responses.")
    paper.published = bool(state.get("isPublished"))
    paper.accepting = bool(state.get("isAcceptingResponses"))
    return {"formId": form_id, "publishSettings": {"publishState": state}}


# -- responses ------------------------------------------------------------------------------------

FILTER = re.compile(r"timestamp (>=|>) (\S+)")


def list_responses(world: "World", request: Request, form_id: str) -> Json:
    """Return a page of responses, in no order that anybody promised."""
    paper = _paper(world, form_id)
    size = int(request.one("pageSize", "0")) or MOST_IN_A_PAGE
    if not 0 < size <= MOST_IN_A_PAGE:
        raise invalid("page_size must be between 1 and 5000")
    found = _filtered(paper.responses, request.one("filter"))
    start = int(request.one("pageToken", "0"))
    page = found[start : start + size]
    answer: Json = {"responses": copy.deepcopy(page)} if page else {}
    if start + size < len(found):
        answer["nextPageToken"] = str(start + size)
    return answer


def _filtered(responses: list[Json], wanted: str) -> list[Json]:
    if not wanted:
        return responses
    asked = FILTER.fullmatch(wanted)
    if asked is None:
        raise invalid("Only timestamp > N and timestamp >= N are supported.")
    since = _moment(asked[2])
    return [
        one
        for one in responses
        if (at := _moment(one["lastSubmittedTime"])) > since or (asked[1] == ">=" and at == since)
    ]


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"Invalid timestamp {text!r}") from None
    if found.utcoffset() != timedelta(0):
        raise invalid("Timestamps must be in UTC ('Zulu') format.")
    return found


def view(world: "World", request: Request, responder_id: str) -> Response:
    """Show an outsider the form, or send them to sign in."""
    paper = next((p for p in world.forms.values() if f"/{responder_id}/" in p.address), None)
    if paper is None:
        return Response(404, b"<html>not found</html>", "text/html")
    if not (paper.published and paper.open_to_anyone):
        where = {"Location": "https://accounts.google.com/ServiceLogin"}
        return Response(302, b"", "text/html", where)
    page: Any = "closed" if not paper.accepting else paper.title
    return Response(200, f"<html>{page}</html>".encode(), "text/html")


def _route(method: str, pattern: str, handler: Any) -> Route:
    return Route(method, re.compile(pattern), handler)


FORM = r"/v1/forms/(?P<form_id>[^/:]+)"
ROUTES = (
    _route("POST", r"/v1/forms", create),
    _route("GET", FORM, get),
    _route("POST", FORM + ":batchUpdate", batch_update),
    _route("POST", FORM + ":setPublishSettings", set_publish_settings),
    _route("GET", FORM + "/responses", list_responses),
    _route("GET", r"/forms/d/e/(?P<responder_id>[^/]+)/viewform", view),
)
