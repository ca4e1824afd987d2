"""The archive's pages: what there is, what each holds, and what must never stand on any."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.archive.valley import Valley, valley


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Valley]:
    with valley(tmp_path) as opened:
        yield opened


def lively(here: Valley) -> list[int]:
    """Type three reports, of two people; returns their rows."""
    return [
        here.types(
            date=date(2026, 11, 19), reporter="Ana Rossi", text="Talked with Ben.",
            tags="Mentoring, Italy", about="ben",
        ),
        here.types(
            date=date(2026, 11, 20), reporter="ben", text="Drew up the plan.", tags="planning"
        ),
        here.types(date=date(2026, 10, 2), reporter="ana@example.org", text="An older thing."),
    ]  # fmt: skip


def test_there_is_a_page_for_all_that_people_look_for(here: Valley):
    lively(here)
    here.mails()

    here.builds()

    assert here.paths() == {
        "", "feed.xml", "search/", "issues/", "issues/2026-W48/",
        "2026/", "2026/10/", "2026/11/",
        "tags/", "tags/mentorship/", "tags/mentorship/feed.xml", "tags/italy/",
        "tags/italy/feed.xml", "tags/planning/", "tags/planning/feed.xml",
        "categories/people/", "categories/craft/",
        "people/", "people/ana/", "people/ana/feed.xml", "people/ben/", "people/ben/feed.xml",
    }  # fmt: skip


def test_what_the_pages_say(here: Valley):
    first, _, _ = lively(here)
    here.mails()
    here.builds()

    talked = "Ana Rossi November 19, 2026 Talked with Ben. With: Ben Okafor #Mentoring #Italy"
    planned = "Ben Okafor November 20, 2026 Drew up the plan. #planning"
    older = "Ana Rossi October 2, 2026 An older thing."
    follow = "Follow this with a feed reader"
    assert here.words("people/ana/") == f"Person Ana Rossi Italy {follow} {talked} {older}"
    assert here.words("tags/mentorship/") == (
        f"Tag #mentorship Helping each other. {follow} Category People {talked}"
    )
    assert here.words("categories/people/") == f"Category People Tags #mentorship {talked}"
    assert here.words("2026/11/") == f"Month November 2026 Year 2026 {planned} {talked}"
    assert here.words("2026/") == (
        "Year 2026 Months October 2026 (1) November 2026 (2) Tags #Italy #mentorship #planning"
    )
    assert here.words("issues/2026-W48/") == (
        f"Issue of the digest Week 48 of 2026 {planned} {talked}"
    )
    assert here.words(f"reports/{here.id(first)}/") == f"{talked} More by Ana Rossi November 2026"
    assert (
        f"The latest {planned} {talked} {older} Tags #Italy #mentorship #planning Years 2026 "
        "More In pictures Issues of the digest In pictures Reports over time"
    ) in here.words("")
    assert here.words("people/") == "People Ana Rossi Ben Okafor"


def test_mentors_have_pages_only_where_the_setting_allows(here: Valley, tmp_path: Path):
    lively(here)
    here.publishes()
    assert here.holding("mentors/") == []

    with valley(tmp_path / "other", "mentors = true") as other:
        lively(other)
        other.publishes()

        assert other.words("mentors/ana/") == (
            "Mentor Ana Rossi Mentees today Ben Okafor "
            "Ben Okafor November 20, 2026 Drew up the plan. Mentor then: Ana Rossi #planning"
        )
        assert other.words("mentors/") == "Mentors Ana Rossi"


def test_people_have_no_pages_where_the_setting_forbids_them(tmp_path: Path):
    with valley(tmp_path, "people = false") as here:
        lively(here)
        here.publishes()

        assert here.holding("people/ana") == []
        assert "Ana Rossi November 19, 2026 Talked with Ben." in here.words("tags/italy/")


def test_only_what_is_public_is_there(here: Valley):
    lively(here)
    here.types(reporter="Ana Rossi", text="")  # held: neither text nor link
    here.types(reporter="Somebody Else", text="Unmatched words.")
    here.types(reporter="ana", text="Hidden words.", tags="secretive", decision="hide")
    here.types(reporter="Stranger", text="Let through by a manager.", decision="ok")
    here.publishes()

    assert here.holding("Unmatched words") == here.holding("Somebody Else") == []
    assert here.holding("Hidden words") == here.holding("secretive") == []
    assert "2026/11/index.html" in here.holding("Let through by a manager.")
    assert len(here.holding("reports/")) > 0
    assert len(list((here.folder / "reports").iterdir())) == 4


def test_no_address_stands_anywhere(here: Valley):
    here.types(
        reporter="Stray <stray@example.net>", text="Write to events@example.org, "
        "CALL＠example.org, a%40b.example, \"odd one\"@example.org or https://x.org/?m=me@e.org",
        tags="ana@example.org, kept", link="https://example.org/?mail=ben@example.org",
        about="nobody@example.org", outcome="ask@example.com", decision="ok",
    )  # fmt: skip
    lively(here)
    here.publishes()

    files = [path for path in here.folder.rglob("*") if path.is_file()]
    found = [
        (path.name, word)
        for path in files
        for word in path.read_text("utf-8").split()
        if "@" in word.replace("@media", "").replace("[^@]", "")
        and path.suffix not in (".js", ".css")
    ]
    assert found == []
    assert here.holding("example.net") == []
    assert all("＠" not in path.read_text("utf-8") for path in files if path.suffix == ".html")
    assert "Write to \u2068(e-mail address left out)\u2069," in here.words("tags/kept/")


def test_who_asked_not_to_be_shown_is_a_member(here: Valley):
    here.types(reporter="zuzaq", text="Did something.", tags="quietly", about="Ana Rossi")
    here.types(reporter="ana", text="Helped out.", about="Zuza Quiet; Ben Okafor")
    here.publishes()

    assert here.holding("zuza") == here.holding("zuzaq") == []
    assert "a member November 20, 2026 Did something. With: Ana Rossi" in here.words(
        "tags/quietly/"
    )
    assert "With: a member , Ben Okafor" in here.words("people/ana/")


def test_who_changes_their_mind_is_gone_at_the_next_build(here: Valley):
    lively(here)
    here.publishes()
    assert here.holding("Rossi") != []

    here.manager.types("People", 2, "public", "no")
    here.publishes()

    assert here.holding("Rossi") == here.holding("people/ana") == []
    assert "a member November 19, 2026 Talked with Ben." in here.words("tags/italy/")


def test_what_is_hidden_corrected_or_removed_in_the_sheet_is_so_everywhere(here: Valley):
    first, second, third = lively(here)
    here.publishes()
    with here.manager.editing():
        here.manager.types("Reports", first, "decision", "hide")
        here.manager.types("Reports", second, "text", "Drew up a better plan.")
        here.manager.deletes_row("Reports", third)

    here.publishes()

    assert here.holding("Talked with Ben") == here.holding("italy/") == []
    assert here.holding("older thing") == here.holding("2026/10/") == []
    assert here.holding("Drew up the plan") == []
    assert here.holding("people/ana") == []
    assert len(here.holding("Drew up a better plan")) == 9


def test_a_review_comes_before_the_public(tmp_path: Path):
    with valley(tmp_path, digest="review_hours = 24") as here:
        lively(here)
        here.publishes()
        here.mails()
        here.builds()
        assert here.holding("Talked with Ben") == []

        here.now += timedelta(hours=25)
        here.builds()

        assert "Talked with Ben." in here.words("issues/2026-W48/")
