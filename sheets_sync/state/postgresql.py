"""The state in a schema of a database that many machines share: PostgreSQL.

What on SQLite the file's own lock does, advisory locks do here: one right at a time, given back by
the server when its holder's connection ends. All of them belong to one schema, so that projects in
one database do not meet.
"""

import hashlib
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, Text, create_engine, event, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.compiler import compiles

from sheets_sync.state.kind import BUSY_SECONDS, Busy, StateError, Taken, Upsert
from sheets_sync.state.senders import Senders

RETRY_SECONDS = 0.2
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
HELD = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND (classid::bigint << 32 | objid::bigint) = :key"
)
WRITERS = "writers"
"""The lock that all writers take: alone, or beside each other."""


@compiles(Text, "postgresql")
def _text(_type: Text, _compiler: Any, **_options: object) -> str:
    # Compared byte by byte, as SQLite does; a database's own order may pass over signs.
    return 'TEXT COLLATE "C"'


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
        return engine

    def prepare(self, engine: Engine, *, create: bool) -> None:
        with self.reading(engine) as db:
            self._refuse_unfit(db)
            if self._holds_state(db):
                return
        if not create:
            raise StateError(self.missing())
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

    def missing(self) -> str:
        return (
            f"{self.place} holds no state. It remembers what was sent to whom: look whether "
            "`state` and community.name are as they were (without ?schema=NAME the schema is named "
            "after the community), bring it back from a backup, or start afresh with: tidings sync "
            "--new-state"
        )

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
            taken = connection.execute(text(_locking(wait=wait, beside=beside)), self._key(WRITERS))
            if taken.scalar() is False:
                raise Busy
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

    @contextmanager
    def hold(self, engine: Engine, right: str) -> Iterator[None]:
        with self._connected(engine) as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()  # of its own as long as the right is held, and closed at the end
            asked = text("SELECT pg_try_advisory_lock(:key)")
            if not connection.execute(asked, self._key(right)).scalar():
                raise Taken(f"another process has the right to this in {self.place}")
            yield

    def is_held(self, engine: Engine, right: str) -> bool:
        """Tell whether any process, on whatever machine, has a right."""
        with self.reading(engine) as db:
            return bool(db.execute(HELD, self._key(right)).scalar())

    def senders(self, engine: Engine) -> Senders:
        return SendersApart(self, engine)

    def upsert(self, table: Table) -> Upsert:
        return insert(table)

    def words(self, error: object) -> str:
        # Only the first of its words: the details may hold a row, and so what people wrote.
        said = getattr(getattr(error, "diag", None), "message_primary", None)
        return str(said or str(error).strip().partition("\n")[0])

    def closing(self, table: Table) -> Sequence[str]:
        return [f"ALTER TABLE {table.name} ADD CONSTRAINT was_moved CHECK (false) NOT VALID"]

    def renumbering(self, table: Table) -> Sequence[str]:
        column = table.autoincrement_column
        if column is None:
            return []
        # Names of our own tables.
        highest = f"(SELECT coalesce(max({column.name}), 0) + 1 FROM {table.name})"  # noqa: S608
        sequence = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
        return [f"SELECT setval({sequence}, {highest}, false)"]

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

    def _key(self, right: str) -> dict[str, int]:
        name = hashlib.blake2b(f"tidings {self.schema} {right}".encode(), digest_size=8).digest()
        return {"key": int.from_bytes(name, "big", signed=True)}


def _locking(*, wait: bool, beside: bool) -> str:
    shared = "_shared" if beside else ""
    if wait:
        return f"SELECT pg_advisory_xact_lock{shared}(:key)"
    return f"SELECT pg_try_advisory_xact_lock{shared}(:key)"


@dataclass(frozen=True, slots=True)
class SendersApart:
    """Senders on any number of machines: each holds a right as long as it lives."""

    kind: PostgreSQL
    engine: Engine
    mine: dict[str, ExitStack] = field(default_factory=dict)

    @contextmanager
    def join(self) -> Iterator[str]:
        """Be one of them; gives a name that no other sender ever has."""
        name = token_hex(8)
        self.mine[name] = self._held(name)
        try:
            yield name
        finally:
            self.mine.pop(name).close()

    def gone(self, names: Collection[str]) -> frozenset[str]:
        """Return which of these have ended, however that was."""
        found = {name for name in names if not self.kind.is_held(self.engine, _sender(name))}
        for name in found.intersection(self.mine):  # only the connection has ended
            self.mine[name].close()
            self.mine[name] = self._held(name)
        return frozenset(found.difference(self.mine))

    def _held(self, name: str) -> ExitStack:
        held = ExitStack()
        held.enter_context(self.kind.hold(self.engine, _sender(name)))
        return held


def _sender(name: str) -> str:
    return f"sender {name}"
