"""A URL -> the one database, checked before use: whole, ours, and of a version we know."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, insert, inspect, select
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from sheets_sync.state import schema
from sheets_sync.state.kind import Kind, kind_of
from sheets_sync.state.refusal import Busy, StateError
from sheets_sync.state.upgrading import upgrade

__all__ = ["Busy", "StateError", "open_database", "reading", "write_at_once", "writing"]

MOVED = "moved to"
"""Name of the single value that says where a state went on."""
UNFINISHED = "unfinished copy"
"""Name of the single value of a state that is still being copied."""


def open_database(kind: Kind, *, create: bool = False, halfway: bool = False) -> Engine:
    """Open the database at a place; with `halfway` also one that is being moved.

    With `create`, a missing one is made; an existing one is never replaced. Raises StateError.
    """
    engine = kind.engine()
    try:
        kind.prepare(engine, create=create)
        _check(engine, kind, halfway=halfway)
    except (DatabaseError, OperationalError) as error:
        engine.dispose()
        raise StateError(kind.damaged(kind.words(error.orig))) from error
    except StateError:
        engine.dispose()
        raise
    return engine


def _check(engine: Engine, kind: Kind, *, halfway: bool) -> None:
    with reading(engine) as db:
        if fault := kind.fault(db):
            raise StateError(kind.damaged(fault))
        version = _version(db, kind)
        if version is not None and not halfway:
            _refuse_halfway(db, kind)
    if version == schema.VERSION:
        return
    with writing(engine) as db:
        version = _version(db, kind)  # of several who come at once, one makes it
        schema.metadata.create_all(db)
        if version is None:
            db.execute(insert(schema.kept).values(name="schema", value=str(schema.VERSION)))
        else:
            upgrade(db, version)


def _version(db: Connection, kind: Kind) -> int | None:
    """Return the version of the tables; None where there are none. Raises StateError."""
    found = kept(db, "schema") if inspect(db).has_table(schema.kept.name) else None
    if found is None:
        return None
    if int(found) > schema.VERSION:
        raise StateError(
            f"{kind.place} was written by a newer Tidings (version {found} of its tables; this one "
            f"knows {schema.VERSION}). Nothing was changed. Install the newer Tidings, or bring "
            "back a backup made before the upgrade"
        )
    return int(found)


def _refuse_halfway(db: Connection, kind: Kind) -> None:
    if moved := kept(db, MOVED):
        raise StateError(
            f"{kind.place} was moved to {moved}, and goes on there. Nothing was changed. Write "
            "that as `state` into tidings.toml; to come back here, move this one away and copy "
            "that one here with: tidings state copy"
        )
    if unfinished := kept(db, UNFINISHED):
        raise StateError(
            f"{kind.place} is a copy of {unfinished} that did not come to its end. Nothing was "
            "changed. Run the same once more: tidings state copy"
        )


def kept(db: Connection, name: str) -> str | None:
    """Return a single value; None when it is not there."""
    value = db.execute(select(schema.kept.c.value).where(schema.kept.c.name == name)).scalar()
    return None if value is None else str(value)


def is_durable(engine: Engine) -> bool:
    """Say whether a commit is on the disk when it returns (fault 74)."""
    with reading(engine) as connection:
        return kind_of(engine).is_durable(connection)


@contextmanager
def writing(engine: Engine, *, wait: bool = True, beside: bool = False) -> Iterator[Connection]:
    """One transaction that may write; committed at the end, rolled back on an exception.

    No other one overlaps it, but those that are all `beside` each other: these must change a row
    only where it is as they expect. Without `wait` it raises Busy when another process is writing
    just now.
    """
    kind = kind_of(engine)
    try:
        with kind.writing(engine, wait=wait, beside=beside) as connection:
            yield connection
    except DBAPIError as error:
        if kind.is_closed(error):
            raise StateError(
                f"{kind.place} was moved and goes on elsewhere. Nothing was changed. Look what "
                "`state` in tidings.toml says, and start this anew"
            ) from error
        if not _is_passing(error):
            raise
        raise StateError(
            f"{kind.place} could not be written ({kind.words(error.orig)}). What was committed "
            "before is safe; make room, and run it again"
        ) from error


def write_at_once(
    engine: Engine, statement: str, values: Sequence[object], *, wait: bool = True
) -> None:
    """Run one statement that is a transaction of its own, and harmless when it is run twice.

    Raises the driver's errors, StateError, and Busy as `writing` does.
    """
    kind_of(engine).at_once(engine, statement, values, wait=wait)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads, sees one moment, and waits for no writer."""
    kind = kind_of(engine)
    try:
        with kind.reading(engine) as connection:
            yield connection
    except DBAPIError as error:
        if not _is_passing(error):
            raise
        raise StateError(
            f"{kind.place} could not be read ({kind.words(error.orig)}). What was committed before "
            "is safe; run it again"
        ) from error


def _is_passing(error: DBAPIError) -> bool:
    """Tell whether a fault lies in the place or the connection, and not in what was asked."""
    return isinstance(error, OperationalError) or error.connection_invalidated
