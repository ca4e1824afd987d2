"""`tidings.toml` -> one frozen model, or all its faults at once.

Secrets never stand in it: they come from the environment or from a file with mode 0600.
"""

import difflib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from forms.plural import counted
from sheets_sync.setting_values import (
    DatabaseUrl,
    GoogleFormId,
    GoogleSpreadsheetId,
    HeartbeatAddress,
    LinkedTabs,
    Mailbox,
    MailUrl,
    Responders,
    RoleName,
    WebAddress,
    Zone,
)
from sheets_sync.tags import MENTORSHIP_TAGS

FILE = "tidings.toml"


class SettingsError(Exception):
    """The settings cannot be used; the message lists every fault with its dotted key."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CommunitySettings(_Section):
    name: str = "Our community"
    timezone: Zone = "UTC"
    language: str = "en"
    coordinators: tuple[str, ...] = ()
    public_url: WebAddress = ""
    """Where the form page is reached from outside; without it mails carry no signed links."""
    heartbeat_url: HeartbeatAddress = ""
    """Asked after each good `run`, and with `/fail` after one that could not finish."""


class _OnePlace(_Section):
    """A spreadsheet is a file or on Google, never both."""

    file: str = ""
    google: GoogleSpreadsheetId = ""
    """Id or address of a spreadsheet on Google, in place of a file."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.google and self.file and "file" in self.model_fields_set:
            raise ValueError(
                "names a file and a spreadsheet on Google; keep one of file and google, and put a "
                "# before the other"
            )
        return self


class SpreadsheetSettings(_OnePlace):
    file: str = "workbook.xlsx"
    credentials: str = "credentials.json"
    """The key of the service account with which spreadsheets on Google are shared."""
    backups: int = Field(14, ge=1)
    headers: dict[str, dict[str, str]] = {}
    """Per tab, other headers for our columns: `Reports = {"What did you do?" = "text"}`."""
    linked_tabs: LinkedTabs = ()
    """Tabs that a Google Form fills; each is one more source of reports."""


class MentorSettings(_OnePlace):
    """Where other people keep the mentor sheet (read, never written); what counts as mentoring."""

    tab: str = "Mentors"
    headers: dict[str, str] = {}
    tags: tuple[str, ...] = MENTORSHIP_TAGS
    """A report with one of these, about somebody else, proposes a pair."""


class GroupSettings(_Section):
    """The community's words for the groups in the People tab."""

    member: tuple[str, ...] = ()
    mentor: tuple[str, ...] = ()
    alumni: tuple[str, ...] = ()
    coordinator: tuple[str, ...] = ()
    required: dict[RoleName, tuple[str, ...]] = {}
    """The groups in which everybody of a status with a username should be."""


class FormSettings(_Section):
    file: str = "form.toml"
    google: GoogleFormId = ""
    """Id of the Google Form; without it the one that we made, if any; `none`: there is none."""
    answered_by: Responders = "anyone"
    """Who may answer the Google Form: `anyone`, `chosen` people, or a domain."""
    trust: Literal["open", "personal"] = "open"
    hashtags: bool = True
    """Hashtags in the text are tags where nothing is in the field for tags."""
    minimum_seconds: float = Field(3, ge=0)
    maximum_links: int = Field(3, ge=0)
    per_address_hour: int = Field(10, ge=1)
    in_all_hour: int = Field(300, ge=1)
    proxies: int = Field(0, ge=0)
    """How many reverse proxies of yours stand in front and add X-Forwarded-For."""


class DigestSettings(_Section):
    weekday: Literal[
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
    ] = "monday"
    hour: int = Field(7, ge=0, le=23)
    opt_in: bool = False
    subscribe_page: bool = True
    """Whether people outside the roster may ask for the mail, and confirm it."""
    review_hours: int = Field(0, ge=0)
    maximum_reports: int = Field(100, ge=1)
    """Most reports in one mail; then "and N more"."""
    catch_up_weeks: int = Field(8, ge=1)
    quiet_weeks: int = Field(4, ge=1)
    """So many weeks without a report, and somebody is named to their mentor; then to coordinators,
    and after months apart from the others."""
    quiet_weeks_coordinators: int = Field(8, ge=1)
    quiet_months: int = Field(12, ge=1, le=120)
    renewal_months: int = Field(0, ge=0, le=120)
    """So often people are asked in their mail whether they are still in; 0: never."""
    hold_after_days: int = Field(14, ge=1)
    """After so long without a run, what would leave is held for a person to look at."""


