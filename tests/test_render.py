"""Mails as people see them: words, safety, size, and what Chromium makes of them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from html.parser import HTMLParser
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from digests.edition import DigestRules, Past, Stock
from digests.filters import Everything
from digests.frame import Masthead
from digests.masking import Mask, without_addresses
from digests.message import Addressee, Letterhead, build
from digests.phrases import safe_line
from digests.render import Mail, Renderer, linked
from digests.selection import select, select_all
from digests.subscribers import Subscriber, subscribers
from forms.rules import Fault
from forms.wording import N_
from sheets_sync.community import Orphan, Problem, Trend, note
from sheets_sync.links import Links
from tests.digest_story import ANA, BEN, MEILIN, PEOPLE, TODAY, lively_stock, person, report, stock

GOLDEN = Path(__file__).parent / "golden"
MASTHEAD = Masthead("Open Web Volunteers", "en", "", "hello@example.org")
LINKS = Links("a secret for tests" * 3, "https://tidings.example.org")
READER = Subscriber("reader", "reader@example.org", Everything())
PAST = Past(marks={"reader": 0})
HOSTILE = (
    "<script>document.title='run'</script>",
    '"><img src=x onerror="document.title=\'run\'">',
    "javascript:document.title='run'",
    "![x](javascript:document.title='run') [y](http://example.org)",
    "<a href='javascript:document.title=1'>x</a> <svg onload=document.title='run'>",
    "https://example.org/\"onmouseover=\"document.title='run'",
    "{{ 7*7 }} {% for x in y %} {x.__class__} %(name)s ${z}",
    "\u202eevil\u202c \u2067turned",
    "<!-- </style></title></textarea> -->",
    "Dear all\r\nBcc: victim@example.net",
)


def mail_of(
    new: Stock,
    subscriber: Subscriber = READER,
    *,
    past: Past = PAST,
    masthead: Masthead = MASTHEAD,
    links: Links = LINKS,
    rules: DigestRules = DigestRules(),  # noqa: B008 - frozen
) -> Mail:
    edition = select(new, subscriber, past, rules)
    assert edition is not None
    return Renderer(masthead, links, new).render(edition)


def lively_mail(who: str) -> Mail:
    new = lively_stock()
    readers = subscribers(new.community, opt_in=False, today=TODAY)
    one = next(reader for reader in readers if reader.id == who)
    return mail_of(new, one, past=Past(marks={reader.id: 0 for reader in readers}))


def whole(mail: Mail) -> bytes:
    """Return the mail as it travels, with long headers."""
    to = Addressee("2026-W48", "ana", f"{'a' * 60}@example.org", "ليلى " * 20, "https://x.y/" * 20)
    letterhead = Letterhead("Volunteers <tidings@example.org>", "secret", "people@example.org")
    return build(mail, to, letterhead, at=datetime(2026, 11, 23, 7, tzinfo=UTC))


class Words(HTMLParser):
    """The visible words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden = tag in {"style", "title"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found += data.split()


def words_of(html: str) -> list[str]:
    parser = Words()
    parser.feed(html)
    return parser.found


@pytest.mark.parametrize("who", ["olu", "meilin"])
@pytest.mark.parametrize("form", ["txt", "html"])
def test_the_mail_as_people_read_it(who: str, form: str) -> None:
    mail = lively_mail(who)

    made = f"Subject: {mail.subject}\n\n{mail.text}" if form == "txt" else mail.html
    assert _normal(made) == (GOLDEN / f"{who}.{form}").read_text("utf-8")


def _normal(made: str) -> str:
    return re.sub(r"(/(?:correct|for|preferences|leave|reports)/)[\w.:-]+", r"\1TOKEN", made)


def test_text_and_html_say_the_same() -> None:
    mail = lively_mail("olu")

    def said(words: Sequence[str]) -> str:
        kept = re.sub(r"https?://\S+|[#:=·.,\u2068\u2069()\[\]*-]", "", "".join(words))
        return kept.replace("…", "")

    text = re.sub(r"^\s*[-=]{3,}$", "", mail.text, flags=re.MULTILINE)
    assert sorted(said(words_of(mail.html))) == sorted(said(text.split()))


def test_what_is_personal_is_each_readers_own() -> None:
    new = stock([report(1), report(2, person="ben", name="Ben")], people=PEOPLE)
    readers = subscribers(new.community, opt_in=False, today=TODAY)
    chosen = select_all(new, readers, Past(marks={one.id: 0 for one in readers}), DigestRules())
    renderer = Renderer(MASTHEAD, LINKS, new)

    for edition in chosen.editions:
        mail = renderer.render(edition)
        who, pages = edition.subscriber.person, ["for", "leave", "preferences", "reports"]
        own = {"ana": ["r-0000000001"], "ben": ["r-0000000002"]}.get(who, [])
        for form in (mail.text, mail.html):
            found = re.findall(r"https://tidings\.example\.org/(\w+)/[\w.-]+", form)
            assert sorted(found) == sorted([*pages, *["correct"] * len(own)])
            assert LINKS.leave(edition.subscriber.id) in form
            assert LINKS.personal_form(who) in form
            assert [LINKS.correct(id) in form for id in own] == [True] * len(own)
            assert "place" not in form


def test_readers_of_the_same_share_the_work_and_get_the_same_as_alone() -> None:
    new = lively_stock()
    readers = subscribers(new.community, opt_in=False, today=TODAY)
    chosen = select_all(new, readers, Past(), DigestRules())
    together = Renderer(MASTHEAD, LINKS, new)

    shared = [together.render(edition) for edition in chosen.editions]

    assert shared == [Renderer(MASTHEAD, LINKS, new).render(one) for one in chosen.editions]


def test_the_mail_says_how_to_leave_and_how_to_report_without_a_public_address() -> None:
    mail = mail_of(stock([report(1)]), links=Links("x" * 32))

    assert "To get less or to leave, write to hello@example.org." in mail.text
    assert "Write a line into the spreadsheet, or tell a coordinator." in mail.text
    assert "http" not in mail.text
    assert "href" not in mail.html


def test_plain_text_for_those_who_chose_it() -> None:
    mail = mail_of(lively_stock(), replace(READER, format="text"))

    assert mail.html == ""
    assert mail.text == mail_of(lively_stock()).text


def test_no_address_of_a_reporter_is_shown() -> None:
    mine = "ana@example.org"
    shapes = (
        f"{mine} ANA@Example.ORG <{mine}> mailto:{mine} https://x.org/?u={mine} x=ana%40example.org"
    )
    new = stock(
        [
            report(
                1,
                f"{shapes}; write to events@example.org.",
                name=f"Ana <{mine}>",
                reporter=f"Ana <{mine}>",
                tags=(mine,),
                about=(mine, "else@example.net", "Luca <luca@example.net>"),
                outcome=mine,
                extra=(("Mail", mine),),
                link=f"mailto:{mine}",
            ),
            report(2, "outsider@example.net", reporter="outsider@example.net", name="a@b.example"),
        ],
        people=[ANA],
        waiting=(report(0, mine, name=mine, reporter=mine, status="unmatched"),),
        notes=(note("{mine} is new", mine=mine),),
    )
    coordinator = replace(READER, coordinator=True)

    mail = mail_of(new, coordinator)

    for form in (mail.subject, mail.text, mail.html):
        found = set(re.findall(r"[\w.+-]+(?:@|%40)[\w.-]+\w", form, re.IGNORECASE))
        assert found <= {"events@example.org", "hello@example.org"}
    assert "events@example.org" in mail.text
    assert "Luca" in mail.text


def test_masking_leaves_everything_else_alone() -> None:
    mask = Mask([ANA], [])

    assert mask.text("joana@example.org, x@y, @ana ana@example.org.uk", "-") == (
        "joana@example.org, x@y, @ana ana@example.org.uk"
    )
    assert without_addresses("Ana (ana@example.org)") == "Ana"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\nb", "a<br>\nb"),
        ("<b> & {{ x }}", "&lt;b&gt; &amp; {{ x }}"),
        (
            "see https://x.org/a_(b)?c=1&d=2.",
            'see <a href="https://x.org/a_(b)?c=1&amp;d=2">https://x.org/a_(b)?c=1&amp;d=2</a>.',
        ),
        (
            '(HTTP://x.org), "http://y.org"',
            '(<a href="HTTP://x.org">HTTP://x.org</a>), '
            '&#34;<a href="http://y.org">http://y.org</a>&#34;',
        ),
        ("www.x.org mailto:a@b.c javascript:x ftp://x.org https://", None),
        ("https://bank.org@x.org/ http://a:b@x.org", None),
        ("http://x.org/@ana", '<a href="http://x.org/@ana">http://x.org/@ana</a>'),
    ],
)
def test_only_http_and_https_become_links(text: str, html: str | None) -> None:  # fault 15
    assert linked(text) == (text if html is None else html)


