"""A few answers -> a new project folder. What is there already is left as it is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from forms.definition import default_form_text, load_form
from forms.rules import check_address
from forms.wording import N_, translations
from sheets_sync.keys import SECRET_FILE, make_secret
from sheets_sync.layout import REPORTS, TABS, TAGS
from sheets_sync.project import open_spreadsheet, state_path
from sheets_sync.settings import FILE, Settings, SettingsError, load_settings, read_settings
from sheets_sync.state import open_state
from sheets_sync.validate import reports_tab

FIRST_TAGS = (
    (N_("mentorship"), N_("Helping somebody along: talks, advice, reviews.")),
    (N_("onboarding"), N_("The first steps of somebody new.")),
    (N_("working-group"), N_("Meetings and work of a group.")),
    (N_("planning"), N_("Getting something ready.")),
    (N_("press"), N_("Journalists, interviews, articles.")),
    (N_("local-community"), N_("What happens where you live.")),
)

SETTINGS = """\
# The settings of this project. A line that begins with # says what would count without it;
# remove the # to change it. `tidings check` tells whether everything fits together.

[community]
name = {name}
timezone = {timezone}
language = {language}
# They are told what needs a person: rows to mend, people without a mentor.
coordinators = {coordinators}
# Where the form page is reached from outside. Without it mails carry no personal links.
# public_url = "https://reports.example.org"

[spreadsheet]
file = "workbook.xlsx"
# How many dated backups are kept beside it.
# backups = 14
# Other headers for our columns, tab by tab, so that a table you have can be used as it is:
# headers = {{ Reports = {{ "What did you do?" = "text" }} }}
# Tabs that a Google Form fills, each one more source of reports:
# linked_tabs = ["Form responses 1"]

# Where other people keep the list of mentors, if it is not the tab Mentors; read, never written.
# [mentors]
# file = "../council/pairs.xlsx"
# tab = "Pairs"
# headers = {{ "Looks after them" = "mentor" }}

# Your words for the groups in the People tab.
[groups]
# coordinator = ["Council"]
# mentor = ["Mentor"]
# alumni = ["Alumni"]

[form]
file = "form.toml"
# "personal": reports that name somebody on the roster without coming from that person's own
# link reach coordinators only, until they write ok.
# trust = "open"
# How many reverse proxies of yours stand in front of the page.
# proxies = 0

[digest]
weekday = "monday"
hour = 7
# true: only people in the Subscriptions tab get mail.
# opt_in = false
# Coordinators see each issue so many hours before everybody, and may hold it.
# review_hours = 0
# After so many weeks somebody is "not seen lately", for their mentor and the coordinators.
# quiet_weeks = 4

[mail]
# Mails go into a folder, as files, until you name a mail server:
#   "smtp://user@mail.example.org:587"   or   "smtps://user@mail.example.org:465"
# Its password stands in the file mail-password (mode 0600) or in TIDINGS_MAIL_PASSWORD.
url = "folder:outbox"
# sender = "Tidings <tidings@example.org>"
# A mailbox that a person reads, for those who want no more mail.
# unsubscribe = "tidings@example.org"
"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What must be known of a new community."""

    name: str
    coordinators: Sequence[str]
    timezone: str = "UTC"
    language: str = "en"


def settings_text(answers: Answers) -> str:
    """Return a commented `tidings.toml`; raises SettingsError when an answer is no good."""
    for address in answers.coordinators:
        if fault := check_address(address):
            raise SettingsError(f"coordinator {address!r}: {'; '.join(fault.text())}")
    text = SETTINGS.format(
        name=_quoted(answers.name),
        timezone=_quoted(answers.timezone),
        language=_quoted(answers.language),
        coordinators=json.dumps(list(answers.coordinators), ensure_ascii=False),
    )
    read_settings(text, name="these answers")
    return text


def needs_answers(folder: Path) -> bool:
    """Say whether the folder has no settings yet."""
    return not (folder / FILE).exists()


def found(folder: Path, answers: Answers | None, environment: Mapping[str, str]) -> list[str]:
    """Make whatever the folder lacks; returns a line about each part.

    Without `answers` the folder must have its settings.
    """
    text = settings_text(answers) if answers else ""
    folder.mkdir(parents=True, exist_ok=True)
    told = [_written(folder / FILE, text)]
    settings = load_settings(folder / FILE)
    words = translations(settings.community.language)
    told.append(_written(folder / settings.form.file, default_form_text(words.gettext)))
    told.append(_told(folder / SECRET_FILE, new=make_secret(folder, environment)))
    told.append(_workbook(folder, settings))
    told.append(_state(folder, settings))
    return told


def parts(folder: Path, answers: Answers | None) -> list[str]:
    """Return what `found` would say, and make nothing."""
    text = settings_text(answers) if answers else (folder / FILE).read_text("utf-8")
    settings = read_settings(text, name=str(folder / FILE))
    paths = [
        folder / FILE,
        folder / settings.form.file,
        folder / SECRET_FILE,
        folder / settings.spreadsheet.file,
        state_path(folder, settings),
    ]
    return [
        f"{path.name}: {'there already' if path.exists() else 'would be made'}" for path in paths
    ]


def _workbook(folder: Path, settings: Settings) -> str:
    path = folder / settings.spreadsheet.file
    if path.exists():
        return _told(path, new=False)
    form = load_form(folder / settings.form.file)
    words = translations(settings.community.language)
    tabs = [reports_tab(form) if tab is REPORTS else tab for tab in TABS]
    tags = [[words.gettext(tag), None, None, words.gettext(about)] for tag, about in FIRST_TAGS]
    open_spreadsheet(folder, settings).create(tabs, {TAGS.title: [list(row) for row in tags]})
    return _told(path, new=True)


def _state(folder: Path, settings: Settings) -> str:
    path = state_path(folder, settings)
    new = not path.exists()
    open_state(settings.state, folder=folder, create=True).close()
    return _told(path, new=new)


def _written(path: Path, text: str) -> str:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return _told(path, new=False)
    return _told(path, new=True)


def _told(path: Path, *, new: bool) -> str:
    return f"{path.name}: {'made' if new else 'there already, left as it is'}"


def _quoted(text: str) -> str:
    """Return a TOML string. JSON's escapes are TOML's, but for U+007F."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
