"""The archive in a browser: for every eye, on a phone, without JavaScript, attacked."""

from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from digests.archive.rendering import POLICY
from tests.accessible import violations
from tests.archive.valley import Valley, valley

HOSTILE = [
    "<script>document.title='ran'</script>",
    '"><img src=x onerror="document.title=\'ran\'">',
    "javascript:document.title='ran'",
    "{{ constructor.constructor('document.title=1')() }}",
    "</textarea></script></title><svg onload=\"document.title='ran'\">",
    "'\"--><style>*{display:none}</style> &lt;script&gt;",
]
LONG = "A long report. " * 300 + "\nhttps://example.org/" + "y" * 300


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valley]:
    folder = tmp_path_factory.mktemp("valley")
    with valley(folder, "mentors = true\ntitle = 'أخبار <Valley>'") as opened:
        fill(opened)
        opened.mails()
        opened.builds()
        yield opened


def fill(here: Valley) -> None:
    with here.manager.editing():
        for number, text in enumerate(HOSTILE):
            here.types(
                date=f"2026-11-0{number + 1}",
                reporter="ana",
                text=text,
                tags=text,
                about=text,
                link="https://example.org/?" + text.replace(" ", ""),
                outcome=text,
            )
        tags = ", ".join(f"tag number {number}" for number in range(20))
        here.types(date="2026-10-01", reporter="ben", text=LONG, tags=tags, about="Ana Rossi")
        here.types(date="2025-01-02", reporter="ben", text="كتبت مقالا عن الوادي.", tags="صحافة")
        here.types(date="2024-02-29", reporter="zuzaq", text="Quietly.", tags="mentoring")
        for number in range(90):
            here.types(date=f"2023-{1 + number % 12:02}-05", reporter="ana", text=f"Tea {number}.",
                       tags="tea" if number % 2 else "tea, mentorship")  # fmt: skip


@pytest.fixture(scope="module")
def site(here: Valley, serve: Callable[[Path], str]) -> str:
    return serve(here.folder)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return a phone of 320 px."""
    opened = browser.new_context(viewport={"width": 320, "height": 640})
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def kinds(here: Valley) -> dict[str, str]:
    """Return a page of each kind."""
    header, *rows = here.manager.cells("Reports")
    long = next(row for row in rows if str(row[header.index("text")]).startswith("A long"))
    return {
        "front": "",
        "hits": "search/?filter=tea",
        "faults": "search/?filter=tea+cup&person=nobody",
        "report": f"reports/{long[header.index('id')]}/",
        "tag": "tags/tea/",
        "tag of a year": "tags/tea/2023/",
        "category": "categories/people/",
        "person": "people/ana/",
        "mentor": "mentors/ana/",
        "month": "2026/11/",
        "year": "2026/",
        "issue": "issues/2026-W48/",
        "tags": "tags/",
        "people": "people/",
        "issues": "issues/",
    }


SETTLED = """() => !document.getElementById("search") || (
  document.querySelector("#told:not(:empty), .fault:not(:empty)")
  && [...document.querySelectorAll("#found article")].every((one) => one.childElementCount > 1)
)"""
"""A search has said how many there are, or its fault, and each report its words."""


def settled(page: Page) -> None:
    """Wait until what a page fetches is there."""
    page.wait_for_function(SETTLED)


def test_every_kind_of_page_meets_wcag_on_a_phone(page: Page, site: str, here: Valley):
    found = {}
    for name, path in kinds(here).items():
        page.emulate_media(color_scheme="light")
        page.goto(f"{site}/{path}")
        settled(page)
        found[name, "light"] = violations(page)
        page.emulate_media(color_scheme="dark")
        found[name, "dark"] = violations(page, only_colours=True)

    assert found == {page: [] for page in found}
    assert len(found) == 30


def test_nothing_comes_from_outside_and_nothing_runs(page: Page, site: str, here: Valley):
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))

    for path in kinds(here).values():
        page.goto(f"{site}/{path}")
        settled(page)
        assert page.title() not in ("ran", "1")
        assert page.title().endswith(" · أخبار <Valley>")

    assert [url for url in asked if not url.startswith(f"{site}/")] == []
    assert said == []
    assert len(asked) > 40


def test_the_policy_allows_nothing_inline(page: Page, site: str, here: Valley):
    assert "unsafe" not in POLICY
    assert "default-src 'none'" in POLICY
    for path in here.folder.rglob("*.html"):
        text = path.read_text("utf-8")
        assert "Content-Security-Policy" in text
        assert " style=" not in text
        assert "<style" not in text
        assert text.count("<script") == text.count('<script type="module" src=')
    page.goto(f"{site}/people/ana/")
    page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'ran'";
      document.body.append(script);
    }""")
    assert page.title() != "ran"


