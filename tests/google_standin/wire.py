"""An HTTP request → the handler of its route → a response as Google words it."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

JSON_TYPE = "application/json; charset=UTF-8"
Json = Any
"""What a body decodes to: Google's own shapes, checked where they are read."""


@dataclass(frozen=True, slots=True)
class Request:
    """What came in; `path` is decoded, `query` keeps every value of a repeated name."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = b""

    def json(self) -> Json:
        """Return the decoded body; an empty one is `{}`, and a field that is null is absent."""
        if not self.body.strip():
            return {}
        try:
            return json.loads(self.body, object_hook=_without_nulls)
        except ValueError:
            raise invalid("Invalid JSON payload received.") from None

    def one(self, name: str, default: str = "") -> str:
        """Return the last value of a query parameter."""
        values = self.query.get(name)
        return values[-1] if values else default

    def is_set(self, name: str) -> bool:
        """Say whether a boolean parameter is true: `true`, `True` and `1` all are."""
        return self.one(name).lower() in ("true", "1")


@dataclass(frozen=True, slots=True)
class Response:
    """What goes out: bytes as they are, anything else as JSON."""

    status: int
    body: object
    content_type: str = JSON_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """Return the bytes of the body."""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


class ApiError(Exception):
    """A refusal in Google's words."""

    def __init__(self, code: int, status: str, message: str, details: Sequence[Json] = ()) -> None:
        super().__init__(f"{code} {status}: {message}")
        self.code, self.status, self.message, self.details = code, status, message, list(details)

    def response(self) -> Response:
        """Return the error as the body every Google API gives."""
        error: dict[str, object] = {"code": self.code, "message": self.message}
        error["status"] = self.status
        if self.details:
            error["details"] = self.details
        return Response(self.code, {"error": error})


def _without_nulls(given: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in given.items() if value is not None}


class DriveError(ApiError):
    """A refusal in the words of Drive, which names reasons and no status."""

    def __init__(self, code: int, message: str, reason: str, *, domain: str = "global") -> None:
        super().__init__(code, "", message)
        self.reason, self.domain = reason, domain

    def response(self) -> Response:
        first = {"message": self.message, "domain": self.domain, "reason": self.reason}
        error = {"code": self.code, "message": self.message, "errors": [first]}
        return Response(self.code, {"error": error})


def invalid(message: str, details: Sequence[Json] = ()) -> ApiError:
    """Return the refusal of a request that cannot be understood."""
    return ApiError(400, "INVALID_ARGUMENT", message, details)


def not_found() -> ApiError:
    """Return the refusal for something that is not there."""
    return ApiError(404, "NOT_FOUND", "Requested entity was not found.")


@dataclass(frozen=True, slots=True)
class Route:
    """Which `handler(world, request, **named groups)` answers a method and a path."""

    method: str
    pattern: re.Pattern[str]
    handler: Callable[..., object]
    cost: str = ""
    """`read` or `write` where the call uses the Sheets quota of that name."""


def parse_target(target: str) -> tuple[str, dict[str, list[str]]]:
    """Return the raw path and the query of a request line."""
    parts = urlsplit(target)
    return parts.path, parse_qs(parts.query, keep_blank_values=True)


def named(path: str) -> re.Pattern[str]:
    """Return the pattern of a path like `/files/{file}`."""
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+?)", path))


def find_route(routes: Sequence[Route], request: Request) -> tuple[Route | None, dict[str, str]]:
    """Return the route that matches the raw path, with its groups decoded."""
    for route in routes:
        found = route.pattern.fullmatch(request.path)
        if route.method == request.method and found:
            groups = {name: unquote(text) for name, text in found.groupdict().items() if text}
            return route, groups
    return None, {}
