"""“Are you still in?”: asked in the mail, answered with a click; people decide, nothing else."""

import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from sheets_sync.mailing import Wish, make_due, open_press, send_waiting
from tests.web.village import SITE, Village, founded

PEOPLE = """
| name       | email            | username | groups      | joined     |
| Ana Rossi  | ana@example.org  | ana      | Rep, Mentor | 2024-01-10 |
| Ben Okafor | ben@example.org  | ben      | Rep         | 2025-03-01 |
| Dai Wynne  | dai@example.org  | dai      | Rep         | 2026-09-01 |
| Cleo Min   | cleo@example.org | cleo     | Coordinator |            |
"""
EVERYBODY = ("ana", "ben", "cleo", "dai")
CLICK = {"do": "answer"}
YES, PAUSE = "Yes, I am still in", "I would like to pause or stop"


@pytest.fixture
def asking(tmp_path):
    """Return a village that asks each year; Ana is Ben's mentor."""
    lines = "hold_after_days = 1000\nrenewal_months = 12"
    with founded(tmp_path / "village", digest=lines) as village:
        with village.manager.editing():
            village.manager.holds("People", PEOPLE)
            village.manager.holds("Mentors", "| mentee | mentor |\n| ben | ana |")
            village.manager.holds(
                "Subscriptions",
                "| email | filter |\n| ben@example.org | press |\n| jo@press.example | |",
            )
        village.reports("ana: Met a newcomer #mentorship")
        yield village


def issue(village: Village, **time: float) -> list[str]:
    """Let time pass and everybody get what is due; return who got a mail."""
    village.now += timedelta(**time)
    for old in (village.project.folder / "outbox").glob("*.eml"):
        old.unlink()
    village.sync()
    make_due(village.project, Wish(early=True, clock_is_right=True), now=village.now)
    send_waiting(village.project, now=village.now)
    village.sync()
    return sorted(address.partition("@")[0] for address in village.mails())


def text(village: Village, who: str, kind: str = "plain") -> str:
    body = village.mails()[f"{who}@example.org"].get_body((kind,))
    assert body is not None
    return body.get_content().replace("\r\n", "\n")


def link(village: Village, who: str, words: str) -> str:
    """Return where a link in somebody's mail leads."""
    found = re.search(rf"{words}: {SITE}(\S+)", text(village, who))
    assert found is not None
    assert f'href="{SITE}{found[1]}"' in text(village, who, "html")
    return found[1]


def still_in(village: Village) -> dict[str, object]:
    """Return what the People tab shows of it."""
    header, *rows = village.manager.cells("People")
    if "still in" not in header:
        return {}
    at = header.index("still in")
    return {str(row[2]): row[at] for row in rows if at < len(row) and row[at]}


def coordinators_part(village: Village, who: str = "cleo") -> str:
    return text(village, who).partition("What you can do")[2]


def test_a_mail_asks_who_was_here_for_a_year(asking: Village):
    assert issue(asking) == [*EVERYBODY, "jo"]

    assert [who for who in EVERYBODY if "Are you still in?" in text(asking, who)] == ["ana", "ben"]
    # Ben wants press only, and gets a mail for the question alone.
    assert "Met a newcomer" not in text(asking, "ben")
    assert str(asking.mails()["ben@example.org"]["Subject"]).startswith("Are you still in?")


def test_without_the_setting_or_an_address_for_links_nobody_is_asked(tmp_path):
    for folder, url, lines in (("never", SITE, ""), ("local", "", "renewal_months = 12")):
        with founded(tmp_path / folder, url, digest=lines) as village:
            village.manager.holds("People", PEOPLE)
            village.reports("ana: Met a newcomer")
            assert "ana" in issue(village)
            assert "still in" not in text(village, "ana")
            assert village.project.state.renewals.asked() == {}


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_opening_a_link_answers_nothing(asking: Village, method: str):
    issue(asking)

    for words in (YES, PAUSE):
        answer = asking.browser.open(link(asking, "ana", words), method=method)
        assert answer.status_code == 200

    asking.sync()
    assert still_in(asking) == {}
    assert asking.project.state.choices.latest() == 0