def test_without_javascript_everything_is_reached_by_links(
    browser: Browser, site: str, here: Valley
):
    seen: dict[str, set[str]] = {}
    waiting = {f"{site}/"}
    while waiting:
        url = waiting.pop()
        seen[url] = {link for link in links_on(url) if link.startswith(site)}
        waiting |= {link for link in seen[url] if not link.endswith(".xml")} - set(seen)

    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    for path in kinds(here).values():
        url = f"{site}/{path.partition('?')[0]}"
        page.goto(url)
        shown = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href.split('#')[0])")
        assert {link for link in shown if link.startswith(site)} == seen[url]
    plain.close()

    reports = {path.name for path in (here.folder / "reports").iterdir()}
    assert {url.split("/")[-2] for url in seen if "/reports/" in url} == reports
    assert page_count(here) == len(seen) + 1  # the page for what is not there


class Links(HTMLParser):
    """Collects where the links of a page lead, as a browser without JavaScript sees them."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url, self.found = url, set[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and (href := dict(attrs).get("href")) is not None:
            self.found.add(urldefrag(urljoin(self.url, href)).url)


def links_on(url: str) -> set[str]:
    with urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server
        parser = Links(url)
        parser.feed(answer.read().decode())
    return parser.found


def page_count(here: Valley) -> int:
    return len(list(here.folder.rglob("*.html")))


def found_by(page: Page, site: str, query: str) -> tuple[str, list[str]]:
    """Search by a page's address; return how many were found, and the first ones."""
    page.goto(f"{site}/search/?{query}")
    page.wait_for_selector("#told:not(:empty)")
    settled(page)
    articles = page.locator("#found article").all_inner_texts()
    return page.inner_text("#told"), [" ".join(one.split()) for one in articles]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("filter=tea", "90 reports"),
        ("filter=tea+and+not+mentorship", "45 reports"),
        ("filter=mentoring", "46 reports"),
        ("filter=by:ben", "2 reports"),
        ("filter=mentor:ana", "2 reports"),
        ("filter=tea&since=2023-12-01", "7 reports"),
        ("filter=tea&since=2023-02-05&until=2023-02-05", "8 reports"),
        ("filter=tea&until=2023-01-31", "8 reports"),
        ("person=Ben+Okafor", "2 reports"),
        ("person=ben&since=2026-01-01", "1 report"),
        ("filter=nothing-like-it", "Nothing was found."),
        ("", "99 reports"),
    ],
)
def test_a_search_by_tags_person_and_time(page: Page, site: str, query: str, count: str):
    assert found_by(page, site, query)[0] == count


def test_what_is_found_says_what_its_page_says(page: Page, site: str):
    _, found = found_by(page, site, "filter=mentoring&since=2024-01-01")
    assert found == ["a member February 29, 2024 Quietly. #mentoring"]

    page.fill("#filter", "صحافة")
    expect(page.locator("#found .words")).to_contain_text("الوادي")

    assert page.url.endswith("since=2024-01-01")
    assert page.get_attribute("#found .who a", "href") == "../people/ben/"
    page.click("#found .day")
    assert "كتبت مقالا" in page.inner_text("main")


def test_more_is_shown_on_demand(page: Page, site: str):
    page.goto(f"{site}/search/?filter=tea")
    page.wait_for_selector("#further button")
    assert page.locator("#found article").count() == 20

    for _ in range(4):
        page.click("#further button")

    assert page.locator("#found article").count() == 90
    assert page.is_hidden("#further")


def test_the_fault_of_a_filter_is_said_with_its_column(page: Page, site: str):
    page.goto(f"{site}/search/?filter=tea+cup")

    page.wait_for_selector("#filter-fault:not(:empty)")

    assert page.inner_text("#filter-fault") == (
        "column 5: two words side by side; write tea-cup for one tag, or tea and cup for reports "
        "with both"
    )
    assert page.get_attribute("#filter", "aria-invalid") == "true"
    page.fill("#filter", "tea")
    expect(page.locator("#told")).to_have_text("90 reports")
    assert page.get_attribute("#filter", "aria-invalid") is None


def test_the_front_leads_to_the_search(page: Page, site: str):
    page.goto(f"{site}/")
    page.fill("#filter", "tea and mentorship")
    page.click("button")

    expect(page.locator("#told")).to_have_text("45 reports")


def test_the_first_page_is_light(here: Valley):
    styles = ("assets/colours.css", "assets/archive.css")
    parts = ("index.html", *styles, "assets/icon.svg")

    assert sum((here.folder / part).stat().st_size for part in parts) < 100_000


def test_on_paper_there_are_words_and_no_buttons(page: Page, site: str):
    page.emulate_media(media="print")
    page.goto(f"{site}/people/ana/")

    assert page.is_visible("article")
    assert page.is_hidden("nav .ways")
    assert page.is_hidden("footer")
