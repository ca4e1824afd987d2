"""Calls meant for Google → the stand-in, below gspread and google-auth, which stay as they are."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from google.auth.transport.requests import AuthorizedSession
from google.oauth2.service_account import Credentials
from gspread import Client
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from tests.google_standin.server import Standin

GOOGLE = (
    "https://sheets.googleapis.com",
    "https://www.googleapis.com",
    "https://forms.googleapis.com",
)
SCOPES = (
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/drive",
)


class Redirect(HTTPAdapter):
    """Sends what goes to Google to another host, over plain HTTP."""

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__()

    def send(self, request: PreparedRequest, *given: Any, **options: Any) -> Response:
        parts = urlsplit(str(request.url))
        request.url = urlunsplit(("http", self.host, *parts[2:]))
        return super().send(request, *given, **options)


def authorised(standin: Standin, key: Mapping[str, str] | None = None) -> AuthorizedSession:
    """Return a session of google-auth whose calls, also those for tokens, end at the stand-in."""
    credentials = Credentials.from_service_account_info(key or standin.credentials(), scopes=SCOPES)
    session = AuthorizedSession(credentials)
    for address in GOOGLE:
        session.mount(address, Redirect(standin.host))
    return session


def gspread_client(standin: Standin) -> Client:
    """Return gspread as its users have it."""
    session = authorised(standin)
    return Client(auth=session.credentials, session=session)