def test_nothing_that_people_write_turns_the_words_around_it() -> None:
    turning = "\u2069\u202e\u2067https://x.org/gro.knab//:sptth"
    told = replace(report(1, turning, tags=(turning,)), about=(turning,), name=turning)

    mail = mail_of(stock([told]))

    assert re.findall("[\u202a-\u202e\u2066-\u2069]", mail.text + mail.html) == []
    assert mail.html.count("https://x.org/gro.knab//:sptth</a>") == 1


def test_line_breaks_are_kept() -> None:
    mail = mail_of(stock([report(1, "one\ntwo\n\n\n\nthree"), report(2, "four")]))

    assert "  one\n  two\n\n\n\n  three\n  Why: you get everything\n\nWhat you can" in mail.text
    assert "one<br>\ntwo<br>\n<br>\n<br>\n<br>\nthree</p>" in mail.html


def test_placeholders_in_what_people_write_are_data() -> None:  # fault 61
    typed = "{{ 7*7 }} {count} {x.__class__} %(num)s {% raw %} ${y} {names}"
    new = stock([report(1, typed, name=typed, tags=(typed,), outcome=typed)])
    tagged = Subscriber("reader", "r@example.org", Everything(), unread_filter=typed)

    mail = mail_of(new, tagged)

    assert mail.text.count(typed) == 5
    assert mail.html.count(typed) == 5


