"""The outbox and the ledger: issues, their deliveries, and who has had what.

Each step of a delivery is one conditional UPDATE, committed before the next effect. So after a
crash it is known which mails certainly did not leave, and which may have.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    and_,
    bindparam,
    case,
    cast,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from sheets_sync.state.base import put
from sheets_sync.state.database import reading, writing
from sheets_sync.state.delivery import (
    Delivery,
    DeliveryState,
    Issue,
    IssueLine,
    Mark,
    as_text,
    delivery_of,
    delivery_row,
    issue_of,
    issue_row,
    line_of,
)
from sheets_sync.state.kind import kind_of
from sheets_sync.state.marking import IN_TURN, Page, insert_had, may_leave
from sheets_sync.state.refusal import StateError, Taken
from sheets_sync.state.schema import deliveries, had, issues, kept, letters, marks

QUEUED, SENDING, DOT = DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DOT
SENT, FAILED = DeliveryState.SENT, DeliveryState.FAILED

TURN = "next mail"
"""Name of the single value that says from when on a mail may leave, where they are paced."""
MOST_TURNS = 100
"""More are never taken ahead: each sender takes one."""


def _how_many(state: DeliveryState) -> ColumnElement[int]:
    # Without the cast SQLAlchemy takes the sum of truths for a truth, and 2 for True.
    return func.coalesce(func.sum(cast(deliveries.c.state == state, Integer)), 0)


LINES = (
    select(issues, _how_many(SENT).label("sent"), _how_many(FAILED).label("failed"))
    .outerjoin(deliveries, deliveries.c.issue == issues.c.name)
    .group_by(issues.c.name)
    .order_by(issues.c.name)
)


class Outbox:
    """Two readings of the deliveries: what waits, and what was sent."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._senders = kind_of(engine).senders(engine)

    def joined(self) -> AbstractContextManager[str]:
        """Be one of those who send just now; gives the name to claim under."""
        return self._senders.join()

    @contextmanager
    def nobody_sends(self) -> Iterator[None]:
        """Keep everybody from sending meanwhile; raises StateError while somebody does."""
        with ExitStack() as stack:
            try:
                stack.enter_context(self._senders.shut_out())
            except Taken as error:
                raise StateError(
                    f"mails are being sent just now ({error}); nothing was changed. Wait until "
                    "that has ended, and run it again"
                ) from error
            yield

    def freeze(
        self, issue: Issue, frozen: Sequence[Delivery], *, considered: Mapping[str, Mark]
    ) -> bool:
        """Record an issue, its deliveries, and what was considered for whom, all or nothing.

        Returns False, and changes nothing, when the issue is there already. Raises StateError
        when a subscriber would get a report a second time (fault 56).
        """
        try:
            with writing(self._engine) as db:
                if db.execute(select(issues).where(issues.c.name == issue.name)).first():
                    return False
                db.execute(insert(issues).values(issue_row(issue, len(frozen))))
                if frozen:
                    rows = [delivery_row(one, issue.frozen_at) for one in frozen]
                    db.execute(insert(deliveries), rows)
                    db.execute(insert(letters), [_letter(one) for one in frozen])
                    insert_had(db, frozen)
                _raise_marks(db, considered)
        except IntegrityError as error:
            raise StateError(
                f"Issue {issue.name} would send somebody a report again "
                f"({kind_of(self._engine).words(error.orig)}). Nothing was frozen. Please report "
                "this as a fault of Tidings"
            ) from error
        return True

    def made(self) -> frozenset[str]:
        """Return the names of all issues."""
        with reading(self._engine) as db:
            return frozenset(db.execute(select(issues.c.name)).scalars())

    def latest(self) -> Issue | None:
        """Return the issue that was frozen last; None when there is none."""
        newest = select(issues).order_by(issues.c.frozen_at.desc(), issues.c.name.desc())
        with reading(self._engine) as db:
            row = db.execute(newest.limit(1)).first()
        return None if row is None else issue_of(row)

    def issue(self, name: str) -> Issue:
        """Return one issue; raises StateError when it is not there."""
        with reading(self._engine) as db:
            row = db.execute(select(issues).where(issues.c.name == name)).first()
        if row is None:
            raise StateError(f"Issue {name} is not there; run: tidings check")
        return issue_of(row)

    def marks(self) -> dict[str, Mark]:
        """Return what each subscriber has had or passed over."""
        with reading(self._engine) as db:
            return {
                row.subscriber: Mark(row.considered, row.part) for row in db.execute(select(marks))
            }

    def had(self, reports: Iterable[str]) -> dict[str, frozenset[str]]:
        """Return for each subscriber which of these reports they were sent."""
        found: dict[str, set[str]] = {}
        query = select(had).where(had.c.report == bindparam("wanted"))
        with reading(self._engine) as db:
            for report in reports:
                for row in db.execute(query, {"wanted": report}):
                    found.setdefault(row.subscriber, set()).add(row.report)
        return {subscriber: frozenset(ids) for subscriber, ids in found.items()}

    def recover(self, now: datetime, *, repeat: bool = True) -> Sequence[Delivery]:
        """Put back what gone senders had claimed; returns the unclear ones that will be repeated.

        A mail whose final dot is unclear is repeated once (fault 65); without `repeat`, never.
        """
        with writing(self._engine) as db:
            claimed = deliveries.c.state.in_((SENDING, DOT))
            names = set(db.execute(select(deliveries.c.sender).where(claimed).distinct()).scalars())
            if not names:
                return []
            left = deliveries.c.sender.in_(self._senders.gone(names))
            put_back = update(deliveries).values(state=QUEUED, changed_at=as_text(now))
            untried = put_back.values(attempts=deliveries.c.attempts - 1)
            db.execute(untried.where(deliveries.c.state == SENDING, left))
            if not repeat:
                return []
            once = and_(deliveries.c.state == DOT, deliveries.c.repeats == 0, left)
            repeated = _read(db, once)
            db.execute(put_back.where(once).values(repeats=1))
        return repeated

    def take_turn(self, seconds: float) -> float:
        """Take the next turn of all senders, so long after the one before.

        Returns how many seconds are left until it comes.
        """
        with writing(self._engine) as db:
            now = time.time()
            found = db.execute(select(kept.c.value).where(kept.c.name == TURN)).scalar()
            turn = max(float(found or 0), now)
            if turn > now + seconds * MOST_TURNS:
                turn = now  # the clock was wrong
            put(db, TURN, str(turn + seconds))
        return turn - now

    def unclear(self) -> Sequence[Delivery]:
        """Return the deliveries of which nobody knows whether they arrived, for the operator."""
        with reading(self._engine) as db:
            return _read(db, deliveries.c.state == DOT)

    def waiting(self, now: datetime) -> Sequence[int]:
        """Return the numbers of what may be sent now: coordinators' first, else as frozen."""
        query = select(deliveries.c.number).where(may_leave(now)).order_by(*IN_TURN)
        with reading(self._engine) as db:
            return list(db.execute(query).scalars())

    def delivery(self, number: int) -> Delivery:
        """Return one delivery; raises StateError when it is not there."""
        with reading(self._engine) as db:
            found = _read(db, deliveries.c.number == number)
        if not found:
            raise StateError(f"Delivery {number} is not there; run: tidings check")
        return found[0]

    def read(self, numbers: Sequence[int]) -> Sequence[Delivery]:
        """Return these deliveries, in this order."""
        with reading(self._engine) as db:
            found = {one.number: one for one in _read(db, deliveries.c.number.in_(numbers))}
        return [found[number] for number in numbers]

    def find(self, issue: str, subscriber: str) -> Delivery | None:
        """Return what was frozen for a subscriber; None when the issue holds nothing for them."""
        theirs = and_(deliveries.c.issue == issue, deliveries.c.subscriber == subscriber)
        with reading(self._engine) as db:
            found = _read(db, theirs)
        return found[0] if found else None

    @contextmanager
    def together(self, now: datetime, sender: str) -> Iterator[Page]:
        """Marks of several deliveries by a sender, on the disk when it ends."""
        with writing(self._engine, beside=True) as db:
            yield Page(db, now, sender)

    def issue_lines(self) -> Sequence[IssueLine]:
        """Return the lines of the Digests tab, oldest first."""
        with reading(self._engine) as db:
            return [line_of(row) for row in db.execute(LINES)]

    def set_decision(self, issue: str, decision: str) -> bool:
        """Record a manager's word (`hold`, `send` or nothing); False when nothing changed."""
        if decision not in ("", "hold", "send"):
            raise ValueError(f"{decision!r} is not a decision; write hold, send or nothing")
        told = (
            update(issues)
            .where(issues.c.name == issue, issues.c.decision != decision)
            .values(decision=decision)
        )
        with writing(self._engine) as db:
            return db.execute(told).rowcount == 1


