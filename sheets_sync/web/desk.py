"""What the pages need from the rest: a form, a journal, and who belongs to the community."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from forms.definition import Form
from sheets_sync.categories import Categories
from sheets_sync.community import Community, Person
from sheets_sync.links import Links
from sheets_sync.settings import FormSettings
from sheets_sync.state import Journal
from sheets_sync.web.readership import Readership


@dataclass(frozen=True, slots=True)
class Paper:
    """Something made elsewhere that is shown as it is, such as a mail of the demo."""

    body: bytes
    content_type: str


def _nothing(_name: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Desk:
    """Where reports are handed in."""

    form: Form
    journal: Journal
    links: Links
    settings: FormSettings
    name: str
    """The community's."""
    community: Callable[[], Community | None]
    """As the last good sync found it; None before the first."""
    now: Callable[[], datetime]
    """In UTC."""
    zone: tzinfo
    language: str = "en"
    answers_elsewhere: Callable[[str], Mapping[str, str] | None] = _nothing
    """Answers of a report that was typed into the sheet, by its id."""
    papers: Callable[[str], Paper | None] = _nothing
    """Further things to show below `/papers/`, by name."""
    readership: Readership | None = None
    """Those who get mail; None where only reports are handed in."""

    def today(self) -> date:
        """Return the day it is where the community is."""
        return self.now().astimezone(self.zone).date()

    def known_tags(self) -> tuple[str, ...]:
        """Return the tags to offer, most used first; spellings of another tag are left out."""
        community = self.community()
        tags = [tag for tag in community.tags if not tag.same_as] if community else []
        return tuple(tag.shown for tag in sorted(tags, key=lambda tag: -tag.uses))

    def tag_categories(self) -> Mapping[str, str]:
        """Return the categories of the tags to offer, in the order of the Tags tab."""
        community = self.community()
        tags = [tag for tag in community.tags if not tag.same_as] if community else []
        if not any(tag.category for tag in tags):
            return {}
        found = Categories(tags).grouped((tag.shown for tag in tags), lambda tag: [tag])
        return {tag: category for category, those in found for tag in those if category}

    def person(self, person: str) -> Person | None:
        """Return the person with this internal id while they are on the roster."""
        community = self.community()
        people = community.people if community else ()
        return next((one for one in people if one.id == person), None)
