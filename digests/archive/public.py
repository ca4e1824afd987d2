"""Reports, people and tags as the last sync found them -> what everybody may see of them.

Pure. Left out: what is held, unmatched, hidden or withdrawn, and what a review still holds back;
people who asked not to be shown have neither name nor page.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache

from digests.archive.addresses import Addresses, tag_address
from digests.masking import masked
from digests.phrases import safe_line, shortened
from forms.hashtags import spelling
from sheets_sync.community import Community, Person, Report, Status
from sheets_sync.reps_archive import SOURCE, is_automatic
from sheets_sync.roster import Roster
from sheets_sync.tags import key, meanings

USED = frozenset({Status.OK, Status.CHECK})
LONGEST_TAG = 60


@dataclass(frozen=True, slots=True)
class Imprint:
    """What the settings say of the archive."""

    title: str
    url: str
    """Where it is reached, without a slash at its end."""
    authority: str
    """Who names the feeds' entries for good (RFC 4151), such as `example.org,2026-11-23`."""
    language: str = "en"
    form: str = ""
    """Address of the form, if there is a page."""
    people: bool = True
    mentors: bool = False
    automatic: bool = False
    secret: bytes = b""
    """Keys the prints, which lie beside the pages."""


@dataclass(frozen=True, slots=True)
class Edition:
    """An issue of the digest: its name, and the highest accepted number that it considered."""

    name: str
    up_to: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """All that the archive is made of."""

    reports: Sequence[Report]
    """In the order of acceptance."""
    community: Community
    zone: tzinfo
    issues: Sequence[Edition] = ()
    """Those that people got, the first one first."""
    up_to: int | None = None
    """Highest accepted number that is past its review; None: there is none to wait for."""


@dataclass(frozen=True, slots=True)
class Label:
    """A tag as pages show it."""

    key: str
    shown: str
    address: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A tag, with what the Tags tab says of it."""

    label: Label
    category: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """A report, and where it stands in the archive."""

    report: Report
    published: datetime
    tags: tuple[tuple[str, Label], ...]
    """As they were typed, each with the tag that it means."""
    labels: tuple[Label, ...]
    """Those tags, each once."""
    writer: Person | None
    """Somebody who may be shown, if that is known."""
    name: str
    """What is shown of the writer; empty for "a member"."""
    print: str
    """Changes with whatever pages show of the report."""

    @property
    def imported(self) -> bool:
        """Whether it comes from an older site."""
        return self.report.source == SOURCE

    @property
    def automatic(self) -> bool:
        """Whether nobody typed it: an older site's own program wrote it."""
        return is_automatic(self.report)

    @property
    def day(self) -> date:
        """The day it tells of."""
        return self.report.date


@dataclass(frozen=True, slots=True)
class Public:
    """What the archive shows: reports by day, the earliest first."""

    slips: tuple[Slip, ...]
    automatic: tuple[Slip, ...]
    """What an older site's own programs wrote; empty unless it is wanted."""
    people: Mapping[str, Person]
    """By internal id: those who may be shown."""
    writers: frozenset[str]
    """Those of them who wrote a report that is shown: they have a page."""
    roster: Roster
    addresses: Addresses
    headings: Mapping[str, Heading]
    """By key, `same as` followed: the tags of the reports that are shown."""
    meanings: Mapping[str, str]
    """Key of another spelling -> that of the tag that it means."""
    issues: Sequence[Edition]
    community: Community


def make_public(holdings: Holdings, addresses: Addresses, imprint: Imprint) -> Public:
    """Return what everybody may see."""
    reports = [one for one in holdings.reports if _is_public(one, holdings.up_to)]
    maker = _Maker(reports, holdings, addresses, imprint)
    shown = sorted(map(maker.slip, reports), key=by_day)
    slips = tuple(slip for slip in shown if not slip.automatic)
    machines = (slip for slip in shown if slip.automatic)
    return Public(
        slips=slips,
        automatic=tuple(machines) if imprint.automatic else (),
        people=maker.people,
        writers=frozenset(slip.writer.id for slip in slips if slip.writer),
        roster=maker.roster,
        addresses=addresses,
        headings=maker.headings(slips),
        meanings=maker.shown_meanings(),
        issues=holdings.issues,
        community=holdings.community,
    )


def by_day(slip: Slip) -> tuple[date, datetime, int, str]:
    """Return where a report stands in a list."""
    return slip.report.date, slip.published, slip.report.accepted, slip.report.id


def by_news(slip: Slip) -> tuple[datetime, date, int, str]:
    """Return where a report stands among the latest."""
    return slip.published, slip.report.date, slip.report.accepted, slip.report.id


def presentable(people: Iterable[Person]) -> list[Person]:
    """Return those who may have a page."""
    return [one for one in people if one.public and safe_line(one.name or one.username)]


