"""A request to Google's Sheets API -> its answer, or one clear line; never repeated blindly.

gspread carries each request; the patience is ours, since its own repeats what must not be.
"""

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

import requests
from gspread.exceptions import APIError
from gspread.http_client import HTTPClient

from forms.phrase import Phrase, phrase
from forms.wording import N_
from sheets_sync.spreadsheet import SheetError

GOOGLE = "https://sheets.googleapis.com"
TIMEOUT = (10.0, 200.0)
"""Seconds to connect and to answer; Google itself gives up after 180."""
PATIENCE = 100.0
"""Seconds that a call may take in all: a quota that is used up comes back within a minute."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 32.0
NOT_ENABLED = N_(
    "the Google Sheets API is not enabled in the service account's project. Nothing was changed. "
    "Enable it, wait a minute and try again; Google says: {message}"
)
NOT_SHARED = N_(
    "{account} may not use the spreadsheet {id}. Nothing was changed. In the spreadsheet, share it "
    "with {account} as Editor (button Share, no notification); Google says: {message}"
)
REFUSALS = {
    401: N_(
        "Google does not accept the key of {account} (revoked?). Nothing was changed. Make a new "
        "key for the service account and put it in the old one's place"
    ),
    404: N_(
        "there is no spreadsheet {id}, or it is in the bin. Nothing was changed. Look at the id in "
        "its address, then share it with {account} as Editor (button Share, no notification)"
    ),
}

Params = Mapping[str, str | Sequence[str]]
Json = dict[str, Any]


@dataclass(slots=True)
class Trouble(Exception):
    """One attempt that came to nothing, for a while. `unclear`: it may have had its effect."""

    what: Phrase
    unclear: bool
    retry_after: float = 0.0


class Refused(SheetError):
    """Google does not understand or allow this very request (400); it had no effect."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Time, and how it is spent between attempts."""

    seconds: float = PATIENCE
    timeout: tuple[float, float] = TIMEOUT
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


class Session(requests.Session):
    """A session that Google lets in, and whose it is."""

    account: str


