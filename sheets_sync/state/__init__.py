"""The state: one database with the journal, what was last seen, and what was sent.

All SQL of Tidings stands in this package.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from sheets_sync.state.address import locate
from sheets_sync.state.base import Base
from sheets_sync.state.choices import Choices
from sheets_sync.state.database import open_database
from sheets_sync.state.erasing import Erasing
from sheets_sync.state.journal import Conflict, Journal, Receipt, draft
from sheets_sync.state.kind import Kind
from sheets_sync.state.operating import Operating
from sheets_sync.state.outbox import Outbox
from sheets_sync.state.publishing import Publishing
from sheets_sync.state.refusal import Busy, StateError
from sheets_sync.state.renewals import Renewals
from sheets_sync.state.reviewing import Reviews

__all__ = [
    "Base",
    "Busy",
    "Choices",
    "Conflict",
    "Erasing",
    "Journal",
    "Operating",
    "Outbox",
    "Publishing",
    "Receipt",
    "Renewals",
    "Reviews",
    "State",
    "StateError",
    "draft",
    "open_state",
]


@dataclass(frozen=True, slots=True)
class State:
    """The parts of the state over one database."""

    engine: Engine
    journal: Journal
    base: Base
    outbox: Outbox
    choices: Choices
    operating: Operating
    publishing: Publishing
    erasing: Erasing
    renewals: Renewals
    reviews: Reviews

    def close(self) -> None:
        """Give the database's connections back."""
        self.engine.dispose()


def open_state(where: str | Kind, *, folder: Path = Path(), create: bool = False) -> State:
    """Open the state at a place, or that a URL means from a folder; raises StateError."""
    kind = locate(where, folder) if isinstance(where, str) else where
    engine = open_database(kind, create=create)
    return State(
        engine,
        Journal(engine),
        Base(engine),
        Outbox(engine),
        Choices(engine),
        Operating(engine),
        Publishing(engine),
        Erasing(engine),
        Renewals(engine),
        Reviews(engine),
    )
