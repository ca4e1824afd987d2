"""The state in a schema of a database that many machines share: PostgreSQL.

What on SQLite the file's own lock does, advisory locks do here: one right at a time, given back by
the server when its holder's connection ends. All of them belong to one schema, so that projects in
one database do not meet.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, Text, create_engine, event, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.compiler import compiles

from sheets_sync.state.kind import Upsert
from sheets_sync.state.refusal import BUSY_SECONDS, Busy, StateError
from sheets_sync.state.rights import Rights, SendersApart
from sheets_sync.state.schema import metadata
from sheets_sync.state.senders import Senders

RETRY_SECONDS = 0.2
CLOSED = "this_state_was_moved"
OLDEST = 130000
"""The oldest server that is still looked after, as PostgreSQL numbers itself."""
SESSION = (
    # A machine that vanished is noticed after 25 seconds, by either side.
    "tcp_keepalives_idle = 10",
    "tcp_keepalives_interval = 5",
    "tcp_keepalives_count = 3",
    "tcp_user_timeout = '25s'",
    f"lock_timeout = '{BUSY_SECONDS}s'",
    "client_min_messages = warning",
)
CONNECTION = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
    "client_encoding": "utf8",
    "application_name": "tidings",
}


@compiles(Text, "postgresql")
def _text(_type: Text, _compiler: Any, **_options: object) -> str:
    # Compared byte by byte, as SQLite does; a database's own order may pass over signs.
    return 'TEXT COLLATE "C"'


def _without_nul(
    _connection: object,
    _cursor: object,
    statement: str,
    values: Any,
    _context: object,
    many: bool,
) -> tuple[str, Any]:
    # What a relay answers or a cell holds may have it, and PostgreSQL's texts may not.
    return statement, [_replaced(one) for one in values] if many else _replaced(values)


def _replaced(values: Sequence[object]) -> tuple[object, ...]:
    return tuple(one.replace("\0", "\ufffd") if isinstance(one, str) else one for one in values)


@dataclass(slots=True)
class Outage:
    """How long the database has not been reached; the first use waits for nothing."""

    since: float = float("-inf")

    def over(self) -> None:
        """Note that it was reached."""
        self.since = 0.0

    def wait(self) -> bool:
        """Wait a moment; False when that has been long enough."""
        now = time.monotonic()
        self.since = self.since or now
        if now - self.since > BUSY_SECONDS:
            return False
        time.sleep(RETRY_SECONDS)
        return True


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """One schema of a database."""

    url: URL
    schema: str
    outage: Outage = field(default_factory=Outage)

    @property
    def place(self) -> str:
        host = self.url.host or self.url.query.get("host") or "this machine"
        return f"schema {self.schema} of the database {self.url.database} on {host}"

    @property
    def name(self) -> str:
        return self.place

    def exists(self) -> bool:
        engine = self.engine()
        try:
            with self.reading(engine) as db:
                return self._holds_state(db)
        finally:
            engine.dispose()

    def engine(self) -> Engine:
        try:
            engine = create_engine(
                self.url,
                connect_args=CONNECTION,
                execution_options={"kind": self},
                hide_parameters=True,
                paramstyle="format",
                pool_pre_ping=True,
            )
        except ModuleNotFoundError as error:
            raise StateError(
                "for a state in PostgreSQL a driver is missing; install it with: "
                'pip install "tidings[postgresql]"'
            ) from error
        event.listen(engine, "connect", self._begin_session)
        event.listen(engine, "before_cursor_execute", _without_nul, retval=True)
        return engine

    def prepare(self, engine: Engine, *, create: bool) -> None:
        with self.reading(engine) as db:
            self._refuse_unfit(db)
            if self._holds_state(db):
                return
            if not create:
                raise StateError(self._missing(db))
            if db.execute(text("SELECT to_regnamespace(:name)"), {"name": self.schema}).scalar():
                return
        try:
            with self.writing(engine, wait=True, beside=False) as db:
                db.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{self.schema}"'))
        except DBAPIError as error:
            raise StateError(
                f"{self.place} cannot be made ({self.words(error.orig)}). Let whoever looks after "
                f"the database run: CREATE SCHEMA {self.schema} AUTHORIZATION {self.url.username}"
            ) from error

    def fault(self, db: Connection) -> str:
        return ""

    def damaged(self, why: str) -> str:
        return f"{self.place} cannot be used ({why}). Nothing was changed; try again later"

    def is_durable(self, db: Connection) -> bool:
        shown = [
            db.execute(text(f"SHOW {one}")).scalar() for one in ("fsync", "synchronous_commit")
        ]
        return shown[0] == "on" and shown[1] != "off"

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        with self._connected(engine) as connection:
            connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self, engine: Engine, *, wait: bool, beside: bool) -> Iterator[Connection]:
        with self._connected(engine, wait=wait) as connection, connection.begin():
            self._rights(engine).admit(connection, wait=wait, beside=beside)
            yield connection

    def at_once(
        self, engine: Engine, statement: str, values: Sequence[object], *, wait: bool
    ) -> None:
        while True:
            try:
                with self._connected(engine, wait=wait) as connection:
                    connection.execution_options(isolation_level="AUTOCOMMIT")
                    connection.exec_driver_sql(statement, tuple(values))
                return
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise error.orig or error from error
                if not wait:
                    raise Busy from error
                if not self.outage.wait():
                    raise StateError(self._unreachable(error)) from error

    def hold(self, engine: Engine, right: str) -> AbstractContextManager[None]:
        return self._rights(engine).hold(right)

    def senders(self, engine: Engine) -> Senders:
        return SendersApart(self._rights(engine))

    def upsert(self, table: Table) -> Upsert:
        return insert(table)

    def words(self, error: object) -> str:
        # Only the first of its words: the details may hold a row, and so what people wrote.
        said = getattr(getattr(error, "diag", None), "message_primary", None)
        return str(said or str(error).strip().partition("\n")[0])

    def leave_no_trace(self, engine: Engine) -> None:
        with self._connected(engine) as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            try:
                # Tables alone; what the server's own log and backups hold goes with their age.
                for table in metadata.sorted_tables:
                    connection.execute(text(f"VACUUM (FULL) {table.name}"))
            except DBAPIError as error:
                raise StateError(
                    f"{self.place} is being used by another process ({self.words(error.orig)}), so "
                    "what was erased may still stand in its free pages. Stop the page (tidings "
                    "serve), and run it again"
                ) from error

    def closing(self, table: Table) -> Sequence[str]:
        return [f"ALTER TABLE {table.name} ADD CONSTRAINT {CLOSED} CHECK (false) NOT VALID"]

    def is_closed(self, error: DBAPIError) -> bool:
        diagnosis = getattr(error.orig, "diag", None)
        return getattr(diagnosis, "constraint_name", None) == CLOSED

    def renumbering(self, table: Table) -> Sequence[str]:
        column = table.autoincrement_column
        if column is None:
            return []
        # Names of our own tables.
        highest = f"(SELECT coalesce(max({column.name}), 0) + 1 FROM {table.name})"  # noqa: S608
        sequence = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
        return [f"SELECT setval({sequence}, {highest}, false)"]

    def _rights(self, engine: Engine) -> Rights:
        return Rights(self.schema, lambda: self._connected(engine))

    def _begin_session(self, connection: Any, _record: object) -> None:
        said = "; ".join(f"SET {one}" for one in SESSION)
        connection.autocommit = True
        connection.execute(f'{said}; SET search_path = "{self.schema}"')
        connection.autocommit = False

    def _connected(self, engine: Engine, *, wait: bool = True) -> Connection:
        """Return a connection; waits a while for a server that is being started again."""
        while True:
            try:
                connection = engine.connect()
            except OperationalError as error:
                if not wait:
                    raise Busy from error
                if not self.outage.wait():
                    raise StateError(self._unreachable(error)) from error
            else:
                self.outage.over()
                return connection

    def _unreachable(self, error: DBAPIError) -> str:
        return (
            f"the database {self.url.database} on {self.url.host or 'this machine'} cannot be "
            f"reached ({self.words(error.orig)}). What was committed before is safe; try again "
            "when it is there"
        )

    def _holds_state(self, db: Connection) -> bool:
        return db.execute(text("SELECT to_regclass('kept') IS NOT NULL")).scalar() is True

    def _missing(self, db: Connection) -> str:
        found = "SELECT schemaname FROM pg_tables WHERE tablename = 'kept' ORDER BY 1"
        others = ", ".join(f"?schema={name}" for name in db.execute(text(found)).scalars())
        there = f" (there is: {others})" if others else ""
        return (
            f"{self.place} holds no state. It remembers what was sent to whom. Without ?schema= in "
            "`state` the schema is named after the community: if that has another name now, add "
            f"the old one{there}. Else bring it back from a backup, or start afresh with: tidings "
            "sync --new-state"
        )

    def _refuse_unfit(self, db: Connection) -> None:
        version = int(str(db.execute(text("SHOW server_version_num")).scalar()))
        if version < OLDEST:
            raise StateError(f"the server is PostgreSQL {version // 10000}; take 13 or later")
        encoding = db.execute(text("SHOW server_encoding")).scalar()
        if encoding != "UTF8":
            raise StateError(
                f"the database {self.url.database} keeps text as {encoding}; make it with: "
                f"CREATE DATABASE {self.url.database} ENCODING 'UTF8' TEMPLATE template0"
            )
