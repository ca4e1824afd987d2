"""One database -> all its rows in another, compared one by one; then the first one is closed.

The copy is committed as unfinished, then the first one as moved, and then the copy is finished: so
at every moment one of them may be used at most, and the same call again goes on after a crash.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    Select,
    Table,
    delete,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from sheets_sync.state.base import forget, put
from sheets_sync.state.database import MOVED, UNFINISHED, kept, open_database, reading, writing
from sheets_sync.state.kind import Kind, kind_of
from sheets_sync.state.lock import hold
from sheets_sync.state.refusal import StateError, Taken
from sheets_sync.state.schema import metadata

AT_ONCE = 500
"""So many rows are in memory at a time."""
OURS = ("schema", MOVED, UNFINISHED)
"""Single values that say something of the database that they stand in."""

Counts = Mapping[str, int]


def copy_state(source: Kind, target: Kind, *, dry_run: bool = False) -> Counts:
    """Copy a state to an empty place, and let it go on there; returns how many rows by table.

    Raises StateError while somebody syncs or sends, and when the target holds a state already.
    """
    if source.place == target.place:
        raise StateError(f"{source.place} is both the source and the target; nothing was changed")
    with _opened(source, create=False) as old:
        if dry_run:
            _refuse_full(target)
            return _counts(old)
        moved = _moved_to(old)
        # Where it has gone already it must be there: an empty one in its place remembers nothing.
        with _nobody_at_work(old, source), _opened(target, create=moved is None) as new:
            if moved != target.place:
                _move(old, new)
            with writing(new) as db:
                forget(db, UNFINISHED)
            return _counts(new)


@contextmanager
def _opened(kind: Kind, *, create: bool) -> Iterator[Engine]:
    engine = open_database(kind, create=create, halfway=True)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _nobody_at_work(engine: Engine, kind: Kind) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            stack.enter_context(hold(engine, "run"))
            stack.enter_context(kind.senders(engine).shut_out())
        except Taken as error:
            raise StateError(
                f"somebody syncs or sends just now ({error}). Nothing was changed. Stop cron, wait "
                "until that has ended, and run it again"
            ) from error
        yield


def _move(old: Engine, new: Engine) -> None:
    source, target = kind_of(old), kind_of(new)
    with writing(old) as here:
        # First of all, and committed last of all: whoever writes meanwhile waits, and is refused.
        put(here, MOVED, target.place)
        for table in metadata.sorted_tables:
            for statement in source.closing(table):
                here.execute(text(statement))
        try:
            with writing(new) as there:
                _refuse_rows(there, target)
                put(there, UNFINISHED, source.place)
                for table in metadata.sorted_tables:
                    _copy(here, there, table)
                    _compare(here, there, table)
        except DBAPIError as error:
            raise StateError(
                f"{target.place} cannot take over ({target.words(error.orig)}). Nothing was changed"
            ) from error


def _copy(here: Connection, there: Connection, table: Table) -> None:
    with _rows(here, table) as found:
        for rows in found.mappings().partitions():
            there.execute(insert(table), [dict(row) for row in rows])
    for statement in kind_of(there).renumbering(table):
        there.execute(text(statement))


def _compare(here: Connection, there: Connection, table: Table) -> None:
    with _rows(here, table) as ours, _rows(there, table) as theirs:
        for number, row in enumerate(ours, 1):
            if next(theirs, None) != row:
                raise StateError(
                    f"row {number} of the table {table.name} did not arrive as it was. Nothing was "
                    "changed. Please report this as a fault of Tidings"
                )
        if next(theirs, None) is not None:
            raise StateError(f"the table {table.name} got rows from elsewhere. Nothing was changed")


def _rows(db: Connection, table: Table) -> CursorResult[Any]:
    # Asked for some at a time: a server would give up who says nothing for long.
    return db.execute(_all(table), execution_options={"yield_per": AT_ONCE})


def _all(table: Table) -> Select[Any]:
    rows = select(table).order_by(*table.primary_key.columns)
    if table.name != "kept":
        return rows
    return rows.where(table.c.name.not_in(OURS))


def _counts(engine: Engine) -> Counts:
    with reading(engine) as db:
        return {
            table.name: int(db.execute(_how_many(table)).scalar() or 0)
            for table in metadata.sorted_tables
        }


def _how_many(table: Table) -> Select[Any]:
    return select(func.count()).select_from(_all(table).order_by(None).subquery())


def _moved_to(engine: Engine) -> str | None:
    with reading(engine) as db:
        return kept(db, MOVED)


def _refuse_full(target: Kind) -> None:
    if not target.exists():
        return
    with _opened(target, create=False) as new, reading(new) as db:
        _refuse_rows(db, target, wipe=False)


def _refuse_rows(db: Connection, target: Kind, *, wipe: bool = True) -> None:
    """Refuse a target that holds anything; what an earlier copy left unfinished is wiped."""
    unfinished = kept(db, UNFINISHED) is not None
    for table in metadata.sorted_tables:
        found = db.execute(_all(table).limit(1)).first()
        if found and not unfinished:
            raise StateError(
                f"{target.place} holds a state already. Nothing was changed. Name an empty place, "
                "or move that one away"
            )
        if found and wipe:
            rows = delete(table)
            db.execute(rows.where(table.c.name.not_in(OURS)) if table.name == "kept" else rows)
