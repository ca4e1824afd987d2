"""Readers with a browser: on a phone, in the dark, without JavaScript, with a screen reader."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from sheets_sync.renewal import Reply
from sheets_sync.web import create_app
from sheets_sync.workflow import open_desk
from tests.accessible import violations
from tests.web.test_browser import follow
from tests.web.test_subscribing import NEW, letters, link
from tests.web.village import SITE, Village

ISSUE = "2026-W48"
PHONE = {"width": 320, "height": 640}
EXPECTED = [
    *("settings", "shown", "not saved", "saved", "new links", "reports", "not found", "closed"),
    *("subscribe", "not sent", "sent", "confirm", "confirmed", "other address"),
    *("still in", "pausing", "answered", "leave", "left"),
    *("hold", "decided meanwhile", "held", "held already"),
]


@pytest.fixture
def lively(village: Village) -> Village:
    village.manager.holds("Mentors", "| mentee | mentor |\n| ben | ana |")
    village.reports(
        "ana: " + "Met Ben for an hour. " * 20 + "https://example.org/" + "x" * 90 + " #mentorship",
        "ben: <script>document.title='ran'</script> #press #" + "very-long-" * 4,
        "somebody: Nobody knows me #press",
    )
    return village


@pytest.fixture
def address(lively: Village, serving: Callable[..., str]) -> str:
    return serving(create_app(open_desk(lively.project, lambda: lively.now)))


def visit_all(page: Page, village: Village, site: str) -> Iterator[str]:
    """Open every page of readers once, and yield its name while it is shown."""
    links, ana = village.project.links, village.id_of("ana@example.org")
    cleo = village.id_of("cleo@example.org")
    page.goto(site + links.preferences(ana, 0).removeprefix(SITE))
    yield "settings"
    page.check("#also-1", force=True)
    follow(page, "button[value=show]")
    yield "shown"
    page.fill("#filter", "new york")
    page.check("#frequency-paused")
    follow(page, "button[value=save]")
    yield "not saved"
    page.fill("#filter", "press")
    page.check("#frequency-monthly")
    follow(page, "button[value=save]")
    yield "saved"
    follow(page, "button[value=renew]")
    yield "new links"
    page.goto(site + links.reports(cleo, 0).removeprefix(SITE))
    yield "reports"
    page.fill("#filter", "new york")
    follow(page, "button")
    yield "not found"
    page.goto(f"{site}/reports")
    yield "closed"
    follow(page, "a.button")
    yield "subscribe"
    page.fill("#filter", "(")
    follow(page, "button")
    yield "not sent"
    page.fill("#address", NEW)
    page.fill("#filter", "")
    follow(page, "button")
    yield "sent"
    page.goto(site + link(letters(village)[-1][1]))
    yield "confirm"
    follow(page, "button")
    yield "confirmed"
    new = links.preferences(village.id_of(NEW), 0).removeprefix(SITE)
    page.goto(f"{site}{new}/address")
    yield "other address"
    # Ana made older links useless above.
    page.goto(site + links.still_in(ana, 1, Reply.YES.mark).removeprefix(SITE))
    yield "still in"
    page.goto(site + links.still_in(ana, 1, Reply.PAUSE.mark).removeprefix(SITE))
    page.fill("#words", "Until March")
    yield "pausing"
    follow(page, "button")
    yield "answered"
    page.goto(site + links.leave(ana).removeprefix(SITE))
    yield "leave"
    follow(page, "button")
    yield "left"
    yield from visit_decisions(
        page, village, site + links.decide(cleo, 0, ISSUE, "hold").removeprefix(SITE)
    )


def visit_decisions(page: Page, village: Village, hold: str) -> Iterator[str]:
    """Hold an issue that waits, and that somebody else lets go in the meantime."""
    village.freezes()
    page.goto(hold)
    yield "hold"
    village.project.state.outbox.set_decision(ISSUE, "send")
    follow(page, "button")
    yield "decided meanwhile"
    follow(page, "button")
    yield "held"
    page.goto(hold)
    yield "held already"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_readers_meets_wcag_on_a_phone(
    browser: Browser, lively: Village, address: str, scheme: str
):
    context = browser.new_context(viewport=PHONE, color_scheme=scheme)
    context.set_default_timeout(20_000)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    found = {}
    for name in visit_all(page, lively, address):
        found[name] = violations(page, only_colours=scheme == "dark")
        assert page.title() != "ran"
    cookies = context.cookies()
    context.close()

    assert found == {name: [] for name in EXPECTED}
    assert [line for line in said if "Failed to load resource" not in line] == []
    assert cookies == []


def test_the_pages_of_readers_work_without_javascript(
    browser: Browser, lively: Village, address: str
):
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    context.set_default_timeout(20_000)
    page = context.new_page()
    names = []
    for name in visit_all(page, lively, address):
        names.append(name)
        box = page.locator("html").bounding_box()
        assert box is not None
        assert (name, box["width"]) == (name, PHONE["width"])
    context.close()

    assert names == EXPECTED
    lively.sync()
    assert lively.subscriptions() == [
        ("ana@example.org", "press", "stop", "stopped"),
        (NEW, None, "weekly", "weekly"),
    ]


def test_every_page_of_readers_carries_the_headers(lively: Village):
    # fault 14
    links, ben = lively.project.links, lively.id_of("ben@example.org")
    paths = [links.leave(ben), links.preferences(ben, 0), links.reports(ben, 0)]
    paths += [links.still_in(ben, 0, reply.mark) for reply in Reply]
    lively.freezes()
    paths += [links.decide(lively.id_of("cleo@example.org"), 0, ISSUE, "hold"), "/decide/x"]
    paths += ["/subscribe", "/reports", "/leave/x", "/confirm/x", "/preferences/x/address"]
    for path in paths:
        for method in ("GET", "HEAD", "POST", "DELETE"):
            answer = lively.browser.open(path.removeprefix(SITE), method=method)
            assert answer.headers["Content-Security-Policy"] == (
                "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
                "frame-ancestors 'none'; base-uri 'none'"
            )
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Referrer-Policy"] == "same-origin"
            assert "Set-Cookie" not in answer.headers
            assert answer.status_code < 500
