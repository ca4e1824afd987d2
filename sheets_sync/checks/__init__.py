"""A project folder -> Findings: what is wrong with it, what to do, and what is good to know."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from forms.definition import FormError
from sheets_sync.checks.coming import look_at_digest, look_at_people, look_at_state
from sheets_sync.checks.mail import look_at_mail, look_at_suspended, look_at_ways_out
from sheets_sync.checks.place import look_at_place
from sheets_sync.checks.sheet import look_at_spreadsheet
from sheets_sync.findings import Finding
from sheets_sync.form_checks import look_at_form
from sheets_sync.mail_records import look_at_records
from sheets_sync.project import Project, open_project, state_file
from sheets_sync.settings import FILE, SettingsError, load_settings
from sheets_sync.state import StateError

__all__ = ["Finding", "check_project"]


def check_project(
    folder: Path,
    environment: Mapping[str, str],
    *,
    now: datetime,
    mounts: Path = Path("/proc/self/mounts"),
) -> Iterator[Finding]:
    """Look at everything; what cannot be opened is a Finding, too."""
    in_folder = True
    try:
        in_folder = state_file(folder, load_settings(folder / FILE)) is not None
        with open_project(folder, environment) as project:
            for look in LOOKS:
                yield from look(project, now)
    except (SettingsError, FormError) as error:
        yield Finding("settings", str(error))
    except StateError as error:
        yield Finding("state", str(error))
    if in_folder:
        yield from look_at_place(folder, mounts)


LOOKS: tuple[Callable[[Project, datetime], Iterator[Finding]], ...] = (
    look_at_ways_out,
    look_at_people,
    look_at_state,
    look_at_digest,
    look_at_spreadsheet,
    look_at_mail,
    look_at_suspended,
    look_at_records,
    look_at_form,
)
