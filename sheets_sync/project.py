"""A project folder -> everything that a command works with, opened and closed again."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from digests.filters import check_filter
from digests.transport import Transport
from forms.definition import Form, load_form
from sheets_sync.backend import Backend
from sheets_sync.community import Role
from sheets_sync.given import Rules
from sheets_sync.keys import load_password, load_secret, load_state_password
from sheets_sync.links import Links
from sheets_sync.mentor_sheet import Apart, Elsewhere, Names
from sheets_sync.settings import FILE, Settings, load_settings
from sheets_sync.state import State, StateError, open_state
from sheets_sync.state.address import locate
from sheets_sync.state.kind import Kind
from sheets_sync.state.lock import hold
from sheets_sync.state.refusal import Taken
from sheets_sync.xlsx import Workbook


class AnotherRunError(Exception):
    """Another sync or digest of this project is at work."""


@dataclass(frozen=True, slots=True)
class Project:
    """One community's installation."""

    folder: Path
    settings: Settings
    form: Form
    rules: Rules
    links: Links
    spreadsheet: Backend
    mentors: Elsewhere | None
    """The mentor sheet, where other people keep it."""
    state: State
    password: str
    """The mail server's; empty when there is none."""
    environment: Mapping[str, str] = field(default_factory=dict)
    carrier: Transport | None = None
    """What carries the mails, in place of what the settings name."""


@contextmanager
def open_project(
    folder: Path, environment: Mapping[str, str], *, new_state: bool = False
) -> Iterator[Project]:
    """Open a project folder; raises SettingsError, FormError or StateError.

    `new_state` makes a fresh state where none is left; one that is there is never replaced.
    """
    settings = load_settings(folder / FILE)
    form = load_form(folder / settings.form.file)
    secret = load_secret(folder, environment)
    place = state_place(folder, settings, environment)
    if new_state and place.exists():
        raise StateError(
            f"{place.place} is there; a new state is for when none is left. To give this one up, "
            "move it away first"
        )
    state = open_state(place, create=new_state)
    try:
        yield Project(
            folder=folder,
            settings=settings,
            form=form,
            rules=make_rules(settings, form, secret),
            links=Links(secret, settings.community.public_url),
            spreadsheet=open_spreadsheet(folder, settings, state, environment),
            mentors=find_mentors(folder, settings, state, environment),
            state=state,
            password=load_password(folder, environment),
            environment=environment,
        )
    finally:
        state.close()


def state_place(
    folder: Path, settings: Settings, environment: Mapping[str, str], *, url: str = ""
) -> Kind:
    """Return where the state is, or would be at another URL; raises StateError, SettingsError."""
    password = load_state_password(folder, environment)
    name = settings.community.name
    return locate(url or settings.state, folder, community=name, password=password)


def state_file(folder: Path, settings: Settings) -> Path | None:
    """Return the file that holds the state; None where a server holds it."""
    name = settings.state.removeprefix("sqlite:").removeprefix("///")
    return folder / name if settings.state.startswith("sqlite:") else None


def open_spreadsheet(
    folder: Path,
    settings: Settings,
    state: State | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Backend:
    """Return the spreadsheet that the settings name; nothing is opened or asked before its use."""
    wanted = settings.spreadsheet
    if not wanted.google:
        return Workbook(folder / wanted.file, backups=wanted.backups)
    memory, zone = state.base if state else None, settings.community.timezone
    return _on_google(wanted.google, folder / wanted.credentials, memory, environment, zone=zone)


def _on_google(
    id: str, key: Path, memory: Names | None, environment: Mapping[str, str], *, zone: str = ""
) -> Backend:
    # gspread and google-auth cost 0.3 s at every start, and most projects need neither.
    from sheets_sync.google_access import open_session, service_url  # noqa: PLC0415
    from sheets_sync.google_sheets import Calls, GoogleSpreadsheet  # noqa: PLC0415

    url = service_url("sheets", environment)
    calls = Calls(lambda: open_session(key), id, base_url=url)
    return GoogleSpreadsheet(calls, memory=memory, zone=zone)


def find_mentors(
    folder: Path,
    settings: Settings,
    state: State | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Elsewhere | None:
    """Return where the mentor sheet is, if it is not a tab of the spreadsheet."""
    wanted = settings.mentors
    if wanted.google:
        key = folder / settings.spreadsheet.credentials
        memory = Apart("mentors", state.base) if state else None
        sheet = _on_google(wanted.google, key, memory, environment)
        return Elsewhere(sheet, "the mentor spreadsheet", wanted.tab, wanted.headers)
    if wanted.file:
        book = Workbook(folder / wanted.file)
        return Elsewhere(book, book.name, wanted.tab, wanted.headers, book.path)
    return None


def make_rules(settings: Settings, form: Form, secret: str = "") -> Rules:
    """Return what the settings say of a sync."""
    return Rules(
        form=form,
        zone=settings.zone,
        check_filter=check_filter,
        groups={role: getattr(settings.groups, role) for role in Role},
        required_groups={Role(name): those for name, those in settings.groups.required.items()},
        headers=settings.spreadsheet.headers,
        trust=settings.form.trust,
        hashtags=settings.form.hashtags,
        linked=settings.spreadsheet.linked_tabs,
        mentorship_tags=settings.mentors.tags,
        secret=secret,
    )


@contextmanager
def one_run(project: Project, *, patience: float = 10.0) -> Iterator[None]:
    """Let one run of a project work at a time, on whatever machine; raises AnotherRunError.

    The right to it goes with its process, however that ends (fault 47).
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(hold(project.state.engine, "run", patience=patience))
        except Taken as error:
            raise AnotherRunError(
                f"another run is at work in {project.folder}; nothing was done, try again when it "
                "has ended"
            ) from error
        yield
