"""Numbers of waiting deliveries -> the next ones, looked at again right before they leave."""

import time
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sheets_sync.state.delivery import Delivery
from sheets_sync.state.outbox import Outbox

READ_AHEAD = 16
"""Mails are read from the database so many at a time."""


class Consent(Protocol):
    """What is looked up again right before each mail."""

    def objection(self, delivery: Delivery) -> str:
        """Return why the mail must not leave any more; empty when nothing speaks against it."""

    def renewed(self, delivery: Delivery) -> tuple[bytes, tuple[str, ...], str] | None:
        """Return new bytes, reports and address where they changed; None to send it as it is."""


class Waiting:
    """Gives out deliveries one by one, no faster than so many a minute (0: at once)."""

    def __init__(
        self, outbox: Outbox, consent: Consent, now: datetime, *, per_minute: int = 0
    ) -> None:
        self._outbox = outbox
        self._consent = consent
        self._now = now
        self._numbers = deque(outbox.waiting(now))
        self._read: dict[int, Delivery] = {}
        self._between = 60 / per_minute if per_minute else 0.0
        self._next_at = time.monotonic()
        self.total = len(self._numbers)
        self.dropped = 0

    @property
    def left(self) -> int:
        """How many were not given out yet."""
        return len(self._numbers)

    @property
    def wanted_lines(self) -> int:
        """How many lines could carry something now; a paced queue needs one at a time."""
        return min(self.left, 1) if self._between else self.left

    @property
    def pause(self) -> float | None:
        """Seconds until the next may leave; None when there is none."""
        if not self._numbers:
            return None
        return max(self._next_at - time.monotonic(), 0) if self._between else 0.0

    def take(self, most: int) -> Sequence[Delivery]:
        """Return the next deliveries, as they may leave; what may not is dropped (fault 63)."""
        taken: list[Delivery] = []
        while self._numbers and len(taken) < most and not self.pause:
            delivery = self._checked(self._next())
            if delivery is None:
                self.dropped += 1
                continue
            taken.append(delivery)
            self._next_at = max(self._next_at, time.monotonic() - self._between) + self._between
        return taken

    def put_first(self, number: int) -> None:
        """Take one back that did not get through; it is the next."""
        self._numbers.appendleft(number)

    def _next(self) -> Delivery:
        number = self._numbers.popleft()
        if number not in self._read:
            ahead = [number, *list(self._numbers)[: READ_AHEAD - 1]]
            self._read = {one.number: one for one in self._outbox.read(ahead)}
        return self._read.pop(number)

    def _checked(self, delivery: Delivery) -> Delivery | None:
        why = self._consent.objection(delivery)
        # A repeat is identical to the mail that may have arrived, whatever was hidden since.
        renewed = None if why or delivery.repeats else self._consent.renewed(delivery)
        if renewed is not None and not renewed[0]:
            why = "nothing was left of it: its reports were taken back"
        if why:
            self._outbox.drop(delivery.number, why, self._now)
            return None
        if renewed is not None:
            self._outbox.replace(delivery.number, *renewed, self._now)
            return self._outbox.delivery(delivery.number)
        return delivery
