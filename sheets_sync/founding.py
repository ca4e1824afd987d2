"""A few answers -> a new project folder. What is there already is left as it is."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from forms.definition import default_form_text, read_form
from forms.rules import check_address
from forms.wording import translations
from sheets_sync.first_tags import first_rows, first_spelled, mentorship_word
from sheets_sync.keys import SECRET_FILE, make_secret
from sheets_sync.layout import REPORTS, TABS, TAGS, Tab
from sheets_sync.preparation import Arranged, Preparation, arrange
from sheets_sync.project import open_spreadsheet, state_place
from sheets_sync.settings import FILE, Settings, SettingsError, load_settings, read_settings
from sheets_sync.spreadsheet import SheetError, Snapshot
from sheets_sync.state import open_state
from sheets_sync.state.kind import Kind
from sheets_sync.taglist import SPELLED, dump_spelled
from sheets_sync.validate import reports_tab

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
{spreadsheet}
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
# A report with one of these tags about somebody else proposes a pair in Mentors:
# tags = ["mentoring", "mentorship", "mentor", "mentee"]

# Your words for the groups in the People tab.
[groups]
# coordinator = ["Council"]
# mentor = ["Mentor"]
# alumni = ["Alumni"]
# The closed groups in which everybody of a status should be once they have a username; the
# Problems tab lists who is not. Without this: the group of the status itself.
# required = {{ member = ["Rep", "reps-forum"], mentor = ["Mentor"] }}

[form]
file = "form.toml"
# The Google Form, by its id or the address of its editor; tidings form publish makes one.
# google = ""
# Who may answer the Google Form: "anyone", "chosen" people, or a domain.
# answered_by = "anyone"
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

[archive]
# true: each run builds public pages of the reports into the folder; url is where it is reached.
# publish = false
# url = "https://reports.example.org"
# folder = "archive"
"""

_FILE_LINE = re.compile(r"\s*file\s*=\s*\"[^\"]*\.xlsx\"")


@dataclass(frozen=True, slots=True)
class Answers:
    """What must be known of a new community."""

    name: str
    coordinators: Sequence[str]
    timezone: str = "UTC"
    language: str = "en"
    google: str = ""
    """Id of a spreadsheet on Google; without it, a workbook file is made."""


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
        spreadsheet=_named(answers.google) if answers.google else 'file = "workbook.xlsx"',
    )
    read_settings(text, name="what you answered")
    return text


def needs_answers(folder: Path) -> bool:
    """Say whether the folder has no settings yet."""
    return not (folder / FILE).exists()


def found(folder: Path, answers: Answers | None, environment: Mapping[str, str]) -> list[str]:
    """Make whatever the folder lacks; returns a line about each part."""
    return list(founded(folder, answers, environment))


def founded(
    folder: Path, answers: Answers | None, environment: Mapping[str, str], *, google: str = ""
) -> Iterator[str]:
    """Make whatever the folder lacks, and tell each part when it is there.

    Without `answers` the folder must have its settings; `google` is then put into them.
    Raises SettingsError, FormError, StateError, SheetError.
    """
    text = settings_text(answers) if answers else ""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    if answers or not google:
        yield _written(path, text)
    else:
        yield _changed(path, google)
    settings = load_settings(path)
    words = translations(settings.community.language)
    yield _written(folder / settings.form.file, default_form_text(words.gettext))
    yield _told(folder / SECRET_FILE, new=make_secret(folder, environment))
    # Last but one: it may be refused, and what stands before it is of use all the same.
    spreadsheet = open_spreadsheet(folder, settings, environment=environment)
    place = state_place(folder, settings, environment)
    yield from spreadsheet.prepare(preparation(folder, settings, place))
    yield _state(place, first_spelled(settings.community.language))


def parts(
    folder: Path, answers: Answers | None, environment: Mapping[str, str], *, google: str = ""
) -> Iterator[str]:
    """Tell what `founded` would, and make nothing."""
    path = folder / FILE
    before = "" if answers else path.read_text("utf-8")
    text = settings_text(answers) if answers else before
    if google and not answers:
        text = with_google(text, google, name=str(path))
    settings = read_settings(text, name=str(path))
    yield f"{path.name}: would be changed" if before not in ("", text) else _would_be(path)
    yield _would_be(folder / settings.form.file)
    yield _would_be(folder / SECRET_FILE)
    spreadsheet = open_spreadsheet(folder, settings, environment=environment)
    place = state_place(folder, settings, environment)
    yield from spreadsheet.prepare(preparation(folder, settings, place), dry_run=True)
    yield _would_be(place)


