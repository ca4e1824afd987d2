"""The journal: submissions, committed before anyone says thank you.

Those who post at the same time share one transaction: whoever holds the commit lock takes
along all that wait, so that one disk flush serves them all.
"""

import hashlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from sqlalchemy import Connection, Engine, Row, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from forms.submission import Act, Submission
from sheets_sync.state.database import StateError, reading, writing
from sheets_sync.state.schema import kept, submissions

GATHERING_SECONDS = 0.001
"""A commit costs about as much; who posts alone never waits."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the journal holds for a key: the submission, and whether this post made it."""

    submission: Submission
    new: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """The same key came with other answers; `stored` is what the journal holds (fault 3)."""

    stored: Submission


@dataclass(frozen=True, slots=True)
class Entry:
    """A submission and its place in the order of commits."""

    number: int
    submission: Submission


class _Waiting:
    """A submission on its way to a commit, and what became of it."""

    __slots__ = ("body_hash", "error", "outcome", "submission", "turn")

    def __init__(self, submission: Submission) -> None:
        self.submission = submission
        self.body_hash = _body_hash(submission)
        self.outcome: Receipt | Conflict | None = None
        self.error: StateError | None = None
        self.turn = Lock()
        """Held until the submission is settled, or until it is this poster's turn to commit."""
        self.turn.acquire()

    @property
    def settled(self) -> bool:
        return self.outcome is not None or self.error is not None


class Journal:
    """Submissions in the order in which they were committed. Threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: list[_Waiting] = []
        self._committing = False
        self._company = False
        """Whether several came with the last commit; then a moment's wait gathers more."""
        self._queue = Lock()

    def accept(self, submission: Submission) -> Receipt | Conflict:
        """Commit a submission durably; the same key again gives the same receipt (fault 2).

        Raises StateError when it cannot be written: then nothing of it is kept.
        """
        mine = _Waiting(submission)
        with self._queue:
            self._waiting.append(mine)
            mine_first, self._committing = not self._committing, True
        if not mine_first:
            mine.turn.acquire()
        if not mine.settled:
            self._commit_waiting()
        if mine.error is not None:
            raise StateError(str(mine.error)) from mine.error
        if mine.outcome is None:
            raise StateError("the submission was left out of its commit; send it again")
        return mine.outcome

    def _commit_waiting(self) -> None:
        """Commit all that wait, wake them, and give the turn to the next that came meanwhile.

        Each is woken by a lock of its own: one lock for all would wake them one after another.
        """
        if self._company:
            time.sleep(GATHERING_SECONDS)
        with self._queue:
            batch, self._waiting = self._waiting, []
        self._company = len(batch) > 1
        try:
            self._commit_batch(batch)
        finally:
            with self._queue:
                following = self._waiting[:1]
                self._committing = bool(following)
            for one in (*following, *batch):
                one.turn.release()

    def _commit_batch(self, batch: Sequence[_Waiting]) -> None:
        try:
            outcomes = self._write(batch)
        except SQLAlchemyError as error:
            for one in batch:
                one.error = _unwritable(self._engine, error)
                one.error.__cause__ = error
        else:
            for one, outcome in zip(batch, outcomes, strict=True):
                one.outcome = outcome

    def _write(self, batch: Sequence[_Waiting]) -> Sequence[Receipt | Conflict]:
        try:
            with writing(self._engine) as db:
                db.execute(insert(submissions), [_row(one) for one in batch])
        except IntegrityError:  # a key that is known already; look each one up
            with writing(self._engine) as db:
                return _write_unknown(db, batch)
        return [Receipt(one.submission, new=True) for one in batch]

    def unwritten(self) -> Sequence[Entry]:
        """Return what the spreadsheet does not hold yet, oldest first."""
        found = select(submissions).where(submissions.c.written.is_(False))
        with reading(self._engine) as db:
            return [_entry(row) for row in db.execute(found.order_by(submissions.c.number))]

    def mark_written(self, db: Connection, numbers: Sequence[int]) -> None:
        """Note, within the caller's transaction, that the spreadsheet holds these entries."""
        marks = update(submissions).values(written=True)
        for start in range(0, len(numbers), 500):
            db.execute(marks.where(submissions.c.number.in_(numbers[start : start + 500])))

    def submissions(self, report: str) -> Sequence[Entry]:
        """Return all that was sent about one report, oldest first."""
        found = select(submissions).where(submissions.c.report == report)
        with reading(self._engine) as db:
            return [_entry(row) for row in db.execute(found.order_by(submissions.c.number))]

    def answers(self, report: str) -> Mapping[str, str] | None:
        """Return the newest answers for a report, corrections applied; None when unknown."""
        versions = [
            entry.submission.answers
            for entry in self.submissions(report)
            if entry.submission.act is not Act.WITHDRAWAL
        ]
        return versions[-1] if versions else None

    def prove_writable(self, *, now: datetime) -> None:
        """Commit one small value; raises StateError when the state cannot be written (fault 5)."""
        row = upsert(kept).values(name="last health check", value=now.isoformat())
        try:
            with writing(self._engine) as db:
                db.execute(
                    row.on_conflict_do_update(
                        index_elements=[kept.c.name], set_={"value": row.excluded.value}
                    )
                )
        except SQLAlchemyError as error:
            raise _unwritable(self._engine, error) from error


