"""What the kinds of database do each in its own way."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects.postgresql import Insert as PostgreSQLInsert
from sqlalchemy.dialects.sqlite import Insert as SQLiteInsert
from sqlalchemy.exc import DBAPIError

from sheets_sync.state.refusal import StateError
from sheets_sync.state.senders import Senders

Upsert = SQLiteInsert | PostgreSQLInsert
"""An insert that says what becomes of rows that are there already."""


class Kind(Protocol):
    """One database and the ways of its kind; an Engine carries it from `engine` on."""

    @property
    def place(self) -> str:
        """Where it is, as messages say it; never with a password."""

    @property
    def name(self) -> str:
        """Its name alone, for a list of what stands in the project folder."""

    def exists(self) -> bool:
        """Tell whether a state was made there."""

    def engine(self) -> Engine:
        """Return what connects to it, which carries its kind; raises StateError."""

    def prepare(self, engine: Engine, *, create: bool) -> None:
        """Look whether it can hold a state, and does; else make room where that is wished.

        Raises StateError.
        """

    def fault(self, db: Connection) -> str:
        """Return why nothing in it can be relied on; empty when it is whole."""

    def damaged(self, why: str) -> str:
        """Return what to say when it cannot be relied on."""

    def is_durable(self, db: Connection) -> bool:
        """Tell whether a commit is on the disk when it returns."""

    def reading(self, engine: Engine) -> AbstractContextManager[Connection]:
        """Open a transaction that sees one moment, and waits for no writer."""

    def writing(
        self, engine: Engine, *, wait: bool, beside: bool
    ) -> AbstractContextManager[Connection]:
        """Open a transaction that no other writer overlaps, but those `beside` each other.

        Raises Busy when there is one and `wait` is off.
        """

    def at_once(
        self, engine: Engine, statement: str, values: Sequence[object], *, wait: bool
    ) -> None:
        """Run a statement that is a transaction of its own, and may be run twice."""

    def hold(self, engine: Engine, right: str) -> AbstractContextManager[None]:
        """Hold a right that one process at a time can have; raises Taken."""

    def senders(self, engine: Engine) -> Senders:
        """Return who sends just now."""

    def upsert(self, table: Table) -> Upsert:
        """Return an insert that says what becomes of rows that are there already."""

    def words(self, error: object) -> str:
        """Return what the driver says of a fault, without what people wrote (fault 83)."""

    def leave_no_trace(self, engine: Engine) -> None:
        """Write everything anew, without what was deleted; raises StateError."""

    def closing(self, table: Table) -> Sequence[str]:
        """Return the statements after which no program can change a table any more."""

    def is_closed(self, error: DBAPIError) -> bool:
        """Tell whether a fault comes of that."""

    def renumbering(self, table: Table) -> Sequence[str]:
        """Return the statements after which new rows get numbers that copied ones have not."""


def kind_of(at: Engine | Connection) -> Kind:
    """Return the kind that an engine, or a connection of it, was opened by."""
    kind: Kind = at.get_execution_options()["kind"]
    return kind


def unwritable(engine: Engine, reason: object) -> StateError:
    """Return what to say when something that people sent cannot be written."""
    # What the driver says, never SQLAlchemy's error: that may carry people's words (fault 83).
    kind = kind_of(engine)
    return StateError(
        f"{kind.place} cannot be written ({kind.words(reason)}); nothing was lost. Is the disk "
        "full, read-only, or another program using the file?"
    )
