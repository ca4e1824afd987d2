"""What happened to some deliveries -> their states, within one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, or_, select, update

from sheets_sync.state.database import StateError
from sheets_sync.state.delivery import DeliveryState, as_text
from sheets_sync.state.schema import deliveries, issues

QUEUED, SENDING, DOT = DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DOT
SENT, DEFERRED, FAILED = DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.FAILED
WAITING = (QUEUED, DEFERRED)
CLAIM = (
    update(deliveries)
    .where(deliveries.c.number == bindparam("claimed"))
    # Not `in_`, which cannot be run for many at once.
    .where(or_(deliveries.c.state == QUEUED, deliveries.c.state == DEFERRED))
    .values(
        state=SENDING,
        attempts=deliveries.c.attempts + 1,
        next_try=None,
        changed_at=bindparam("at"),
    )
)
MARK = (
    update(deliveries)
    .where(deliveries.c.number == bindparam("marked"), deliveries.c.state == bindparam("before"))
    .values(state=bindparam("after"), changed_at=bindparam("at"))
)
MARK_AND_SAY = MARK.values(answer=bindparam("words"))


class Page:
    """Marks that are committed together; each is one conditional UPDATE.

    Raises StateError where another run has moved a delivery meanwhile, and then marks nothing.
    """

    def __init__(self, db: Connection, now: datetime) -> None:
        self._db = db
        self._now = now
        self._at = as_text(now)

    def claim(self, numbers: Sequence[int]) -> frozenset[int]:
        """Take deliveries for sending; returns those that were not taken, held or put off."""
        if not numbers:
            return frozenset()
        free = (
            select(deliveries.c.number)
            .where(deliveries.c.number.in_(numbers), may_leave(self._now))
            # What another sender is just taking is its own; SQLite has one writer at a time anyway.
            .with_for_update(skip_locked=True)
        )
        claimed = frozenset(self._db.execute(free).scalars())
        if claimed:
            self._db.execute(CLAIM, [{"claimed": one, "at": self._at} for one in claimed])
        return claimed

    def mark_dot(self, numbers: Sequence[int]) -> None:
        """Record, just before the final dots, that from here on the outcomes are unclear."""
        if numbers:
            moves = [self._move(number, SENDING, DOT) for number in numbers]
            self._all_moved(self._db.execute(MARK, moves).rowcount, numbers)

    def mark_sent(self, answers: Mapping[int, str]) -> None:
        """Record that the server took these mails, in its words."""
        if answers:
            moves = [
                self._move(number, DOT, SENT) | {"words": words}
                for number, words in answers.items()
            ]
            self._all_moved(self._db.execute(MARK_AND_SAY, moves).rowcount, list(answers))

    def put_back(self, number: int) -> None:
        """Record that a mail certainly was not delivered, through no fault of its own."""
        self._settle(number, state=QUEUED, attempts=deliveries.c.attempts - 1)

    def defer(self, number: int, answer: str, *, next_try: datetime) -> None:
        """Record a refusal for now."""
        self._settle(number, state=DEFERRED, answer=answer, next_try=as_text(next_try))

    def fail(self, number: int, answer: str) -> None:
        """Record a refusal for good, in the server's words."""
        self._settle(number, state=FAILED, answer=answer)

    def _settle(self, number: int, **values: str | ColumnElement[int]) -> None:
        done = moved(self._db, number, (SENDING, DOT), changed_at=self._at, **values)
        self._all_moved(int(done), [number])

    def _move(self, number: int, before: str, after: str) -> dict[str, str | int]:
        return {"marked": number, "before": before, "after": after, "at": self._at}

    def _all_moved(self, rows: int, numbers: Sequence[int]) -> None:
        if rows != len(numbers):
            which = ", ".join(map(str, numbers))
            raise StateError(
                f"Delivery {which} was changed by another run while it was being sent. "
                "This run stops; run: tidings check"
            )


def may_leave(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a delivery may be sent now."""
    released = or_(
        issues.c.decision == "send",
        issues.c.send_after.is_(None),
        issues.c.send_after <= as_text(now),
    )
    belongs = and_(issues.c.name == deliveries.c.issue, issues.c.decision != "hold")
    ready = or_(
        deliveries.c.state == QUEUED,
        and_(deliveries.c.state == DEFERRED, deliveries.c.next_try <= as_text(now)),
    )
    opened = select(issues.c.name).where(belongs, or_(deliveries.c.first, released)).exists()
    return and_(ready, opened)


def moved(
    db: Connection,
    number: int,
    before: Sequence[DeliveryState],
    **values: str | ColumnElement[int],
) -> bool:
    """Change a delivery that is in one of these states; False when it is not."""
    here = and_(deliveries.c.number == number, deliveries.c.state.in_(before))
    return db.execute(update(deliveries).where(here).values(values)).rowcount == 1
