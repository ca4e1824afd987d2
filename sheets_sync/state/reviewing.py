"""How an issue stands while coordinators look at it, and what they decide."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Engine,
    Integer,
    Update,
    and_,
    case,
    func,
    not_,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError

from sheets_sync.state.database import reading, writing
from sheets_sync.state.delivery import DeliveryState
from sheets_sync.state.kind import unwritable
from sheets_sync.state.schema import deliveries, issues

WAITING = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DEFERRED)
LEFT = (DeliveryState.DOT, DeliveryState.SENT)


@dataclass(frozen=True, slots=True)
class Review:
    """An issue as those see it who may hold it."""

    issue: str
    decision: str
    waiting: int
    """Mails that have not left."""
    left: int
    """Mails that have, besides the coordinators'."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a coordinator decides about an issue, and the decision that they saw before."""

    issue: str
    decision: str
    seen: str


class Reviews:
    """Looks at issues, and records what coordinators decide by a link in their mail."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, issue: str) -> Review | None:
        """Return how an issue stands; None when it was never made."""
        waits = deliveries.c.state.in_(WAITING)
        left = and_(deliveries.c.state.in_(LEFT), not_(deliveries.c.first))
        query = (
            select(issues.c.decision, _count(waits).label("waiting"), _count(left).label("gone"))
            .outerjoin(deliveries, deliveries.c.issue == issues.c.name)
            .where(issues.c.name == issue)
            .group_by(issues.c.name)
        )
        with reading(self._engine) as db:
            row = db.execute(query).first()
        return None if row is None else Review(issue, row.decision, row.waiting, row.gone)

    def decide(self, some: Sequence[Verdict], *, wait: bool = True) -> Sequence[bool]:
        """Record verdicts durably; returns for each whether its issue still stood as it was seen.

        Where it did not, nothing is changed. Raises StateError when they cannot be written, and
        Busy when `wait` is off and another process is writing.
        """
        try:
            with writing(self._engine, wait=wait) as db:
                return [db.execute(_recorded(one)).rowcount == 1 for one in some]
        except DBAPIError as error:
            raise unwritable(self._engine, error.orig) from error


def _count(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, 1), else_=0), type_=Integer), 0)


def _recorded(verdict: Verdict) -> Update:
    here = and_(issues.c.name == verdict.issue, issues.c.decision == verdict.seen)
    return update(issues).where(here).values(decision=verdict.decision)
