"""What an operator asks of the outbox: how each mail fares, again, now, and who is refused."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from json import dumps, loads

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Update,
    and_,
    case,
    func,
    or_,
    select,
    update,
)

from sheets_sync.state.base import put
from sheets_sync.state.database import reading, writing
from sheets_sync.state.delivery import DeliveryState, as_text
from sheets_sync.state.kind import kind_of
from sheets_sync.state.marking import WAITING
from sheets_sync.state.schema import deliveries, issues, kept, letters

SENT, FAILED, DEFERRED = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DEFERRED
DOT = DeliveryState.DOT
AGAIN = (SENT, FAILED, DEFERRED, DeliveryState.QUEUED, DOT)
"""What may be sent again; what is on a line now, or was dropped on purpose, may not."""
ASKED = "sent again"
"""Name of the single value that remembers who asked for a mail again."""
MOST_ASKED = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """How one delivery fares."""

    subscriber: str
    address: str
    state: DeliveryState
    answer: str
    """The server's last words."""
    attempts: int
    next_try: datetime | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Refusals:
    """An address that was refused for good in one issue after the other."""

    subscriber: str
    address: str
    issues: tuple[str, ...]
    answer: str
    """The server's last words."""


class Operating:
    """Looks at deliveries, and lets them leave again, on an operator's word."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def standings(self, issue: str) -> Sequence[Standing]:
        """Return how each delivery of an issue fares, as frozen."""
        query = select(deliveries).where(deliveries.c.issue == issue).order_by(deliveries.c.number)
        with reading(self._engine) as db:
            return [
                Standing(
                    row.subscriber,
                    row.address,
                    DeliveryState(row.state),
                    row.answer,
                    row.attempts,
                    datetime.fromisoformat(row.next_try) if row.next_try else None,
                    datetime.fromisoformat(row.changed_at),
                )
                for row in db.execute(query)
            ]

    def send_again(self, issue: str, subscriber: str, now: datetime) -> bool:
        """Let a frozen mail leave once more, as it is; False when there is none that may.

        Who asked for what is recorded before anything leaves.
        """
        theirs = and_(deliveries.c.issue == issue, deliveries.c.subscriber == subscriber)
        may = and_(theirs, deliveries.c.state.in_(AGAIN), _has_letter())
        with writing(self._engine) as db:
            at_dot = select(deliveries.c.sender).where(theirs, deliveries.c.state == DOT)
            sender = set(db.execute(at_dot).scalars())
            on_a_line = sender - kind_of(self._engine).senders(self._engine).gone(sender)
            if on_a_line or db.execute(_afresh(now).where(may)).rowcount != 1:
                return False
            row = db.execute(select(kept.c.value).where(kept.c.name == ASKED)).first()
            asked = [*(loads(row.value) if row else []), [issue, subscriber, as_text(now)]]
            put(db, ASKED, dumps(asked[-MOST_ASKED:]))
        return True

    def sent_again(self, issue: str) -> int:
        """Return how often a mail of this issue was asked for again."""
        with reading(self._engine) as db:
            row = db.execute(select(kept.c.value).where(kept.c.name == ASKED)).first()
        return sum(one[0] == issue for one in loads(row.value)) if row else 0

    def retry(self, issue: str, now: datetime) -> int:
        """Let what was refused, for now or for good, be tried at once; returns how many."""
        refused = deliveries.c.state.in_((DEFERRED, FAILED))
        with writing(self._engine) as db:
            tried = _afresh(now).where(deliveries.c.issue == issue, refused, _has_letter())
            return db.execute(tried).rowcount

    def unfinished(self) -> frozenset[str]:
        """Return the issues of which mails may still leave, and about which nobody has decided."""
        # What an earlier run had in hand is tried again, and the unclear repeated once.
        once = and_(deliveries.c.state == DOT, deliveries.c.repeats == 0)
        leaving = or_(deliveries.c.state.in_((*WAITING, DeliveryState.SENDING)), once)
        query = (
            select(issues.c.name)
            .join(deliveries, deliveries.c.issue == issues.c.name)
            .where(leaving, issues.c.decision == "")
        )
        with reading(self._engine) as db:
            return frozenset(db.execute(query).scalars())

    def refused(self, times: int) -> Sequence[Refusals]:
        """Return the addresses that were refused for good in the last so many issues.

        An issue that most were refused in says something of the relay, not of the addresses.
        """
        failing = select(deliveries.c.address).where(deliveries.c.state == FAILED)
        query = (
            select(deliveries)
            .where(deliveries.c.address.in_(failing), deliveries.c.state.in_((SENT, FAILED)))
            .order_by(deliveries.c.issue)
        )
        found: dict[str, list[Refusals]] = defaultdict(list)
        with reading(self._engine) as db:
            bad = _issues_refused_as_a_whole(db)
            for row in db.execute(query):
                key = row.address.casefold()
                if row.state == SENT:
                    found.pop(key, None)
                elif row.issue not in bad and _is_for_good(row.answer):
                    found[key].append(
                        Refusals(row.subscriber, row.address, (row.issue,), row.answer)
                    )
        return [
            Refusals(
                all_of[-1].subscriber,
                all_of[-1].address,
                tuple(i for one in all_of for i in one.issues),
                all_of[-1].answer,
            )
            for all_of in found.values()
            if len(all_of) >= times
        ]


def _afresh(now: datetime) -> Update:
    return update(deliveries).values(
        state=DeliveryState.QUEUED, attempts=0, next_try=None, changed_at=as_text(now)
    )


def _has_letter() -> ColumnElement[bool]:
    return (
        select(letters.c.issue)
        .where(
            letters.c.issue == deliveries.c.issue,
            letters.c.subscriber == deliveries.c.subscriber,
            func.length(letters.c.message) > 0,
        )
        .exists()
    )


def _is_for_good(answer: str) -> bool:
    """Tell whether the server said no for good, and was not merely asked too often."""
    return answer.startswith("5")


def _issues_refused_as_a_whole(db: Connection) -> frozenset[str]:
    refused = func.sum(case((deliveries.c.state == FAILED, 1), else_=0))
    query = (
        select(deliveries.c.issue).group_by(deliveries.c.issue).having(refused * 2 > func.count())
    )
    return frozenset(db.execute(query).scalars())
