"""A URL -> connections to a PostgreSQL server, none of which waits without end.

The network, the server's machine or a tunnel between may fall silent in the middle of anything,
and say nothing of it.
"""

import logging
import math
import time
from collections.abc import Generator, Sequence
from typing import Any, TypeVar

import psycopg
from sqlalchemy import URL, Engine, Text, create_engine, event
from sqlalchemy.ext.compiler import compiles

from sheets_sync.state.refusal import BUSY_SECONDS

Told = TypeVar("Told")

# What goes wrong is told by the error; its warnings beside that would stand between our lines.
logging.getLogger("psycopg").setLevel(logging.CRITICAL)

SESSION = (
    # A machine that vanished is noticed by either side; the last probe is 25 seconds off.
    "tcp_keepalives_idle = 10",
    "tcp_keepalives_interval = 5",
    "tcp_keepalives_count = 3",
    f"lock_timeout = '{BUSY_SECONDS}s'",
    "client_min_messages = warning",
)
CONNECTION = {
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "client_encoding": "utf8",
    "application_name": "tidings",
}


class Session(psycopg.Connection[Any]):
    """A connection that is given up when the server says nothing for too long."""

    patience = math.inf
    """So many seconds it may say nothing at all."""

    def wait(self, gen: Generator[Any, Any, Told], *args: Any, **more: Any) -> Told:
        """Go on with what is asked of the server until it has answered."""
        return super().wait(self._unless_silent(gen), *args, **more)

    def _unless_silent(self, gen: Generator[Any, Any, Told]) -> Generator[Any, Any, Told]:
        try:
            wanted = next(gen)
            heard = time.monotonic()
            while True:
                ready = yield wanted
                if ready:
                    heard = time.monotonic()
                elif time.monotonic() - heard > self.patience:
                    self.close()
                    raise psycopg.OperationalError("the server says nothing any more")
                wanted = gen.send(ready)
        except StopIteration as done:
            answer: Told = done.value
            return answer


def open_engine(url: URL, schema: str, kind: object, *, silence: int) -> Engine:
    """Return what connects to a schema; whoever says nothing for so many seconds is given up.

    The driver begins no transactions: a BEGIN of ours travels with what comes first.
    """
    engine = create_engine(
        url,
        connect_args={
            **CONNECTION,
            "connect_timeout": str(min(silence, BUSY_SECONDS)),
            "tcp_user_timeout": str(silence * 1000),
        },
        execution_options={"kind": kind},
        hide_parameters=True,
        paramstyle="format",
        use_native_hstore=False,
    )

    settings = (
        *SESSION,
        f"tcp_user_timeout = '{silence}s'",
        f"idle_in_transaction_session_timeout = '{silence}s'",
        f'search_path = "{schema}"',
    )

    def begin_session(connection: Session, _record: object) -> None:
        connection.patience = silence
        connection.autocommit = True
        connection.execute("; ".join(f"SET {one}" for one in settings))

    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "connect", begin_session)
    event.listen(engine, "before_cursor_execute", _without_nul, retval=True)
    return engine


def _connect(_dialect: object, _record: object, arguments: Any, options: Any) -> Session:
    return Session.connect(*arguments, **options)


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
