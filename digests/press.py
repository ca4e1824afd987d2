"""The state -> the stock of one issue, its readers, and how they are addressed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from digests.edition import Arrival, DigestRules, Edition, Stock
from digests.message import Addressee, Letterhead
from digests.render import Renderer
from digests.subscribers import Subscriber, subscribers
from sheets_sync.choices import ChoiceAct, with_choices
from sheets_sync.community import Community, Note, Report
from sheets_sync.renewal import with_answers
from sheets_sync.state.base import Base
from sheets_sync.state.choices import Choices
from sheets_sync.state.outbox import Outbox
from sheets_sync.state.renewals import Renewals


class DigestError(Exception):
    """The digest cannot be made; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Press:
    """Everything that makes issues."""

    base: Base
    outbox: Outbox
    choices: Choices
    renewals: Renewals
    renderer: Callable[[Stock], Renderer]
    """Makes the renderer of one issue."""
    letterhead: Letterhead
    zone: ZoneInfo
    rules: DigestRules
    opt_in: bool = False
    coordinators: tuple[str, ...] = ()
    """Addresses in the settings."""
    review_hours: int = 0
    first_sync: datetime | None = None
    notes: Callable[[datetime], tuple[Note, ...]] = lambda now: ()
    """What coordinators are told besides what the last sync found."""
    unsubscribe_url: Callable[[Subscriber], str] = lambda subscriber: ""
    """The signed link of RFC 8058; empty without a public address."""

    def today(self, now: datetime) -> datetime:
        """Return the moment in the community's zone."""
        return now.astimezone(self.zone)

    def community(self) -> Community:
        """Return the community, with what readers chose since the last sync.

        Raises DigestError before the first sync.
        """
        found = self.base.community()
        if found is None:
            raise DigestError("Nothing was synced yet, so nobody is known; run: tidings sync")
        community = with_choices(found, [one for _, one in self.choices.unwritten()])
        answers = self.choices.unwritten(ChoiceAct.ANSWER)
        return with_answers(community, [one for _, one in answers], self.zone)

    def subscribers(self, now: datetime) -> tuple[Subscriber, ...]:
        """Return everybody who may get mail; raises DigestError before the first sync."""
        return subscribers(
            self.community(),
            opt_in=self.opt_in,
            today=self.today(now).date(),
            coordinators=self.coordinators,
            confirmed=self.choices.confirmed(),
        )


def stock_of(
    press: Press, name: str, reports: Sequence[Report], now: datetime, *, floor: int = 0
) -> Stock:
    """Return what an issue may take from; raises DigestError before the first sync."""
    community = press.community()
    moments = press.base.accepted_at(min((one.accepted for one in reports), default=0) - 1)
    latest = press.outbox.latest()
    month = press.today(now).strftime("%Y-%m")
    first = latest is None or press.today(latest.frozen_at).strftime("%Y-%m") != month
    since = press.first_sync
    return Stock(
        issue=name,
        now=now,
        today=press.today(now).date(),
        up_to=max((one.accepted for one in reports), default=floor),
        arrivals=tuple(Arrival(one, moments.get(one.id, now)) for one in reports),
        community=replace(community, notes=(*community.notes, *press.notes(now))),
        waiting=(*press.base.unmatched(), *press.base.held()),
        first_of_month=first,
        asked=press.renewals.asked(),
        watching_since=press.today(since).date() if since else None,
    )


def addressee(press: Press, edition: Edition) -> Addressee:
    """Return whose mail an edition becomes."""
    subscriber = edition.subscriber
    return Addressee(
        edition.issue,
        subscriber.id,
        subscriber.address,
        subscriber.name,
        press.unsubscribe_url(subscriber),
    )
