"""Rights that a PostgreSQL server keeps: advisory locks of one schema.

One right at a time; the server takes it back when its holder's connection ends, however that was,
and ends that itself when the holder gives no sign of life: where a network, a tunnel or a machine
stands still, nothing else would. A server does not end who falls silent between the statements of
one packet, so that whoever gives signs of life does.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from secrets import token_hex
from threading import Event, Thread

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import DBAPIError

from sheets_sync.state.refusal import Busy, StateError, Taken

HELD = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND (classid::bigint << 32 | objid::bigint) = :key"
)
TAKE, SHARE = (text(f"SELECT pg_try_advisory_lock{how}(:key)") for how in ("", "_shared"))
GIVE_UP = text(
    # To the server they are neither idle nor waiting for a lock, so none of its limits is theirs.
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = current_user"
    " AND state = 'active' AND wait_event = 'ClientRead'"
    " AND state_change < clock_timestamp() - make_interval(secs => :seconds)"
    " AND pid IN (SELECT pg_locks.pid FROM pg_locks JOIN pg_class ON pg_class.oid = relation"
    " JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = current_schema())"
)
WRITERS = "writers"
"""The right that each transaction has which writes: alone, or beside others of its kind."""
SIGNS = 5
"""So many signs of life are given before their absence counts."""
SENDING = "sending"
"""The right that all senders share."""


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of one schema, so that projects in one database do not meet."""

    schema: str
    connect: Callable[[str], Connection]
    """Returns a connection that has done what is to come first."""
    silence: int
    """Seconds after which the server gives up a holder that says nothing."""

    @contextmanager
    def hold(self, right: str, *, shared: str = "") -> Iterator[None]:
        """Hold a right alone, and another one with others; raises Taken."""
        with self.connect(f"SET idle_session_timeout = '{self.silence}s'") as connection:
            connection.detach()  # of its own as long as the rights are held, and closed at the end
            for asked, which in ((TAKE, right), (SHARE, shared)):
                if which and not self._answer(connection, asked, which):
                    raise Taken(f"another process has the right to this ({self.schema}: {which})")
            with self._giving_signs_of_life(connection):
                yield

    @contextmanager
    def _giving_signs_of_life(self, connection: Connection) -> Iterator[None]:
        ended = Event()

        def give() -> None:
            # When it cannot be given, the right is gone; what it guards is recorded accordingly.
            while not (connection.invalidated or ended.wait(self.silence / SIGNS)):
                with suppress(DBAPIError):
                    self.give_up_silent(connection)

        thread = Thread(target=give, daemon=True, name="signs of life")
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self._give_back(connection)

    def _give_back(self, connection: Connection) -> None:
        # Whoever waits for it need not wait until the server notices that we are gone.
        with suppress(DBAPIError):
            if not connection.invalidated:
                connection.exec_driver_sql("SELECT pg_advisory_unlock_all()").close()

    def give_up_silent(self, connection: Connection) -> bool:
        """End those who hold something in this schema and fell silent; tells whether there were.

        A little sooner than the server ends who is idle, since it is looked for now and then.
        """
        seconds = self.silence * (1 - 1 / SIGNS)
        return bool(connection.execute(GIVE_UP, {"seconds": seconds}).all())

    def is_held(self, right: str) -> bool:
        """Tell whether any process, on whatever machine, has a right."""
        with self.connect("") as connection:
            return bool(self._answer(connection, HELD, right))

    def _answer(self, connection: Connection, asked: TextClause, right: str) -> object:
        try:
            return connection.execute(asked, self._key(right)).scalar()
        except DBAPIError as error:
            raise StateError(
                "the connection to the database broke while it was asked whether another process "
                "is at work. Nothing was changed; run it again"
            ) from error

    def admission(self, *, beside: bool) -> str:
        """Return what begins a transaction that writes, and waits until it may."""
        how = f"advisory_xact_lock{'_shared' if beside else ''}"
        return f"BEGIN; SELECT pg_{how}({self._key(WRITERS)['key']})"

    def admit_at_once(self, connection: Connection, *, beside: bool) -> None:
        """Let a transaction write, until it ends; raises Busy when it would have to wait."""
        how = f"try_advisory_xact_lock{'_shared' if beside else ''}"
        if not connection.execute(text(f"SELECT pg_{how}(:key)"), self._key(WRITERS)).scalar():
            raise Busy

    def _key(self, right: str) -> dict[str, int]:
        name = hashlib.blake2b(f"tidings {self.schema} {right}".encode(), digest_size=8).digest()
        return {"key": int.from_bytes(name, "big", signed=True)}


@dataclass(frozen=True, slots=True)
class SendersApart:
    """Senders on any number of machines: each holds a right as long as it lives."""

    rights: Rights
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
        found = {name for name in names if not self.rights.is_held(_sender(name))}
        for name in found.intersection(self.mine):  # only the connection has ended
            self.mine[name].close()
            self.mine[name] = self._held(name)
        return frozenset(found.difference(self.mine))

    @contextmanager
    def shut_out(self) -> Iterator[None]:
        """Keep everybody from sending; raises Taken while somebody does."""
        with self.rights.hold(SENDING):
            yield

    def _held(self, name: str) -> ExitStack:
        held = ExitStack()
        held.enter_context(self.rights.hold(_sender(name), shared=SENDING))
        return held


def _sender(name: str) -> str:
    return f"sender {name}"
