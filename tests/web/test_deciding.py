"""Coordinators hold an issue or let it go, by the links in the mail that they get first."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest

from sheets_sync.mailing import open_press, preview_for, send_copy, send_waiting
from sheets_sync.operating import decide
from tests.web.village import SITE, Village, founded

pytestmark = [pytest.mark.usefixtures("on_either_database"), pytest.mark.sampled]
HOLD, RELEASE = "Hold it", "Let it go now"
WITHIN_4_HOURS = "hold_after_days = 1000\nreview_hours = 4"
CLEO, EVERYBODY = "cleo@example.org", [f"{name}@example.org" for name in ("ana", "ben", "cleo")]
GRACE = "| Grace Obi | grace@example.org | grace | Coordinator |"


@pytest.fixture
def village(tmp_path) -> Iterator[Village]:
    """Return a village whose coordinator has just got the issue, alone."""
    with founded(tmp_path, digest=WITHIN_4_HOURS) as village:
        village.reports("ana: Met a newcomer #mentorship")
        village.freezes()
        assert runs(village) == [CLEO]
        yield village


def runs(village: Village, **time: float) -> list[str]:
    """Let time pass and a run of the program happen; return who has got the issue so far."""
    village.now += timedelta(**time)
    village.sync()
    send_waiting(village.project, now=village.now)
    village.sync()
    return sorted(village.mails())


def part(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return body.get_content().replace("\r\n", "\n")


def link(village: Village, words: str, who: str = CLEO) -> str:
    """Return where a link in somebody's mail leads."""
    mail = village.mails()[who]
    found = re.search(rf"^{words}: {SITE}(/decide/\S+)$", part(mail), re.MULTILINE)
    assert found is not None
    assert f'href="{SITE}{found[1]}"' in part(mail, "html")
    return found[1]


def press_button(village: Village, path: str) -> str:
    """Open a link, and press the button on its page; return what is answered."""
    seen = re.search('name="seen" value="([^"]*)"', village.browser.get(path).text)
    assert seen is not None
    return village.browser.post(path, data={"seen": seen[1]}).text


def decision(village: Village) -> object:
    """Return what the Digests tab shows."""
    header, *rows = village.manager.cells("Digests")
    at = header.index("decision")
    return rows[-1][at] if at < len(rows[-1]) else None


def test_coordinators_read_until_when_it_waits_and_nobody_else_does(village: Village):
    first = village.mails()[CLEO]
    for kind in ("plain", "html"):
        top, _, rest = part(first, kind).partition("Met a newcomer")
        assert (
            "You see this mail first. Everybody else gets it from November 21, "
            "11:30\u202fAM (Europe/Berlin) on."
        ) in top
        assert "/decide/" not in rest

    assert runs(village, hours=4) == EVERYBODY
    for who in EVERYBODY[:2]:
        assert "/decide/" not in part(village.mails()[who])
        assert "/decide/" not in part(village.mails()[who], "html")
        assert "You see this mail first" not in part(village.mails()[who])


@pytest.mark.parametrize("url", [SITE, ""])
def test_without_a_review_or_an_address_for_links_there_is_nothing_to_click(tmp_path, url: str):
    lines = "" if url else WITHIN_4_HOURS
    with founded(tmp_path, url, digest=lines) as village:
        village.reports("ana: Met a newcomer")
        village.freezes()

        assert CLEO in runs(village)
        assert "You see this mail first" not in part(village.mails()[CLEO])
        assert "/decide/" not in part(village.mails()[CLEO], "html")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_opening_a_link_decides_nothing(village: Village, method: str):
    for words in (HOLD, RELEASE):
        assert village.browser.open(link(village, words), method=method).status_code == 200

    assert runs(village) == [CLEO]
    assert decision(village) is None
    assert runs(village, hours=4) == EVERYBODY


