"""What went wrong with a letter -> its mark in the outbox, and a line for the operator."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digests.transport import Broken, Refused, SendError, Unclear
from sheets_sync.state.delivery import Delivery
from sheets_sync.state.marking import Page

FIRST_PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=6)
MOST_ATTEMPTS = 8
BREAKS_IN_A_ROW = 3
"""After so many broken connections the mail in hand waits for another run."""


@dataclass(slots=True)
class Delivered:
    """What one run of sending came to; addresses are for the operator only."""

    sent: int = 0
    dropped: int = 0
    deferred: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    stopped: str = ""
    """Why sending could not go on; empty when everything that may leave has left."""

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to look at."""
        return not (self.deferred or self.failed or self.repeated or self.unclear or self.stopped)


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: longer each time, six hours at most."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 10)), LONGEST_PAUSE)


@dataclass(slots=True)
class Settlement:
    """Records what faults mean for their letters."""

    now: datetime
    outcome: Delivered
    breaks: Counter[int] = field(default_factory=Counter)
    """How often the line broke under a letter, by its number."""

    def settle(self, page: Page, delivery: Delivery, fault: SendError) -> bool:
        """Record what a fault means for its letter; returns whether that is to leave at once."""
        number, words = delivery.number, str(fault)
        if isinstance(fault, Unclear):
            self.outcome.unclear.append(line_of(delivery, words))
        elif isinstance(fault, Refused) and fault.permanent:
            self._fail(page, delivery, words)
        elif isinstance(fault, Refused) or self._broke_too_often(number, fault):
            self._defer(page, delivery, words)
        else:
            page.put_back(number)
            return True
        return False

    def _broke_too_often(self, number: int, fault: SendError) -> bool:
        self.breaks[number] += isinstance(fault, Broken)
        return self.breaks[number] >= BREAKS_IN_A_ROW

    def _defer(self, page: Page, delivery: Delivery, words: str) -> None:
        attempts = delivery.attempts
        if attempts >= MOST_ATTEMPTS:
            self._fail(page, delivery, f"{words} ({attempts} attempts)")
            return
        page.defer(delivery.number, words, next_try=self.now + pause(attempts))
        self.outcome.deferred.append(line_of(delivery, words))

    def _fail(self, page: Page, delivery: Delivery, words: str) -> None:
        page.fail(delivery.number, words)
        self.outcome.failed.append(line_of(delivery, words))


def line_of(delivery: Delivery, words: str = "") -> str:
    """Return what the operator reads about a delivery."""
    head = f"{delivery.issue} to {delivery.address}"
    return f"{head}: {words}" if words else head