def _letter(delivery: Delivery) -> dict[str, str | bytes]:
    return {
        "issue": delivery.issue,
        "subscriber": delivery.subscriber,
        "message": delivery.message,
    }


def _raise_marks(db: Connection, considered: Mapping[str, Mark]) -> None:
    known = set(db.execute(select(marks.c.subscriber)).scalars())
    rows = [
        {"who": who, "up_to": mark.considered, "latest": mark.part}
        for who, mark in considered.items()
    ]
    new = [row for row in rows if row["who"] not in known]
    old = [row for row in rows if row["who"] in known]
    if new:
        row = insert(marks).values(subscriber=bindparam("who"), considered=bindparam("up_to"))
        db.execute(row.values(part=bindparam("latest")), new)
    if old:
        # A mark never goes down: what was considered once stays considered.
        up_to = bindparam("up_to", type_=Integer)
        higher = case((marks.c.considered < up_to, up_to), else_=marks.c.considered)
        raised = update(marks).where(marks.c.subscriber == bindparam("who"))
        db.execute(raised.values(considered=higher, part=bindparam("latest")), old)


def _read(db: Connection, which: ColumnElement[bool]) -> list[Delivery]:
    theirs = and_(
        letters.c.issue == deliveries.c.issue, letters.c.subscriber == deliveries.c.subscriber
    )
    query = select(deliveries, letters.c.message).join(letters, theirs)
    query = query.where(which).order_by(deliveries.c.number)
    return [delivery_of(row) for row in db.execute(query)]
