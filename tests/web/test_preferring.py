"""Readers choose what they get, and see first what it would have brought."""

import re
from html import unescape

import pytest

from sheets_sync.mailing import open_press
from tests.web.village import SITE, Village

pytestmark = [pytest.mark.usefixtures("on_either_database"), pytest.mark.sampled]

SAVE = {"do": "save", "frequency": "weekly"}


def settings(village: Village, address: str = "ben@example.org", generation: int = 0) -> str:
    found = village.project.links.preferences(village.id_of(address), generation)
    return found.removeprefix(SITE)


def page(village: Village, path: str, **fields: object) -> str:
    asked = village.browser.post(path, data=fields) if fields else village.browser.get(path)
    return asked.get_data(as_text=True)


def previewed(text: str) -> list[str]:
    found = re.search(r'<section class="card".*?</section>', text, re.DOTALL)
    assert found is not None
    return [re.sub(r"<[^>]+>", "", unescape(line)) for line in re.findall("<li>.*?</li>", found[0])]


def reader(village: Village, address: str = "ben@example.org"):
    readers = open_press(village.project).subscribers(village.now)
    return next(one for one in readers if one.address == address)


@pytest.fixture
def lively(village: Village) -> Village:
    village.reports(
        "ana: Met Ben #mentorship",
        "ana: Translated a page #Italy",
        "ben: Wrote a post #press",
    )
    return village


def test_the_page_shows_what_last_week_would_have_brought(lively):
    path = settings(lively)

    assert previewed(page(lively, path)) == [
        "Ben Okafor · Wrote a post you get everything",
        "Ana Rossi · Translated a page you get everything",
        "Ana Rossi · Met Ben you get everything",
    ]
    assert previewed(page(lively, path, do="show", filter="mentorship, italy")) == [
        "Ana Rossi · Translated a page tagged Italy",
        "Ana Rossi · Met Ben tagged mentorship",
    ]
    assert previewed(page(lively, path, do="show", filter="not press", also=["press"])) == [
        "Ben Okafor · Wrote a post tagged press",
        "Ana Rossi · Translated a page your filter: not press or press",
        "Ana Rossi · Met Ben your filter: not press or press",
    ]
    assert lively.project.state.choices.latest() == 0


def test_what_is_saved_counts_at_once_and_stands_in_the_sheet_after_the_next_sync(lively):
    path = settings(lively)

    answer = lively.browser.post(
        path,
        data={**SAVE, "filter": "mentorship", "frequency": "monthly", "plain": "yes"},
    )

    assert (answer.status_code, answer.location) == (303, f"{path}?done=saved")
    chosen = reader(lively)
    assert (str(chosen.filter), chosen.frequency, chosen.format) == (
        "mentorship",
        "monthly",
        "text",
    )
    lively.sync()
    assert lively.subscriptions() == [("ben@example.org", "mentorship", "monthly", "monthly")]
    chosen = reader(lively)
    assert (str(chosen.filter), chosen.frequency, chosen.format) == (
        "mentorship",
        "monthly",
        "text",
    )
    assert not lively.sync().changes


def test_saving_what_stands_there_already_writes_nothing(lively):
    page(lively, settings(lively), **SAVE, filter="")

    assert lively.project.state.choices.latest() == 0


def test_a_pause_has_a_last_day_and_ends_by_itself(lively):
    path = settings(lively)
    paused = {"do": "save", "frequency": "paused"}
    for day in ("", "2026-11-21", "2020-01-01", "2040-01-01", "soon"):
        answer = lively.browser.post(path, data={**paused, "until": day})
        assert answer.status_code == 422
        assert "Give a day after today and within two years" in answer.get_data(as_text=True)

    lively.browser.post(path, data={**paused, "until": "2026-11-30"})
    lively.sync()

    assert lively.subscriptions() == [("ben@example.org", None, None, "paused until 2026-11-30")]
    assert 'value="paused" checked' in page(lively, path)
    page(lively, path, **SAVE)
    assert reader(lively).paused_until is None


