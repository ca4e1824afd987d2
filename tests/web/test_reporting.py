"""Reports go in once, are shown as stored, and can be corrected and withdrawn."""

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from forms.submission import Act
from sheets_sync.links import Links, Purpose
from sheets_sync.state import State
from sheets_sync.web import Desk, Paper, create_app
from tests.web.conftest import ANA
from tests.web.visitor import ANSWERS, Visitor, token_in

pytestmark = [pytest.mark.usefixtures("on_either_database"), pytest.mark.sampled]


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


def kept(state: State) -> list[tuple[Act, dict[str, str]]]:
    entries = state.journal.unwritten()
    return [(one.submission.act, dict(one.submission.answers)) for one in entries]


def correct_path(page: str) -> str:
    found = re.search(r'href="http://localhost(/correct/[^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def test_a_report_is_stored_and_shown_exactly_as_stored(visitor: Visitor, state: State):
    # faults 8, 9
    sent = visitor.send(
        reporter="  Ana\0 ", text="=1+1\r\nsecond", link="example.org", tags="a, b", date=""
    )

    assert sent.status_code == 303
    stored = {
        "reporter": "Ana",
        "text": "=1+1\nsecond",
        "tags": "a, b",
        "link": "https://example.org",
    }
    assert kept(state) == [(Act.REPORT, stored)]
    page = visitor.get(sent.location).text
    assert [unescape(one) for one in re.findall(r'<dd dir="auto">(.*?)</dd>', page, re.DOTALL)] == [
        "Ana",
        "=1+1\nsecond",
        "a, b",
        '<a href="https://example.org" rel="nofollow noopener noreferrer">https://example.org</a>',
    ]


def test_the_answer_does_not_ask_anyone_outside(desk: Desk, state: State):
    # fault 4: all that a post needs is the journal; before the first sync there is no community
    visitor = Visitor(create_app(replace(desk, community=lambda: None)))

    assert visitor.send().status_code == 303
    assert kept(state) == [(Act.REPORT, ANSWERS)]


def test_posting_twice_is_one_report_with_one_receipt(visitor: Visitor, state: State):
    # fault 2
    token = visitor.token()

    with ThreadPoolExecutor(10) as pool:
        sent = list(pool.map(lambda _: visitor.send(token=token), range(100)))

    assert {one.status_code for one in sent} == {303}
    assert len({one.location for one in sent}) == 1
    assert kept(state) == [(Act.REPORT, ANSWERS)]


def test_one_key_with_other_words_shows_both_and_offers_a_new_key(visitor: Visitor, state: State):
    # fault 3
    token = visitor.token()
    visitor.send(token=token)

    again = visitor.send(token=token, reporter="Ana", text="Something else")

    assert again.status_code == 409
    assert "We planned." in again.text
    assert "Something else</textarea>" in again.text
    assert "/correct/" in again.text
    assert token_in(again.text) != token
    visitor.send(token=token_in(again.text), reporter="Ana", text="Something else")
    assert [answers["text"] for _, answers in kept(state)] == [ANSWERS["text"], "Something else"]


def test_faults_keep_everything_typed(visitor: Visitor, state: State):
    typed = {
        "reporter": "",
        "text": "Long text",
        "date": "31/02/2026",
        "link": "ftp:x",
        "tags": "q",
    }

    page = visitor.send(**typed)

    assert page.status_code == 422
    assert re.findall(r'<li><a href="#(\w+)">', page.text) == ["reporter", "date", "link"]
    for value in ("Long text</textarea>", 'value="31/02/2026"', 'value="ftp:x"', 'value="q"'):
        assert value in page.text
    assert kept(state) == []


def test_a_text_over_the_limit_is_refused_with_a_count(visitor: Visitor, state: State):
    # fault 7
    page = visitor.send(reporter="Ana", text="x" * 10_001)

    assert page.status_code == 422
    assert "This is 10001 characters long, and 10000 fit. Shorten it by 1." in page.text
    assert "x" * 10_001 in page.text
    assert kept(state) == []


def test_the_page_is_prefilled_also_after_report_another(visitor: Visitor):
    path = "/?tags=mentorship&about=ana&nonsense=x"
    blank = visitor.get(path).text
    assert re.findall(r'value="([^"]*)" checked', blank) == ["mentorship"]
    assert 'name="about" type="text" value="ana"' in blank

    receipt = visitor.get(visitor.send(path).location)

    assert '<a class="button" href="/?tags=mentorship&amp;about=ana">' in receipt.text


def test_ticked_and_typed_tags_are_one_answer(visitor: Visitor, state: State):
    token = visitor.token()
    body = f"form-token={token}&reporter=A&text=b&tags=press&tags=planning&tags=Italy%3B+x"

    visitor.raw("/", method="POST", data=body, content_type="application/x-www-form-urlencoded")

    assert kept(state)[0][1]["tags"] == "press, planning, Italy; x"


def test_a_personal_link_fills_in_who_it_is_and_proves_it(
    desk: Desk, visitor: Visitor, state: State
):
    # fault 16: the roster's address is nowhere
    path = desk.links.personal_form(ANA.id)
    form = visitor.get(path).text
    assert "You are reporting as <strong><bdi>Ana Torres</bdi></strong>" in form
    assert 'name="reporter"' not in form
    assert kept(state) == []

    sent = visitor.send(path, reporter="Somebody else", text="Hello")

    [entry] = state.journal.unwritten()
    assert (entry.submission.person, dict(entry.submission.answers)) == (
        "p-ana",
        {"reporter": "Ana Torres", "text": "Hello"},
    )
    receipt = visitor.get(sent.location).text
    assert f'class="button" href="{path}"' in receipt
    assert "ana@example.org" not in form + receipt


def test_corrections_are_new_versions_and_withdrawal_ends_it(visitor: Visitor, state: State):
    receipt = visitor.get(visitor.send().location).text
    path = correct_path(receipt)

    form = visitor.get(path).text
    assert "We planned.</textarea>" in form
    corrected = visitor.send(path, reporter="Ana", text="Better words")
    assert "Better words" in visitor.get(corrected.location).text
    asked = visitor.get(f"{path}/withdraw").text
    assert "Better words" in asked
    withdrawn = visitor.send(f"{path}/withdraw", confirm="yes")

    assert "Withdrawn" in visitor.get(withdrawn.location).text
    assert kept(state) == [
        (Act.REPORT, ANSWERS),
        (Act.CORRECTION, {"reporter": "Ana", "text": "Better words"}),
        (Act.WITHDRAWAL, {}),
    ]
    assert "This report was withdrawn" in visitor.get(path).text
    assert len({entry.submission.report for entry in state.journal.unwritten()}) == 1


def test_a_report_typed_into_the_sheet_can_be_corrected_too(desk: Desk, state: State):
    sheet = {"r-sheet00000": {"reporter": "Ana", "text": "Typed by hand"}}
    desk = replace(desk, answers_elsewhere=sheet.get)
    visitor = Visitor(create_app(desk))
    path = desk.links.correct("r-sheet00000")

    assert "Typed by hand" in visitor.get(path).text
    visitor.send(path, reporter="Ana", text="Mended")

    assert kept(state) == [(Act.CORRECTION, {"reporter": "Ana", "text": "Mended"})]


def test_looking_at_any_page_stores_nothing(desk: Desk, visitor: Visitor, state: State):
    # fault 72
    path = correct_path(visitor.get(visitor.send().location).text)
    for address in (path, f"{path}/withdraw", desk.links.personal_form(ANA.id), "/?text=x"):
        for method in ("GET", "HEAD", "OPTIONS"):
            assert visitor.raw(address, method=method).status_code == 200

    assert len(kept(state)) == 1


def test_unknown_and_forged_links_get_the_same_answer(desk: Desk, visitor: Visitor):
    # fault 85
    forged = Links("another secret")
    pages = {
        (page := visitor.get(path)).status_code: page.text
        for path in (
            "/correct/x",
            desk.links.correct("r-0000000000"),
            forged.correct("r-0000000000"),
            f"/correct/{desk.links.sign(Purpose.PERSONAL, 'r-0000000000')}",
            "/for/x",
            desk.links.personal_form("p-nobody"),
            forged.personal_form(ANA.id),
            "/thanks/x",
            f"/thanks/{desk.links.sign(Purpose.CORRECT, 'r-0000000000')}",
            "/nothing",
        )
    }
    assert list(pages) == [404]


def test_a_post_from_another_site_is_not_stored_and_its_text_is_not_lost(
    visitor: Visitor, state: State
):
    # fault 14
    refused = [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ]
    for headers in refused:
        page = visitor.send(headers=headers)
        assert page.status_code == 403
        assert "We planned.</textarea>" in page.text
    assert kept(state) == []
    for headers in ({"Origin": "http://localhost"}, {}, {"Sec-Fetch-Site": "same-origin"}):
        assert visitor.send(headers=headers).status_code == 303
    assert len(kept(state)) == 3


def test_a_form_that_is_not_ours_is_shown_again_with_a_token_of_ours(
    visitor: Visitor, state: State
):
    # fault 14
    page = visitor.send(token="forged")

    assert page.status_code == 422
    assert kept(state) == []
    assert visitor.send(token=token_in(page.text)).status_code == 303


@pytest.mark.parametrize("state_url", ["sqlite:tidings.db"])
def test_when_the_state_cannot_be_written_the_text_stays_and_health_says_so(
    visitor: Visitor, state: State, tmp_path: Path
):
    # fault 5
    token = visitor.token()
    with state.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(tmp_path / "tidings.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    page = visitor.send(token=token)

    assert page.status_code == 503
    assert "We planned.</textarea>" in page.text
    assert visitor.get("/healthz").status_code == 503
    assert visitor.get("/").status_code == 200
    other.execute("ROLLBACK")
    other.close()
    assert visitor.get("/healthz").status_code == 200
    assert visitor.send(token=token_in(page.text)).status_code == 303
    assert kept(state) == [(Act.REPORT, ANSWERS)]


def test_papers_are_shown_without_scripts(desk: Desk):
    papers = {"issue.html": Paper(b"<p style='color:red'>Hi</p>", "text/html; charset=utf-8")}
    visitor = Visitor(create_app(replace(desk, papers=papers.get)))

    shown = visitor.get("/papers/issue.html")

    assert shown.data == papers["issue.html"].body
    assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src")
    assert visitor.get("/papers/other").status_code == 404


def test_no_mail_is_sent_to_anyone_named(visitor: Visitor, state: State):
    # fault 16: a hundred posts that name one victim send nothing, and show no address to others
    for number in range(100):
        sent = visitor.send(reporter="Eve", text=f"{number}", email="victim@example.com")
        assert sent.status_code == 303

    assert len(kept(state)) == 100
    assert "victim" not in visitor.get("/").text
