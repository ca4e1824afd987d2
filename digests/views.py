"""A mail's content -> what its templates show: words chosen, addresses hidden, lengths bounded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from gettext import NullTranslations
from typing import Generic, TypeVar

from markupsafe import Markup

from digests.edition import Content, Item, Leaning, Quiet, Stock, Unanswered
from digests.masking import Mask, without_addresses
from digests.phrases import (
    isolated_text,
    safe_line,
    shortened,
    subject,
    week_of,
    why_html,
    why_text,
)
from forms.hashtags import hashtag
from forms.rules import clean
from forms.wording import N_, day, number, time_of_day
from sheets_sync.community import Orphan, Report, Status, Trend
from sheets_sync.roster import Roster

LONGEST_TEXT = 3_000
LONGEST_ANSWER = 1_000
LONGEST_LINE = 240
MOST_LINES = 10
"""Problems, waiting reports and notes in one mail."""
MOST_QUIET = 20
MOST_TAGS = 20

WAITING = {
    Status.UNMATCHED: N_("not clear who this is"),
    Status.HELD: N_("held for you to look at"),
}


@dataclass(frozen=True, slots=True)
class ItemView:
    """A report as templates show it."""

    name: str
    day: str
    text: str
    about: tuple[str, ...]
    outcome: str
    extra: tuple[tuple[str, str], ...]
    link: str
    tags: tuple[str, ...]
    why_html: Markup
    why_text: str
    own: str = ""
    """Stands where the writer's own link goes."""


