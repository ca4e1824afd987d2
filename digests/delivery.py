"""The outbox -> mails on their way, each step recorded before and after.

recover -> for each that waits: still wanted? -> claim -> send up to the dot -> mark dot
-> the dot -> mark sent, deferred or failed
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from digests.transport import Broken, Letter, Refused, Transport, Unclear, Unreachable
from sheets_sync.state.delivery import Delivery
from sheets_sync.state.outbox import Outbox

FIRST_PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=6)
MOST_ATTEMPTS = 8
BREAKS_IN_A_ROW = 3
"""After so many broken connections the mail in hand waits for another run."""

Steps = Callable[[str], None]
"""Told of each effect, before and after it."""


class Consent(Protocol):
    """What is looked up again right before each mail."""

    def objection(self, delivery: Delivery) -> str:
        """Return why the mail must not leave any more; empty when nothing speaks against it."""

    def renewed(self, delivery: Delivery) -> tuple[bytes, tuple[str, ...], str] | None:
        """Return new bytes, reports and address where they changed; None to send it as it is."""


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


def deliver(
    outbox: Outbox,
    transport: Transport,
    consent: Consent,
    *,
    sender: str,
    now: datetime,
    repeat: bool = True,
    steps: Steps = lambda step: None,
) -> Delivered:
    """Send everything that may leave now. Call it within `outbox.sender()`."""
    outcome = Delivered()
    outcome.repeated = [_line(one, "") for one in outbox.recover(now, repeat=repeat)]
    courier = _Courier(outbox, transport, consent, sender, now, steps, outcome)
    try:
        for number in outbox.waiting(now):
            courier.carry(number)
    except Unreachable as error:
        outcome.stopped = str(error)
    finally:
        transport.close()
    return outcome


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: longer each time, six hours at most."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 10)), LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class _Courier:
    """Carries one delivery after the other."""

    outbox: Outbox
    transport: Transport
    consent: Consent
    sender: str
    now: datetime
    steps: Steps
    outcome: Delivered

    def carry(self, number: int) -> None:
        """Send one delivery, over new connections where one breaks."""
        delivery = self._checked(number)
        if delivery is None:
            return
        for attempt in range(1, BREAKS_IN_A_ROW + 1):
            if not self._claimed(number):
                return
            try:
                self._send(delivery)
                return
            except Broken as error:
                if attempt == BREAKS_IN_A_ROW:
                    self._defer(delivery, str(error))
                else:
                    self.outbox.put_back(number, self.now)
            except Unreachable:
                self.outbox.put_back(number, self.now)
                raise

    def _checked(self, number: int) -> Delivery | None:
        """Return the delivery as it may leave; None when it must not any more (fault 63)."""
        delivery = self.outbox.delivery(number)
        why = self.consent.objection(delivery)
        # A repeat is identical to the mail that may have arrived, whatever was hidden since.
        renewed = None if why or delivery.repeats else self.consent.renewed(delivery)
        if renewed is not None and not renewed[0]:
            why = "nothing was left of it: its reports were taken back"
        if why:
            self.outbox.drop(number, why, self.now)
            self.outcome.dropped += 1
            return None
        if renewed is not None:
            self.outbox.replace(number, *renewed, self.now)
            delivery = self.outbox.delivery(number)
        return delivery

    def _claimed(self, number: int) -> bool:
        self.steps("before claim")
        claimed = self.outbox.claim(number, self.now)
        self.steps("after claim")
        return claimed

    def _send(self, delivery: Delivery) -> None:
        letter = Letter(
            f"{delivery.issue}-{delivery.subscriber}",
            self.sender,
            delivery.address,
            delivery.message,
        )
        try:
            words = self.transport.send(letter, before_dot=lambda: self._dot(delivery))
        except Refused as error:
            self._refused(delivery, error)
            return
        except Unclear as error:
            self.outcome.unclear.append(_line(delivery, str(error)))
            return
        self.steps("after final dot")
        self.outbox.mark_sent(delivery.number, words, self.now)
        self.outcome.sent += 1
        self.steps("after mark sent")

    def _dot(self, delivery: Delivery) -> None:
        self.steps("before mark dot")
        self.outbox.mark_dot(delivery.number, self.now)
        self.steps("before final dot")

    def _refused(self, delivery: Delivery, error: Refused) -> None:
        if error.permanent:
            self.outbox.fail(delivery.number, str(error), self.now)
            self.outcome.failed.append(_line(delivery, str(error)))
        else:
            self._defer(delivery, str(error))

    def _defer(self, delivery: Delivery, words: str) -> None:
        attempts = self.outbox.delivery(delivery.number).attempts
        if attempts >= MOST_ATTEMPTS:
            self.outbox.fail(delivery.number, words, self.now)
            self.outcome.failed.append(_line(delivery, f"{words} ({attempts} attempts)"))
            return
        self.outbox.defer(delivery.number, words, self.now, next_try=self.now + pause(attempts))
        self.outcome.deferred.append(_line(delivery, words))


def _line(delivery: Delivery, words: str) -> str:
    head = f"{delivery.issue} to {delivery.address}"
    return f"{head}: {words}" if words else head
