"""The journal: submissions, committed before anyone says thank you.

Those who post at the same time share one transaction: whoever holds the commit lock takes
along all that wait, so that one disk flush serves them all.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from threading import Lock

from sqlalchemy import Connection, Dialect, Engine, Row, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from forms.submission import Act, Submission
from sheets_sync.state.database import StateError, reading, writing
from sheets_sync.state.schema import kept, submissions

COLUMNS = [column.name for column in submissions.c if column.name != "number"]


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

    __slots__ = ("error", "outcome", "row", "submission", "turn")

    def __init__(self, submission: Submission) -> None:
        self.submission = submission
        self.row = _row(submission)
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
        self._driver = engine.dialect.loaded_dbapi
        self._waiting: list[_Waiting] = []
        self._committing = False
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
        with self._queue:
            batch, self._waiting = self._waiting, []
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
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            for one in batch:
                one.error = _unwritable(self._engine, error)
                one.error.__cause__ = error
        else:
            for one, outcome in zip(batch, outcomes, strict=True):
                one.outcome = outcome

    def _write(self, batch: Sequence[_Waiting]) -> Sequence[Receipt | Conflict]:
        try:
            self._insert([one.row for one in batch])
        except self._driver.IntegrityError:  # a key that is known already; look each one up
            with writing(self._engine) as db:
                return _write_unknown(db, batch)
        return [Receipt(one.submission, new=True) for one in batch]

    def _insert(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Insert all rows by one statement, which is a transaction of its own.

        Given to the driver itself: each further call into the database lets all other threads go
        first, while everybody whose row is in it waits.
        """
        values = [row[column] for row in rows for column in COLUMNS]
        with closing(self._engine.raw_connection()) as connection:
            connection.cursor().execute(_insertion(self._engine.dialect, len(rows)), values)
            connection.commit()

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


@lru_cache(maxsize=64)
def _insertion(dialect: Dialect, rows: int) -> str:
    return str(insert(submissions).values([dict.fromkeys(COLUMNS)] * rows).compile(dialect=dialect))


def _unwritable(engine: Engine, error: Exception) -> StateError:
    # Only what the database says itself: other errors may carry people's words (fault 83).
    told = error.orig if isinstance(error, DBAPIError) else error
    by_driver = isinstance(told, engine.dialect.loaded_dbapi.Error)
    reason = told if by_driver else type(error).__name__
    return StateError(
        f"{engine.url.database} cannot be written ({reason}); nothing was lost. Is the disk full, "
        "read-only, or another program using the file?"
    )


def _write_unknown(db: Connection, batch: Sequence[_Waiting]) -> list[Receipt | Conflict]:
    """Insert what is new and return one outcome for each, in order."""
    stored = _stored(db, {one.submission.key for one in batch})
    outcomes: list[Receipt | Conflict] = []
    new: list[Mapping[str, object]] = []
    for one in batch:
        known = stored.get(one.submission.key)
        if known is None:
            stored[one.submission.key] = (one.row["body_hash"], one.submission)
            new.append(one.row)
            outcomes.append(Receipt(one.submission, new=True))
        elif known[0] == one.row["body_hash"]:
            outcomes.append(Receipt(known[1], new=False))
        else:
            outcomes.append(Conflict(known[1]))
    if new:
        db.execute(insert(submissions), new)
    return outcomes


def _stored(db: Connection, keys: Iterable[str]) -> dict[str, tuple[object, Submission]]:
    found = select(submissions).where(submissions.c.key.in_(list(keys)))
    return {row.key: (row.body_hash, _entry(row).submission) for row in db.execute(found)}


def _row(submission: Submission) -> dict[str, object]:
    answers = json.dumps(dict(submission.answers), ensure_ascii=False, sort_keys=True)
    # Encoded before it queues, so that a lone surrogate fails its own poster only.
    body = f"{submission.act} {submission.report} {answers}".encode()
    return {
        "key": submission.key,
        "body_hash": hashlib.sha256(body).hexdigest(),
        "report": submission.report,
        "act": submission.act.value,
        "answers": answers,
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