@dataclass(frozen=True, slots=True)
class QuietLine:
    """Somebody, and what is said of them in a few words."""

    name: str
    since: str


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A report that waits for a coordinator."""

    name: str
    day: str
    status: str
    text: str


S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lines(Generic[T]):
    """The first few of a list, and the words for the others."""

    shown: tuple[T, ...] = ()
    more: str = ""


class Teller:
    """Tells contents in one language."""

    def __init__(self, stock: Stock, words: NullTranslations, language: str) -> None:
        self.words = words
        self._stock = stock
        self._language = language
        reports = [*(arrival.report for arrival in stock.arrivals), *stock.waiting]
        self._mask = Mask(stock.community.people, reports)
        self._roster = Roster(stock.community.people)
        left_out = self.say(N_("(e-mail address left out)"))
        self._hidden = f"\u2068{left_out}\u2069"

    def say(self, words: str, **values: str) -> str:
        """Return a phrase in the language, with values put in."""
        return self.words.gettext(words).format(**values)

    def counted(self, one: str, many: str, count: int, **values: object) -> str:
        """Return a phrase that counts something."""
        return self.words.ngettext(one, many, count).format(count=count, **values)

    def review(self) -> str:
        """Return until when only coordinators have the issue; empty where nobody reviews it."""
        until = self._stock.send_after
        if until is None:
            return ""
        return self.say(
            N_("You see this mail first. Everybody else gets it from {day}, {time} ({zone}) on."),
            day=self.day(until.date()),
            time=time_of_day(until, self._language),
            zone=str(until.tzinfo),
        )

    def item(self, item: Item) -> ItemView:
        """Return a report as its reader sees it."""
        report = item.report
        names = tuple(self.line(name) for name in item.reason.names)
        reason = replace(item.reason, names=names)
        return ItemView(
            name=self.name(report),
            day=self.day(report.date),
            text=self.prose(report.text, LONGEST_TEXT),
            about=tuple(self._about(one) for one in report.about[:MOST_TAGS]),
            outcome=self.prose(report.outcome, LONGEST_TEXT),
            extra=tuple(
                (self.line(label), self.prose(answer, LONGEST_ANSWER))
                for label, answer in report.extra[:MOST_TAGS]
                if answer
            ),
            link=self._mask.text(safe_line(report.link)[:2_000], self._hidden),
            tags=tuple(hashtag(self.line(tag)) for tag in report.tags[:MOST_TAGS]),
            why_html=why_html(reason, self.words),
            why_text=why_text(reason, self.words),
        )

    def name(self, report: Report) -> str:
        """Return the writer's name, never an address."""
        shown = without_addresses(shortened(clean(report.name).replace("\n", " "), 100))
        return shown or self.say(N_("a member"))

    def day(self, when: date) -> str:
        """Return a day in the reader's language."""
        return day(when, self._language, today=self._stock.today)

    def prose(self, typed: str, longest: int) -> str:
        """Return a text with its line breaks, without private addresses, cut where too long."""
        masked = self._mask.text(clean(typed), self._hidden)
        if len(masked) <= longest:
            return masked
        rest = len(masked) - longest
        cut = self.counted("[… {count} more character]", "[… {count} more characters]", rest)
        return f"{masked[:longest].rstrip()} {cut}"

    def line(self, typed: str) -> str:
        """Return what was typed on one short line, without private addresses."""
        kept = " ".join(clean(typed).split())
        return shortened(self._mask.text(kept, self._hidden), LONGEST_LINE)

    def _about(self, typed: str) -> str:
        person = self._roster.find(typed).person
        return without_addresses(clean(person.name if person else typed)) or self._hidden

    def quiet(self, people: Sequence[Quiet]) -> Lines[QuietLine]:
        """Return of whom no report was seen, and since when."""
        return self._first(people, self._quiet_line, MOST_QUIET)

    def _quiet_line(self, quiet: Quiet) -> QuietLine:
        if quiet.since is None:
            return QuietLine(self.line(quiet.person.name), self.say(N_("no report seen yet")))
        since = self.say(N_("no report seen since {day}"), day=self.day(quiet.since))
        return QuietLine(self.line(quiet.person.name), since)

    def unanswered(self, people: Sequence[Unanswered]) -> Lines[QuietLine]:
        """Return who was asked whether they are still in and did not answer, and since when."""
        return self._first(people, self._unanswered_line, MOST_QUIET)

    def _unanswered_line(self, one: Unanswered) -> QuietLine:
        since = self.say(N_("asked on {day}"), day=self.day(one.since))
        return QuietLine(self.line(one.person.name), since)

    def leaning(self, people: Sequence[Leaning]) -> Lines[QuietLine]:
        """Return who would like to pause or stop, since when, and what they say of it."""
        return self._first(people, self._leaning_line, MOST_QUIET)

    def _leaning_line(self, one: Leaning) -> QuietLine:
        said = [self.day(one.since)]
        if one.words:
            said.append(isolated_text(f"“{self.line(one.words)}”"))
        return QuietLine(self.line(one.person.name), " · ".join(said))

    def orphans(self, people: Sequence[Orphan]) -> Lines[QuietLine]:
        """Return who has no mentor, why, and who might take over."""
        return self._first(people, self._orphan_line, MOST_QUIET)

    def _orphan_line(self, one: Orphan) -> QuietLine:
        said = []
        if one.gone:
            said.append(self.say(N_("{name} left"), name=self._named(one.gone)))
        if one.suggested:
            names = ", ".join(map(self._named, one.suggested))
            said.append(self.say(N_("perhaps {names}"), names=names))
        return QuietLine(self._named(one.person), " · ".join(said))

    def _named(self, person: str) -> str:
        found = self._roster.by_id.get(person)
        return isolated_text(self.line(found.name)) if found else self.say(N_("a member"))

    def trends(self, trends: Sequence[Trend]) -> Lines[QuietLine]:
        """Return the tags that are new, or used more than before."""
        return self._first(trends, self._trend_line, MOST_LINES)

    def _trend_line(self, trend: Trend) -> QuietLine:
        name = hashtag(self.line(trend.shown))
        if trend.is_new:
            told = self.counted(
                "new, used {count} time in a month",
                "new, used {count} times in a month",
                trend.uses,
            )
        else:
            told = self.counted(
                "used {count} time in a month, {before} before",
                "used {count} times in a month, {before} before",
                trend.uses,
                before=number(trend.before, self._language),
            )
        return QuietLine(name, told)

    def waiting(self, reports: Sequence[Report]) -> Lines[WaitingLine]:
        """Return the reports that wait for a coordinator."""
        return self._first(reports, self._waiting_line, MOST_LINES)

    def _waiting_line(self, report: Report) -> WaitingLine:
        status = self.say(WAITING[report.status])
        text = self.line(report.text)
        return WaitingLine(self.name(report), self.day(report.date), status, text)

    def lines(self, texts: Sequence[str]) -> Lines[str]:
        """Return the first few of some lines."""
        return self._first(texts, self.line, MOST_LINES)

    def _first(self, things: Sequence[S], tell: Callable[[S], T], most: int) -> Lines[T]:
        rest = len(things) - most
        more = self.counted("and {count} more", "and {count} more", rest) if rest > 0 else ""
        return Lines(tuple(tell(thing) for thing in things[:most]), more)

    def subject(self, content: Content, issue: str) -> str:
        """Return the mail's subject."""
        return safe_line(subject(content, week_of(issue), self.words))

    def more(self, count: int) -> str:
        """Return the words for reports that did not fit."""
        return self.counted(
            "and {count} more report, which did not fit",
            "and {count} more reports, which did not fit",
            count,
        )
