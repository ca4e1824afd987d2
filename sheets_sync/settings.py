"""`tidings.toml` -> one frozen model, or all its faults at once.

Secrets never stand in it: they come from the environment or from a file with mode 0600.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

FILE = "tidings.toml"


class SettingsError(Exception):
    """The settings cannot be used; the message lists every fault with its dotted key."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is not a time zone; write one such as Europe/Berlin") from error
    return name


def _whole_address(url: str) -> str:
    if url and not url.startswith(("https://", "http://")):
        raise ValueError(
            f"{url!r} is not an address; write one such as https://reports.example.org"
        )
    return url.rstrip("/")


Zone = Annotated[str, AfterValidator(_known_zone)]
WebAddress = Annotated[str, AfterValidator(_whole_address)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CommunitySettings(_Section):
    name: str = "Our community"
    timezone: Zone = "UTC"
    language: str = "en"
    coordinators: tuple[str, ...] = ()
    public_url: WebAddress = ""
    """Where the form page is reached from outside; without it mails carry no signed links."""


class SpreadsheetSettings(_Section):
    file: str = "workbook.xlsx"
    backups: int = Field(14, ge=1)
    headers: dict[str, dict[str, str]] = {}
    """Per tab, other headers for our columns: `Reports = {"What did you do?" = "text"}`."""


class FormSettings(_Section):
    file: str = "form.toml"
    trust: Literal["open", "personal"] = "open"
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
    review_hours: int = Field(0, ge=0)
    maximum_reports: int = Field(100, ge=1)
    """Most reports in one mail; then "and N more"."""
    catch_up_weeks: int = Field(8, ge=1)
    quiet_weeks: int = Field(4, ge=1)


class MailSettings(_Section):
    url: str = "folder:outbox"
    """`folder:NAME`, `smtp://user@host:587` (STARTTLS) or `smtps://user@host:465`."""
    sender: str = "Tidings <tidings@localhost>"
    reply_to: str = ""
    unsubscribe: str = ""
    """Mailbox that a person reads, for `List-Unsubscribe` while there is no public_url."""
    allow_insecure: bool = False
    """Plain SMTP without TLS; for a relay on this very machine only."""


class Settings(_Section):
    """Everything that `tidings.toml` may say."""

    community: CommunitySettings = CommunitySettings()
    spreadsheet: SpreadsheetSettings = SpreadsheetSettings()
    groups: dict[Literal["member", "mentor", "alumni", "coordinator"], tuple[str, ...]] = {}
    form: FormSettings = FormSettings()
    digest: DigestSettings = DigestSettings()
    mail: MailSettings = MailSettings()
    state: str = "sqlite:tidings.db"

    @property
    def zone(self) -> ZoneInfo:
        """The community's time zone."""
        return ZoneInfo(self.community.timezone)


def load_settings(path: Path) -> Settings:
    """Read `tidings.toml`; raises SettingsError naming the file and each fault."""
    try:
        return Settings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError as error:
        raise SettingsError(
            f"{path} is not there; run this in a project folder, or make one with: tidings init"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        lines = [f"  {_dotted(fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        raise SettingsError("\n".join([f"{path} has {len(lines)} fault(s):", *lines])) from error


def _dotted(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc)
