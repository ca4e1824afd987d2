"""The state in a file beside the settings: SQLite."""

import fcntl
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError

from sheets_sync.state.kind import Upsert
from sheets_sync.state.refusal import BUSY_SECONDS, Busy, StateError, Taken
from sheets_sync.state.senders import Senders, SendersHere

CLOSED = "this state was moved"
FULL = 2
"""SQLite's number for `synchronous=FULL`."""


@dataclass(frozen=True, slots=True)
class SQLite:
    """One file; its transactions that write come one after the other."""

    path: Path

    @property
    def place(self) -> str:
        return str(self.path)

    @property
    def name(self) -> str:
        return self.path.name

    def exists(self) -> bool:
        return self.path.exists()

    def engine(self) -> Engine:
        engine = create_engine(
            f"sqlite:///{self.path}",
            connect_args={"timeout": BUSY_SECONDS},
            execution_options={"kind": self},
            hide_parameters=True,
        )
        event.listen(engine, "connect", _prepare_connection)
        event.listen(engine, "begin", _begin)
        return engine

    def prepare(self, engine: Engine, *, create: bool) -> None:
        if not create and not self.exists():
            raise StateError(
                f"{self.path} is not there. It remembers what was sent to whom: bring it back from "
                "a backup, or start afresh with: tidings sync --new-state"
            )

    def fault(self, db: Connection) -> str:
        whole = str(db.exec_driver_sql("PRAGMA quick_check").scalar())
        return "" if whole == "ok" else whole

    def damaged(self, why: str) -> str:
        return (
            f"{self.path} is damaged ({why}). Nothing was changed. Bring it back from a backup, "
            "or move it away and start afresh with: tidings sync --new-state"
        )

    def is_durable(self, db: Connection) -> bool:
        return db.exec_driver_sql("PRAGMA synchronous").scalar() == FULL

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        with engine.connect().execution_options(reading=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, engine: Engine, *, wait: bool, beside: bool) -> Iterator[Connection]:
        with engine.connect().execution_options(wait=wait) as connection, connection.begin():
            yield connection

    def at_once(
        self, engine: Engine, statement: str, values: Sequence[object], *, wait: bool
    ) -> None:
        # By the driver itself, which takes a third of the time of `writing`.
        with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
            with nullcontext(cursor) if wait else _not_waiting(cursor):
                cursor.execute(statement, values)
            connection.commit()

    @contextmanager
    def hold(self, engine: Engine, right: str) -> Iterator[None]:
        path = Path(f"{self.path}-{right}")
        with path.open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Taken(f"another process has the right to this ({path} is locked)") from error
            yield

    def senders(self, engine: Engine) -> Senders:
        return SendersHere(Path(f"{self.path}.senders"))

    def upsert(self, table: Table) -> Upsert:
        return insert(table)

    def words(self, error: object) -> str:
        return str(error)

    def leave_no_trace(self, engine: Engine) -> None:
        with closing(engine.raw_connection()) as raw, closing(raw.cursor()) as cursor:
            # Neither may run within a transaction.
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_blocked, *_ = cursor.fetchone() or (0,)
        if is_blocked:
            raise StateError(
                f"{self.path} is being read by another process, so what was erased may still stand "
                "in its log. Stop the page (tidings serve), and run it again"
            )

    def closing(self, table: Table) -> Sequence[str]:
        return [
            f"CREATE TRIGGER {table.name}_{act} BEFORE {act} ON {table.name} "
            f"BEGIN SELECT RAISE(ABORT, {CLOSED!r}); END"
            for act in ("INSERT", "UPDATE")
        ]

    def is_closed(self, error: DBAPIError) -> bool:
        return str(error.orig) == CLOSED

    def renumbering(self, table: Table) -> Sequence[str]:
        return []


def _prepare_connection(connection: Any, _record: object) -> None:
    # sqlite3's own transaction control commits behind our back; BEGIN is ours (see _begin).
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("reading", False):
        # By the driver itself, since there are so many; this waits for nobody and cannot fail.
        driven: Any = connection.connection
        driven.execute("BEGIN")
    elif options.get("wait", True):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        _begin_at_once(connection)


def _begin_at_once(connection: Connection) -> None:
    driven: Any = connection.connection
    with _not_waiting(driven.cursor()) as cursor:
        cursor.execute("BEGIN IMMEDIATE")


@contextmanager
def _not_waiting(cursor: Any) -> Iterator[Any]:
    cursor.execute("PRAGMA busy_timeout = 0")
    try:
        yield cursor
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise Busy from error
        raise
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
