"""The reports page shows each reader what their mail may show, and nobody else anything."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from tests.web.village import SITE, Village


def path(village: Village, address: str = "ben@example.org", **query: str) -> str:
    link = village.project.links.reports(village.id_of(address), 0).removeprefix(SITE)
    return f"{link}?{urlencode(query)}" if query else link


def page(village: Village, address: str = "ben@example.org", **query: str) -> str:
    return unescape(village.browser.get(path(village, address, **query)).get_data(as_text=True))


def told(text: str) -> list[str]:
    """Return headings and the words of reports, in order."""
    found = re.findall(
        r'<h3>(?:<bdi>)?(.*?)(?:</bdi>)?</h3>|<p class="words" dir="auto">(.*?)</p>', text
    )
    return [heading or words for heading, words in found]


@pytest.fixture
def lively(village: Village) -> Village:
    village.manager.holds("Mentors", "| mentee | mentor |\n| ben | ana |")
    village.reports(
        "ana: Met Ben #mentorship",
        "ana: Translated a page #Italy",
        "ben: Wrote a post #press",
        "somebody: Nobody knows me #press",
    )
    return village


def test_everybody_sees_what_their_mail_shows(lively):
    everything = ["Wrote a post", "Translated a page", "Met Ben"]

    assert told(page(lively, "ben@example.org")) == everything
    assert told(page(lively, "ana@example.org")) == [
        *("Your mentees", "Wrote a post"),
        *("Reports", "Translated a page", "Met Ben"),
    ]
    assert told(page(lively, "cleo@example.org")) == everything


def test_what_nobody_could_match_is_for_coordinators_only(lively):
    seen = {who: "Nobody knows me" in page(lively, f"{who}@example.org") for who in ("ana", "cleo")}

    assert seen == {"ana": False, "cleo": True}


def test_what_is_hidden_or_withdrawn_is_gone(lively):
    row = 1 + ["Met Ben" in cells for cells in lively.manager.cells("Reports")].index(True)
    lively.manager.types("Reports", row, "decision", "hide")
    lively.sync()

    for who in ("ben", "cleo"):
        assert "Met Ben" not in page(lively, f"{who}@example.org")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"filter": "mentorship, italy"}, ["Translated a page", "Met Ben"]),
        ({"filter": "by:ben"}, ["Wrote a post"]),
        ({"filter": "not press"}, ["Translated a page", "Met Ben"]),
        ({"until": "2026-11-20"}, []),
        ({"since": "2026-11-22"}, []),
        ({"since": "2026-11-21", "until": "2026-11-21", "filter": "press"}, ["Wrote a post"]),
    ],
)
def test_reports_are_found_by_tag_person_and_day(lively, query, found):
    assert told(page(lively, **query)) == found


def test_reports_are_found_by_who_wrote_them(lively):
    ben = lively.id_of("ben@example.org")

    text = page(lively, person=ben)

    assert told(text) == ["Wrote a post"]
    offered = re.findall(r"<option[^>]*>([^<]+)</option>", text)
    assert offered == ["Everybody", "Ana Rossi", "Ben Okafor"]


@pytest.mark.parametrize("query", [{"filter": "new york"}, {"since": "yesterday"}, {"until": "x"}])
def test_what_cannot_be_looked_for_is_said(lively, query):
    answer = lively.browser.get(path(lively, **query))

    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert 'role="alert"' in text
    assert told(text) == []
    assert re.findall(r'<p class="fault" id="(\w+)-fault">', text) == list(query)
    assert re.findall(r'aria-describedby="(?:\w+-help )?(\w+)-fault"', text) == list(query)


def test_only_the_writer_gets_the_link_that_corrects(lively):
    shown = {who: page(lively, f"{who}@example.org").count("/correct/") for who in ("ana", "ben")}

    assert shown == {"ana": 2, "ben": 1}


def test_no_address_of_a_reporter_is_shown_and_what_they_wrote_is_text(lively):
    lively.reports("ben@example.org: <b>Call</b> ben@example.org {{ 7 * 7 }} #press")

    raw = lively.browser.get(path(lively)).get_data(as_text=True)

    assert "ben@example.org" not in raw
    assert "&lt;b&gt;Call&lt;/b&gt;" in raw
    assert "{{ 7 * 7 }}" in raw


def test_somebody_outside_the_roster_cannot_ask_who_is_on_it(lively):
    lively.manager.holds("Subscriptions", "| email |\n| press@example.com |")
    lively.manager.types("People", 5, "name", "Quiet One")
    lively.sync()

    outside = {
        asked: lively.browser.get(path(lively, "press@example.com", filter=asked)).status_code
        for asked in ('by:"Ana Rossi"', 'by:"Quiet One"', "by:ana@example.org", "by:nobody")
    }

    assert outside == {
        'by:"Ana Rossi"': 200,
        'by:"Quiet One"': 422,
        "by:ana@example.org": 422,
        "by:nobody": 422,
    }


def test_the_page_is_for_those_who_have_its_link(lively):
    ben = lively.id_of("ben@example.org")
    settings = lively.project.links.preferences(ben, 0).rpartition("/")[2]

    for token in (settings, f"{ben}:0.AAAA", "x"):
        answer = lively.browser.get(f"/reports/{token}")
        assert answer.status_code == 404
        assert "Met Ben" not in answer.get_data(as_text=True)
    answer = lively.browser.get("/reports")
    assert answer.status_code == 200
    assert "Met Ben" not in answer.get_data(as_text=True)


def test_a_mail_leads_to_its_readers_own_page(lively):
    lively.freezes()
    lively.delivers()

    mail = lively.mails()["ben@example.org"].get_body(("plain",))

    assert mail is not None
    assert f"Read the latest reports: {SITE}{path(lively)}" in mail.get_content().split("\r\n")
