"""The journal: submissions, committed before anyone says thank you."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from forms.submission import Submission


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the journal holds for a key: the submission, and whether this post made it."""

    submission: Submission
    new: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """The same key came with other answers; `stored` is what the journal holds (fault 3)."""

    stored: Submission


class Journal:
    """Submissions in the order in which they were committed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def accept(self, submission: Submission) -> Receipt | Conflict:
        """Commit a submission durably; the same key again gives the same receipt (fault 2)."""
        raise NotImplementedError

    def unwritten(self) -> Sequence[Submission]:
        """Return what the spreadsheet does not hold yet, oldest first."""
        raise NotImplementedError

    def answers(self, report: str) -> Mapping[str, str] | None:
        """Return the newest answers for a report, corrections applied; None when unknown."""
        raise NotImplementedError
