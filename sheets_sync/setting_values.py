"""A value of a setting, as it was typed -> the value that is meant, or what is wrong with it."""

import re
from email.utils import parseaddr
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator

from sheets_sync.database_address import database_address
from sheets_sync.google_address import form_id, spreadsheet_id
from sheets_sync.layout import TABS


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


def _heartbeat(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port_is_good = parts.hostname or "", parts.port != 0
    except ValueError:
        host, port_is_good = "", False
    here = parts.scheme == "http" and host in ("localhost", "127.0.0.1", "::1") if host else False
    if not url or (host and port_is_good and (parts.scheme == "https" or here)):
        return url.rstrip("/")
    # The value is not repeated: whoever knows it can say that all is well.
    raise ValueError("is not an https:// address; write the one that the watching service shows")


def _mailbox(typed: str) -> str:
    local, _, domain = parseaddr(typed)[1].rpartition("@")
    if typed and not (local and domain and typed.isprintable()):
        raise ValueError(f"{typed!r} is not a mail address; write Riverside <news@example.org>")
    return typed


def _way_to_send(url: str) -> str:
    if url.startswith("folder:") and url != "folder:":
        return url
    try:
        parts = urlsplit(url)
        port_is_good = parts.port != 0
    except ValueError:
        port_is_good = False
    if not port_is_good or parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        fault = "is not a way to send"
    elif parts.password:
        fault = "holds a password, which goes into the file mail-password"
    else:
        return url
    # The value is not repeated: it may hold a password (fault 81).
    raise ValueError(f"{fault}; write folder:outbox, smtp://user@host:587 or smtps://user@host:465")


def _tabs_of_others(titles: tuple[str, ...]) -> tuple[str, ...]:
    seen = {tab.title.casefold() for tab in TABS}
    for title in titles:
        if title.strip().casefold() in seen:
            raise ValueError(
                f"{title!r} is named twice or is a tab of Tidings' own; name the tab with a form's "
                "answers, once"
            )
        seen.add(title.strip().casefold())
    return titles


def _who_may_answer(typed: str) -> str:
    if typed in ("anyone", "chosen") or re.fullmatch(r"[\w-]+(\.[\w-]+)+", typed):
        return typed
    raise ValueError(
        f"{typed!r} is nobody; write anyone, chosen (people are named in the form's editor), or "
        "a domain such as example.org"
    )


Zone = Annotated[str, AfterValidator(_known_zone)]
WebAddress = Annotated[str, AfterValidator(_whole_address)]
HeartbeatAddress = Annotated[str, AfterValidator(_heartbeat)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
LinkedTabs = Annotated[tuple[str, ...], AfterValidator(_tabs_of_others)]
GoogleSpreadsheetId = Annotated[str, AfterValidator(lambda t: spreadsheet_id(t) if t else "")]
GoogleFormId = Annotated[str, AfterValidator(lambda t: form_id(t) if t else "")]
Responders = Annotated[str, AfterValidator(_who_may_answer)]
RoleName = Literal["member", "mentor", "alumni", "coordinator"]
MailUrl = Annotated[str, AfterValidator(_way_to_send)]
DatabaseUrl = Annotated[str, AfterValidator(database_address)]
