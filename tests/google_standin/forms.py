"""Forms v1 as Google serves it: forms, their items, responses in pages, and who may answer."""

import copy
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.google_standin.paper import KINDS, Paper, question_of
from tests.google_standin.wire import ApiError, Json, Request, Response, Route, invalid, not_found
from tests.google_standin.world import FORM as FORM_TYPE

if TYPE_CHECKING:
    from tests.google_standin.world import World

MOST_IN_A_PAGE = 5000
HEX = re.compile(r"[0-7][0-9a-f]{7}")

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
    question = question_of(item)
    _check_kind(question)
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


def _check_kind(question: Json) -> None:
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
    _check_kind(question_of(old))
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
