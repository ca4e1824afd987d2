"""A frozen delivery -> whether it may still leave, and as what."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from digests.message import AddressError, build, wire_address
from digests.press import Press, addressee, stock_of
from digests.selection import select_again
from digests.subscribers import Subscriber
from sheets_sync.community import Report
from sheets_sync.state.delivery import Delivery


class Doorkeeper:
    """Looks again, right before each mail, at subscriptions and at what was taken back."""

    def __init__(self, press: Press, now: datetime) -> None:
        self._press = press
        self._now = now
        self._moment = ""
        self._seen = ""
        self._left: frozenset[str] = frozenset()
        self._subscribers: Mapping[str, Subscriber] = {}

    def look_again(self, moment: str) -> bool:
        """Read anew what was synced or sent in up to a moment; returns whether any was."""
        base = self._press.base
        if moment == self._moment:
            return False
        self._moment, self._left = moment, base.not_taken_back()
        seen = f"{self._press.choices.latest()} {base.get('community')}"
        if seen != self._seen:
            self._seen = seen
            self._subscribers = {one.id: one for one in self._press.subscribers(self._now)}
        return True

    def objection(self, delivery: Delivery) -> str:
        """Return why the mail must not leave any more (fault 63)."""
        subscriber = self._subscribers.get(delivery.subscriber)
        if subscriber is None:
            return "no longer a subscriber"
        if subscriber.frequency in ("stop", "bounced"):
            return f"the subscription says {subscriber.frequency}"
        paused = subscriber.paused_until
        if paused is not None and self._press.today(self._now).date() <= paused:
            return f"paused until {paused}"
        return _unusable(subscriber.address)

    def is_outdated(self, delivery: Delivery) -> bool:
        """Return whether reports in it were taken back, or its reader's address is another."""
        subscriber = self._subscribers.get(delivery.subscriber)
        return (
            subscriber is None
            or not self._left.issuperset(delivery.reports)
            or wire_address(subscriber.address) != delivery.address
        )

    def renewed(self, delivery: Delivery) -> tuple[bytes, tuple[str, ...], str]:
        """Return the mail without the reports that were taken back, to the reader's address today.

        Nothing when nothing is left of it.
        """
        subscriber = self._subscribers.get(delivery.subscriber)
        if subscriber is None:
            return b"", (), delivery.address
        reports = (self._press.base.report(id) for id in delivery.reports if id in self._left)
        return self._without(delivery, subscriber, [one for one in reports if one is not None])

    def _without(
        self, delivery: Delivery, subscriber: Subscriber, left: Sequence[Report]
    ) -> tuple[bytes, tuple[str, ...], str]:
        press = self._press
        issue = press.outbox.issue(delivery.issue)
        stock = stock_of(press, delivery.issue, left, self._now)
        if issue.send_after is not None:
            stock = replace(stock, send_after=press.today(issue.send_after))
        edition = select_again(stock, subscriber, {one.id for one in left}, press.rules)
        if edition is None:
            return b"", (), delivery.address
        mail = press.renderer(stock).render(edition)
        message = build(mail, addressee(press, edition), press.letterhead, at=issue.frozen_at)
        return message, mail.reports, wire_address(subscriber.address)


def _unusable(address: str) -> str:
    try:
        wire_address(address)
    except AddressError as error:
        return str(error)
    return ""
