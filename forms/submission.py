"""What a person sent, before anyone has looked at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Act(StrEnum):
    """What a submission asks for."""

    REPORT = "report"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class Submission:
    """One post of the form, or one answer collected elsewhere.

    `answers` maps question names to what was typed, cleaned; blank answers are left out.
    """

    key: str
    """Idempotency key: the same key with the same answers is the same submission."""
    report: str
    """Id of the report that this makes, corrects or withdraws."""
    act: Act
    answers: Mapping[str, str]
    source: str
    """The way it came: `form`, `google-form`."""
    received: datetime
    """Moment of the commit, in UTC."""
    held: str = ""
    """Why a manager should look before it is used; empty when nothing looks wrong."""
    person: str = ""
    """Internal id of the person whose personal link was used; empty when unproven."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A submission and its place in the journal."""

    number: int
    submission: Submission
