"""What the outbox holds: an Issue, its Deliveries, and its line in the Digests tab."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from json import dumps, loads
from typing import Any

from sqlalchemy import Row

TAKEN_OVER = "taken over from the spreadsheet"
"""Period of an issue of which only its line in the Digests tab is known."""

DOT_SECONDS = 5.0
"""A final dot is said within so many seconds after it was recorded, or not at all."""


class DeliveryState(StrEnum):
    """How far one delivery is."""

    QUEUED = "queued"
    SENDING = "sending"
    """Claimed; the server has not got the final dot, so it was certainly not delivered."""
    DOT = "dot"
    """The final dot is on its way; unclear until the server answers."""
    SENT = "sent"
    DEFERRED = "deferred"
    """Refused for now; tried again at `next_try`."""
    FAILED = "failed"
    """Refused for good; `answer` holds the server's words."""
    DROPPED = "dropped"
    """Not sent on purpose: no longer wanted, or nothing was left of it."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One edition of the digest, as frozen."""

    name: str
    frozen_at: datetime
    period: str
    up_to: int
    """Highest accepted number that was considered."""
    reports: int
    send_after: datetime | None = None
    """Until then only coordinators get it, and may hold it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One issue to one subscriber, with the final bytes."""

    issue: str
    subscriber: str
    address: str
    """As the envelope carries it."""
    message_id: str
    message: bytes
    reports: tuple[str, ...]
    """Ids of the reports in it."""
    first: bool = False
    """For a coordinator, who gets it before the review is over."""
    state: DeliveryState = DeliveryState.QUEUED
    answer: str = ""
    """The server's last words."""
    number: int = 0
    """Given by the outbox."""
    attempts: int = 0
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """What one subscriber has had or passed over."""

    considered: int
    """All accepted numbers up to here."""
    part: str = ""
    """What the coordinators' and mentors' part of the last mail held."""


@dataclass(frozen=True, slots=True)
class IssueLine:
    """One line of the Digests tab."""

    issue: str
    period: str
    reports: int
    recipients: int
    sent: int
    failed: int
    at: datetime
    decision: str


def as_text(moment: datetime) -> str:
    """Return a moment as it is kept: UTC, and sorted as text like as time."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def issue_row(issue: Issue, recipients: int) -> dict[str, Any]:
    """Return an issue as a row of its table."""
    return {
        "name": issue.name,
        "frozen_at": as_text(issue.frozen_at),
        "period": issue.period,
        "up_to": issue.up_to,
        "reports": issue.reports,
        "recipients": recipients,
        "decision": "",
        "send_after": as_text(issue.send_after) if issue.send_after else None,
    }


def issue_of(row: Row[Any]) -> Issue:
    """Return a row of the issues as an Issue."""
    return Issue(
        name=row.name,
        frozen_at=datetime.fromisoformat(row.frozen_at),
        period=row.period,
        up_to=row.up_to,
        reports=row.reports,
        send_after=datetime.fromisoformat(row.send_after) if row.send_after else None,
    )


def line_of(row: Row[Any]) -> IssueLine:
    """Return a row of the issues, with its counts, as a line of the Digests tab."""
    return IssueLine(
        issue=row.name,
        period=row.period,
        reports=row.reports,
        recipients=row.recipients,
        sent=row.sent,
        failed=row.failed,
        at=datetime.fromisoformat(row.frozen_at),
        decision=row.decision,
    )


def delivery_row(delivery: Delivery, at: datetime) -> dict[str, Any]:
    """Return a new delivery as a row of its table."""
    return {
        "issue": delivery.issue,
        "subscriber": delivery.subscriber,
        "address": delivery.address,
        "message_id": delivery.message_id,
        "reports": dumps(list(delivery.reports)),
        "first": delivery.first,
        "state": delivery.state,
        "answer": delivery.answer,
        "changed_at": as_text(at),
    }


def delivery_of(row: Row[Any]) -> Delivery:
    """Return a row of the deliveries as a Delivery."""
    return Delivery(
        issue=row.issue,
        subscriber=row.subscriber,
        address=row.address,
        message_id=row.message_id,
        message=row.message,
        reports=tuple(loads(row.reports)),
        first=row.first,
        state=DeliveryState(row.state),
        answer=row.answer,
        number=row.number,
        attempts=row.attempts,
        repeats=row.repeats,
    )
