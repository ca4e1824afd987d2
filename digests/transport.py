"""What hands letters over: the protocol, and the ways in which it can go wrong."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol


class SendError(Exception):
    """A mail could not be handed over; the message says why."""


class Refused(SendError):
    """The server refused this mail or this address; others may go on."""

    def __init__(self, words: str, *, permanent: bool) -> None:
        super().__init__(words)
        self.permanent = permanent


class Broken(SendError):
    """The connection broke before the final dot: the mail was certainly not delivered."""


class Unclear(SendError):
    """The connection broke after the final dot: nobody knows whether the mail was delivered."""


class Unreachable(SendError):
    """The server cannot be used at all; the message says what to mend."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one address, as it travels."""

    name: str
    """Of the file in a folder: the issue and the subscriber."""
    sender: str
    address: str
    message: bytes


class Stage(Enum):
    """How far the letter on a line is."""

    TALKING = auto()
    AT_DOT = auto()
    """All is said but the final dot; nothing is delivered yet."""
    TAKEN = auto()
    """The server has it; `words` says so in its own words."""


class Line(Protocol):
    """One connection, kept open; it carries one letter at a time and never waits."""

    words: str

    @property
    def is_open(self) -> bool:
        """Whether it can carry another letter."""

    def begin(self, letter: Letter) -> None:
        """Hand a letter over up to its final dot, as `advance` is called."""

    @property
    def pipelines(self) -> bool:
        """Whether the next letter can be begun together with a final dot."""

    def end(self, following: Letter | None = None) -> None:
        """Say the final dot, and begin the next letter with it."""

    def advance(self) -> Stage:
        """Go as far as possible now. Raises Refused, Broken, Unclear or Unreachable."""

    def fileno(self) -> int:
        """Return what can be waited for; -1 when there is nothing to wait for."""

    @property
    def wants_to_write(self) -> bool:
        """Whether it waits until it may write; otherwise until there is something to read."""

    @property
    def seconds_left(self) -> float:
        """How long the server may still take before `advance` gives it up."""

    def close(self, *, politely: bool = True) -> None:
        """Say goodbye, or just hang up."""


class Transport(Protocol):
    """Opens lines."""

    @property
    def most(self) -> int:
        """So many lines at once at most."""

    def open(self) -> Line:
        """Open a line, however long it takes; raises Unreachable."""
