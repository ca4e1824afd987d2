"""A project folder -> everything that a command works with, opened and closed again."""

import fcntl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from digests.filters import check_filter
from forms.definition import Form, load_form
from sheets_sync.community import Role
from sheets_sync.decide import Rules
from sheets_sync.keys import load_password, load_secret
from sheets_sync.links import Links
from sheets_sync.mentor_sheet import Elsewhere
from sheets_sync.settings import FILE, MentorSettings, Settings, load_settings
from sheets_sync.spreadsheet import Spreadsheet
from sheets_sync.state import State, StateError, open_state
from sheets_sync.xlsx import Workbook

LOCK = "tidings.lock"


class AnotherRunError(Exception):
    """Another sync or digest is at work in this project folder."""


@dataclass(frozen=True, slots=True)
class Project:
    """One community's installation."""

    folder: Path
    settings: Settings
    form: Form
    rules: Rules
    links: Links
    spreadsheet: Spreadsheet
    mentors: Elsewhere | None
    """The mentor sheet, where other people keep it."""
    state: State
    password: str
    """The mail server's; empty when there is none."""


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
    path = state_path(folder, settings)
    if new_state and path.exists():
        raise StateError(
            f"{path} is there; a new state is for when none is left. To give this one up, move it "
            "away first"
        )
    state = open_state(settings.state, folder=folder, create=new_state)
    try:
        yield Project(
            folder=folder,
            settings=settings,
            form=form,
            rules=make_rules(settings, form),
            links=Links(secret, settings.community.public_url),
            spreadsheet=open_spreadsheet(folder, settings),
            mentors=find_mentors(folder, settings.mentors),
            state=state,
            password=load_password(folder, environment),
        )
    finally:
        state.close()


def state_path(folder: Path, settings: Settings) -> Path:
    """Return the file that holds the state."""
    return folder / settings.state.removeprefix("sqlite:").removeprefix("///")


def open_spreadsheet(folder: Path, settings: Settings) -> Spreadsheet:
    """Return the spreadsheet that the settings name."""
    return Workbook(folder / settings.spreadsheet.file, backups=settings.spreadsheet.backups)


def find_mentors(folder: Path, settings: MentorSettings) -> Elsewhere | None:
    """Return where the mentor sheet is, if it is not a tab of the spreadsheet."""
    if not settings.file:
        return None
    book = Workbook(folder / settings.file)
    return Elsewhere(book, book.name, settings.tab, settings.headers, book.path)


def make_rules(settings: Settings, form: Form) -> Rules:
    """Return what the settings say of a sync."""
    return Rules(
        form=form,
        zone=settings.zone,
        check_filter=check_filter,
        groups={Role(name): words for name, words in settings.groups.items()},
        headers=settings.spreadsheet.headers,
        trust=settings.form.trust,
        linked=settings.spreadsheet.linked_tabs,
    )


@contextmanager
def one_run(folder: Path, *, patience: float = 10.0) -> Iterator[None]:
    """Let one run at a time work in a project folder (fault 47); raises AnotherRunError.

    The lock goes with its process, however that ends.
    """
    with (folder / LOCK).open("a") as file:
        deadline = time.monotonic() + patience
        while not _taken(file.fileno()):
            if time.monotonic() > deadline:
                raise AnotherRunError(
                    f"another run is at work in {folder}; nothing was done, try again when it "
                    "has ended"
                )
            time.sleep(0.1)
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
