"""A frozen delivery -> whether it may still leave, and as what."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from digests.message import AddressError, build, wire_address
from digests.press import Press, addressee, stock_of
from digests.selection import select_again
from digests.subscribers import Subscriber
from sheets_sync.community import Report, Status
from sheets_sync.state.delivery import Delivery

TAKEN_BACK = (Status.HIDDEN, Status.WITHDRAWN)


class Doorkeeper:
    """Looks again, right before each mail, at subscriptions and at what was taken back."""

    def __init__(self, press: Press, now: datetime) -> None:
        self._press = press
        self._now = now
        self._seen = ""
        self._subscribers: Mapping[str, Subscriber] = {}

    def objection(self, delivery: Delivery) -> str:
        """Return why the mail must not leave any more (fault 63)."""
        subscriber = self._subscriber(delivery.subscriber)
        if subscriber is None:
            return "no longer a subscriber"
        if subscriber.frequency in ("stop", "bounced"):
            return f"the subscription says {subscriber.frequency}"
        paused = subscriber.paused_until
        if paused is not None and self._press.today(self._now).date() <= paused:
            return f"paused until {paused}"
        return _unusable(subscriber.address)

    def renewed(self, delivery: Delivery) -> tuple[bytes, tuple[str, ...], str] | None:
        """Return the mail without the reports that were taken back, to the reader's address today.

        None when neither has changed.
        """
        reports = [self._press.base.report(id) for id in delivery.reports]
        left = [one for one in reports if one is not None and one.status not in TAKEN_BACK]
        subscriber = self._subscriber(delivery.subscriber)
        if subscriber is None:
            return b"", (), delivery.address
        moved = wire_address(subscriber.address) != delivery.address
        if len(left) == len(delivery.reports) and not moved:
            return None
        return self._without(delivery, subscriber, left)

    def _without(
        self, delivery: Delivery, subscriber: Subscriber, left: Sequence[Report]
    ) -> tuple[bytes, tuple[str, ...], str]:
        press = self._press
        stock = stock_of(press, delivery.issue, left, self._now)
        edition = select_again(stock, subscriber, {one.id for one in left}, press.rules)
        if edition is None:
            return b"", (), delivery.address
        mail = press.renderer(stock).render(edition)
        frozen_at = press.outbox.issue(delivery.issue).frozen_at
        message = build(mail, addressee(press, edition), press.letterhead, at=frozen_at)
        return message, mail.reports, wire_address(subscriber.address)

    def _subscriber(self, id: str) -> Subscriber | None:
        # Read again for each mail, worked out again only when it has changed.
        seen = f"{self._press.choices.latest()} {self._press.base.get('community')}"
        if seen != self._seen:
            self._seen = seen
            self._subscribers = {one.id: one for one in self._press.subscribers(self._now)}
        return self._subscribers.get(id)


def _unusable(address: str) -> str:
    try:
        wire_address(address)
    except AddressError as error:
        return str(error)
    return ""