def test_yes_lands_in_the_people_tab_with_its_day_and_ends_the_asking(asking: Village):
    issue(asking)
    where = link(asking, "ana", YES)
    assert "Then press the button" in asking.browser.get(where).text

    answer = asking.browser.post(where, data=CLICK)

    assert (answer.status_code, "Good to have you" in answer.text) == (200, True)
    asking.sync()
    assert still_in(asking) == {"ana": "yes 2026-11-21"}
    assert not asking.sync().changes
    asking.reports("dai: Wrote a post")
    issue(asking, weeks=1)
    assert "Are you still in?" not in text(asking, "ana")
    assert "Ana Rossi" not in coordinators_part(asking).partition("Asked, and no")[2]


def test_an_answer_counts_before_the_next_sync(asking: Village):
    issue(asking)
    locked = asking.project.folder / ".~lock.workbook.xlsx#"
    locked.write_text(",mara,desk,23.11.2026 08:00,file:///home/mara;")
    asking.browser.post(link(asking, "ana", YES), data=CLICK)
    asking.sync()

    people = open_press(asking.project).community().people
    assert [one.still_in for one in people] == ["yes 2026-11-21", "", "", ""]
    assert still_in(asking) == {}
    locked.unlink()
    asking.sync()
    assert still_in(asking) == {"ana": "yes 2026-11-21"}


def test_a_wish_to_pause_reaches_coordinators_and_the_mentor_with_its_words(asking: Village):
    issue(asking)
    where = link(asking, "ben", PAUSE)
    groups = asking.manager.cells("People")[2][:5]

    asking.browser.post(where, data={"words": "Until March:\n=1+1 we moved"})
    asking.reports("dai: Wrote a post")
    issue(asking, weeks=1)

    assert still_in(asking) == {"ben": "pause or stop 2026-11-21: Until March: =1+1 we moved"}
    told = (
        "Would like to pause or stop\n"
        "---------------------------\n"
        "They said so when they were asked. Nothing changes until a person sees to it: talk with "
        "them.\n\n"
        "- Ben Okafor: November 21 · “Until March: =1+1 we moved”\n"
    )
    assert told in coordinators_part(asking)
    assert told in coordinators_part(asking, "ana")
    assert "pause" not in coordinators_part(asking, "dai")
    # Nothing follows by itself.
    assert asking.manager.cells("People")[2][:5] == groups
    readers = open_press(asking.project).subscribers(asking.now)
    assert [one.frequency for one in readers if one.address == "ben@example.org"] == ["weekly"]


def test_silence_changes_nothing_and_is_listed(asking: Village):
    before = asking.manager.cells("People")
    issue(asking)
    asking.browser.post(link(asking, "ana", YES), data=CLICK)

    # Ben's question stands in his mails for four weeks, but brings none by itself.
    assert issue(asking, weeks=1) == []
    asking.reports("dai: Wrote a post #press")
    assert "ben" in issue(asking, weeks=1)
    assert "Are you still in?" in text(asking, "ben")
    assert "no answer" not in coordinators_part(asking)

    asking.reports("dai: Wrote another post #press")
    issue(asking, weeks=2)

    assert "Are you still in?" not in text(asking, "ben")
    told = (
        "Asked, and no answer yet\n"
        "------------------------\n"
        "They were asked in their mail whether they are still in. Without an answer nothing "
        "changes.\n\n"
        "- Ben Okafor: asked on November 21\n"
    )
    assert told in coordinators_part(asking)
    assert told in coordinators_part(asking, "ana")
    assert "no answer" not in text(asking, "ben")
    assert [row[:5] for row in asking.manager.cells("People")] == [row[:5] for row in before]


def test_after_the_interval_it_is_asked_again(asking: Village):
    issue(asking)
    asking.browser.post(link(asking, "ana", YES), data=CLICK)
    for weeks in (16, 16, 16):
        asking.now += timedelta(weeks=weeks)
        asking.reports("dai: One more post #press")
        issue(asking)
        assert "Are you still in?" not in text(asking, "ana")
        assert "Are you still in?" not in text(asking, "ben")

    asking.now += timedelta(weeks=5)
    asking.reports("dai: And one more #press")
    issue(asking)

    assert "Are you still in?" in text(asking, "ana")
    assert "Are you still in?" in text(asking, "ben")
    assert "- Ben Okafor: asked on November 21, 2026\n" in coordinators_part(asking)


def test_who_is_on_a_break_paused_or_gone_is_not_asked(asking: Village):
    asking.manager.types("People", 2, "break until", "2026-12-20")
    asking.manager.types("People", 3, "groups", "Alumni")

    issue(asking)

    assert asking.project.state.renewals.asked() == {}


