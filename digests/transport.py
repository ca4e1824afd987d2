"""What hands letters over: the protocol, and the ways in which it can go wrong."""

from collections.abc import Callable
from dataclasses import dataclass
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


class Transport(Protocol):
    """Hands letters over. Raises Refused, Broken, Unclear or Unreachable."""

    def send(self, letter: Letter, *, before_dot: Callable[[], None]) -> str:
        """Hand one letter over; returns the server's words."""

    def close(self) -> None:
        """Say goodbye."""
