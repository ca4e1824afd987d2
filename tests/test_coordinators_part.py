"""What coordinators and mentors read in their own mails, from the sheet to the mailbox."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.web.village import Village, founded

PEOPLE = """
| name       | email            | username | groups      | country | language |
| Ana Rossi  | ana@example.org  | ana      | Rep, Mentor | Italy   |          |
| Ben Okafor | ben@example.org  | ben      | Rep         | Ghana   |          |
| Dai Wynne  | dai@example.org  | dai      | Rep         | Italy   |          |
| Eve Adams  | eve@example.org  | eve      | Alumni      |         |          |
| Cleo Min   | cleo@example.org | cleo     | Coordinator |         |          |
"""
TODAY = date(2026, 11, 21)


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    with founded(tmp_path / "village") as village:
        village.manager.holds("People", PEOPLE)
        village.manager.holds(
            "Mentors", "| mentee | mentor |\n| ben | ana |\n| dai | eve |\n| ana | ana |"
        )
        yield village


def typed(village: Village, who: str, weeks_ago: int, tags: str) -> None:
    """Type a report of an earlier day into the sheet."""
    row = len(village.manager.cells("Reports")) + 1
    with village.manager.editing():
        for column, value in (
            ("date", TODAY - timedelta(weeks=weeks_ago)),
            ("reporter", who),
            ("text", "Something"),
            ("tags", tags),
        ):
            village.manager.types("Reports", row, column, value)


def part(village: Village, who: str) -> str:
    """Return what somebody's mail says below the reports."""
    village.sync()
    village.freezes()
    village.delivers()
    body = village.mails()[f"{who}@example.org"].get_body(("plain",))
    assert body is not None
    return body.get_content().replace("\r\n", "\n").partition("What you can do")[2]


def test_who_lost_their_mentor_is_named_once_with_who_might_take_over(village: Village):
    village.reports("ben: Met a newcomer")

    told = part(village, "cleo")

    assert (
        "Without a mentor\n"
        "----------------\n"
        "Nobody looks after them now. Talk with somebody, and add a row to Mentors.\n\n"
        "- Ana Rossi\n"
        "- Dai Wynne: Eve Adams left · perhaps Ana Rossi\n\n"
        "1 problem to mend\n"
        "-----------------\n\n"
        "- Mentors row 4, mentor: they are their own mentor; name somebody else\n"
    ) in told
    # Problems holds all of them.
    assert "Eve Adams is alumni" in village.manager.text("Problems")


def test_mentors_read_nothing_of_it(village: Village):
    village.reports("ben: Met a newcomer", "who: Nobody knows me")

    ana = part(village, "ana")

    assert "Without a mentor" not in ana
    assert "to mend" not in ana
    assert "Waiting for you" not in ana


def test_what_waits_is_told_with_its_words_if_it_has_any(village: Village):
    village.reports("who: Nobody knows me", "ben: ")

    told = part(village, "cleo")

    assert (
        "- who · November 21 · not clear who this is\n"
        "  Nobody knows me\n"
        "- Ben Okafor · November 21 · held for you to look at\n"
        "\n"
    ) in told


def test_new_and_rising_tags_are_shown_to_coordinators_once(village: Village):
    for weeks in (9, 2, 1, 1):
        typed(village, "ana", weeks, "mentorship")
        typed(village, "ben", weeks, "mentorship")
    for who in ("ana", "ben", "ben"):
        typed(village, who, 1, "open-badges")
    village.sync()

    told = part(village, "cleo")

    assert (
        "New and rising tags\n"
        "-------------------\n"
        "Give a tag a category in the Tags tab, and it groups reports from then on.\n\n"
        "- #open-badges: new, used 3 times in a month\n"
        "- #mentorship: used 6 times in a month, 1.8 before\n"
    ) in told
    body = village.mails()["ana@example.org"].get_body(("plain",))
    assert body is not None
    assert "rising" not in body.get_content()


def test_what_is_wrong_with_a_filter_is_said_in_the_coordinators_language(village: Village):
    german = PEOPLE.replace("| Coordinator |         |          |", "| Coordinator | | de |")
    village.manager.holds("People", german)
    village.manager.holds("Subscriptions", "| email | filter |\n| ana@example.org | italy ( |")
    village.reports("ben: Met a newcomer")
    village.freezes()
    village.delivers()

    body = village.mails()["cleo@example.org"].get_body(("plain",))

    assert body is not None
    assert (
        "- Subscriptions Zeile 2, filter: Stelle 7: hier sollte and, or, ein Komma oder das Ende "
        "stehen, gefunden: “(”; berichtige den Filter"
    ) in body.get_content()
    # The tab is in English.
    assert "column 7: expected and, or, a comma, or the end" in village.manager.text("Problems")


def test_why_an_issue_is_held_can_be_said_in_every_language(village: Village):
    village.reports("ben: Met a newcomer")
    village.freezes()
    village.delivers()
    village.now += timedelta(days=21)
    village.reports("ben: Met another one")
    village.delivers()
    village.sync()

    community = village.project.state.base.community()

    assert community is not None
    (held,) = (one for one in community.problems if one.tab == "Digests")
    assert held.value == "hold"
    assert held.message.startswith("no run was seen since 2026-11-21; if a backup was put back")
    # What is handed to the catalogue is the sentence without its day.
    translated = held.text(
        lambda words: words.replace("no run was seen since {day};", "seit {day} lief nichts;")
    )
    assert "decision: seit 2026-11-21 lief nichts; if a backup" in translated
