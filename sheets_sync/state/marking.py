"""What happened to some deliveries -> their states, within one transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from json import dumps

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from sheets_sync.state.base import moment_of
from sheets_sync.state.database import StateError
from sheets_sync.state.delivery import Delivery, DeliveryState, as_text
from sheets_sync.state.schema import deliveries, had, issues, letters

QUEUED, SENDING, DOT = DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DOT
SENT, DEFERRED, FAILED = DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.FAILED
DROPPED = DeliveryState.DROPPED
WAITING = (QUEUED, DEFERRED)
HELD = (
    select(issues.c.name)
    .where(issues.c.name == deliveries.c.issue, issues.c.decision == "hold")
    .exists()
)
IN_TURN = (deliveries.c.issue, deliveries.c.first.desc(), deliveries.c.number)
"""Coordinators' mails first, else as frozen."""
CLAIM = (
    update(deliveries)
    .where(deliveries.c.number == bindparam("claimed"))
    # Not `in_`, which cannot be run for many at once.
    .where(or_(deliveries.c.state == QUEUED, deliveries.c.state == DEFERRED))
    .values(
        state=SENDING,
        sender=bindparam("by"),
        attempts=deliveries.c.attempts + 1,
        next_try=None,
        changed_at=bindparam("at"),
    )
)
MARK = (
    update(deliveries)
    .where(deliveries.c.number == bindparam("marked"), deliveries.c.sender == bindparam("by"))
    .where(deliveries.c.state == bindparam("before"), or_(deliveries.c.state == DOT, ~HELD))
    .values(
        state=bindparam("after"),
        changed_at=bindparam("at"),
        answer=func.coalesce(bindparam("words"), deliveries.c.answer),
    )
)


class Page:
    """Marks that are committed together; each is one conditional UPDATE.

    Raises StateError where another run has moved a delivery meanwhile, and then marks nothing.
    """

    def __init__(self, db: Connection, now: datetime, sender: str) -> None:
        self._db = db
        self._now = now
        self._at = as_text(now)
        self._sender = sender

    def claim(self, numbers: Sequence[int], most: int) -> Sequence[int]:
        """Take the first of these for sending that are not taken, held or put off."""
        if not numbers:
            return []
        free = (
            select(deliveries.c.number)
            .where(deliveries.c.number.in_(numbers), may_leave(self._now))
            .order_by(*IN_TURN)
            .limit(most)
            # What another sender is just taking is its own. (SQLite has one writer at a time.)
            .with_for_update(skip_locked=True)
        )
        found = frozenset(self._db.execute(free).scalars())
        claimed = [number for number in numbers if number in found]
        if claimed:
            by = {"at": self._at, "by": self._sender}
            self._db.execute(CLAIM, [{"claimed": one, **by} for one in claimed])
        return claimed

    def mark(self, dots: Sequence[int], taken: Mapping[int, str]) -> Collection[int]:
        """Record that the server took mails, in its words, and just before the final dots of
        others, that from here on their outcomes are unclear.

        Returns those that are held meanwhile; these are not marked.
        """
        moves = [self._move(number, DOT, SENT, words) for number, words in taken.items()]
        moves += [self._move(number, SENDING, DOT, None) for number in dots]
        if not moves:
            return ()
        marked = self._db.execute(MARK, moves).rowcount
        held = self._held(dots) if marked < len(moves) else ()
        self._all_moved(marked + len(held), [*taken, *dots])
        return held

    def moment(self) -> str:
        """Return what is another word after each sync and after each thing that people send."""
        return moment_of(self._db)

    def put_back(self, number: int) -> None:
        """Record that a mail certainly was not delivered, through no fault of its own."""
        self._settle(number, SENDING, DOT, state=QUEUED, attempts=deliveries.c.attempts - 1)

    def defer(self, number: int, answer: str, *, next_try: datetime) -> None:
        """Record a refusal for now."""
        words = {"answer": answer, "next_try": as_text(next_try)}
        self._settle(number, SENDING, DOT, state=DEFERRED, **words)

    def fail(self, number: int, answer: str) -> None:
        """Record a refusal for good, in the server's words."""
        self._settle(number, SENDING, DOT, state=FAILED, answer=answer)

    def drop(self, delivery: Delivery, why: str) -> None:
        """Record that a claimed mail is not sent, and why; what was in it was not had."""
        self._settle(delivery.number, SENDING, state=DROPPED, answer=why)
        forget_had(self._db, delivery)

    def replace(self, delivery: Delivery, renewed: Delivery) -> None:
        """Put new bytes in the place of a claimed mail's, under the same Message-ID."""
        reports = dumps(list(renewed.reports))
        self._settle(delivery.number, SENDING, reports=reports, address=renewed.address)
        theirs = and_(
            letters.c.issue == delivery.issue, letters.c.subscriber == delivery.subscriber
        )
        self._db.execute(update(letters).where(theirs).values(message=renewed.message))
        forget_had(self._db, delivery)
        insert_had(self._db, [renewed])

    def _held(self, numbers: Sequence[int]) -> frozenset[int]:
        mine = and_(deliveries.c.state == SENDING, deliveries.c.sender == self._sender)
        held = select(deliveries.c.number).where(deliveries.c.number.in_(numbers), mine, HELD)
        return frozenset(self._db.execute(held).scalars())

    def _settle(
        self, number: int, *before: DeliveryState, **values: str | ColumnElement[int]
    ) -> None:
        done = moved(self._db, number, before, self._sender, changed_at=self._at, **values)
        self._all_moved(int(done), [number])

    def _move(
        self, number: int, before: str, after: str, words: str | None
    ) -> Mapping[str, object]:
        change = {"before": before, "after": after, "words": words}
        return {**change, "marked": number, "by": self._sender, "at": self._at}

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
    sender: str,
    **values: str | ColumnElement[int],
) -> bool:
    """Change a delivery that a sender has in one of these states; False when it has not."""
    here = and_(
        deliveries.c.number == number,
        deliveries.c.state.in_(before),
        deliveries.c.sender == sender,
    )
    return db.execute(update(deliveries).where(here).values(values)).rowcount == 1


def insert_had(db: Connection, sent: Sequence[Delivery]) -> None:
    """Record which reports these deliveries hold, each once for each subscriber."""
    rows = [
        {"subscriber": one.subscriber, "report": report, "issue": one.issue}
        for one in sent
        for report in one.reports
    ]
    if rows:
        db.execute(insert(had), rows)


def forget_had(db: Connection, one: Delivery) -> None:
    """Record that a delivery's reports were not had."""
    db.execute(delete(had).where(had.c.issue == one.issue, had.c.subscriber == one.subscriber))
