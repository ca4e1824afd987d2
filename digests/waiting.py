"""Numbers of waiting deliveries -> the next ones, looked at again right before they leave."""

import time
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sheets_sync.state.delivery import Delivery
from sheets_sync.state.outbox import Outbox

AHEAD = 16
"""So many mails are read, looked at and claimed at a time."""


class Consent(Protocol):
    """What is looked up again right before each mail."""

    def look_again(self) -> bool:
        """Read anew what may have changed; returns whether anything did."""

    def objection(self, delivery: Delivery) -> str:
        """Return why the mail must not leave any more; empty when nothing speaks against it."""

    def renewed(self, delivery: Delivery) -> tuple[bytes, tuple[str, ...], str] | None:
        """Return new bytes, reports and address where they changed; None to send it as it is."""


class Waiting:
    """Gives out deliveries one by one, no faster than so many a minute (0: at once).

    Some are claimed ahead: after a crash they are known not to have left. When anything changes
    meanwhile, these are put back and looked at again before they leave.
    """

    def __init__(
        self, outbox: Outbox, consent: Consent, now: datetime, *, per_minute: int = 0
    ) -> None:
        self._outbox = outbox
        self._consent = consent
        self._now = now
        self._numbers = deque(outbox.waiting(now))
        self._claimed: deque[Delivery] = deque()
        self._between = 60 / per_minute if per_minute else 0.0
        self._next_at = time.monotonic()
        self.total = len(self._numbers)
        self.dropped = 0

    @property
    def left(self) -> int:
        """How many were not given out yet."""
        return len(self._numbers) + len(self._claimed)

    @property
    def wanted_lines(self) -> int:
        """How many lines could carry something now; a paced queue needs one at a time."""
        return min(self.left, 1) if self._between else self.left

    @property
    def pause(self) -> float | None:
        """Seconds until the next may leave; None when there is none."""
        if not self.left:
            return None
        return max(self._next_at - time.monotonic(), 0) if self._between else 0.0

    def take(self, most: int) -> Sequence[Delivery]:
        """Return the next deliveries, claimed and still wanted, as they may leave."""
        if most and self._consent.look_again():
            self.give_back()
        taken: list[Delivery] = []
        while self._claimed and len(taken) < most and not self.pause:
            taken.append(self._claimed.popleft())
            self._next_at = max(self._next_at, time.monotonic() - self._between) + self._between
        return taken

    def to_claim(self, fewest: int) -> Sequence[Delivery]:
        """Return what is to be claimed next, so that so many are ahead at least."""
        if len(self._claimed) >= fewest or not self._numbers or self.pause:
            return []
        if self._consent.look_again():
            self.give_back()
        most = max(fewest, AHEAD)
        numbers = [self._numbers.popleft() for _ in range(min(most, len(self._numbers)))]
        looked_at = [self._checked(one) for one in self._outbox.read(numbers)]
        wanted = [one for one in looked_at if one is not None]
        self.dropped += len(looked_at) - len(wanted)
        return wanted

    def claimed(self, deliveries: Sequence[Delivery]) -> None:
        """Keep what was claimed."""
        self._claimed.extend(deliveries)

    def put_first(self, number: int) -> None:
        """Take one back that did not get through; it is the next."""
        self._numbers.appendleft(number)

    def give_back(self) -> None:
        """Put back what was claimed and did not leave."""
        with self._outbox.together(self._now) as page:
            for delivery in self._claimed:
                page.put_back(delivery.number)
        self._numbers.extendleft(one.number for one in reversed(self._claimed))
        self._claimed.clear()

    def _checked(self, delivery: Delivery) -> Delivery | None:
        """Return a delivery as it may leave; None when it must not any more (fault 63)."""
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