class Calls:
    """The calls that concern one spreadsheet."""

    def __init__(
        self,
        open_session: Callable[[], Session],
        spreadsheet_id: str,
        *,
        base_url: str = GOOGLE,
        patience: Patience | None = None,
    ) -> None:
        self._id = spreadsheet_id
        self._open_session = open_session
        self._url = f"{base_url}/v4/spreadsheets/{spreadsheet_id}"
        self._patience = patience or Patience()

    @cached_property
    def _session(self) -> Session:
        # Only when it is needed: a fault of the key must not stop the form from taking reports.
        return self._open_session()

    @cached_property
    def _client(self) -> HTTPClient:
        # The session is authorised already; gspread would make one of its own.
        client = HTTPClient(auth=None, session=self._session)  # type: ignore[arg-type]
        client.set_timeout(self._patience.timeout)
        return client

    def read(self, path: str, params: Params) -> Json:
        """Return the answer to a GET, which may be repeated. Raises SheetError."""
        return self.patiently(lambda: self.once("get", path, params), lambda: None)

    def repeat(self, path: str, body: Json) -> Json:
        """Return the answer to a POST that may be repeated. Raises SheetError."""
        return self.patiently(lambda: self.once("post", path, {}, body), lambda: None)

    @property
    def account(self) -> str:
        """The address that the spreadsheet is to be shared with."""
        return self._session.account

    def time(self) -> datetime | None:
        """Return what time it is for Google, asked without our key; None when nobody answers."""
        try:
            answer = requests.get(self._url, timeout=self._patience.timeout)
            return parsedate_to_datetime(answer.headers.get("Date", ""))
        except (requests.RequestException, OSError, ValueError):
            return None

    def once(self, method: str, path: str, params: Params, body: Json | None = None) -> Json:
        """Make one attempt. Raises Trouble, Refused or SheetError."""
        sent = json.dumps(body).encode() if body is not None else None
        kind = {"Content-Type": "application/json"}
        try:
            response = self._client.request(
                method, self._url + path, dict[str, Any](params), sent, headers=kind
            )
        except APIError as error:
            raise self._fault(error.response) from error
        except TypeError as error:
            # gspread trips over an error that is no object, as OAuth has them.
            raise Trouble(phrase(N_("Google's answer made no sense")), unclear=True) from error
        except (requests.RequestException, OSError) as error:
            raise Trouble(_unreached(error), unclear=True) from error
        return self._answer(response)

    def patiently(self, attempt: Callable[[], Json], look: Callable[[], Json | None]) -> Json:
        """Repeat an attempt with growing pauses until it succeeds or the patience ends.

        After an attempt whose outcome is unclear, `look` says whether it had its effect.
        """
        patience, number = self._patience, 0
        deadline = patience.clock() + patience.seconds
        while True:
            try:
                return attempt()
            except Trouble as trouble:
                pause = max(trouble.retry_after, _pause(number) * patience.chance())
                if patience.clock() + pause > deadline:
                    raise SheetError(_given_up(trouble)) from trouble
                patience.sleep(pause)
                if trouble.unclear and (found := look()) is not None:
                    return found
                number += 1

    def _answer(self, response: requests.Response) -> Json:
        try:
            answer = response.json()
        except requests.JSONDecodeError as error:
            raise Trouble(phrase(N_("Google's answer was cut short")), unclear=True) from error
        if not isinstance(answer, dict) or not answer:
            raise Trouble(phrase(N_("Google's answer was empty")), unclear=True)
        return answer

    def _fault(self, response: requests.Response) -> Exception:
        status, error = response.status_code, _error_of(response)
        message = str(error.get("message", ""))
        if status == 429 or (status == 403 and _is_quota(error)):
            told = phrase(N_("Google's quota of calls a minute is used up"))
            return Trouble(told, unclear=False, retry_after=_retry_after(response))
        if status >= 500 or not error:
            told = phrase(N_("Google answers with an error of its own ({status})"), status=status)
            return Trouble(told, unclear=True, retry_after=_retry_after(response))
        if status == 400:
            return Refused(f"Google refuses the request: {message}")
        return SheetError(self._in_words(status, message))

    def _in_words(self, status: int, message: str) -> Phrase:
        """Say who must do what (fault 21)."""
        words = REFUSALS.get(status, NOT_SHARED)
        if "has not been used in project" in message or "is disabled" in message:
            words = NOT_ENABLED
        return phrase(words, account=self._session.account, id=self._id, message=message)


def _error_of(response: requests.Response) -> Json:
    """Return Google's own error; empty where a machine before it answered in HTML or not at all."""
    try:
        error = response.json()["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {}


def _is_quota(error: Json) -> bool:
    reasons = {one.get("reason", "") for one in error.get("errors", ()) if isinstance(one, dict)}
    reasons |= {one.get("reason", "") for one in error.get("details", ()) if isinstance(one, dict)}
    known = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED"}
    return (
        bool(reasons & known)
        or error.get("status") == "RESOURCE_EXHAUSTED"
        or "quota exceeded" in str(error.get("message", "")).casefold()
    )


def _retry_after(response: requests.Response) -> float:
    """Return how long Google asks us to wait, in seconds or until a moment."""
    asked = response.headers.get("Retry-After", "")
    if asked.isdecimal():
        return float(asked)
    try:
        until = parsedate_to_datetime(asked)
    except ValueError:
        return 0.0
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _pause(number: int) -> float:
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**number)


def _given_up(trouble: Trouble) -> Phrase:
    if trouble.unclear:
        told = N_("{what}. Whether it was written is looked up at the next run; try again later")
    else:
        told = N_("{what}. Nothing was changed; try again later")
    return phrase(told, what=trouble.what)


def _unreached(error: Exception) -> Phrase:
    if isinstance(error, requests.Timeout):
        return phrase(N_("Google cannot be reached (no answer in time)"))
    if isinstance(error, requests.ConnectionError):
        return phrase(N_("Google cannot be reached (the connection broke)"))
    return phrase(N_("Google cannot be reached (no whole answer)"))
