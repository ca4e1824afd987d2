"""People with a browser: by keyboard, without JavaScript, on a phone, with a screen reader."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from sheets_sync.demo.papers import Papers
from sheets_sync.state import State
from sheets_sync.web import Desk, create_app
from tests.accessible import violations
from tests.web.conftest import ANA
from tests.web.visitor import ANSWERS

HOSTILE = [
    "<script>document.title='ran'</script>",
    '"><img src=x onerror="document.title=\'ran\'">',
    "</textarea><svg onload=\"document.title='ran'\">",
    "javascript:document.title='ran'",
    "{{ constructor.constructor('document.title=1')() }}",
    "![x](javascript:alert(1)) [y](http://a.example)",
    "<a href='javascript:1'>x</a><iframe srcdoc='<script>1</script>'></iframe>",
    "'\"--><style>*{display:none}</style>",
]


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


def follow(page: Page, selector: str) -> None:
    """Click on what leads to another page, and wait until that is there."""
    with page.expect_navigation():
        page.click(selector)


def visit_all(page: Page, site: str, desk: Desk) -> Iterator[str]:
    """Open every page once and yield its name while it is shown."""
    page.goto(f"{site}/?tags=mentorship,Italy")
    yield "form"
    page.click("text=More tags")
    page.fill("#link", "no link")
    follow(page, "button")
    yield "faults"
    page.fill("#reporter", "Ana")
    page.fill("#text", "Hello " + "x" * 200)
    page.fill("#link", "https://example.org/" + "y" * 200)
    follow(page, "button")
    yield "receipt"
    follow(page, ".address a")
    yield "correction"
    follow(page, "text=Withdraw this report")
    yield "withdrawal"
    follow(page, "text=Withdraw it")
    yield "withdrawn"
    page.goto(site + desk.links.personal_form(ANA.id))
    yield "personal form"
    page.goto(f"{site}/nothing")
    yield "nothing here"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_meets_wcag_on_a_phone(page: Page, site: str, desk: Desk, scheme: str):
    page.emulate_media(color_scheme=scheme)
    found = {name: violations(page) for name in visit_all(page, site, desk)}

    assert found == {name: [] for name in found}
    assert len(found) == 8


def sends(page: Page, site: str, text: str, token: str = "") -> str:
    """Fill the form in and send it, with another token if one is given; return its own."""
    page.goto(site)
    page.fill("#reporter", "Ana")
    page.fill("#text", text)
    field = page.locator('[name="form-token"]')
    own = field.input_value()
    field.evaluate("(field, value) => { field.value = value }", token or own)
    follow(page, "button")
    return own


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_refused_is_shown_in_pages_that_meet_wcag_too(page: Page, site: str, scheme: str):
    page.emulate_media(color_scheme=scheme)
    token = sends(page, site, "One")
    found = {}
    for text, token_sent in (
        ("Two " + "x" * 200, token),
        ("Three", "forged"),
        ("x" * 300_000, ""),
    ):
        sends(page, site, text, token_sent)
        found[page.locator("h1, h2").first.inner_text()] = violations(page)

    assert found == {
        "You sent this form before, with other words": [],
        "Please send it once more": [],
        "That was too much": [],
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_demos_list_of_mails_meets_wcag(
    page: Page, desk: Desk, serving: Callable[..., str], tmp_path: Path, scheme: str
):
    mail = EmailMessage()
    mail["To"] = "Ana <ana@example.org>"
    mail["Subject"] = "News " + "x" * 200
    (tmp_path / "2026-W48-ana.eml").write_bytes(bytes(mail))
    papers = Papers(tmp_path, ("Read.", "Write " + "y" * 200))
    page.emulate_media(color_scheme=scheme)

    page.goto(serving(create_app(replace(desk, papers=papers))) + "/papers/")

    assert page.locator("h1").inner_text() == "The demo's mails"
    assert violations(page) == []


def test_a_whole_journey_by_keyboard(page: Page, site: str, state: State):
    page.goto(f"{site}/?tags=press")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "reporter"
    page.keyboard.type("Ana")
    for _ in range(20):
        if page.evaluate("document.activeElement.type") == "submit":
            break
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert page.title() == "Error: What have you been up to? · Northern Circle"
    assert page.evaluate("document.activeElement.className") == "summary"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.type("From the keyboard")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    for _ in range(4):  # month, day, year and the picker are stops of their own
        if page.evaluate("document.activeElement.type") != "date":
            break
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "mentorship"
    page.keyboard.press("Space")
    page.focus("#link")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert page.locator(".done").is_visible()
    assert [dict(one.submission.answers) for one in state.journal.unwritten()] == [
        {"reporter": "Ana", "text": "From the keyboard", "tags": "mentorship, press"}
    ]


def test_a_whole_journey_without_javascript(browser: Browser, site: str, state: State, desk: Desk):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    for _name in visit_all(page, site, desk):
        inner = page.locator("html").bounding_box()
        assert inner is not None
        assert inner["width"] <= 320
    context.close()

    assert [one.submission.act.value for one in state.journal.unwritten()] == [
        "report",
        "withdrawal",
    ]


def test_going_back_and_sending_again_is_one_report(page: Page, site: str, state: State):
    # fault 2
    page.goto(site)
    page.fill("#reporter", ANSWERS["reporter"])
    page.fill("#text", "Once")
    token = page.input_value('[name="form-token"]')
    follow(page, "button")
    receipt = page.url
    page.go_back()
    assert page.input_value("#text") == "Once"
    page.evaluate("token => { document.querySelector('[name=form-token]').value = token }", token)
    follow(page, "button")

    assert page.url == receipt
    assert len(state.journal.unwritten()) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_a_reporter_types_runs(browser: Browser, site: str, text: str):
    # fault 15: the page's own policy is switched off, so that escaping alone must hold
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    titles: list[str] = []
    page.on("dialog", lambda dialog: titles.append(dialog.message))
    page.goto(site)
    for name in ("reporter", "text", "outcome", "tags", "about", "link"):
        page.fill(f"#{name}", text)
    follow(page, "button")
    titles.append(page.title())
    for name in ("tags", "link"):
        page.fill(f"#{name}", text[:40] if name == "tags" else "")
    follow(page, "button")
    titles.append(page.title())
    stored = page.locator("dd").nth(1).inner_text()
    follow(page, ".address a")
    titles.append(page.title())
    markup = page.locator("main :is(script, img, iframe, svg, style)").count()
    context.close()

    assert (stored, markup) == (text, 0)
    assert titles == [
        "Error: What have you been up to? · Northern Circle",
        "Received, thank you · Northern Circle",
        "Correct your report · Northern Circle",
    ]


def test_a_browser_obeys_the_policy_without_complaint(page: Page, site: str, desk: Desk):
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for _name in visit_all(page, site, desk):
        pass

    assert [line for line in said if "Failed to load resource" not in line] == []
    assert page.context.cookies() == []


def test_another_site_cannot_frame_or_post(
    context: BrowserContext, site: str, state: State, tmp_path: Path, serving: Callable[..., str]
):
    # fault 14
    page = context.new_page()
    page.route(
        "http://evil.example/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<iframe src="{site}/"></iframe><form method="post" action="{site}/">'
            '<input name="reporter" value="Eve"><input name="text" value="Bad"><button>Go</button>',
        ),
    )
    page.goto("http://evil.example/")
    follow(page, "button")

    assert "Please send it once more" in page.inner_text(".summary")
    assert state.journal.unwritten() == []
