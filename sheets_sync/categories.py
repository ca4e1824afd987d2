"""The Tags tab -> the heading under which a report, or a tag, stands.

Pure. Mails, pages, the form and the archive ask here, so that a category given today counts for
the oldest report too. A report stands once, under the category of its first tag that has one.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from sheets_sync.community import Tag
from sheets_sync.tags import key, meanings

T = TypeVar("T")

NONE = ""
"""The category of what has none."""


class Categories:
    """What belongs where. Of a tag that means another, the category of that one counts."""

    def __init__(self, tags: Sequence[Tag]) -> None:
        own = {tag.key: tag.category for tag in tags if key(tag.category)}
        counts = {one: own.get(end) or own.get(one) for one, end in meanings(tags).items()}
        spelled: dict[str, str] = {}
        self._of = {
            one: spelled.setdefault(key(category), category)
            for one, category in counts.items()
            if category
        }
        self.names = tuple(spelled.values())
        """Each category as it was written first, in the order of the tab."""

    def of_tag(self, tag: str) -> str:
        """Return a tag's category, however the tag is written; empty when it has none."""
        return self._of.get(key(tag), NONE)

    def of(self, tags: Iterable[str]) -> str:
        """Return the category of something with these tags; empty when it has none."""
        return next(filter(None, map(self.of_tag, tags)), NONE)

    def grouped(
        self, things: Iterable[T], tags_of: Callable[[T], Iterable[str]]
    ) -> list[tuple[str, list[T]]]:
        """Return things by category, in the order of the tab; those without one come last."""
        found: dict[str, list[T]] = {name: [] for name in (*self.names, NONE)}
        for thing in things:
            found[self.of(tags_of(thing))].append(thing)
        return [(name, those) for name, those in found.items() if those]
