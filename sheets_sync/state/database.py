"""A URL -> the one database, checked before use: whole, ours, and of a version we know."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, text
from sqlalchemy.exc import DatabaseError, OperationalError

from sheets_sync.state import schema
from sheets_sync.state.upgrading import upgrade

BUSY_SECONDS = 10
FULL = 2
"""SQLite's number for `synchronous=FULL`."""


class StateError(Exception):
    """The state cannot be used; the message names the file, the fault and the choices."""


class Busy(Exception):
    """Another process is writing; ask again, and wait."""


def open_database(url: str, *, folder: Path, create: bool = False) -> Engine:
    """Open the database that `state` in the settings names.

    A relative `sqlite:` path is taken from `folder`. With `create`, a missing file is made;
    an existing one is never replaced. Raises StateError.
    """
    path = _sqlite_path(url, folder)
    if not path.exists() and not create:
        raise StateError(
            f"{path} is not there. It remembers what was sent to whom: bring it back from a "
            "backup, or start afresh with: tidings sync --new-state"
        )
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    try:
        _check(engine, path)
    except (DatabaseError, OperationalError) as error:
        raise StateError(
            f"{path} is damaged ({error.orig}). Nothing was changed. Bring it back from a backup, "
            "or move it away and start afresh with: tidings sync --new-state"
        ) from error
    return engine


def _sqlite_path(url: str, folder: Path) -> Path:
    if not url.startswith("sqlite:"):
        raise StateError(f'state = {url!r} is not known here; write state = "sqlite:tidings.db"')
    return folder / url.removeprefix("sqlite:").removeprefix("///")


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
        connection.exec_driver_sql("BEGIN")
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


def _check(engine: Engine, path: Path) -> None:
    with reading(engine) as db:
        whole = db.execute(text("PRAGMA quick_check")).scalar()
    if whole != "ok":
        raise StateError(
            f"{path} is damaged ({whole}). Nothing was changed. Bring it back from a backup, "
            "or move it away and start afresh with: tidings sync --new-state"
        )
    with writing(engine) as db:
        schema.metadata.create_all(db)
        found = db.execute(
            select(schema.kept.c.value).where(schema.kept.c.name == "schema")
        ).scalar()
        if found is None:
            db.execute(insert(schema.kept).values(name="schema", value=str(schema.VERSION)))
        elif int(found) > schema.VERSION:
            raise StateError(
                f"{path} was written by a newer Tidings (version {found} of its tables; this one "
                f"knows {schema.VERSION}). Nothing was changed. Install the newer Tidings, or "
                "bring back a backup made before the upgrade"
            )
        elif int(found) < schema.VERSION:
            upgrade(db, int(found))


def is_durable(engine: Engine) -> bool:
    """Say whether a commit is on the disk when it returns (fault 74)."""
    with reading(engine) as connection:
        return connection.exec_driver_sql("PRAGMA synchronous").scalar() == FULL


@contextmanager
def writing(engine: Engine, *, wait: bool = True) -> Iterator[Connection]:
    """One transaction that may write; committed at the end, rolled back on an exception.

    Without `wait` it raises Busy when another process is writing just now.
    """
    try:
        with engine.connect().execution_options(wait=wait) as connection, connection.begin():
            yield connection
    except OperationalError as error:
        raise StateError(
            f"{engine.url.database} could not be written ({error.orig}). What was committed before "
            "is safe; make room, and run it again"
        ) from error


def write_at_once(
    engine: Engine, statement: str, values: Sequence[object], *, wait: bool = True
) -> None:
    """Run one statement that is a transaction of its own.

    By the driver itself, which takes a third of the time of `writing`. Raises the driver's errors,
    and Busy as `writing` does.
    """
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        with nullcontext(cursor) if wait else _not_waiting(cursor):
            cursor.execute(statement, values)
        connection.commit()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads, and waits for no writer."""
    with engine.connect().execution_options(reading=True) as connection, connection.begin():
        yield connection