def test_a_subject_is_one_short_line() -> None:  # fault 70
    new = stock([report(1, tags=("a\r\nBcc: x", "\u202eevil", "long" * 40, "b", "c"))])

    subject = mail_of(new).subject

    assert subject == f"1 report: a Bcc: x, evil, {'long' * 5}lon… … · Week 48"
    assert safe_line("a\u2028b\x00c\u200bd") == "a b cd"


def test_five_thousand_reports_fit_and_the_rest_is_counted() -> None:  # fault 62
    many = [
        report(n, f"Number {n}: " + "words & more " * 15, person=f"p{n % 40}", tags=("a", "b"))
        for n in range(1, 5000)
    ]
    new = stock([*many, report(5000, "長い" * 5_000)])
    masthead = replace(MASTHEAD, more_url="https://example.org/all")

    mail = mail_of(new, masthead=masthead, rules=DigestRules(maximum_reports=5_000))

    assert len(whole(mail)) < 90_000
    assert 25 < len(mail.reports) < 60
    more = f"and {5_000 - len(mail.reports)} more reports, which did not fit"
    assert f"\n\n{more}: https://example.org/all\n\nWhat you can do\n" in mail.text
    assert f">{more}</a>" in mail.html
    assert "[… 7000 more characters]" in mail.text


def test_no_heading_stands_over_nothing() -> None:  # fault 62
    mentees = [report(n, "長い" * 1_500, person="ben", name="Ben") for n in range(1, 20)]
    others = [report(n, "Too late to fit.", person="layla") for n in range(20, 23)]
    mentor = replace(READER, id="meilin", person="meilin")

    mail = mail_of(
        stock([*mentees, *others], people=[ANA, BEN, MEILIN]),
        mentor,
        past=Past(marks={"meilin": 0}),
    )

    left = 22 - len(mail.reports)
    assert "Too late to fit." not in mail.text
    assert (
        f"\n\nand {left} more reports, which did not fit: {LINKS.reports('meilin', 0)}\n"
        in mail.text
    )
    assert "Reports\n=======" not in mail.text
    assert mail.subject.startswith("22 reports")
    assert mail.html.count("<h2") == 2


def test_a_busy_writer_gets_all_links_and_no_bigger_mail() -> None:  # fault 62
    many = [report(n, "الكلمات " * 40, name="ليلى") for n in range(1, 200)]
    writer = replace(READER, id="ana", person="ana")

    mail = mail_of(
        stock(many, people=[ANA]),
        writer,
        past=Past(marks={"ana": 0}),
        rules=DigestRules(maximum_reports=5_000),
    )

    assert len(whole(mail)) < 90_000
    assert mail.html.count("/correct/") == len(mail.reports)