class MailSettings(_Section):
    url: MailUrl = "folder:outbox"
    """`folder:NAME`, `smtp://user@host:587` (STARTTLS) or `smtps://user@host:465`."""
    sender: Mailbox = Field("Tidings <tidings@localhost>", min_length=1)
    reply_to: Mailbox = ""
    bounces: Mailbox = ""
    """Mailbox that a person reads, for what comes back (MAIL FROM); else the sender's."""
    unsubscribe: Mailbox = ""
    """Mailbox that a person reads, for `List-Unsubscribe`; else reply_to, else a coordinator."""
    allow_insecure: bool = False
    """Plain SMTP without TLS; for a relay on this very machine only."""
    connections: int = Field(4, ge=1, le=50)
    """So many at once at most; fewer when the relay allows fewer."""
    per_minute: int = Field(0, ge=0)
    """Most mails a minute; 0: as fast as the relay takes them."""


class ArchiveSettings(_Section):
    publish: bool = False
    """Whether each `run` builds the public archive."""
    folder: str = Field("archive", min_length=1)
    url: WebAddress = ""
    """Where the folder is reached from outside."""
    title: str = ""
    """As its pages say it; empty: the community's name."""
    people: bool = True
    """A page for each person who wrote a report and did not ask to be left out."""
    mentors: bool = False
    """A page for each mentor."""
    automatic: bool = False
    """Imported reports that a program wrote, on pages of their own."""

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if self.publish and not self.url:
            raise ValueError(
                'is to be published, but nobody knows where; add url = "https://…", the address '
                "at which its folder is reached"
            )
        return self


class Settings(_Section):
    """Everything that `tidings.toml` may say."""

    community: CommunitySettings = CommunitySettings()
    spreadsheet: SpreadsheetSettings = SpreadsheetSettings()
    mentors: MentorSettings = MentorSettings()
    groups: GroupSettings = GroupSettings()
    form: FormSettings = FormSettings()
    digest: DigestSettings = DigestSettings()
    mail: MailSettings = MailSettings()
    archive: ArchiveSettings = ArchiveSettings()
    state: DatabaseUrl = "sqlite:tidings.db"

    @property
    def zone(self) -> ZoneInfo:
        """The community's time zone."""
        return ZoneInfo(self.community.timezone)


def load_settings(path: Path) -> Settings:
    """Read `tidings.toml`; raises SettingsError naming the file and each fault."""
    try:
        return read_settings(path.read_text("utf-8"), name=str(path))
    except FileNotFoundError as error:
        raise SettingsError(
            f"{path} is not there; run this in a project folder, or make one with: tidings init"
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 text ({error.reason}); save it so") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error


def read_settings(text: str, *, name: str) -> Settings:
    """Return what a TOML text says; raises SettingsError under this file name."""
    try:
        return Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name} is not TOML: {error}") from error
    except ValidationError as error:
        faults = [f"  {_place(text, f['loc'])}: {_words(f)}" for f in error.errors()]
        raise SettingsError(
            "\n".join([f"{name} has {counted(len(faults), 'fault')}:", *faults])
        ) from error


def _place(text: str, loc: tuple[int | str, ...]) -> str:
    """Return a fault's dotted key, and its line where it can be told."""
    keys = [str(part) for part in loc if part != "[key]"]
    line = _line(text, keys)
    return ".".join(keys) + (f" (line {line})" if line else "")


def _line(text: str, keys: list[str]) -> int | None:
    """Return the line on which a key, or else its section, begins."""
    section: list[str] = []
    found = None
    for number, line in enumerate(text.splitlines(), 1):
        if heading := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
            section = [part.strip(" \"'") for part in heading[1].split(".")]
            found = number if section == keys else found
        elif key := re.match(r"""\s*["']?([^"'=#]+?)["']?\s*=""", line):
            here = [*section, *(part.strip() for part in key[1].split("."))]
            if here == keys[: len(here)]:
                return number
    return found


def _words(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return f"is not a setting{_guess(fault['loc'])}; check its spelling or remove it"
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    return f"{str(fault['msg'])[:1].lower()}{fault['msg'][1:]}"


def _guess(loc: tuple[int | str, ...]) -> str:
    known = list(_keys(Settings))
    near = difflib.get_close_matches(".".join(map(str, loc)), known, n=1, cutoff=0.75)
    return f" (perhaps {near[0]}?)" if near else ""


def _keys(model: type[BaseModel], before: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield before + name
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _keys(field.annotation, f"{before}{name}.")
