"""Editions -> mails as subject, text and HTML.

What several readers get alike is rendered once; each report once for a language and a reason.
Only what is personal is filled in, at places marked by a word that nobody can guess.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from gettext import NullTranslations
from pathlib import Path
from urllib.parse import quote_plus

from css_inline import CSSInliner
from jinja2 import Environment
from markupsafe import Markup, escape

from digests.edition import Content, Edition, Item, Stock
from digests.frame import Marks, Masthead, mail_view
from digests.phrases import isolated_text, listed, shortened
from digests.places import Personal, Place, Places
from digests.subscribers import Subscriber
from digests.views import Teller
from digests.weight import Weight, weigh
from forms.palette import painted
from forms.wording import direction, environment, language, translations
from sheets_sync.links import Links
from sheets_sync.renewal import Reply

__all__ = ["LINK", "Mail", "Masthead", "Renderer", "linked"]

TEMPLATES = Path(__file__).parent / "templates"
OWN_LINE_BYTES = 600
"""Two signed links and their words; no reader has more of them than one writer has reports."""
MOST_BYTES = 86_000
"""Of both parts as they are encoded; headers come on top, and 90 KB is the promise."""

_IN = '[^\\s<>"“”«»()\u200e\u200f\u202a-\u202e\u2066-\u2069]'
LINK = re.compile(
    rf"https?://(?![^\s/?#]*@)(?:\({_IN}*\)|{_IN})+(?<![.,;:!?'\u2019\u2026\]}}])", re.IGNORECASE
)
"""The only thing in a text that is more than text. With a name before the host it is none."""

_CSS = painted((TEMPLATES / "mail.css").read_text("utf-8"))
_DARK = painted((TEMPLATES / "dark.css").read_text("utf-8"), dark=True)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail's words. `html` is empty for readers who want plain text."""

    subject: str
    text: str
    html: str
    reports: tuple[str, ...]
    """Ids of the reports that are in it; fewer than the edition's when it did not fit."""


@dataclass(frozen=True, slots=True)
class _Fragment:
    """A piece of a mail in both forms, and what it weighs."""

    text: str
    html: str
    weight_text: Weight
    weight_html: Weight


@dataclass(frozen=True, slots=True)
class _Body:
    """What readers share: at odd positions stand the numbers of places."""

    subject: str
    text: tuple[str, ...]
    html: tuple[str, ...]
    reports: tuple[str, ...]


class Renderer:
    """Renders the editions of one issue."""

    def __init__(
        self,
        masthead: Masthead,
        links: Links,
        stock: Stock,
        *,
        words: Callable[[str], NullTranslations] = translations,
        generations: Mapping[str, int] | None = None,
    ) -> None:
        self._masthead = masthead
        self._links = links
        self._stock = stock
        self._words = words
        self._generations = generations or {}
        self._places = Places()
        self._names = Counter(one.name.casefold() for one in stock.community.people)
        self._studios: dict[str, _Studio] = {}
        self._bodies: dict[tuple[Content, str, bool, bool], _Body] = {}

    def render(self, edition: Edition) -> Mail:
        """Return the mail for one subscriber."""
        reader = edition.subscriber
        tongue = language(reader.language, self._masthead.language)
        studio = self._studio(tongue)
        plain, on_roster = reader.format == "text", bool(reader.person) and not reader.gone
        alike = (edition.content, tongue, plain, on_roster)
        if alike not in self._bodies:
            self._bodies[alike] = studio.body(edition, plain=plain, on_roster=on_roster)
        body = self._bodies[alike]
        mine = self._personal(edition)
        return Mail(
            subject=body.subject,
            text=self._places.filled(body.text, mine, studio.own_text, str),
            html=self._places.filled(body.html, mine, studio.own_html, escape),
            reports=body.reports,
        )

    def _studio(self, tongue: str) -> "_Studio":
        if tongue not in self._studios:
            words = self._words(tongue)
            self._studios[tongue] = _Studio(
                self._masthead, self._links, self._stock, words, tongue, self._places
            )
        return self._studios[tongue]

    def _personal(self, edition: Edition) -> Personal:
        reader, public = edition.subscriber, bool(self._links.public_url)
        form = _form_url(self._masthead, self._links)
        if reader.person and public:
            form = self._links.personal_form(reader.person)
        elif reader.person and self._masthead.prefill:
            form = f"{self._masthead.prefill}{quote_plus(self._identity(reader))}"
        generation = self._generations.get(reader.id, 0)
        hold, release = self._decisions(edition, generation)
        return Personal(
            form=form,
            person=reader.person if public else "",
            preferences=self._links.preferences(reader.id, generation),
            leave=self._links.leave(reader.id),
            reports=self._links.reports(reader.id, generation),
            stay=self._links.still_in(reader.id, generation, Reply.YES.mark),
            pause=self._links.still_in(reader.id, generation, Reply.PAUSE.mark),
            hold=hold,
            release=release,
        )

    def _decisions(self, edition: Edition, generation: int) -> tuple[str, str]:
        """Return where a coordinator holds the issue and lets it go; nothing for others."""
        reader = edition.subscriber
        if not reader.coordinator or self._stock.send_after is None:
            return "", ""
        decide = partial(self._links.decide, reader.id, generation, edition.issue)
        return decide("hold"), decide("send")

    def _identity(self, reader: Subscriber) -> str:
        """Return a name by which the sync will know the reader again."""
        if self._names[reader.name.casefold()] == 1:
            return reader.name
        people = self._stock.community.people
        person = next((one for one in people if one.id == reader.person), None)
        return (person.username if person else "") or reader.address


