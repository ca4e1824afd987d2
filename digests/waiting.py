"""Numbers of waiting deliveries -> the next ones, looked at again right before they leave."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from sheets_sync.state.delivery import Delivery
from sheets_sync.state.marking import Page
from sheets_sync.state.outbox import Outbox

AHEAD = 16
"""So many mails are claimed, read and looked at at a time."""
CANDIDATES = 4 * AHEAD
"""Among so many a free one is looked for: other senders take from the same ones."""
LOOK_AROUND_SECONDS = 2.0
"""So often it is asked whether another sender has gone and left something behind."""


class Consent(Protocol):
    """What is looked up again right before each mail."""

    def look_again(self, moment: str) -> bool:
        """Read anew what may have changed up to a moment; returns whether anything did."""

    def objection(self, delivery: Delivery) -> str:
        """Return why the mail must not leave any more; empty when nothing speaks against it."""

    def is_outdated(self, delivery: Delivery) -> bool:
        """Return whether it must be made anew before it leaves."""

    def renewed(self, delivery: Delivery) -> tuple[bytes, tuple[str, ...], str]:
        """Return new bytes, reports and address; no bytes when nothing is left of it."""


class Waiting:
    """Gives out deliveries one by one, all senders together no faster than so many a minute.

    With 0 at once.

    Some are claimed ahead: after a crash they are known not to have left. When anything changes
    meanwhile, these are put back and looked at again before they leave. What a sender that is
    gone had claimed is taken over.
    """

    def __init__(
        self,
        outbox: Outbox,
        consent: Consent,
        sender: str,
        now: datetime,
        *,
        repeat: bool = True,
        per_minute: int = 0,
    ) -> None:
        self._outbox = outbox
        self._consent = consent
        self._sender = sender
        self._now = now
        self._repeat = repeat
        self._numbers: deque[int] = deque()
        self._claimed: deque[Delivery] = deque()
        self._between = 60 / per_minute if per_minute else 0.0
        self._next_at = time.monotonic() + self._until_my_turn()
        self._look_at = time.monotonic()
        self._is_stale = False
        """Whether something has changed since those ahead were looked at."""
        self.given = 0
        """How many were given out, and not taken back."""
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

    @property
    def is_time_to_look(self) -> bool:
        """Whether nobody has looked around for a while."""
        return time.monotonic() >= self._look_at

    def look_around(self) -> Sequence[Delivery]:
        """Take over what gone senders had claimed, and see anew what waits.

        Returns the unclear ones that will be repeated.
        """
        repeated = self._outbox.recover(self._now, repeat=self._repeat)
        self._numbers = deque(self._outbox.waiting(self._now))
        self._look_at = time.monotonic() + LOOK_AROUND_SECONDS
        return repeated

    def take(self, most: int) -> Sequence[Delivery]:
        """Return the next deliveries, claimed and still wanted, as they may leave."""
        if most and self._is_stale:
            self.give_back()
        taken: list[Delivery] = []
        while self._claimed and len(taken) < most and not self.pause:
            taken.append(self._claimed.popleft())
            self._next_at = time.monotonic() + self._until_my_turn()
        self.given += len(taken)
        return taken

    def is_short(self, fewest: int) -> bool:
        """Tell whether more are to be claimed now, so that so many are ahead at least."""
        return len(self._claimed) < fewest and bool(self._numbers) and not self.pause

    def claim(self, page: Page, fewest: int) -> Sequence[int]:
        """Claim the next that are free; `look_at` them before they leave."""
        most = max(fewest, AHEAD)
        candidates = [self._numbers[at] for at in range(min(CANDIDATES, len(self._numbers)))]
        claimed = page.claim(candidates, most)
        passed = candidates.index(claimed[-1]) + 1 if len(claimed) == most else len(candidates)
        for _ in range(passed):
            self._numbers.popleft()
        return claimed

    def look_again(self, page: Page) -> None:
        """Look, while nobody else writes, whether anything has changed."""
        self._is_stale |= self._consent.look_again(page.moment())

    def look_at(self, numbers: Sequence[int]) -> None:
        """Look at what was claimed, and keep those that may leave."""
        if not numbers:
            return
        if self._is_stale:
            self.give_back()
        for delivery in self._outbox.read(numbers):
            checked = self._checked(delivery)
            if checked is None:
                self.dropped += 1
            else:
                self._claimed.append(checked)

    def unwanted(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Return which of these, begun as they are, must not be ended so any more."""
        return [one for one in deliveries if self._consent.objection(one) or self._is_outdated(one)]

    def put_first(self, number: int) -> None:
        """Take one back that did not get through; it is the next."""
        self._numbers.appendleft(number)
        self.given -= 1

    def give_back(self) -> None:
        """Put back what was claimed and did not leave."""
        with self._outbox.together(self._now, self._sender) as page:
            for delivery in self._claimed:
                page.put_back(delivery.number)
        self._numbers.extendleft(one.number for one in reversed(self._claimed))
        self._claimed.clear()
        self._is_stale = False

    def _until_my_turn(self) -> float:
        return self._outbox.take_turn(self._between) if self._between else 0.0

    def _is_outdated(self, delivery: Delivery) -> bool:
        # A repeat is identical to the mail that may have arrived, whatever was hidden since.
        return not delivery.repeats and self._consent.is_outdated(delivery)

    def _checked(self, delivery: Delivery) -> Delivery | None:
        """Return a delivery as it may leave; None when it must not any more (fault 63)."""
        why = self._consent.objection(delivery)
        is_outdated = not why and self._is_outdated(delivery)
        changed = self._consent.renewed(delivery) if is_outdated else None
        if changed is not None and not changed[0]:
            why = "nothing was left of it: its reports were taken back"
        if not why and changed is None:
            return delivery
        with self._outbox.together(self._now, self._sender) as page:
            if why or changed is None:
                page.drop(delivery, why)
                return None
            message, reports, address = changed
            renewed = replace(delivery, message=message, reports=reports, address=address)
            page.replace(delivery, renewed)
            return renewed
