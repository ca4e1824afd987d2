"""A reader, and what they ask for -> the reports that their mail may show, and why each is there.

Reports that are hidden, withdrawn, held or not matched are in nobody's mail, so they are not here;
what waits for coordinators is shown to coordinators only.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from digests.edition import Edition, Past, Section, Stock
from digests.filters import Filter, Names
from digests.frame import heading
from digests.masking import without_addresses
from digests.press import Press, stock_of
from digests.selection import USED, select, select_again
from digests.shelf import Shelf
from digests.subscribers import Subscriber
from digests.views import ItemView, Lines, Teller, WaitingLine
from forms.wording import translations
from sheets_sync.links import Links
from sheets_sync.roster import Roster
from sheets_sync.tags import meanings

WEEK = timedelta(days=7)
YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Shown:
    """A report, and the link by which the reader corrects it; empty for those of others."""

    report: ItemView
    correct: str


@dataclass(frozen=True, slots=True)
class Look:
    """Reports as one reader sees them: headings, and what stands below."""

    sections: tuple[tuple[str, tuple[Shown, ...]], ...] = ()
    count: int = 0
    more: int = 0
    """How many of them are not shown."""
    waiting: Lines[WaitingLine] = Lines()  # noqa: RUF009 - frozen


@dataclass(frozen=True, slots=True)
class Asked:
    """Which reports somebody wants to read: by the days on which things happened."""

    filter: Filter
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader may read, as of one moment."""

    stock: Stock
    reader: Subscriber
    press: Press
    links: Links
    language: str

    @property
    def names(self) -> Names:
        """What names in a filter mean; who is not on the roster knows only those who wrote."""
        people = self.stock.community.people
        if not self.reader.person:
            writers = {arrival.report.person for arrival in self.stock.arrivals}
            people = tuple(replace(one, email="") for one in people if one.id in writers)
        return Names(Roster(people), meanings(self.stock.community.tags), me=self.reader.person)

    @property
    def writers(self) -> list[tuple[str, str]]:
        """Who wrote what can be read here: id and name, by name."""
        usable = (one.report for one in self.stock.arrivals if one.report.status in USED)
        named = {one.person: without_addresses(one.name) for one in usable if one.person}
        return sorted(named.items(), key=lambda pair: pair[1].casefold())

    def preview(self, filter: Filter) -> Look:
        """Return what a mail would have brought with this filter for the last week."""
        asking = replace(
            self.reader, filter=filter, unread_filter="", frequency="weekly", paused_until=None
        )
        return self._look(select(self.stock, asking, Past(), self.press.rules))

    def look(self, asked: Asked) -> Look:
        """Return the reports that somebody asks for."""
        usable = [one for one in self.stock.arrivals if one.report.status in USED]
        shelf = Shelf(usable, self.stock.community.people, meanings(self.stock.community.tags))
        wanted = {
            usable[at].report.id
            for at in shelf.wanted(asked.filter)
            if asked.since <= usable[at].report.date <= asked.until
        }
        asking = replace(self.reader, filter=asked.filter, unread_filter="")
        return self._look(select_again(self.stock, asking, wanted, self.press.rules))

    def _look(self, edition: Edition | None) -> Look:
        if edition is None:
            return Look()
        teller = Teller(self.stock, translations(self.language), self.language)
        content = edition.content
        return Look(
            sections=tuple(
                (heading(section, teller), tuple(self._shown(section, teller)))
                for section in content.sections
            ),
            count=len(content.reports) + content.more,
            more=content.more,
            waiting=teller.waiting(content.desk.waiting) if content.desk else Lines(),
        )

    def _shown(self, section: Section, teller: Teller) -> Iterator[Shown]:
        for item in section.items:
            mine = self.reader.person and item.report.person == self.reader.person
            yield Shown(teller.item(item), self.links.correct(item.report.id) if mine else "")


def reading(
    press: Press,
    links: Links,
    reader: Subscriber,
    *,
    language: str,
    now: datetime,
    back: timedelta = WEEK,
) -> Reading:
    """Return what somebody may read of what was accepted within the time before `now`."""
    floor = press.base.accepted_before(now - back)
    stock = stock_of(press, "", press.base.accepted_above(floor), now, floor=floor)
    return Reading(stock, reader, press, links, language)
