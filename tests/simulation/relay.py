"""Letters -> mailboxes, by a mail server that refuses, hangs up and keeps silent when told to.

It meets the product's Transport, and remembers every letter that it took.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from digests.transport import Broken, Letter, Refused, Stage, Unclear, Unreachable
from tests.simulation.machine import Machine

MESSAGE_ID = re.compile(rb"(?im)^Message-ID:\s*(\S+)")


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter that arrived."""

    message_id: str
    issue: str
    address: str
    content: bytes


@dataclass(slots=True)
class Relay:
    """The mail server, and all that it took."""

    machine: Machine
    most: int = 1
    arrived: list[Mail] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    """Message-IDs of which the sender could not know whether they arrived, each time."""
    last_taken: str = ""
    """Message-ID of the letter about which the sender may not have recorded that it arrived."""
    refused_for_good: set[str] = field(default_factory=set)
    """Addresses to which a mail was refused for good."""
    mood: Callable[[str], str] = lambda moment: ""
    """Asked at each moment of a letter what goes wrong there; empty: nothing."""
    around: Callable[[], None] = lambda: None
    """What people do while a mail is on its way."""

    def open(self) -> "Connection":
        """Take a connection; raises Unreachable."""
        if self.mood("open"):
            self.machine.says("the relay cannot be reached")
            raise Unreachable("relay.test:587: connection refused")
        return Connection(self)

    def ends(self, *, well: bool) -> None:
        """Note that a run is over; where it did not end well, its last letter is in doubt.

        Never one before that: no final dot is said before it is recorded what became of the last.
        """
        if self.last_taken and not well:
            self.doubtful.append(self.last_taken)
        self.last_taken = ""

    def take(self, letter: Letter) -> None:
        """Put a letter into its mailbox."""
        self.arrived.append(
            Mail(message_id(letter), letter.name[:8], letter.address, letter.message)
        )


def message_id(letter: Letter) -> str:
    """Return what names a letter for ever."""
    found = MESSAGE_ID.search(letter.message)
    return found[1].decode() if found else ""


class Connection:
    """One line to the relay; it never waits."""

    pipelines = False
    wants_to_write = False
    seconds_left = 0.0

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._letter = Letter("", "", "", b"")
        self._is_said = False
        self.is_open = True
        self.words = ""

    def begin(self, letter: Letter) -> None:
        """Hear everything up to the final dot."""
        self._relay.around()
        self._relay.machine.step("a letter is begun")
        self._letter, self._is_said, self.words = letter, False, ""

    def end(self, following: Letter | None = None) -> None:
        """Hear the final dot; from here on the letter may have arrived."""
        relay = self._relay
        relay.machine.step("a final dot is about to be said")
        self._is_said = True

    def advance(self) -> Stage:
        """Answer. Raises Refused, Broken or Unclear."""
        return self._dot() if self._is_said else self._before_dot()

    def _before_dot(self) -> Stage:
        relay = self._relay
        match relay.mood("talk"):
            case "4xx":
                raise Refused("451 4.7.1 greylisted, try again later", permanent=False)
            case "5xx":
                relay.refused_for_good.add(self._letter.address)
                raise Refused("550 5.1.1 no such mailbox", permanent=True)
            case "421" | "drop":
                self.is_open = False
                raise Broken("421 4.3.2 service shutting down")
        return Stage.AT_DOT

    def _dot(self) -> Stage:
        relay, named = self._relay, message_id(self._letter)
        mood = relay.mood("dot")
        if mood == "4xx":
            raise Refused("452 4.3.1 out of room for now", permanent=False)
        if mood == "5xx":
            relay.refused_for_good.add(self._letter.address)
            raise Refused("554 5.7.1 looks like spam", permanent=True)
        if mood != "lost before":
            relay.take(self._letter)
            relay.last_taken = named
        relay.machine.step("a letter was taken")
        if mood in ("lost before", "lost after"):
            relay.machine.says(f"the answer to a final dot is lost ({mood})")
            relay.doubtful.append(named)
            self.is_open = False
            raise Unclear("the connection broke after the final dot")
        self.words = "250 2.0.0 taken"
        return Stage.TAKEN

    def fileno(self) -> int:
        """Return that there is nothing to wait for."""
        return -1

    def close(self, *, politely: bool = True) -> None:
        """Hang up."""
        self.is_open = False