def test_a_filter_that_cannot_be_read_is_said_and_not_saved(lively):
    answer = lively.browser.post(settings(lively), data={**SAVE, "filter": "new york"})

    text = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "column 5" in text
    assert 'value="new york"' in text
    assert lively.project.state.choices.latest() == 0


def test_a_managers_word_stays_until_then_and_counts_again_when_they_write_later(lively):
    lively.manager.holds(
        "Subscriptions",
        "| email | filter | frequency | paused until | status | problem |\n"
        "| ben@example.org | | | | | |",
    )
    lively.sync()

    page(lively, settings(lively), **SAVE, filter="press")
    lively.sync()
    page(lively, settings(lively), **SAVE, filter="italy")
    lively.sync()
    assert lively.subscriptions() == [("ben@example.org", "italy", None, "weekly")]
    lively.manager.types("Subscriptions", 2, "filter", "mentorship")
    lively.sync()

    assert lively.subscriptions() == [("ben@example.org", "mentorship", None, "weekly")]
    assert str(reader(lively).filter) == "mentorship"
    assert 'value="mentorship"' in page(lively, settings(lively))


def test_a_choice_counts_also_in_a_tab_that_lacks_most_columns(lively):
    lively.manager.holds("Subscriptions", "| email | language |\n| ben@example.org | it |")

    page(lively, settings(lively), do="save", frequency="monthly", filter="press", language="it")
    lively.sync()

    assert lively.subscriptions() == [("ben@example.org", "press", "monthly", "monthly")]
    assert reader(lively).language == "it"
    assert not lively.sync().changes


def test_what_a_reader_types_is_text_to_the_sheet_and_to_the_page(lively):
    page(lively, settings(lively), **SAVE, filter='"=1+1"')
    lively.sync()
    assert lively.subscriptions()[0][1] == '"=1+1"'

    shown = page(lively, settings(lively), do="show", filter='"<script>x</script>"')
    assert "<script>" not in shown


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_opening_the_settings_changes_nothing(lively, method):
    assert lively.browser.open(settings(lively), method=method).status_code == 200
    assert lively.project.state.choices.latest() == 0


def test_another_site_cannot_save(lively):
    answer = lively.browser.post(
        settings(lively), data={**SAVE, "filter": "press"}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert lively.project.state.choices.latest() == 0


def test_links_work_for_years_until_their_owner_makes_them_useless(lively):
    old, today = settings(lively), lively.now
    lively.now = today.replace(year=2031)
    assert lively.browser.get(old).status_code == 200
    lively.now = today

    answer = lively.browser.post(old, data={"do": "renew"})

    assert answer.location == f"{settings(lively, generation=1)}?done=renewed"
    assert lively.browser.get(old).status_code == 404
    assert lively.browser.get(settings(lively, generation=1)).status_code == 200
    assert lively.browser.get(lively.leave_path("ben@example.org")).status_code == 200
    lively.freezes()
    lively.delivers()
    mail = lively.mails()["ben@example.org"].get_body(("plain",))
    assert mail is not None
    assert settings(lively, generation=1) in mail.get_content()


def test_no_link_holds_an_address_and_none_opens_what_another_is_for(lively):
    links, ben = lively.project.links, lively.id_of("ben@example.org")
    made = [links.leave(ben), links.preferences(ben, 0), links.reports(ben, 0)]

    tokens = [link.rpartition("/")[2] for link in made]
    assert not [token for token in tokens if "ben" in token or "example" in token]
    assert len({token.rpartition(".")[2] for token in tokens}) == 3
    for token in (tokens[0], tokens[2], tokens[1][:-1], f"{ben}:0.AAAA"):
        assert lively.browser.get(f"/preferences/{token}").status_code == 404


def test_who_was_typed_bounced_and_saves_gets_mail_again(lively):
    lively.manager.holds("Subscriptions", "| email | frequency |\n| ben@example.org | bounced |")
    lively.sync()

    page(lively, settings(lively), **SAVE)

    assert reader(lively).frequency == "weekly"
