"""A post and what came before it -> whether it floods, and why a manager should look first.

Nothing is dropped: what looks wrong is held (fault 12).
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from sheets_sync.settings import FormSettings
from sheets_sync.web.counting import Window

HOUR = 3600
FLOOD = 20
"""So many times the hourly limits is no person any more: refused, the text kept on the page."""
_LINK = re.compile(r"https?://|\bwww\.")
_ALL = "all"


@lru_cache(maxsize=1024)
def address_block(address: str) -> str:
    """Return what one sender can be told by: an IPv4 address, or the /64 of an IPv6 one.

    A /64 is one household or server, as an IPv4 address is (fault 13).
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found.packed[:8] + bytes(8), 64)))
    return str(found)


class Doorkeeper:
    """Remembers, for an hour and in memory only, how much came from where."""

    def __init__(self, settings: FormSettings) -> None:
        self._settings = settings
        self._attempts = Window(seconds=HOUR)
        self._accepted = Window(seconds=HOUR)
        self._texts = Window(seconds=HOUR)

    def floods(self, block: str, *, at: float) -> bool:
        """Count one post and say whether it is one of a flood."""
        from_block = self._attempts.add(block, at=at)
        in_all = self._attempts.add(_ALL, at=at)
        return (
            from_block > FLOOD * self._settings.per_address_hour
            or in_all > FLOOD * self._settings.in_all_hour
        )

    def reasons(self, answers: Mapping[str, str], *, seconds: float, trap: str) -> list[str]:
        """Return what looks wrong about a post in itself."""
        return list(self._in_itself(answers, seconds=seconds, trap=trap))

    def repetition(self, answers: Mapping[str, str], *, block: str, at: float) -> list[str]:
        """Return what looks wrong about a new report beside those that came before it."""
        return list(self._beside_others(answers, block=block, at=at))

    def accepted(self, answers: Mapping[str, str], *, block: str, at: float) -> None:
        """Remember that a new report was taken from there."""
        self._accepted.add(block, at=at)
        self._accepted.add(_ALL, at=at)
        self._texts.add(_same_text(block, answers), at=at)

    def _in_itself(self, answers: Mapping[str, str], *, seconds: float, trap: str) -> Iterator[str]:
        if trap:
            yield "a field that people do not see was filled in"
        if seconds < self._settings.minimum_seconds:
            yield f"it was sent {max(seconds, 0):.1f} seconds after the form was opened"
        links = sum(_links(answer) for answer in answers.values())
        if links > self._settings.maximum_links:
            yield f"it has {links} links"

    def _beside_others(self, answers: Mapping[str, str], *, block: str, at: float) -> Iterator[str]:
        if self._texts.count(_same_text(block, answers), at=at):
            yield "the same text came from the same place within an hour"
        if self._accepted.count(block, at=at) >= self._settings.per_address_hour:
            yield f"more than {self._settings.per_address_hour} reports in an hour from one place"
        if self._accepted.count(_ALL, at=at) >= self._settings.in_all_hour:
            yield f"more than {self._settings.in_all_hour} reports in an hour in all"


def _links(answer: str) -> int:
    lowered = answer.casefold()
    if "://" in lowered or "www." in lowered:
        return len(_LINK.findall(lowered))
    return 0  # as in most answers, and told far sooner than by the pattern


def _same_text(block: str, answers: Mapping[str, str]) -> str:
    text = " ".join(answers.get("text", "").casefold().split())
    return f"{block} {hash(text)}"