def with_google(text: str, id: str, *, name: str) -> str:
    """Return settings that name this spreadsheet on Google, all else as it was."""
    before = read_settings(text, name=name).spreadsheet
    if before.google == id:
        return text
    if before.google:
        raise SettingsError(
            f"{name} names another spreadsheet already ({before.google}). Nothing was changed. "
            "Make a new project folder, or change spreadsheet.google there yourself"
        )
    lines = [f"# {one}" if _FILE_LINE.match(one) else one for one in text.splitlines()]
    if "[spreadsheet]" not in lines:
        lines += ["", "[spreadsheet]"]
    lines.insert(lines.index("[spreadsheet]") + 1, _named(id))
    changed = "\n".join(lines) + "\n"
    if not _says(changed, id, name=name):
        raise SettingsError(f"{name}: write this line under [spreadsheet] yourself: {_named(id)}")
    return changed


def _says(text: str, id: str, *, name: str) -> bool:
    try:
        return read_settings(text, name=name).spreadsheet.google == id
    except SettingsError:
        return False


def _named(google: str) -> str:
    return f"google = {_quoted(google)}"


def _changed(path: Path, google: str) -> str:
    before = path.read_text("utf-8")
    text = with_google(before, google, name=str(path))
    if text == before:
        return _told(path, new=False)
    changed = path.with_name(f"{path.name}.new")
    changed.write_text(text, "utf-8")
    changed.replace(path)
    return f"{path.name}: now names the spreadsheet on Google"


def preparation(folder: Path, settings: Settings, state: Kind) -> Preparation:
    """Return what is wanted of the spreadsheet, in the community's words."""
    words = translations(settings.community.language)
    form = folder / settings.form.file
    text = form.read_text("utf-8") if form.exists() else default_form_text(words.gettext)
    reports = reports_tab(read_form(text, name=str(form)))
    return Preparation(
        tabs=[reports if tab is REPORTS else tab for tab in TABS],
        rows={TAGS.title: first_rows(settings.community.language)},
        arrange=lambda sheet: _arranged(sheet, reports, state, settings),
        mentorship=mentorship_word(settings.community.language),
        alumni=(settings.groups.alumni or ("Alumni",))[0],
    )


def _arranged(sheet: Snapshot, reports: Tab, place: Kind, settings: Settings) -> Arranged:
    values = _remembered(place)
    if f"layout:{reports.title}" in values and not sheet.worksheet(reports.title):
        raise SheetError(
            "this project has its reports in another spreadsheet so far, and this one has no tab "
            f"{reports.title}. Nothing was changed. Bring the old one here first (for a workbook: "
            "File > Import > Upload, then Replace spreadsheet), and run this again"
        )
    aliases = settings.spreadsheet.headers
    return arrange(sheet, reports, values, aliases=aliases, now=datetime.now(UTC))


def _remembered(place: Kind) -> dict[str, str]:
    """Return what the state remembers of the spreadsheet; nothing before there is one."""
    if not place.exists():
        return {}
    state = open_state(place)
    try:
        return dict(state.base.values())
    finally:
        state.close()


def _state(place: Kind, spelled: Mapping[str, str]) -> str:
    """Make the state; it knows which tags nobody but Tidings `spelled`, by key."""
    new = not place.exists()
    state = open_state(place, create=True)
    try:
        if new:
            state.base.put(SPELLED, dump_spelled(spelled))
    finally:
        state.close()
    return _told(place, new=new)


def _written(path: Path, text: str) -> str:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return _told(path, new=False)
    return _told(path, new=True)


def _told(path: Path | Kind, *, new: bool) -> str:
    return f"{path.name}: {'made' if new else 'there already, left as it is'}"


def _would_be(path: Path | Kind) -> str:
    return f"{path.name}: {'there already' if path.exists() else 'would be made'}"


def _quoted(text: str) -> str:
    """Return a TOML string. JSON's escapes are TOML's, but for U+007F."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