def test_what_is_held_stays_until_the_other_link_lets_it_go(village: Village):
    told = press_button(village, link(village, HOLD))

    assert "Thank you, it is held" in told
    assert runs(village, days=2) == [CLEO]
    assert decision(village) == "hold"
    assert "It is held now." in village.browser.get(link(village, RELEASE)).text
    assert "Thank you, it may go" in press_button(village, link(village, RELEASE))
    assert runs(village) == EVERYBODY
    assert decision(village) == "send"


@pytest.mark.parametrize("by", ["link", "terminal"])
def test_what_is_let_go_leaves_with_the_next_run_without_waiting(village: Village, by: str):
    if by == "link":
        press_button(village, link(village, RELEASE))
    else:
        decide(village.project, "", "send")

    assert runs(village, minutes=1) == EVERYBODY
    assert decision(village) == "send"
    assert not village.sync().changes


def test_a_manager_who_types_something_else_into_the_tab_counts(village: Village):
    press_button(village, link(village, HOLD))
    village.manager.types("Digests", 2, "decision", "send")

    assert runs(village) == EVERYBODY
    assert decision(village) == "send"


def test_a_word_that_a_manager_typed_before_is_shown_and_can_be_changed(village: Village):
    village.manager.types("Digests", 2, "decision", "hold")
    village.sync()

    answer = village.browser.get(link(village, HOLD))
    assert ("It is held already" in answer.text, "<button" in answer.text) == (True, False)
    press_button(village, link(village, RELEASE))

    assert runs(village) == EVERYBODY
    assert decision(village) == "send"


def test_once_everything_is_out_there_is_nothing_to_decide(village: Village):
    hold = link(village, HOLD)
    runs(village, hours=5)

    for answer in (village.browser.get(hold), village.browser.post(hold, data={"seen": ""})):
        assert answer.status_code == 200
        assert "The mail of week 48 is out" in answer.text
        assert "<button" not in answer.text
    village.sync()
    assert decision(village) is None


def test_what_still_waits_can_be_held_when_some_has_left(tmp_path):
    with founded(tmp_path, digest=WITHIN_4_HOURS) as village:
        village.reports("ana: Met a newcomer")
        village.freezes()
        runs(village)
        sent_to_one_more(village)

        page = village.browser.get(link(village, HOLD)).text
        assert "Some of it has left already, and cannot be called back." in page
        press_button(village, link(village, HOLD))

        assert len(runs(village, hours=4)) == 2
        assert decision(village) == "hold"


def sent_to_one_more(village: Village) -> None:
    """Let the review end, and a run that stops after one mail."""

    class StopError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done == 1:
            raise StopError

    village.now += timedelta(hours=4)
    with pytest.raises(StopError):
        send_waiting(village.project, now=village.now, progress=stop)


def test_of_two_who_decide_at_once_the_second_looks_once_more(tmp_path):
    with founded(tmp_path, digest=WITHIN_4_HOURS) as village:
        village.manager.holds("People", village.manager.text("People") + f"\n{GRACE}")
        village.reports("ana: Met a newcomer")
        village.freezes()
        assert runs(village) == [CLEO, "grace@example.org"]
        hold, release = link(village, HOLD), link(village, RELEASE, "grace@example.org")
        press_button(village, hold)

        answer = village.browser.post(release, data={"seen": ""})

        assert answer.status_code == 409
        assert village.browser.post(release, data={"seen": "\0"}).status_code == 409
        assert "This was decided otherwise meanwhile." in answer.text
        assert len(runs(village, hours=5)) == 2
        # The same button once more changes nothing either.
        answer = village.browser.post(hold, data={"seen": ""})
        assert (answer.status_code, "It is held already" in answer.text) == (200, True)
        assert "Thank you, it may go" in press_button(village, release)