def _form_url(masthead: Masthead, links: Links) -> str:
    return masthead.form_url or (f"{links.public_url}/" if links.public_url else "")


class _Studio:
    """Renders in one language."""

    def __init__(
        self,
        masthead: Masthead,
        links: Links,
        stock: Stock,
        words: NullTranslations,
        tongue: str,
        places: Places,
    ) -> None:
        self._masthead = masthead
        self._links = links
        self._tongue = tongue
        self._places = places
        self._teller = Teller(stock, words, tongue)
        self._words = words
        self._templates = _environment(words)
        self._inliner = CSSInliner(
            extra_css=_CSS,
            inline_style_tags=False,
            keep_style_tags=True,
            minify_css=True,
            load_remote_stylesheets=False,
        )
        self._fragments: dict[tuple[str, object], _Fragment] = {}
        self._own: dict[tuple[str, str], str] = {}

    def body(self, edition: Edition, *, plain: bool, on_roster: bool) -> _Body:
        """Return all of a mail but what is personal, with as many reports as fit."""
        content = edition.content
        marks = self._marks(content)
        frame = self._frame(edition, marks, plain=plain, on_roster=on_roster)
        fitting = self._fitting(content, frame, plain)
        kept = content.without_empty_sections(fitting)
        if kept is not content:
            content, marks = kept, self._marks(kept)
            trimmed = replace(edition, content=kept)
            frame = self._frame(trimmed, marks, plain=plain, on_roster=on_roster)
        pieces = {marks.more: [self._more(content.more + len(content.reports) - len(fitting))]}
        for mark, section in zip(marks.sections, content.sections, strict=True):
            pieces[mark] = [self._fragment(i) for i in section.items if i.report.id in fitting]
        text, html = frame.text, frame.html
        for mark, those in pieces.items():
            text = text.replace(mark, "\n\n".join(piece.text for piece in those))
            html = html.replace(mark, "\n".join(piece.html for piece in those))
        return _Body(
            subject=self._teller.subject(content, edition.issue),
            text=self._places.cut(text),
            html=() if plain else self._places.cut(html),
            reports=tuple(id for id in content.reports if id in fitting),
        )

    def own_text(self, report: str) -> str:
        """Return the line with which a report is corrected by its writer, in plain text."""
        return self._own_line(report, "own.txt")

    def own_html(self, report: str) -> str:
        """Return the line with which a report is corrected by its writer, in HTML."""
        return self._own_line(report, "own.html")

    def _own_line(self, report: str, template: str) -> str:
        if (report, template) not in self._own:
            line = self._render(template, url=self._links.correct(report))
            self._own[report, template] = self._styled(line) if "html" in template else line
        return self._own[report, template]

    def _fitting(self, content: Content, frame: _Fragment, plain: bool) -> frozenset[str]:
        text, html = frame.weight_text, frame.weight_html
        writers: Counter[str] = Counter()
        fitting: list[str] = []
        for item in content.most_wanted_first:
            piece = self._fragment(item)
            text, html = text + piece.weight_text, html + piece.weight_html
            writers[item.report.person] += 1
            own_lines = OWN_LINE_BYTES * max(writers.values())
            if text.least + (0 if plain else html.least) + own_lines > MOST_BYTES:
                break
            fitting.append(item.report.id)
        return frozenset(fitting)

    def _fragment(self, item: Item) -> _Fragment:
        asked = (item.report.id, item.reason)
        if asked not in self._fragments:
            view = self._teller.item(item)
            own = ""
            if item.report.person and self._links.public_url:
                own = self._places.mark(Place("own", item.report.id, item.report.person))
            view = replace(view, own=Markup(own))  # noqa: S704 - our own word
            html = self._styled(self._render("item.html", item=view))
            self._fragments[asked] = _weighed(self._render("item.txt", item=view), html)
        return self._fragments[asked]

    def _frame(self, edition: Edition, marks: Marks, *, plain: bool, on_roster: bool) -> _Fragment:
        view = mail_view(edition, self._teller, self._masthead, marks, on_roster=on_roster)
        text = _squeezed(self._render("mail.txt", mail=view, masthead=self._masthead))
        if plain:
            return _weighed(text, "")
        html = self._render(
            "mail.html",
            mail=view,
            masthead=self._masthead,
            language=self._tongue,
            direction=direction(self._tongue),
            dark=_DARK,
        )
        return _weighed(text, self._inliner.inline(html))

    def _marks(self, content: Content) -> Marks:
        form = _form_url(self._masthead, self._links)
        return Marks(
            form=self._places.mark(Place("form")) if form else "",
            more=self._places.mark(Place("more")),
            sections=tuple(
                self._places.mark(Place(f"section {at}")) for at in range(len(content.sections))
            ),
            **self._own_pages(),
        )

    def _own_pages(self) -> dict[str, str]:
        if not self._links.public_url:
            return {}
        return {
            k: self._places.mark(Place(f"own {k}"))
            for k in ("preferences", "leave", "reports", "stay", "pause", "hold", "release")
        }

    def _more(self, count: int) -> _Fragment:
        if not count:
            return _weighed("", "")
        url = self._masthead.more_url or self._own_pages().get("reports", "")
        shown = {"words": self._teller.more(count), "url": url}
        html = self._styled(self._render("more.html", **shown))
        return _weighed(self._render("more.txt", **shown), html)

    def _render(self, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(**values)

    def _styled(self, html: str) -> str:
        return self._inliner.inline_fragment(html, _CSS)


def linked(text: str) -> Markup:
    """Return a text as HTML: its line breaks kept, its web addresses as links, no more."""
    pieces = []
    end = 0
    for found in LINK.finditer(text):
        url = found.group()
        shown = shortened(url, 70)
        link = Markup('<a href="{}">{}</a>').format(url, shown)
        pieces += [escape(text[end : found.start()]), link]
        end = found.end()
    return Markup("").join([*pieces, escape(text[end:])]).replace("\n", Markup("<br>\n"))


def underlined(line: str, stroke: str) -> str:
    """Return a heading for plain text."""
    return f"{line}\n{stroke * min(len(line), 60)}"


def _environment(words: NullTranslations) -> Environment:
    made = environment(TEMPLATES, words)
    made.filters |= {
        "linked": linked,
        "listed": listed,
        "isolated": isolated_text,
        "underlined": underlined,
    }
    return made


def _weighed(text: str, html: str) -> _Fragment:
    return _Fragment(text, html, weigh(text), weigh(html))


def _squeezed(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
