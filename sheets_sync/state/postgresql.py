"""The state in a schema of a database that many machines share: PostgreSQL.

What on SQLite the file's own lock does, advisory locks do here: one right at a time, given back by
the server when its holder's connection ends. All of them belong to one schema, so that projects in
one database do not meet.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, OperationalError

from sheets_sync.state.kind import Upsert
from sheets_sync.state.outage import Outage
from sheets_sync.state.refusal import Busy, StateError
from sheets_sync.state.rights import Rights, SendersApart
from sheets_sync.state.schema import metadata
from sheets_sync.state.senders import Senders

CLOSED = "this_state_was_moved"
OLDEST = 140000
"""The oldest server that is still looked after, as PostgreSQL numbers itself."""
SILENT_SECONDS = 25
"""Where the address says nothing else: what was in hand is taken over within half a minute."""
LOCK_NOT_AVAILABLE = "55P03"
READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


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

    @property
    def silence(self) -> int:
        """Seconds after which who says nothing is given up, by either side."""
        told = str(self.url.query.get("tcp_user_timeout", ""))
        return max(int(told) // 1000, 1) if told.isdecimal() else SILENT_SECONDS

    def exists(self) -> bool:
        engine = self.engine()
        try:
            with self.reading(engine) as db:
                return self._holds_state(db)
        finally:
            engine.dispose()

    def engine(self) -> Engine:
        try:
            # Only here: the driver is there only where it was wished for.
            from sheets_sync.state.sessions import open_engine  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise StateError(
                "for a state in PostgreSQL a driver is missing; install it with: "
                'pip install "tidings[postgresql]"'
            ) from error
        return open_engine(self.url, self.schema, self, silence=self.silence)

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
        with self._connected(engine, READ) as connection:
            yield connection

    @contextmanager
    def writing(self, engine: Engine, *, wait: bool, beside: bool) -> Iterator[Connection]:
        begin = self._rights(engine).admission(beside=beside) if wait else "BEGIN"
        with self._connected(engine, begin, wait=wait) as connection:
            if not wait:
                self._rights(engine).admit_at_once(connection, beside=beside)
            yield connection
            connection.commit()

    def at_once(
        self, engine: Engine, statement: str, values: Sequence[object], *, wait: bool
    ) -> None:
        try:
            self._connected(engine, statement, tuple(values), wait=wait).close()
        except DBAPIError as error:
            raise error.orig or error from error

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
            driven: Any = connection.connection.driver_connection
            driven.patience = math.inf  # it takes as long as it takes, and says nothing meanwhile
            connection.detach()
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
        return Rights(self.schema, partial(self._connected, engine), self.silence)

    def _connected(
        self,
        engine: Engine,
        first: str = "",
        values: tuple[object, ...] = (),
        *,
        wait: bool = True,
    ) -> Connection:
        """Return a connection that has done what comes first, which may be done twice.

        Waits a while for a server that is being started again.
        """
        is_old = True
        while True:
            try:
                connection = engine.connect()
            except OperationalError as error:
                lost: DBAPIError = error
            else:
                found = self._lost(connection, first, values)
                if found is None:
                    return connection
                if is_old:  # it broke while it lay ready, and the next one is new
                    is_old = False
                    continue
                lost = found
            if not wait:
                raise Busy from lost
            if not self.outage.wait():
                raise StateError(self._unreachable(lost)) from lost

    def _lost(
        self, connection: Connection, first: str, values: tuple[object, ...]
    ) -> DBAPIError | None:
        """Do what comes first; returns what went wrong meanwhile that another try may not meet."""
        try:
            if first:
                connection.exec_driver_sql(first, values)
        except DBAPIError as error:
            connection.close()
            if not error.connection_invalidated and not self._made_way(error, connection.engine):
                raise
            return error
        self.outage.over()
        return None

    def _made_way(self, error: DBAPIError, engine: Engine) -> bool:
        """Tell whether somebody held what is waited for, and was given up for being silent."""
        if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            return False
        with self._connected(engine) as connection:
            return self._rights(engine).give_up_silent(connection)

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
            raise StateError(f"the server is PostgreSQL {version // 10000}; take 14 or later")
        encoding = db.execute(text("SHOW server_encoding")).scalar()
        if encoding != "UTF8":
            raise StateError(
                f"the database {self.url.database} keeps text as {encoding}; make it with: "
                f"CREATE DATABASE {self.url.database} ENCODING 'UTF8' TEMPLATE template0"
            )