class Pseudo(NullTranslations):
    """Puts each phrase in brackets, so that words outside gettext show."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


def _outside(text: str) -> str:
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = shorter
    return text


def test_all_words_go_through_gettext() -> None:
    waiting = (report(0, "7", name="7", status="unmatched", person=""),)
    quiet = person("8", "8", last_report=TODAY - timedelta(days=99))
    long = person("6", "6", last_report=TODAY - timedelta(days=999))
    asked = person("7", "7", joined=TODAY - timedelta(days=99))
    leaning = person("5", "5", joined=TODAY, still_in=f"pause or stop {TODAY}: 1")
    new = stock(
        [report(n, "1", name="2", tags=("3",), about=("4",), outcome="5") for n in range(1, 9)],
        waiting=waiting,
        people=[quiet, person("o", "9"), long, asked, leaning],
        orphans=[Orphan("o", gone="8", suggested=("8",))],
        trends=[Trend("3", "3", 4, 1.5), Trend("5", "5", 4, 0, is_new=True)],
        asked={"7": (TODAY - timedelta(weeks=5),)},
        notes=(note(N_("Six: {six}"), six="6"),),
        problems=[Problem.of("1", 2, "3", "", Fault(N_("Wrong: {what}"), N_("Mend"), {"what": 4}))],
    )
    one = replace(READER, coordinator=True, unread_filter="9", person="8")
    edition = select(new, one, PAST, DigestRules(maximum_reports=3, renewal_months=1))
    assert edition is not None
    masthead = Masthead("0", "en", "", "0")

    mail = Renderer(masthead, LINKS, new, words=lambda _: Pseudo()).render(edition)

    addresses = r"https://\S+|November \d+"
    assert not re.search("[A-Za-z]", _outside(mail.subject))
    assert not re.search("[A-Za-z]", _outside(re.sub(addresses, "", mail.text)))
    assert not re.search("[A-Za-z]", _outside(re.sub(addresses, "", " ".join(words_of(mail.html)))))


def test_dates_and_direction_follow_the_reader() -> None:
    new = stock([report(1), report(2, date=TODAY - timedelta(days=400))])

    german = mail_of(new, replace(READER, language="de"))
    arabic = mail_of(new, replace(READER, language="ar"))
    odd = mail_of(new, replace(READER, language="../../etc"))

    assert "Ana Silva · 22. November\n" in german.text
    assert "Ana Silva · 19. Oktober 2025\n" in german.text
    assert '<html lang="ar" dir="rtl">' in arabic.html
    assert "Ana Silva · November 22\n" in odd.text


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 360, "height": 800})
    yield opened
    opened.close()


def test_nothing_that_people_write_runs(page: Page) -> None:  # fault 15
    new = stock(
        [
            report(n, hostile, name=hostile, tags=(hostile,), link=hostile, outcome=hostile)
            for n, hostile in enumerate(HOSTILE, 1)
        ],
        notes=[note("{typed}", typed=typed) for typed in HOSTILE],
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    mail = mail_of(new, replace(READER, coordinator=True, unread_filter=HOSTILE[0]))

    page.set_content(mail.html)
    page.mouse.move(180, 300)

    assert page.title() == mail.subject
    assert (
        page.evaluate("document.querySelectorAll('script, img, svg, iframe, [onload]').length") == 0
    )
    schemes = page.evaluate("[...document.links].map(link => link.protocol)")
    assert set(schemes) == {"http:", "https:"}
    assert asked == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("who", ["olu", "meilin"])
def test_everybody_can_read_it_on_a_phone(page: Page, who: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_content(lively_mail(who).html)

    found = Axe().run(page).response["violations"]

    assert [(one["id"], one["nodes"][0]["html"]) for one in found if _is_wcag(one)] == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    dark = page.evaluate("getComputedStyle(document.querySelector('.sheet')).backgroundColor")
    assert dark == {"light": "rgb(255, 255, 255)", "dark": "rgb(28, 34, 38)"}[scheme]


def _is_wcag(violation: dict[str, list[str]]) -> bool:
    return any(tag.startswith("wcag") for tag in violation["tags"])


def test_one_long_word_does_not_widen_the_page(page: Page) -> None:
    page.set_content(mail_of(stock([report(1, "x" * 2_000, name="y" * 200)])).html)

    assert page.evaluate("document.documentElement.scrollWidth") == 360
