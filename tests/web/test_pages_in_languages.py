"""Every page that a reader or a visitor opens speaks their language, and says which it is."""

from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser

import pytest
from babel.messages.pofile import read_po

from forms.wording import catalogues
from sheets_sync.first_tags import FIRST_TAGS
from sheets_sync.renewal import Reply
from tests.web.test_subscribing import letters, link, token
from tests.web.village import SITE, Village

LANGUAGES = [name.replace("_", "-") for name in catalogues()]
BEN, CLEO = "ben@example.org", "cleo@example.org"


class Words(HTMLParser):
    """The words of a page: its text, and what screen readers are told."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.language = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "html":
            self.language = known.get("lang") or ""
        self.found |= {known.get("aria-label") or "", known.get("title") or ""} - {""}

    def handle_data(self, data: str) -> None:
        self.found |= {" ".join(data.split())}


def english(language: str) -> dict[str, str]:
    """Return the English of every phrase that stands for itself and reads otherwise translated."""
    with catalogues()[language.replace("-", "_")].open("rb") as file:
        messages = [one for one in read_po(file) if isinstance(one.id, str) and one.id]
    return {one.id: str(one.string) for one in messages if one.id != one.string}


def tags() -> set[str]:
    """Return the words that a new community's tab of tags begins with: people's, not ours."""
    return {tag for tag, _ in FIRST_TAGS}


def readers_pages(village: Village) -> Iterator[str]:
    """Yield the pages behind Ben's links."""
    links, ben = village.project.links, village.id_of(BEN)
    settings = links.preferences(ben, 0).removeprefix(SITE)
    reports = links.reports(ben, 0).removeprefix(SITE)
    leave = links.leave(ben).removeprefix(SITE)
    for path in (settings, f"{settings}?done=saved", f"{settings}?done=renewed", reports):
        yield village.browser.get(path).text
    wrong = {"do": "save", "frequency": "paused", "filter": "new york"}
    yield village.browser.post(settings, data=wrong).text
    yield village.browser.get(f"{reports}?since=soon&filter=nothing-like-it").text
    yield village.browser.get(f"{reports}?filter=nothing-like-it").text
    for reply in Reply:
        still_in = links.still_in(ben, 0, reply.mark).removeprefix(SITE)
        yield village.browser.get(still_in).text
        yield village.browser.post(still_in, data={"words": "=1"}).text
    yield village.browser.get(leave).text
    yield village.browser.post(leave).text


def coordinators_pages(village: Village) -> Iterator[str]:
    """Yield the pages behind the links that hold Cleo's issue and let it go."""
    [issue], cleo = village.project.state.outbox.made(), village.id_of(CLEO)
    decide = partial(village.project.links.decide, cleo, 0, issue)
    hold, send = (decide(word).removeprefix(SITE) for word in ("hold", "send"))
    elsewhere = {"Origin": "https://elsewhere.example"}
    yield village.browser.get(hold).text
    yield village.browser.post(hold, headers=elsewhere).text
    for path, seen in ((hold, ""), (send, ""), (send, "hold"), (hold, "")):
        yield village.browser.post(path, data={"seen": seen}).text
        yield village.browser.get(path).text
    village.project.state.outbox.set_decision(issue, "")


def visitors_pages(village: Village, language: str, address: str) -> Iterator[str]:
    """Yield the pages that anybody may open, in a browser of this language."""
    spoken = {"Accept-Language": f"{language},en;q=0.5"}
    for path in ("/reports", "/subscribe", "/subscribe?done=asked"):
        yield village.browser.get(path, headers=spoken).text
    asked = {"form-token": token(village, "/subscribe"), "address": "nobody"}
    yield village.browser.post("/subscribe", data=asked, headers=spoken).text
    village.browser.post("/subscribe", data={**asked, "address": address}, headers=spoken)
    confirm = link(letters(village)[-1][1])
    yield village.browser.get(confirm, headers=spoken).text
    yield village.browser.post(confirm, headers=spoken).text


@pytest.fixture
def lively(village: Village) -> Village:
    village.reports("ana: Met Ben #mentorship", "ben: Wrote a post #press")
    return village


def test_no_english_is_left_on_any_page(lively: Village):
    seen: set[str] = set()
    lively.freezes()
    for language in LANGUAGES:
        lively.manager.holds(
            "Subscriptions",
            f"""
            | email  | frequency | language   |
            | {BEN}  | weekly    | {language} |
            | {CLEO} | weekly    | {language} |
            """,
        )
        lively.sync()
        phrases = {k: v for k, v in english(language).items() if k not in tags()}
        visitor = f"jo-{language}@press.example"
        pages = [*readers_pages(lively), *visitors_pages(lively, language, visitor)]
        pages += coordinators_pages(lively)
        left = {}
        for page in map(Words, pages):
            assert page.language == language
            left |= {said: language for said in page.found & phrases.keys()}
            seen |= page.found & set(phrases.values())
        assert left == {}

    assert len(seen) > 40 * len(LANGUAGES)


def test_who_asks_in_a_language_is_written_to_in_it(lively: Village):
    asked = {"form-token": token(lively, "/subscribe"), "address": "jo@press.example"}
    spoken = {"Accept-Language": "it-CH,it;q=0.9,en;q=0.5"}
    lively.browser.post("/subscribe", data=asked, headers=spoken)
    [(_, words)] = letters(lively)
    assert "Qualcuno" in words
    lively.browser.post(link(words), headers=spoken)
    lively.sync()
    lively.freezes()
    lively.delivers()

    mail = lively.mails()["jo@press.example"].get_body(("html",))
    assert mail is not None
    assert '<html lang="it"' in mail.get_content()
    body = lively.mails()[BEN].get_body(("html",))
    assert body is not None
    assert '<html lang="en"' in body.get_content()


@pytest.mark.parametrize("spoken", ["", "*", "tlh", "xx-yy;q=2, ;;", "en-GB"])
def test_a_browser_that_speaks_something_else_gets_the_communitys_language(
    lively: Village, spoken: str
):
    page = lively.browser.get("/subscribe", headers={"Accept-Language": spoken}).text

    assert Words(page).language == "en"


def test_the_form_leads_to_the_mail_and_the_mails_pages_to_the_form(lively: Village):
    links, ben = lively.project.links, lively.id_of(BEN)
    assert '<a href="/subscribe">' in lively.browser.get("/").text
    assert '<a href="/">Tell what you did</a>' in lively.browser.get("/subscribe").text
    mine = lively.browser.get(links.preferences(ben, 0).removeprefix(SITE)).text
    form = links.personal_form(ben)
    assert f'<a href="{form}">Tell what you did</a>' in mine
    assert "Ben Okafor" in lively.browser.get(form.removeprefix(SITE)).text
