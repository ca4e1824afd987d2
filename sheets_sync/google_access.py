"""The key file of a service account -> a session that Google lets in, or what is wrong with it.

google-auth lives here and nowhere else. The key is never printed.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google.auth.transport.requests import AuthorizedSession
from google.oauth2.service_account import Credentials

from forms.phrase import Phrase, phrase
from forms.wording import N_
from sheets_sync.google_sheets.calls import Session
from sheets_sync.spreadsheet import SheetError

SPREADSHEETS = "https://www.googleapis.com/auth/spreadsheets"
EMULATOR_VARIABLE = "SHEETS_EMULATOR_HOST"
GOOGLE = "https://{service}.googleapis.com"
_NEEDED = ("client_email", "private_key", "token_uri")
_EXAMPLES = ("example-project", "THIS IS NOT A KEY", ".example")
"""What stands in credentials.example.json and in no real file."""


class _Key(Credentials):
    """A service account's key that asks for tokens and for nothing else.

    google-auth would also ask another service, in a thread, in which regions it may be used; that
    fails aloud where only Sheets is reached.
    """

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


class _Authorized(AuthorizedSession, Session):
    """An authorised session whose failures to sign in are told in words."""

    def __init__(self, credentials: Credentials, file: Path) -> None:
        super().__init__(credentials)  # type: ignore[no-untyped-call]
        self.account: str = credentials.service_account_email
        self._file = file

    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        """Send a request. Raises SheetError when Google does not know the key (any more)."""
        try:
            response: requests.Response = super().request(*arguments, **options)  # type: ignore[no-untyped-call]
            return response
        except RefreshError as error:
            if error.retryable:
                raise requests.ConnectionError("no answer from Google's sign-in") from error
            raise SheetError(_refused(self.account, self._file, str(error))) from error
        except TransportError as error:
            raise requests.ConnectionError("Google's sign-in cannot be reached") from error


def open_session(path: Path, *scopes: str) -> Session:
    """Return a session for a key file; raises SheetError that says what is wrong with it."""
    content = load_key(path)
    try:
        credentials = _Key.from_service_account_info(  # type: ignore[no-untyped-call]
            content, scopes=scopes or (SPREADSHEETS,)
        )
    except (ValueError, GoogleAuthError) as error:
        raise SheetError(
            f"{path} holds a private key that cannot be read; take the file once more as Google's "
            "console gave it"
        ) from error
    return _Authorized(credentials, path)


def load_key(path: Path) -> dict[str, Any]:
    """Return a service account's key file; raises SheetError (faults 21, 80)."""
    try:
        mode = path.stat().st_mode & 0o777
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        told = N_(
            "{file} is not there; make a key for the service account in Google's console (JSON) "
            "and save it under this name"
        )
        raise SheetError(phrase(told, file=str(path))) from error
    except (OSError, ValueError) as error:
        told = N_("{file} cannot be read as JSON; save the key file anew")
        raise SheetError(phrase(told, file=str(path))) from error
    if mode & 0o077:
        told = N_(
            "{file} can be read by others on this machine (mode {mode}); run: chmod 600 {file}"
        )
        raise SheetError(phrase(told, file=str(path), mode=f"{mode:04o}"))
    if fault := _wrong(content):
        raise SheetError(f"{path} {fault}")
    return dict(content)


def _wrong(content: object) -> str:
    remedy = "make a key of the kind JSON for a service account in Google's console"
    if not isinstance(content, dict) or content.get("type") != "service_account":
        kind = content.get("type") if isinstance(content, dict) else None
        if isinstance(content, dict) and ("installed" in content or "web" in content):
            kind = "OAuth client"
        return f"is not the key of a service account (its kind: {kind or 'none'}); {remedy}"
    missing = [name for name in _NEEDED if not content.get(name)]
    if missing:
        return f"lacks {', '.join(missing)}; {remedy}"
    examples = [
        name
        for name in ("project_id", "private_key", "client_email")
        if any(word in str(content.get(name, "")) for word in _EXAMPLES)
    ]
    if examples:
        return f"still holds the example's {', '.join(examples)}; {remedy} and put it in its place"
    return ""


def service_url(service: str, environment: Mapping[str, str]) -> str:
    """Return where one of Google's services is: `sheets`, `drive` or `forms`."""
    emulator = environment.get(EMULATOR_VARIABLE, "")
    return f"http://{emulator}" if emulator else GOOGLE.format(service=service)


def _refused(account: str, file: Path, said: str) -> Phrase:
    if "invalid_grant" in said and "JWT" in said and ("time" in said or "iat" in said):
        told = N_(
            "Google does not let {account} in, because this machine's clock is wrong. Nothing was "
            "changed. Set the clock and try again"
        )
    else:
        told = N_(
            "Google does not accept the key of {account} (expired, deleted or the account "
            "disabled). Nothing was changed. Make a new key in Google's console and save it as "
            "{file}"
        )
    return phrase(told, account=account, file=str(file))
