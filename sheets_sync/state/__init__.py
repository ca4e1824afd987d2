"""The state: one database with the journal, what was last seen, and what was sent.

All SQL of Tidings stands in this package.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from sheets_sync.state.base import Base
from sheets_sync.state.choices import Choices
from sheets_sync.state.database import Busy, StateError, open_database
from sheets_sync.state.journal import Conflict, Journal, Receipt, draft
from sheets_sync.state.operating import Operating
from sheets_sync.state.outbox import Outbox
from sheets_sync.state.renewals import Renewals

__all__ = [
    "Base",
    "Busy",
    "Choices",
    "Conflict",
    "Journal",
    "Operating",
    "Outbox",
    "Receipt",
    "Renewals",
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
    renewals: Renewals

    def close(self) -> None:
        """Give the database's connections back."""
        self.engine.dispose()


def open_state(url: str, *, folder: Path, create: bool = False) -> State:
    """Open the state that the settings name; raises StateError."""
    engine = open_database(url, folder=folder, create=create)
    return State(
        engine,
        Journal(engine),
        Base(engine),
        Outbox(engine),
        Choices(engine),
        Operating(engine),
        Renewals(engine),
    )
