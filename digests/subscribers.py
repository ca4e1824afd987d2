"""The community -> who gets mail, with which filter, how often and in which language.

Pure. Everybody on the roster reads everything weekly, until Subscriptions says otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from digests.filters import Filter
from sheets_sync.community import Community


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Someone who may get mail."""

    id: str
    """The person's id; outside the roster `s-` and a hash of the address."""
    address: str
    filter: Filter
    name: str = ""
    person: str = ""
    """Internal id; empty outside the roster."""
    unread_filter: str = ""
    """The filter as typed when it could not be read; then `filter` is everything."""
    frequency: str = "weekly"
    """`weekly`, `monthly`, `stop` or `bounced`."""
    paused_until: date | None = None
    language: str = ""
    """Empty: the community's."""
    format: str = "html"
    coordinator: bool = False


def subscribers(
    community: Community, *, opt_in: bool, today: date, coordinators: Sequence[str] = ()
) -> tuple[Subscriber, ...]:
    """Return everybody who may get mail, also those who stopped (selection gives them none).

    `coordinators` are the addresses in the settings, which count wherever they are listed.
    """
    raise NotImplementedError
