"""Google's Forms API, and Drive's word on who may answer: patient calls, none repeated blindly."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import requests

from forms.phrase import Phrase, phrase
from forms.wording import N_
from sheets_sync.google_sheets.calls import Calls, Json, Patience, Refused, Session, Trouble
from sheets_sync.spreadsheet import SheetError

FORMS = "https://forms.googleapis.com"
DRIVE = "https://www.googleapis.com"
FORM_TYPE = "application/vnd.google-apps.form"
TO_PUBLISH = (
    "https://www.googleapis.com/auth/forms.body",
    "https://www.googleapis.com/auth/drive.file",
)
TO_COLLECT = (
    "https://www.googleapis.com/auth/forms.body.readonly",
    "https://www.googleapis.com/auth/forms.responses.readonly",
)
"""Scopes: collecting may change nothing, and sees no other file."""
PAGE = 5000


class GoogleForms:
    """The forms that a service account may see."""

    def __init__(
        self,
        open_session: Callable[[], Session],
        *,
        emulator: str = "",
        patience: Patience | None = None,
        page: int = PAGE,
    ) -> None:
        open_session = cache(open_session)
        self._forms = _Calls(open_session, f"{emulator or FORMS}/v1/forms", patience)
        self._drive = _Calls(open_session, f"{emulator or DRIVE}/drive/v3/files", patience)
        self._emulator = emulator
        self._page = page

    def get(self, form_id: str) -> Json:
        """Return a form. Raises SheetError."""
        return self._forms.read(f"/{form_id}", {})

    def named(self, document_title: str) -> list[str] | None:
        """Return the ids of forms of our making under a title; None where Drive is not for us.

        Raises SheetError.
        """
        quoted = document_title.replace("\\", "\\\\").replace("'", "\\'")
        query = f"name = '{quoted}' and mimeType = '{FORM_TYPE}' and trashed = false"
        try:
            found = self._drive.read("", {"q": query, "fields": "files(id)"})
        except SheetError as error:
            if _is_passing(error):
                raise
            return None
        return [one["id"] for one in found.get("files", ())]

    def create(self, title: str, document_title: str) -> Json:
        """Make a form: unpublished, and without a question. Raises SheetError."""
        body = {"info": {"title": title, "documentTitle": document_title}}

        def look() -> Json | None:
            made = self.named(document_title)
            if made is None:
                raise SheetError(
                    "Google did not say whether it made the form, and without the Drive API it "
                    "cannot be looked up. Enable it and try again"
                )
            return self.get(made[0]) if made else None

        try:
            return self._forms.write("post", "", body, look)
        except SheetError as error:
            raise SheetError(
                f"{error}. Where Google lets a service account make no form, make an empty one "
                f"yourself, share it with {self._forms.account} as Editor, and write its id: "
                'google = "…" under [form]'
            ) from error

    def change(self, form: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> Json:
        """Carry out requests, all or none, and return the form as it is then.

        When somebody else has changed it meanwhile, nothing is done.
        """
        path = f"/{form['formId']}"
        body = {
            "includeFormInResponse": True,
            "requests": list(changes),
            "writeControl": {"requiredRevisionId": form["revisionId"]},
        }
        try:
            answer = self._forms.write("post", f"{path}:batchUpdate", body, lambda: {})
        except Refused:
            now = self.get(form["formId"])
            if now["revisionId"] == form["revisionId"]:
                raise
            return now
        return answer.get("form") or self.get(form["formId"])

    def publish(self, form_id: str) -> None:
        """Publish a form and let it take answers. Raises SheetError."""
        state = {"isPublished": True, "isAcceptingResponses": True}
        body = {"publishSettings": {"publishState": state}, "updateMask": "publishState"}
        self._forms.write("post", f"/{form_id}:setPublishSettings", body, lambda: None)

    def responders(self, form_id: str) -> list[Json] | None:
        """Return who may answer; None where Drive does not tell us. Raises SheetError."""
        wanted = {
            "fields": "permissions(id,type,role,view,domain)",
            "includePermissionsForView": "published",
        }
        try:
            found = self._drive.read(f"/{form_id}/permissions", wanted)
        except SheetError as error:
            if _is_passing(error):
                raise
            return None
        return [one for one in found.get("permissions", ()) if one.get("view") == "published"]

    def admit(self, form_id: str, who: Mapping[str, str]) -> bool:
        """Let somebody answer; say whether Drive allowed it. Raises SheetError."""
        body = {**who, "role": "reader", "view": "published"}

        def look() -> Json | None:
            found = self.responders(form_id) or []
            fitting = [p for p in found if all(p.get(k) == v for k, v in who.items())]
            return fitting[0] if fitting else None

        try:
            self._drive.write("post", f"/{form_id}/permissions", body, look)
        except SheetError as error:
            if _is_passing(error):
                raise
            return False
        return True

    def exclude(self, form_id: str, permission: str) -> None:
        """Take a permission back. Raises SheetError."""
        path = f"/{form_id}/permissions/{permission}"
        self._drive.write("delete", path, None, lambda: None)

    def responses(self, form_id: str, begin: str) -> Iterator[list[Json]]:
        """Yield pages of responses from a moment on; all of them where it is empty.

        Raises SheetError; what was yielded before it is whole.
        """
        wanted = {"pageSize": str(self._page)}
        if begin:
            wanted["filter"] = f"timestamp >= {begin}"
        token, seen = "", {""}
        while True:
            params = {**wanted, "pageToken": token} if token else wanted
            page = self._forms.read(f"/{form_id}/responses", params)
            yield page.get("responses", [])
            token = page.get("nextPageToken", "")
            if token in seen:
                return
            seen.add(token)

    def look_from_outside(self, address: str) -> str:
        """Return what somebody sees who is not signed in: `open`, `sign in`, `gone`, or ``."""
        there = self._emulator + urlsplit(address).path if self._emulator else address
        try:
            with requests.get(there, timeout=10, allow_redirects=False, stream=True) as answer:
                where = answer.headers.get("Location", "")
        except requests.RequestException:
            return ""
        if "accounts.google.com" in where or answer.status_code in (401, 403):
            return "sign in"
        return {200: "open", 404: "gone", 410: "gone"}.get(answer.status_code, "")


NOT_ENABLED = N_(
    "the Google Forms API (and the Drive API, to let people answer) is not enabled in the service "
    "account's project. Enable it, wait a minute and try again; Google says: {message}"
)
NOT_SHARED = N_(
    "{account} may not use the form. Share it with that address as Editor (⋮ → Add collaborators); "
    "Google says: {message}"
)
REFUSALS = {
    401: N_(
        "Google does not accept the key of {account} (revoked?). Make a new key for the service "
        "account and put it in the old one's place"
    ),
    404: N_(
        "there is no such form, or it is in the bin. Look at the id in its address, …/forms/d/ID/"
        "edit, and write it under [form]: google"
    ),
}


def _is_passing(error: SheetError) -> bool:
    """Tell whether Google is only down, not against it: then to try again helps."""
    return isinstance(error.__cause__, Trouble)


class _Calls(Calls):
    """Calls below one address, with words about forms."""

    def __init__(
        self, open_session: Callable[[], Session], url: str, patience: Patience | None
    ) -> None:
        super().__init__(open_session, "", patience=patience)
        self._url = url

    @property
    def account(self) -> str:
        """The address of the service account."""
        return self._session.account

    def write(
        self,
        method: str,
        path: str,
        body: Json | None,
        look: Callable[[], Json | None],
    ) -> Json:
        """Return the answer to a call that changes something. Raises SheetError."""

        def attempt() -> Json:
            try:
                return self.once(method, path, {}, body)
            except Trouble as trouble:
                # A second form would stay for good, so no refusal is taken at its word.
                trouble.unclear = True
                raise

        return self.patiently(attempt, look)

    def _answer(self, response: requests.Response) -> Json:
        if response.status_code == 204 or (response.content and response.text.strip() == "{}"):
            return {}  # nobody has answered yet; deleted
        return super()._answer(response)

    def _in_words(self, status: int, message: str) -> Phrase:
        words = REFUSALS.get(status, NOT_SHARED)
        if "has not been used in project" in message or "is disabled" in message:
            words = NOT_ENABLED
        return phrase(words, account=self.account, message=message)
