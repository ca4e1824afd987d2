"""The readers' journal: what they chose on their pages, committed before they are told so."""

import json
import time
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, func, literal, select, update
from sqlalchemy.exc import DBAPIError

from sheets_sync.choices import CONFIRMED, Choice, ChoiceAct
from sheets_sync.state.database import reading, writing
from sheets_sync.state.delivery import DOT_SECONDS, DeliveryState
from sheets_sync.state.kind import kind_of, unwritable
from sheets_sync.state.refusal import Busy
from sheets_sync.state.schema import choices, deliveries, had, marks

ASK_AGAIN_SECONDS = 0.05
UNWRITTEN = (
    select(choices)
    .where(choices.c.act == bindparam("act"), choices.c.written.is_(False))
    .order_by(choices.c.number)
)
WAITING = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DEFERRED)


class Choices:
    """Choices in the order in which they were committed. Threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def commit(self, some: Sequence[Choice], *, wait: bool = True) -> Sequence[bool]:
        """Commit choices durably; returns for each whether it is new.

        A mail to one of these readers that is just being ended has left when it returns, and none
        leaves afterwards that does not heed their choice.

        Raises StateError when they cannot be written, and Busy when `wait` is off and another
        process is writing, or ending such a mail.
        """
        try:
            with writing(self._engine, wait=wait) as db:
                new = [_inserted(db, one) for one in some]
                if (ending := _at_dot(db, {one.subscriber for one in some})) and not wait:
                    raise Busy
        except DBAPIError as error:
            raise unwritable(self._engine, error.orig) from error
        self._wait_for_the_end(ending)
        return new

    def _wait_for_the_end(self, ending: Collection[tuple[int, str]]) -> None:
        """Wait until the dots of mails are said, or certainly never will be."""
        if not ending:
            return
        gone = kind_of(self._engine).senders(self._engine).gone({name for _, name in ending})
        numbers = {number for number, name in ending if name not in gone}
        # Twice as long as their senders may take for it.
        until = time.monotonic() + 2 * DOT_SECONDS
        still = select(deliveries.c.number).where(
            deliveries.c.number.in_(numbers), deliveries.c.state == DeliveryState.DOT
        )
        while numbers and time.monotonic() < until:
            time.sleep(ASK_AGAIN_SECONDS)
            with reading(self._engine) as db:
                numbers.intersection_update(db.execute(still).scalars())

    def unwritten(self, act: ChoiceAct = ChoiceAct.CHOOSE) -> Sequence[tuple[int, Choice]]:
        """Return what the spreadsheet does not show yet, or was not mailed yet, oldest first."""
        with reading(self._engine) as db:
            return [(row.number, _choice(row)) for row in db.execute(UNWRITTEN, {"act": act.value})]

    def waits(self) -> bool:
        """Tell whether the spreadsheet lacks anything that readers chose or answered."""
        return bool(self.unwritten() or self.unwritten(ChoiceAct.ANSWER))

    def find(self, key: str) -> tuple[int, Choice] | None:
        """Return the choice with this key."""
        return next(iter(self._found(choices.c.key == key)), None)

    def numbered(self, number: int) -> Choice | None:
        """Return the choice with this number."""
        return next((one for _, one in self._found(choices.c.number == number)), None)

    def asks(self, address: str) -> Sequence[tuple[int, Choice]]:
        """Return every wish for mail at this address that was to be confirmed, oldest first."""
        mine = choices.c.folded == address.casefold()
        return self._found(choices.c.act == ChoiceAct.ASK.value, mine)

    def confirmed(self) -> frozenset[str]:
        """Return the folded addresses whose owners asked for the mail, and confirmed it."""
        found = select(choices.c.folded).where(choices.c.source == CONFIRMED).distinct()
        with reading(self._engine) as db:
            return frozenset(db.execute(found).scalars())

    def generations(self) -> dict[str, int]:
        """Return how often each subscriber made older links useless."""
        found = (
            select(choices.c.subscriber, func.count())
            .where(choices.c.act == ChoiceAct.REVOKE.value)
            .group_by(choices.c.subscriber)
        )
        with reading(self._engine) as db:
            return {subscriber: count for subscriber, count in db.execute(found)}

    def latest(self) -> int:
        """Return the number of the latest choice; 0 before the first."""
        with reading(self._engine) as db:
            return db.execute(select(func.max(choices.c.number))).scalar() or 0

    def move_marks(self, old: str, new: str) -> None:
        """Let a subscriber under a new id go on where the old one stood: nothing comes twice.

        While a mail waits that will not leave any more, they start as anybody new does, with what
        came lately: so nothing is missed.
        """
        mark = select(literal(new), marks.c.considered, marks.c.part).where(
            marks.c.subscriber == old
        )
        past = select(literal(new), had.c.report, had.c.issue).where(had.c.subscriber == old)
        waits = select(deliveries.c.number).where(
            deliveries.c.subscriber == old, deliveries.c.state.in_(WAITING)
        )
        with writing(self._engine) as db:
            if db.execute(waits).first():
                return
            for table, rows in ((marks, mark), (had, past)):
                known = (
                    kind_of(db).upsert(table).from_select([column.name for column in table.c], rows)
                )
                db.execute(known.on_conflict_do_nothing())

    def mark(self, numbers: Sequence[int]) -> None:
        """Note that these were mailed."""
        with writing(self._engine) as db:
            mark_shown(db, numbers)

    def _found(self, *conditions: Any) -> Sequence[tuple[int, Choice]]:
        found = select(choices).where(*conditions).order_by(choices.c.number)
        with reading(self._engine) as db:
            return [(row.number, _choice(row)) for row in db.execute(found)]


def mark_shown(db: Connection, numbers: Sequence[int]) -> None:
    """Note, within the caller's transaction, that the spreadsheet shows these choices."""
    marks = update(choices).values(written=True)
    for start in range(0, len(numbers), 500):
        db.execute(marks.where(choices.c.number.in_(numbers[start : start + 500])))


def _at_dot(db: Connection, subscribers: Collection[str]) -> Collection[tuple[int, str]]:
    """Return the mails to some readers of which the dot is being said, and who says it."""
    theirs = select(deliveries.c.number, deliveries.c.sender).where(
        deliveries.c.subscriber.in_(subscribers), deliveries.c.state == DeliveryState.DOT
    )
    return [(row.number, row.sender) for row in db.execute(theirs)]


def _inserted(db: Connection, one: Choice) -> bool:
    row = (
        kind_of(db)
        .upsert(choices)
        .values(
            key=one.key,
            act=one.act.value,
            subscriber=one.subscriber,
            address=one.address,
            folded=one.address.casefold(),
            chosen=json.dumps(dict(one.chosen), ensure_ascii=False, sort_keys=True),
            source=one.source,
            received=one.received.isoformat(),
            written=False,
        )
    )
    return db.execute(row.on_conflict_do_nothing(index_elements=["key"])).rowcount == 1


def _choice(row: Row[Any]) -> Choice:
    return Choice(
        key=row.key,
        act=ChoiceAct(row.act),
        subscriber=row.subscriber,
        address=row.address,
        chosen=json.loads(row.chosen),
        source=row.source,
        received=datetime.fromisoformat(row.received),
    )