def test_a_managers_words_stay_and_the_answer_is_told_beside_them(asking: Village):
    issue(asking)
    where = link(asking, "ana", PAUSE)
    asking.manager.adds_column("People", "still in", ["told me: yes 2026-10-02"])
    asking.sync()

    asking.browser.post(where, data={"words": "a year"})
    found = asking.sync()

    assert still_in(asking) == {"ana": "told me: yes 2026-10-02"}
    assert [one.text() for one in found.problems if one.column == "still in"] == [
        "People row 2, still in: they answered “pause or stop 2026-11-21: a year” on their own "
        "page; what stands here was kept; empty the cell, and the answer is written there; or "
        "write what is right"
    ]
    asking.manager.types("People", 2, "still in", None)
    asking.sync()
    assert still_in(asking) == {"ana": "pause or stop 2026-11-21: a year"}
    asking.manager.types("People", 2, "still in", "yes 2026-11-22, on the phone")
    assert [one for one in asking.sync().problems if one.column == "still in"] == []
    assert still_in(asking) == {"ana": "yes 2026-11-22, on the phone"}
    asking.manager.types("People", 2, "still in", None)
    asking.sync()
    assert still_in(asking) == {}


def test_what_a_manager_was_told_counts_as_an_answer(asking: Village):
    asking.manager.adds_column("People", "still in", ["yes 2026-10-02", "2026-11-01"])

    issue(asking)

    assert asking.project.state.renewals.asked() == {}


def test_the_last_answer_counts(asking: Village):
    issue(asking)
    for words in (PAUSE, YES, PAUSE):
        asking.browser.post(link(asking, "ana", words), data=CLICK)
    asking.sync()
    assert still_in(asking) == {"ana": "pause or stop 2026-11-21"}
    asking.now += timedelta(days=2)

    asking.browser.post(link(asking, "ana", YES), data=CLICK)
    asking.sync()

    assert still_in(asking) == {"ana": "yes 2026-11-23"}


def test_answers_count_also_while_the_tab_cannot_be_read(asking: Village):
    issue(asking)
    asking.browser.post(link(asking, "ana", YES), data=CLICK)
    asking.sync()
    whole = asking.manager.text("People")
    asking.manager.holds("People", "| nothing | that | is | known |")

    asking.browser.post(link(asking, "ben", PAUSE), data=CLICK)
    for _ in range(2):
        asking.sync()
        people = open_press(asking.project).community().people
        assert [one.still_in for one in people] == [
            "yes 2026-11-21",
            "pause or stop 2026-11-21",
            "",
            "",
        ]

    asking.manager.holds("People", whole)
    asking.sync()
    assert still_in(asking) == {"ana": "yes 2026-11-21", "ben": "pause or stop 2026-11-21"}


def test_an_answer_is_text_to_the_sheet(asking: Village):
    issue(asking)
    asking.browser.post(link(asking, "ana", PAUSE), data={"words": "x" * 900})
    asking.sync()

    said = still_in(asking)["ana"]
    assert said == f"pause or stop 2026-11-21: {'x' * 500}"
    tab = load_workbook(asking.project.folder / "workbook.xlsx")["People"]
    header = [cell.value for cell in tab[1]]
    assert tab.cell(2, header.index("still in") + 1).data_type == "s"


def test_links_of_others_of_other_purposes_and_made_useless_answer_nothing(asking: Village):
    issue(asking)
    links, ana = asking.project.links, asking.id_of("ana@example.org")
    yes = link(asking, "ana", YES)
    for path in (
        "/still-in/x",
        "/still-in/" + links.preferences(ana, 0).rpartition("/")[2],
        links.still_in(ana, 0, "perhaps").removeprefix(SITE),
        links.still_in(asking.id_of("jo@press.example"), 0, "yes").removeprefix(SITE),
    ):
        assert asking.browser.post(path, data=CLICK).status_code == 404
    answer = asking.browser.post(yes, data=CLICK, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, "Please send it once more" in answer.text) == (403, True)
    asking.browser.post(links.preferences(ana, 0).removeprefix(SITE), data={"do": "renew"})
    assert asking.browser.post(yes, data=CLICK).status_code == 404

    asking.sync()
    assert still_in(asking) == {}


def test_the_mail_holds_no_question_for_those_outside_the_roster(asking: Village):
    issue(asking)

    body = asking.mails()["jo@press.example"].get_body(("plain",))
    assert body is not None
    assert "still in" not in body.get_content()
