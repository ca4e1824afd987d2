"""The project's Google Form -> what is wrong with it, what to do, and what is good to know."""

from collections.abc import Iterator
from datetime import datetime

from sheets_sync.findings import Finding
from sheets_sync.form_workflow import form_of, open_forms
from sheets_sync.project import Project
from sheets_sync.spreadsheet import SheetError

NAME = "Google Form"


def look_at_form(project: Project, now: datetime) -> Iterator[Finding]:
    """Tell whether people can answer the form, and whether it asks what form.toml asks."""
    memory = form_of(project)
    if not memory.id:
        return
    # google-auth and gspread, only where there is a form.
    from forms.google_form import plan  # noqa: PLC0415
    from sheets_sync.form_publishing import is_taking_answers  # noqa: PLC0415
    from sheets_sync.google_forms import TO_COLLECT, edit_address  # noqa: PLC0415

    google, edit = open_forms(project, TO_COLLECT), edit_address(memory.id)
    try:
        form = google.get(memory.id)
    except SheetError as error:
        yield Finding(NAME, str(error))
        return
    state = form.get("publishSettings", {}).get("publishState", {})
    if not is_taking_answers(form) and not state.get("isPublished"):
        yield Finding(NAME, "is not published", "run: tidings form publish")
    elif not is_taking_answers(form):
        yield Finding(
            NAME,
            "takes no answers",
            f"run: tidings form publish, or open it again under Published: {edit}",
        )
    elif project.settings.form.answered_by == "anyone":
        yield from _from_outside(google.look_from_outside(form.get("responderUri", "")), edit)
    if form.get("linkedSheetId"):
        yield Finding(
            NAME,
            "its answers also go into a response sheet; a form is collected by Tidings or by its "
            "sheet, never by both",
            f"unlink it (Responses → ⋮ → Unlink form): {edit}#responses",
        )
    if form.get("settings", {}).get("emailCollectionType", "DO_NOT_COLLECT") != "DO_NOT_COLLECT":
        yield Finding(
            NAME,
            "collects e-mail addresses, which nobody here reads",
            "set Settings → Responses → Collect email addresses to Do not collect: "
            f"{edit}#settings",
            is_fault=False,
        )
    planned = plan(project.form, form, memory.asked)
    if any("updateItem" not in one and "updateFormInfo" not in one for one in planned.requests):
        yield Finding(NAME, "does not ask what form.toml asks", "run: tidings form publish")
    for title in planned.foreign:
        yield Finding(
            NAME,
            f"the question “{title}” is not in form.toml, so its answers get no column",
            f"add it there, or remove it here: {edit}",
            is_fault=False,
        )
    if memory.whole:
        yield Finding(NAME, f"all of it was last read on {memory.whole[:16]} UTC", is_fault=False)
    yield Finding(
        NAME,
        "Google tells nobody whether people may correct their answers",
        f"Settings → Responses → Allow response editing should be on: {edit}#settings",
        is_fault=False,
    )


def _from_outside(seen: str, edit: str) -> Iterator[Finding]:
    if seen == "sign in":
        yield Finding(
            NAME,
            "asks people to sign in to Google before they may answer",
            "run: tidings form publish, or let anyone with the link answer (Published → "
            f"Responders): {edit}",
        )
    elif seen == "gone":
        yield Finding(NAME, "is not there for people", f"look at it: {edit}")
