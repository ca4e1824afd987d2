"""The journal: submissions, committed before anyone says thank you."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Column, Connection, Dialect, Engine, Row, insert, select, update
from sqlalchemy.exc import DBAPIError

from forms.submission import Act, Entry, Submission
from sheets_sync.state.database import reading, write_at_once, writing
from sheets_sync.state.kind import kind_of, unwritable
from sheets_sync.state.schema import kept, submissions

UNWRITTEN = (
    select(submissions).where(submissions.c.written.is_(False)).order_by(submissions.c.number)
)
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
class Draft:
    """A submission that is ready to be committed."""

    submission: Submission
    row: Mapping[str, object]


def draft(submission: Submission) -> Draft:
    """Return what is to be committed; raises UnicodeEncodeError for half a surrogate pair."""
    return Draft(submission, _row(submission))


class Journal:
    """Submissions in the order in which they were committed. Threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def accept(self, submission: Submission) -> Receipt | Conflict:
        """Commit a submission durably; the same key again gives the same receipt (fault 2).

        Raises StateError when it cannot be written: then nothing of it is kept.
        """
        return self.commit([draft(submission)])[0]

    def commit(self, drafts: Sequence[Draft], *, wait: bool = True) -> Sequence[Receipt | Conflict]:
        """Commit what came at the same time, all of it or nothing, by one flush of the disk.

        Returns what became of each. Raises StateError when it cannot be written, and Busy when
        another process is writing and `wait` is off.
        """
        driver = self._engine.dialect.loaded_dbapi
        insertion = _insertion(self._engine.dialect, len(drafts))
        try:
            values = [one.row[column] for one in drafts for column in COLUMNS]
            write_at_once(self._engine, insertion, values, wait=wait)
        except driver.IntegrityError:  # a key that is known already; look each one up
            return self._commit_unknown(drafts, wait=wait)
        except driver.Error as error:
            raise unwritable(self._engine, error) from error
        return [Receipt(one.submission, new=True) for one in drafts]

    def _commit_unknown(
        self, drafts: Sequence[Draft], *, wait: bool
    ) -> Sequence[Receipt | Conflict]:
        try:
            with writing(self._engine, wait=wait) as db:
                return _write_unknown(db, drafts)
        except DBAPIError as error:
            raise unwritable(self._engine, error.orig) from error

    def unwritten(self) -> Sequence[Entry]:
        """Return what the spreadsheet does not hold yet, oldest first."""
        with reading(self._engine) as db:
            return [_entry(row) for row in db.execute(UNWRITTEN)]

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

    def corrected(self) -> frozenset[str]:
        """Return the reports that were corrected."""
        found = select(submissions.c.report).where(submissions.c.act == Act.CORRECTION)
        with reading(self._engine) as db:
            return frozenset(db.execute(found).scalars())

    def known_keys(self, keys: Sequence[str]) -> set[str]:
        """Return those of the keys under which something was committed."""
        return self._among(submissions.c.key, keys)

    def known_reports(self, reports: Sequence[str]) -> set[str]:
        """Return those of the reports about which something was committed."""
        return self._among(submissions.c.report, reports)

    def _among(self, column: Column[str], values: Sequence[str]) -> set[str]:
        found: set[str] = set()
        with reading(self._engine) as db:
            for start in range(0, len(values), 500):
                some = column.in_(values[start : start + 500])
                found.update(db.execute(select(column).where(some)).scalars())
        return found

    def prove_writable(self, *, now: datetime, wait: bool = True) -> None:
        """Commit one small value; raises StateError when the state cannot be written (fault 5).

        Raises Busy when another process is writing and `wait` is off.
        """
        row = (
            kind_of(self._engine)
            .upsert(kept)
            .values(name="last health check", value=now.isoformat())
        )
        try:
            with writing(self._engine, wait=wait) as db:
                db.execute(
                    row.on_conflict_do_update(
                        index_elements=[kept.c.name], set_={"value": row.excluded.value}
                    )
                )
        except DBAPIError as error:
            raise unwritable(self._engine, error.orig) from error


@lru_cache(maxsize=64)
def _insertion(dialect: Dialect, rows: int) -> str:
    return str(insert(submissions).values([dict.fromkeys(COLUMNS)] * rows).compile(dialect=dialect))


def _write_unknown(db: Connection, drafts: Sequence[Draft]) -> list[Receipt | Conflict]:
    """Insert what is new and return one outcome for each, in order."""
    stored = _stored(db, {one.submission.key for one in drafts})
    outcomes: list[Receipt | Conflict] = []
    new: list[Mapping[str, object]] = []
    for one in drafts:
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
    # Encoded here, so that half a surrogate pair fails its own poster and nobody else.
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