def _unwritable(engine: Engine, error: SQLAlchemyError) -> StateError:
    # Never str(error): it may carry the statement's values, which are people's words (fault 83).
    reason = error.orig if isinstance(error, DBAPIError) else type(error).__name__
    return StateError(
        f"{engine.url.database} cannot be written ({reason}); nothing was lost. Is the disk full, "
        "read-only, or another program using the file?"
    )


def _write_unknown(db: Connection, batch: Sequence[_Waiting]) -> list[Receipt | Conflict]:
    """Insert what is new and return one outcome for each, in order."""
    stored = _stored(db, {one.submission.key for one in batch})
    outcomes: list[Receipt | Conflict] = []
    new: list[dict[str, object]] = []
    for one in batch:
        known = stored.get(one.submission.key)
        if known is None:
            stored[one.submission.key] = (one.body_hash, one.submission)
            new.append(_row(one))
            outcomes.append(Receipt(one.submission, new=True))
        elif known[0] == one.body_hash:
            outcomes.append(Receipt(known[1], new=False))
        else:
            outcomes.append(Conflict(known[1]))
    if new:
        db.execute(insert(submissions), new)
    return outcomes


def _stored(db: Connection, keys: Iterable[str]) -> dict[str, tuple[str, Submission]]:
    found = select(submissions).where(submissions.c.key.in_(list(keys)))
    return {row.key: (row.body_hash, _entry(row).submission) for row in db.execute(found)}


def _body_hash(submission: Submission) -> str:
    # Encoded before it queues, so that a lone surrogate fails its own poster only. The id of a new
    # report is made anew by each post, so it says nothing about whether two posts are the same.
    report = "" if submission.act is Act.REPORT else submission.report
    body = [submission.act, report, sorted(submission.answers.items())]
    return hashlib.sha256(json.dumps(body, ensure_ascii=False).encode()).hexdigest()


def _row(one: _Waiting) -> dict[str, object]:
    submission = one.submission
    return {
        "key": submission.key,
        "body_hash": one.body_hash,
        "report": submission.report,
        "act": submission.act.value,
        "answers": json.dumps(dict(submission.answers), ensure_ascii=False),
        "source": submission.source,
        "received": submission.received.isoformat(),
        "held": submission.held,
        "person": submission.person,
        "written": False,
    }


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    return Entry(
        row.number,
        Submission(
            key=row.key,
            report=row.report,
            act=Act(row.act),
            answers=json.loads(row.answers),
            source=row.source,
            received=datetime.fromisoformat(row.received),
            held=row.held,
            person=row.person,
        ),
    )
