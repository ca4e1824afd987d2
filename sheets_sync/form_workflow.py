"""A project -> its Google Form: published, collected, or looked at."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from forms.rules import one_line
from forms.wording import translations
from sheets_sync.erased import Erased
from sheets_sync.form_memory import Collected, FormMemory, recall, remember
from sheets_sync.project import Project

if TYPE_CHECKING:
    from sheets_sync.form_publishing import Published
    from sheets_sync.google_forms import GoogleForms

# google-auth, gspread and Flask's package cost half a second, and most projects have no Google
# Form: so each function imports what it needs.


def form_of(project: Project) -> FormMemory:
    """Return what is known of the project's Google Form; without an id there is none."""
    return recall(project.state.base, project.settings.form.google)


def open_forms(project: Project, scopes: Sequence[str]) -> "GoogleForms":
    """Return Google's forms as the project's service account sees them; asks nothing yet."""
    from sheets_sync.google_access import EMULATOR_VARIABLE, open_session  # noqa: PLC0415
    from sheets_sync.google_forms import GoogleForms  # noqa: PLC0415

    key = project.folder / project.settings.spreadsheet.credentials
    emulator = project.environment.get(EMULATOR_VARIABLE, "")
    return GoogleForms(
        lambda: open_session(key, *scopes), emulator=f"http://{emulator}" if emulator else ""
    )


def collect_answers(project: Project, *, now: datetime) -> Collected:
    """Take what people answered into the journal; trouble is told, and stops nothing."""
    if not form_of(project).id:
        return Collected()
    from sheets_sync.form_collecting import Intake, collect  # noqa: PLC0415
    from sheets_sync.google_forms import TO_COLLECT  # noqa: PLC0415

    settings = project.settings
    erased = Erased(project.rules.secret, project.state.erasing.prints())
    intake = Intake(project.form, settings.form, project.state, settings.zone, now, erased)
    return collect(open_forms(project, TO_COLLECT), intake)


def publish_form(project: Project, *, now: datetime, dry_run: bool) -> "Published":
    """Bring the Google Form in line with form.toml and publish it. Raises SheetError."""
    from sheets_sync.form_publishing import Order, publish  # noqa: PLC0415
    from sheets_sync.google_forms import TO_PUBLISH  # noqa: PLC0415

    community, form = project.settings.community, project.settings.form
    order = Order(
        project.form,
        document_title=one_line(f"{community.name}: {project.form.title}"),
        answered_by=form.answered_by,
        translate=translations(community.language).gettext,
    )
    return publish(
        open_forms(project, TO_PUBLISH),
        order,
        form_of(project),
        lambda memory: remember(project.state.base, memory, now),
        dry_run=dry_run,
    )
