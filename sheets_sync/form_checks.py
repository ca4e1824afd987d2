"""The project's Google Form -> what is wrong with it, what to do, and what is good to know."""

from collections.abc import Iterator
from datetime import datetime

from forms.google_form import EMAILS, NO_EMAILS, Json, plan
from sheets_sync.findings import Finding
from sheets_sync.form_memory import FormMemory
from sheets_sync.form_workflow import form_of, open_forms
from sheets_sync.google_address import form_editor
from sheets_sync.project import Project
from sheets_sync.spreadsheet import SheetError

NAME = "Google Form"
OTHER_QUESTIONS = ("createItem", "moveItem", "deleteItem")
PUBLISH = "run: tidings form publish"


def look_at_form(project: Project, now: datetime) -> Iterator[Finding]:
    """Tell whether people can answer the form, and whether it asks what form.toml asks."""
    memory = form_of(project)
    if not memory.id:
        return
    # google-auth and gspread, only where there is a form.
    from sheets_sync.google_forms import TO_COLLECT  # noqa: PLC0415

    google = open_forms(project, TO_COLLECT)
    try:
        form = google.get(memory.id)
    except SheetError as error:
        yield Finding(NAME, str(error))
        return
    closed = list(_closed(form))
    yield from closed
    if not closed and project.settings.form.answered_by == "anyone":
        yield from _from_outside(google.look_from_outside(form.get("responderUri", "")), memory.id)
    yield from _collected_elsewhere(form)
    yield from _questions(project, form, memory)
    yield from _reading(memory, now)


def _closed(form: Json) -> Iterator[Finding]:
    from sheets_sync.form_publishing import is_taking_answers  # noqa: PLC0415 - heavy as well

    if is_taking_answers(form):
        return
    if form["publishSettings"].get("publishState", {}).get("isPublished"):
        editor = form_editor(form["formId"])
        remedy = f"{PUBLISH}, or open it again under Published: {editor}"
        yield Finding(NAME, "takes no answers", remedy)
    else:
        yield Finding(NAME, "is not published", PUBLISH)


def _from_outside(seen: str, form_id: str) -> Iterator[Finding]:
    editor = form_editor(form_id)
    if seen == "sign in":
        yield Finding(
            NAME,
            "asks people to sign in to Google before they may answer",
            f"{PUBLISH}, or let anyone with the link answer (Published → Responders): {editor}",
        )
    elif seen == "gone":
        yield Finding(NAME, "is not there for people", f"look at it: {editor}")


def _collected_elsewhere(form: Json) -> Iterator[Finding]:
    editor = form_editor(form["formId"])
    if form.get("linkedSheetId"):
        yield Finding(
            NAME,
            "its answers also go into a response sheet; a form is collected by Tidings or by its "
            "sheet, never by both",
            f"unlink it (Responses → ⋮ → Unlink form): {editor}#responses",
        )
    if form.get("settings", {}).get(EMAILS, NO_EMAILS) != NO_EMAILS:
        yield Finding(
            NAME,
            "collects e-mail addresses, which nobody here reads",
            f"set Settings → Responses → Collect email addresses to Do not collect: {editor}"
            "#settings",
            is_fault=False,
        )


def _questions(project: Project, form: Json, memory: FormMemory) -> Iterator[Finding]:
    planned = plan(project.form, form, memory.asked)
    if any(kind in request for request in planned.requests for kind in OTHER_QUESTIONS):
        yield Finding(NAME, "does not ask what form.toml asks", PUBLISH)
    for title in planned.foreign:
        yield Finding(
            NAME,
            f"the question “{title}” is not in form.toml, so its answers get no column",
            f"add it there, or remove it here: {form_editor(memory.id)}",
            is_fault=False,
        )


def _reading(memory: FormMemory, now: datetime) -> Iterator[Finding]:
    for told in memory.lasting_trouble(now):
        yield Finding(NAME, told.text())
    if memory.whole:
        yield Finding(NAME, f"all of it was last read on {memory.whole[:16]} UTC", is_fault=False)
    yield Finding(
        NAME,
        "Google tells nobody whether people may correct their answers",
        "Settings → Responses → Allow response editing should be on: "
        f"{form_editor(memory.id)}#settings",
        is_fault=False,
    )
