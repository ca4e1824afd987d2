"""A report -> what the archive's templates show: words chosen, no address left, lengths bounded."""

from dataclasses import dataclass
from datetime import date, datetime
from gettext import NullTranslations

from markupsafe import Markup

from digests.archive.addresses import href
from digests.archive.public import Imprint, Label, Public, Slip
from digests.masking import masked, without_addresses
from digests.phrases import safe_line, shortened
from digests.render import linked
from forms.hashtags import hashtag
from forms.rules import clean
from forms.wording import N_, dated, whole_day
from sheets_sync.community import Person, Report

ROOT = "\x00"
"""Stands in a page for the way to the archive's front: no text can hold it."""
LONGEST_IN_A_LIST = 700
LONGEST_TITLE = 80
LONGEST_NAME = 100
MOST = 40
"""Tags, people and further answers of one report."""


@dataclass(frozen=True, slots=True)
class Link:
    """Words, and where they lead; an empty address: nowhere."""

    words: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A report as templates show it."""

    id: str
    path: str
    writer: Link
    iso: str
    day: str
    text: Markup
    cut: bool
    """Whether there is more on its own page."""
    about: tuple[str, ...]
    outcome: Markup
    extra: tuple[tuple[str, Markup], ...]
    link: Markup
    tags: tuple[Link, ...]
    mark: str
    mentor: Link | None


class Teller:
    """Tells reports in one language."""

    def __init__(self, public: Public, imprint: Imprint, words: NullTranslations) -> None:
        self.words = words
        self._public = public
        self._imprint = imprint
        self._language = imprint.language
        self._hidden = f"\u2068{self.say(N_('(e-mail address left out)'))}\u2069"

    def say(self, words: str, **values: str) -> str:
        """Return a phrase in the language, with values put in."""
        return self.words.gettext(words).format(**values)

    def day(self, when: date) -> str:
        """Return a day, always with its year: pages outlive it."""
        return whole_day(when, self._language)

    def month(self, when: date) -> str:
        """Return a month with its year."""
        return dated(when, "yMMMM", self._language)

    def report(self, slip: Slip, *, whole: bool) -> Told:
        """Return a report for its own page, or for a list, where a long text is cut."""
        report = slip.report
        text = self.prose(report.text)
        cut = not whole and len(text) > LONGEST_IN_A_LIST
        extra = report.extra[:MOST] if whole else ()
        return Told(
            id=report.id,
            path=report_path(slip),
            writer=self.writer(slip),
            iso=report.date.isoformat(),
            day=self.day(report.date),
            text=linked(shortened_text(text) if cut else text),
            cut=cut or (not whole and bool(report.extra)),
            about=tuple(self._about(one) for one in report.about[:MOST]),
            outcome=linked(self.prose(report.outcome)) if whole or not cut else Markup(),
            extra=tuple((self.line(label), linked(self.prose(said))) for label, said in extra),
            link=self._link(report),
            tags=tuple(self._tag(typed, label) for typed, label in slip.tags[:MOST]),
            mark=self._mark(slip),
            mentor=self._mentor(slip) if self._imprint.mentors else None,
        )

    def writer(self, slip: Slip) -> Link:
        """Return the writer's name, and their page if they have one."""
        # What a program wrote stands apart, and leads to nobody.
        page = self.page_of(slip.writer) if slip.writer and not slip.automatic else ""
        return Link(self.name(slip.name), page)

    def page_of(self, person: Person) -> str:
        """Return where somebody's page is; empty when they have none."""
        if not self._imprint.people or person.id not in self._public.writers:
            return ""
        return href(f"people/{self._public.addresses.now[person.id]}/")

    def name(self, typed: str) -> str:
        """Return a name without any address; "a member" where nothing is left."""
        shown = without_addresses(shortened(safe_line(clean(typed)), LONGEST_NAME))
        return masked(shown, "").strip() or self.say(N_("a member"))

    def title(self, slip: Slip) -> str:
        """Return a report's title: its first words, on one line."""
        first = clean(slip.report.text).partition("\n")[0]
        return shortened(masked(safe_line(first), "…"), LONGEST_TITLE) or self.say(N_("A link"))

    def prose(self, typed: str) -> str:
        """Return a text with its line breaks and without any address."""
        return masked(clean(typed), self._hidden)

    def line(self, typed: str) -> str:
        """Return what was typed on one line, without any address."""
        return shortened(masked(safe_line(clean(typed)), self._hidden), 240)

    def _link(self, report: Report) -> Markup:
        """Return the link, unless the text has it already."""
        url = safe_line(report.link)
        return Markup() if url in report.text else linked(masked(url, self._hidden))

    def _about(self, typed: str) -> str:
        person = self._public.roster.find(typed).person
        if person is None:
            return self.name(typed)
        return self.name(person.name if person.id in self._public.people else "")

    def _tag(self, typed: str, label: Label) -> Link:
        heading = self._public.headings.get(label.key)
        return Link(hashtag(typed), href(f"tags/{heading.label.address}/") if heading else "")

    def _mark(self, slip: Slip) -> str:
        if not slip.imported:
            return ""
        if slip.automatic:
            return self.say(N_("imported, written by a program of the older site"))
        return self.say(N_("imported from an older site"))

    def _mentor(self, slip: Slip) -> Link | None:
        mentor = self._public.people.get(slip.report.mentor)
        if mentor is None or slip.writer is None or slip.automatic:
            return None
        address = self._public.addresses.now[mentor.id]
        return Link(self.name(mentor.name), href(f"mentors/{address}/"))


def report_path(slip: Slip) -> str:
    """Return where a report's own page is: the same for life."""
    return f"reports/{slip.report.id}/"


def shortened_text(text: str) -> str:
    """Return the beginning of a long text, cut between words."""
    head = text[:LONGEST_IN_A_LIST]
    at = max(head.rfind(" "), head.rfind("\n"))
    return (head[:at] if at > LONGEST_IN_A_LIST // 2 else head).rstrip() + " …"


def moment(when: datetime) -> str:
    """Return a moment as feeds write it (RFC 3339)."""
    return when.replace(microsecond=0).isoformat().replace("+00:00", "Z")