def test_links_of_others_of_other_purposes_and_of_other_sites_decide_nothing(village: Village):
    links, cleo, ana = village.project.links, village.id_of(CLEO), village.id_of(EVERYBODY[0])
    issue = village.project.state.outbox.made()
    assert issue == {"2026-W48"}
    for path in (
        "/decide/x",
        "/decide/" + links.preferences(cleo, 0).rpartition("/")[2],
        "/decide/" + links.still_in(cleo, 0, "hold").rpartition("/")[2],
        links.decide(ana, 0, "2026-W48", "hold").removeprefix(SITE),
        links.decide(cleo, 0, "2026-W49", "hold").removeprefix(SITE),
    ):
        assert village.browser.get(path).status_code == 404
        assert village.browser.post(path, data={"seen": ""}).status_code == 404
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = village.browser.post(link(village, HOLD), data={"seen": ""}, headers=headers)
    assert (answer.status_code, "It seemed to come from another site" in answer.text) == (403, True)

    village.sync()
    assert decision(village) is None


def test_links_that_their_owner_made_useless_decide_nothing(village: Village):
    settings = village.project.links.preferences(village.id_of(CLEO), 0).removeprefix(SITE)
    village.browser.post(settings, data={"do": "renew"})

    assert village.browser.get(link(village, HOLD)).status_code == 404
    assert village.browser.post(link(village, HOLD), data={"seen": ""}).status_code == 404


def test_who_is_no_coordinator_any_more_decides_nothing(tmp_path):
    with founded(tmp_path, digest=WITHIN_4_HOURS) as village:
        people = village.manager.text("People")
        village.manager.holds("People", f"{people}\n{GRACE}")
        village.reports("ana: Met a newcomer")
        village.freezes()
        runs(village)
        hold = link(village, HOLD, "grace@example.org")
        assert village.browser.get(hold).status_code == 200

        village.manager.types("People", 5, "groups", "Rep")
        village.sync()

        assert village.browser.get(hold).status_code == 404
        assert village.browser.post(hold, data={"seen": ""}).status_code == 404


def test_a_preview_is_the_very_mail_and_decides_nothing_while_there_is_no_issue(tmp_path):
    with founded(tmp_path, digest=WITHIN_4_HOURS) as village:
        village.reports("ana: Met a newcomer")

        shown = preview_for(village.project, CLEO, now=village.now, early=True)

        hold = village.project.links.decide(village.id_of(CLEO), 0, "2026-W48", "hold")
        assert village.browser.get(hold.removeprefix(SITE)).status_code == 404
        village.freezes()
        frozen = open_press(village.project).outbox.find("2026-W48", village.id_of(CLEO))
        assert frozen is not None
        assert shown == frozen.message
        runs(village)
        assert link(village, HOLD) == hold.removeprefix(SITE)


def test_a_copy_for_somebody_else_decides_nothing(village: Village):
    village.reports("ben: Wrote a post")
    send_copy(village.project, CLEO, "guest@example.org", now=village.now + timedelta(weeks=1))

    copies = [path.read_bytes() for path in (village.project.folder / "outbox").glob("test-*.eml")]
    assert [b"Wrote a post" in copy for copy in copies] == [True]
    assert not any(b"/decide/" in copy for copy in copies)


def test_a_mail_from_which_a_report_was_taken_back_keeps_its_links(tmp_path):
    with founded(tmp_path, digest=WITHIN_4_HOURS) as village:
        village.reports("ana: Met a newcomer", "ben: Wrote a post")
        village.freezes()
        frozen = village.project.state.outbox.find("2026-W48", village.id_of(CLEO))
        assert frozen is not None
        village.manager.types("Reports", 3, "decision", "hide")

        assert runs(village, hours=1) == [CLEO]

        mail = village.mails()[CLEO]
        assert mail["Message-ID"] == frozen.message_id
        assert "Wrote a post" not in part(mail)
        assert "November 21, 11:30\u202fAM" in part(mail)
        assert "Thank you, it is held" in press_button(village, link(village, HOLD))
