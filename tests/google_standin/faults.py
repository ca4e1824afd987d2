"""A fault that a test asks for → what the wire does instead of, or after, the true answer."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from tests.google_standin.wire import ApiError, DriveError, Response

HTML = "text/html; charset=UTF-8"


class Kind(StrEnum):
    """How a call can go wrong."""

    TOO_MANY = "429"
    TOO_MANY_WAIT = "429 with Retry-After"
    QUOTA = "403 quota"
    INTERNAL = "500"
    BAD_GATEWAY = "502 as HTML"
    UNAVAILABLE = "503"
    GATEWAY_TIMEOUT = "504"
    RESET = "reset"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated JSON"
    EMPTY = "empty 200"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: at the k-th matching call from now (1 is the next), `times` in a row."""

    kind: Kind
    call: int = 1
    after_effect: bool = False
    times: int = 1
    retry_after: int = 1
    path: str = ""
    """A pattern the `METHOD /path` must hold; without it every call counts but `/token`."""

    def counts(self, call: str) -> bool:
        """Say whether a call, as `METHOD /path`, is one of those counted."""
        return bool(re.search(self.path, call)) if self.path else not call.endswith("/token")


@dataclass(slots=True)
class Planned:
    """A fault and how many matching calls have been seen."""

    fault: Fault
    seen: int = 0

    def strikes(self, call: str) -> bool:
        """Count a call; say whether it is one that fails."""
        if not self.fault.counts(call):
            return False
        self.seen += 1
        return self.fault.call <= self.seen < self.fault.call + self.fault.times


@dataclass(slots=True)
class Gap:
    """What a person does between the k-th and the next call, counted from now."""

    after_call: int
    act: Callable[[], object]


@dataclass(slots=True)
class Schedule:
    """All that a test planned for the calls to come."""

    planned: list[Planned] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    struck: list[tuple[Kind, str]] = field(default_factory=list)

    def fault_for(self, call: str) -> Fault | None:
        """Return the fault this call meets, if any."""
        hits = [p.fault for p in self.planned if p.strikes(call)]
        if hits:
            self.struck.append((hits[0].kind, call))
        return hits[0] if hits else None

    def acts_due(self, *, call_ended: bool) -> list[Callable[[], object]]:
        """Return what a person does now: before the first call (gap 0) or after one has ended."""
        if call_ended:
            for gap in self.gaps:
                gap.after_call -= 1
        due = [gap for gap in self.gaps if gap.after_call <= 0]
        self.gaps = [gap for gap in self.gaps if gap.after_call > 0]
        return [gap.act for gap in due]


def spoiled(fault: Fault, answer: Response | None) -> Response | None:
    """Return what goes out; None where the connection just ends."""
    match fault.kind:
        case Kind.RESET | Kind.TIMEOUT:
            return None
        case Kind.EMPTY:
            return Response(200, b"")
        case Kind.TRUNCATED:
            whole = answer.encoded() if answer else b'{"spreadsheetId":"1", "replies": []}'
            return Response(200, whole[: len(whole) // 2] or b"{")
        case Kind.BAD_GATEWAY:
            return Response(502, _HTML_502, HTML)
        case _:
            return _refusal(fault)


_HTML_502 = (
    b"<!DOCTYPE html><html lang=en><title>Error 502 (Server Error)!!1</title>"
    b"<p><b>502.</b> <ins>That's an error.</ins><p>The server encountered a temporary error and "
    b"could not complete your request.<p>Please try again in 30 seconds."
)


def _refusal(fault: Fault) -> Response:
    error = _ERRORS[fault.kind].response()
    if fault.kind is not Kind.TOO_MANY_WAIT:
        return error
    return Response(error.status, error.body, headers={"Retry-After": str(fault.retry_after)})


def too_many(what: str = "Read") -> ApiError:
    """Return the refusal of a call beyond the quota of a minute."""
    name = f"{what} requests"
    return ApiError(
        429,
        "RESOURCE_EXHAUSTED",
        f"Quota exceeded for quota metric '{name}' and limit '{name} per minute per user' of "
        "service 'sheets.googleapis.com' for consumer 'project_number:1'.",
        [{"@type": "type.googleapis.com/google.rpc.Help", "links": []}],
    )


_ERRORS = {
    Kind.TOO_MANY: too_many(),
    Kind.TOO_MANY_WAIT: too_many(),
    Kind.QUOTA: DriveError(
        403, "User Rate Limit Exceeded", "userRateLimitExceeded", domain="usageLimits"
    ),
    Kind.INTERNAL: ApiError(500, "INTERNAL", "Internal error encountered."),
    Kind.UNAVAILABLE: ApiError(503, "UNAVAILABLE", "The service is currently unavailable."),
    Kind.GATEWAY_TIMEOUT: ApiError(
        504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."
    ),
}
