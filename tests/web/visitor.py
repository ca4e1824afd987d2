"""A visitor without a browser: opens a page, fills in its form, posts it."""

import re
from collections.abc import Mapping
from html import unescape

from flask import Flask
from werkzeug.test import TestResponse

ANSWERS = {"reporter": "Ana", "text": "I met the new group.\n\nWe planned."}
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def token_in(page: str) -> str:
    """Return the form's hidden token."""
    found = re.search(r'name="form-token" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


class Visitor:
    """Talks to an application as a browser does, from one address."""

    def __init__(self, app: Flask, address: str = "192.0.2.1") -> None:
        self._client = app.test_client(use_cookies=False)
        self._environment = {"REMOTE_ADDR": address}

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self._client.get(path, environ_overrides=self._environment)

    def token(self, path: str = "/") -> str:
        """Open a form and return its token."""
        return token_in(self.get(path).text)

    def send(
        self,
        path: str = "/",
        *,
        token: str = "",
        headers: Mapping[str, str] | None = None,
        **fields: str,
    ) -> TestResponse:
        """Open the form (unless a token is at hand), fill it in and send it."""
        data = {"form-token": token or self.token(path), **(fields or ANSWERS)}
        return self._client.post(
            path,
            data=data,
            headers=SAME_ORIGIN if headers is None else dict(headers),
            environ_overrides=self._environment,
        )

    def raw(self, path: str, **options: object) -> TestResponse:
        """Send any request."""
        return self._client.open(path, environ_overrides=self._environment, **options)
