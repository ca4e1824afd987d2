"""A signed link -> whose it is, what counts for them, and what they choose.

Everything that is chosen is committed to the readers' journal before the answer.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from digests.press import DigestError, Press
from digests.subscribers import Subscriber, outsider_id
from sheets_sync.choices import FREQUENCY, Choice, ChoiceAct
from sheets_sync.community import Subscription
from sheets_sync.links import Links, Purpose
from sheets_sync.state import Reviews
from sheets_sync.web.dispatching import together


@dataclass(frozen=True, slots=True)
class Readership:
    """Those who get mail, and what they may change."""

    press: Press
    reviews: Reviews
    links: Links
    now: Callable[[], datetime]
    contact: str
    """A mailbox that a person reads."""
    open: bool = True
    """Whether people outside the roster may ask for mail."""
    knock: Callable[[], None] = lambda: None
    """Told when a mail waits to be sent."""

    def reader(self, purpose: Purpose, token: str) -> Subscriber | None:
        """Return whose settings or reports a link opens; None when it is not, or no longer, ours.

        Links of an older generation were made useless by their owner.
        """
        parts = self.links.read(purpose, token)
        if not parts or len(parts) < 2:
            return None
        subscriber, generation = parts[:2]
        if generation != str(self.generation(subscriber)):
            return None
        return self.subscriber(subscriber)

    def subscriber(self, id: str) -> Subscriber | None:
        """Return the subscriber with this id."""
        return next((one for one in self.subscribers() if one.id == id), None)

    def subscribers(self) -> tuple[Subscriber, ...]:
        """Return everybody who may get mail; nobody before the first sync."""
        try:
            return self.press.subscribers(self.now())
        except DigestError:
            return ()

    def wish(self, reader: Subscriber) -> Subscription:
        """Return what counts for a reader, as it was typed or chosen."""
        folded = reader.address.casefold()
        wishes = self.press.community().subscriptions
        found = (one for one in wishes if one.email.casefold() == folded)
        return next(found, Subscription(reader.address, "", "weekly"))

    def form_for(self, reader: Subscriber) -> str:
        """Return where a reader reports: their own link, for those on the roster."""
        return self.links.personal_form(reader.person) if reader.person else "/"

    def renew(self, reader: Subscriber) -> str:
        """Make all older links of a reader useless; returns the new one to their settings."""
        self.choose(reader.address, {}, source="page", id=reader.id, act=ChoiceAct.REVOKE)
        return self.links.preferences(reader.id, self.generation(reader.id))

    def generation(self, id: str) -> int:
        """Return which generation of links counts for a subscriber."""
        return self.press.choices.generations().get(id, 0)

    def leave(self, id: str) -> None:
        """Send somebody no more mail; raises StateError when that cannot be written."""
        subscriber = self.subscriber(id)
        if subscriber is not None and subscriber.frequency != "stop":
            self.choose(subscriber.address, {FREQUENCY: "stop"}, source="one-click", id=id)

    def choose(
        self,
        address: str,
        chosen: Mapping[str, str],
        *,
        source: str,
        id: str = "",
        key: str = "",
        act: ChoiceAct = ChoiceAct.CHOOSE,
    ) -> bool:
        """Commit a choice durably; returns whether it is new."""
        choice = Choice(
            key=key or secrets.token_hex(16),
            act=act,
            subscriber=id or outsider_id(address),
            address=address,
            chosen=chosen,
            source=source,
            received=self.now(),
        )
        return together(self.press.choices.commit, choice)
