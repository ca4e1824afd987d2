"""A Form -> the Google Form, made or brought up to date, published, and open to who may answer."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from forms.definition import Form
from forms.google_form import Json, Plan, plan
from forms.rules import one_line
from sheets_sync.form_memory import FormMemory
from sheets_sync.google_address import form_editor
from sheets_sync.google_forms import GoogleForms
from sheets_sync.spreadsheet import SheetError

ROUNDS = 3
"""How often a form is read and changed anew when somebody edits it meanwhile."""
PUBLISHED = ("isPublished", "isAcceptingResponses")


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be published."""

    form: Form
    document_title: str
    """By which Drive lists it."""
    answered_by: str
    """`anyone`, `chosen` people, or a domain."""
    translate: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Published:
    """What was done, and what only a person can do."""

    memory: FormMemory
    done: tuple[str, ...]
    to_do: tuple[str, ...]


def publish(
    google: GoogleForms,
    order: Order,
    memory: FormMemory,
    keep: Callable[[FormMemory], FormMemory],
    *,
    dry_run: bool = False,
) -> Published:
    """Bring the Google Form in line; writes nothing where it is. Raises SheetError.

    `keep` remembers the form as soon as there is one, so that a stop makes no second one.
    """
    done: list[str] = []
    existing = _found_or_made(google, order, memory, done, dry_run=dry_run)
    if existing is None:
        return Published(memory, (*done, *_lines(plan(order.form, {}, memory.asked), {})), ())
    memory = replace(memory, id=existing["formId"], address=existing.get("responderUri", ""))
    if not dry_run:
        memory = keep(memory)
    existing, memory, planned = _brought_in_line(google, order, existing, memory, done, dry_run)
    if not dry_run:
        memory = keep(memory)
    if not is_taking_answers(existing):
        done.append("publish it, taking answers")
        if not dry_run:
            google.publish(memory.id)
    closed = _open(google, memory.id, order.answered_by, done, dry_run=dry_run)
    return Published(memory, tuple(done), tuple(_to_do(existing, planned, closed)))


def is_taking_answers(form: Json) -> bool:
    """Tell whether a form is published and takes answers.

    One that was made before Google knew of publishing has no such settings: it is published.
    """
    if "publishSettings" not in form:
        return True
    state = form["publishSettings"].get("publishState", {})
    return all(state.get(name) for name in PUBLISHED)


def _found_or_made(
    google: GoogleForms, order: Order, memory: FormMemory, done: list[str], *, dry_run: bool
) -> Json | None:
    if memory.id:
        return google.get(memory.id)
    # A form whose making got no answer, or whose state is lost, is not made again.
    made = google.named(order.document_title) or []
    if len(made) > 1:
        raise SheetError(
            f"there are {len(made)} forms called {order.document_title!r}. Nothing was changed. "
            f"Write the id of the right one: google = {' or '.join(map(repr, made))} under [form]"
        )
    if made:
        done.append(f"go on with {order.document_title!r}, which is there: {form_editor(made[0])}")
        return google.get(made[0])
    done.append(f"make the form {order.document_title!r}")
    return None if dry_run else google.create(one_line(order.form.title), order.document_title)


def _brought_in_line(
    google: GoogleForms,
    order: Order,
    existing: Json,
    memory: FormMemory,
    done: list[str],
    dry_run: bool,
) -> tuple[Json, FormMemory, Plan]:
    for _ in range(ROUNDS):
        planned = plan(order.form, existing, memory.asked, translate=order.translate)
        done += _lines(planned, existing)
        if not planned.requests or dry_run:
            return existing, replace(memory, asked=planned.asked), planned
        existing = google.change(existing, planned.requests)
    raise SheetError(
        f"the form was changed, but it still differs: {'; '.join(_lines(planned, existing))}. "
        "Is somebody editing it? Run it again: tidings form publish"
    )


def _lines(planned: Plan, existing: Json) -> Iterator[str]:
    """Say in words what the requests do."""
    titles = [item.get("title", "") for item in existing.get("items", ())]
    for request in planned.requests:
        match request:
            case {"createItem": {"item": item, "location": {"index": at}}}:
                titles.insert(at, item["title"])
                yield f"ask “{item['title']}”"
            case {"deleteItem": {"location": {"index": at}}}:
                yield f"remove “{titles.pop(at)}”"
            case {"moveItem": {"originalLocation": {"index": at}, "newLocation": {"index": to}}}:
                titles.insert(to, titles.pop(at))
                yield f"move “{titles[to]}”"
            case {"updateItem": {"item": item, "updateMask": mask}}:
                parts = ", ".join(part.split(".")[-1] for part in mask.split(","))
                yield f"change “{item['title']}”: {parts}"
            case {"updateFormInfo": {"updateMask": mask}}:
                yield f"change the form's {mask.replace(',', ' and ')}"
            case {"updateSettings": _}:
                yield "collect no e-mail addresses"


def _open(
    google: GoogleForms, form_id: str, answered_by: str, done: list[str], *, dry_run: bool
) -> bool:
    """Let those answer who may, and nobody else; say whether a person must do it."""
    if answered_by == "chosen":
        wanted: Mapping[str, str] | None = None
    elif answered_by == "anyone":
        wanted = {"type": "anyone"}
    else:
        wanted = {"type": "domain", "domain": answered_by}
    found = google.responders(form_id)
    if found is None:
        return wanted is not None
    fitting = [one for one in found if _fits(one, wanted)]
    for one in found:
        if one.get("type") in ("anyone", "domain") and one not in fitting:
            done.append(f"no longer let {one.get('domain') or 'anyone'} answer")
            if not dry_run:
                google.exclude(form_id, one["id"])
    if wanted is None or fitting:
        return False
    done.append(f"let {wanted.get('domain', 'anyone')} answer")
    return not dry_run and not google.admit(form_id, wanted)


def _fits(permission: Json, wanted: Mapping[str, str] | None) -> bool:
    return wanted is not None and all(permission.get(k) == v for k, v in wanted.items())


def _to_do(existing: Json, planned: Plan, closed: bool) -> Iterator[str]:
    """Say, each with its link, what Google lets nobody but a person do."""
    edit = form_editor(existing["formId"])
    if closed:
        yield (
            "let people answer: Publish (or the arrow beside Published) → Responders → Anyone "
            f"with the link: {edit}"
        )
    yield (
        "let people correct their answers: Settings → Responses → Allow response editing: "
        f"{edit}#settings"
    )
    yield (
        "say what happens next: Settings → Presentation → Confirmation message, such as "
        f"“Received, thank you. You may correct it at any time.”: {edit}#settings"
    )
    yield (
        "leave Settings → Responses → Collect email addresses at Do not collect; form.toml can "
        f"ask for one: {edit}#settings"
    )
    linked = existing.get("linkedSheetId")
    if linked:
        yield (
            "unlink the response sheet (Responses → ⋮ → Unlink form): a form is collected by "
            f"Tidings or by its sheet, never by both: {edit}#responses"
        )
    else:
        yield f"link no response sheet; Tidings collects the answers itself: {edit}#responses"
    for title in planned.foreign:
        yield (
            f"the question “{title}” is not in form.toml, so its answers get no column: add it "
            f"there or remove it here: {edit}"
        )