def seal(secret: bytes, *parts: object) -> str:
    """Return a short keyed print of some parts; nobody without the secret can try values at it."""
    mark = hashlib.blake2b(key=secret[:64], digest_size=10)
    for part in parts:
        mark.update(repr(part).encode("utf-8", "surrogatepass"))
    return mark.hexdigest()


def _is_public(report: Report, up_to: int | None) -> bool:
    reviewed = up_to is None or report.accepted <= up_to
    return report.status in USED and reviewed


@lru_cache(maxsize=16384)
def _on_a_page(typed: str) -> str:
    """Return a tag as pages show it."""
    return shortened(spelling(safe_line(typed)), LONGEST_TAG)


class _Maker:
    """Turns reports into slips; remembers what repeats from report to report."""

    def __init__(
        self, reports: Sequence[Report], holdings: Holdings, addresses: Addresses, imprint: Imprint
    ) -> None:
        self._zone = holdings.zone
        self._imprint = imprint
        self._addresses = addresses
        self.roster = Roster(holdings.community.people)
        self.people = {one.id: one for one in presentable(self.roster.people)}
        self._meanings = meanings(holdings.community.tags)
        self._told = {tag.key: tag for tag in holdings.community.tags}
        self._typed: dict[str, Counter[str]] = defaultdict(Counter)
        for report in reports:
            for tag in report.tags:
                self._typed[tag][tag] += 1
        self._keys = {tag: self._meaning(tag) for tag in self._typed}
        self._labels = self._labelled()
        everybody = ((one.id, one.name, one.public) for one in self.roster.people)
        self._everybody = seal(b"", *everybody)

    def slip(self, report: Report) -> Slip:
        """Return a report with all that depends on others: names, tags, its print."""
        writer = self.people.get(report.person) if report.person else None
        tags = tuple(
            dict.fromkeys(
                (self._shown(tag, label), label)
                for tag in report.tags
                if (label := self._labels.get(self._keys[tag]))
            )
        )
        unshown = writer is None and report.person in self.roster.by_id
        name = writer.name if writer else "" if unshown else report.name
        address = self._addresses.now.get(writer.id, "") if writer else ""
        return Slip(
            report=report,
            published=self._published(report),
            tags=tags,
            labels=tuple(dict.fromkeys(label for _, label in tags)),
            writer=writer,
            name=name,
            print=self._print(report, tags, name, address),
        )

    def headings(self, slips: Sequence[Slip]) -> dict[str, Heading]:
        """Return the tags of these reports, by key, with what the Tags tab says of them."""
        found: dict[str, Heading] = {}
        for label in dict.fromkeys(label for slip in slips for label in slip.labels):
            told = self._told.get(label.key)
            category = masked(safe_line(told.category), "") if told else ""
            description = masked(told.description, "…") if told else ""
            found[label.key] = Heading(label, category, description)
        return found

    def shown_meanings(self) -> dict[str, str]:
        """Return what other spellings mean, as far as pages show it."""
        return {
            other: meant
            for other, meant in self._meanings.items()
            if other != meant and meant in self._labels and masked(other, "") == other
        }

    def _meaning(self, tag: str) -> str:
        found = key(tag)
        return self._meanings.get(found, found)

    def _labelled(self) -> dict[str, Label]:
        """Return how each tag is shown: as the Tags tab has it, else as most people type it."""
        spelled: dict[str, Counter[str]] = defaultdict(Counter)
        for tag, counted in self._typed.items():
            spelled[self._keys[tag]].update(counted)
        labels = {}
        for meant, typed in spelled.items():
            told = self._told.get(meant)
            shown = told.shown if told else max(typed, key=lambda tag: (typed[tag], tag))
            shown = _on_a_page(shown)
            # A tag that holds an address is left out: pages could not name it.
            if meant and shown and masked(f"{shown} {meant}", "") == f"{shown} {meant}":
                labels[meant] = Label(meant, shown, tag_address(meant))
        return labels

    def _shown(self, typed: str, label: Label) -> str:
        """Return a tag as its writer typed it, unless that holds an address."""
        shown = _on_a_page(typed)
        return shown if shown and masked(shown, "") == shown else label.shown

    def _published(self, report: Report) -> datetime:
        """Return since when it counts as news: what was there before Tidings, since its day."""
        if report.accepted > 0:
            return report.received
        day = datetime.combine(report.date, time(), self._zone).astimezone(UTC)
        return min(day, report.received)

    def _print(
        self, report: Report, tags: tuple[tuple[str, Label], ...], name: str, address: str
    ) -> str:
        mentor = self.people.get(report.mentor) if self._imprint.mentors else None
        by = (mentor.name, self._addresses.now.get(mentor.id)) if mentor else None
        about = (report.about, self._everybody) if report.about else None
        words = (report.id, report.date.toordinal(), report.text, report.outcome, report.extra)
        rest = (report.link, report.source, report.received.timestamp(), tags, about)
        return seal(self._imprint.secret, words, rest, name, address, by)
