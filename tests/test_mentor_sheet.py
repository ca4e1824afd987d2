"""The mentor sheet in a spreadsheet of other people's: read once in a sync, never written."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook as Book

from sheets_sync.community import Problem
from sheets_sync.mentor_sheet import Elsewhere
from sheets_sync.project import find_mentors
from sheets_sync.settings import read_settings
from sheets_sync.spreadsheet import Changes, Snapshot
from sheets_sync.xlsx import Workbook
from tests.people import Manager, table
from tests.story import Story, story

NAME = "council.xlsx, Pairs"
SETTINGS = """
[mentors]
file = "council.xlsx"
tab = "Pairs"
headers = { "Rep" = "mentee", "Looks after them" = "mentor" }
"""
PAIRS = (
    "| Rep | Looks after them | budget |",
    "| ben | cho | 5 |",
    "| ana | cho | |",
    "| cho | nobody known | |",
)


class Counted(Workbook):
    """A workbook that counts its reads and refuses to be written."""

    reads = 0

    def read(self) -> Snapshot:
        self.reads += 1
        return super().read()

    def write(self, base: Snapshot, changes: Changes) -> None:
        raise AssertionError("the mentor sheet is other people's")


@pytest.fixture
def s(tmp_path: Path) -> Iterator[Story]:
    with story(tmp_path) as told:
        with told.manager.editing() as book:
            del book["Mentors"]
        book = Book()
        book.active.title = "Pairs"
        book.save(tmp_path / "council.xlsx")
        council(told).holds("Pairs", "\n".join(PAIRS))
        place = find_mentors(tmp_path, read_settings(SETTINGS, name="tidings.toml"))
        assert place is not None
        told.mentors = replace(place, spreadsheet=Counted(tmp_path / "council.xlsx"))
        yield told


def council(s: Story) -> Manager:
    return Manager(s.folder / "council.xlsx")


def reads(place: Elsewhere | None) -> int:
    assert place is not None
    assert isinstance(place.spreadsheet, Counted)
    return place.spreadsheet.reads


def mentors(s: Story) -> list[object]:
    return [mentor for (mentor,) in s.shows("People", "mentor")]


def test_mentors_come_from_the_sheet_of_others_and_problems_name_it(s: Story):
    s.posts("ben", "one")

    outcome = s.sync()

    assert mentors(s) == ["Cho Min", "Cho Min", None]
    assert s.shows("Reports", "mentor") == [("Cho Min",)]
    assert outcome.problems == (
        Problem(
            "People",
            2,
            "groups",
            "Rep, Mentor",
            "Ana Rossi is in the Mentor group and mentors nobody",
            f"add a row to {NAME} for their first mentee, or take Mentor out of their groups",
        ),
        Problem("People", 4, "mentor", "", "Cho Min has no mentor", f"add a row to {NAME}"),
        Problem(
            NAME,
            4,
            "mentor",
            "nobody known",
            "nobody on the People tab is called so",
            "correct it, or add the person to People",
        ),
    )
    assert s.shows("Problems", "tab", "row")[-1] == (NAME, 4)
    assert "Mentors" not in s.manager.tabs()


def test_the_sheet_is_read_once_in_a_sync_and_never_written(s: Story):
    before = (s.folder / "council.xlsx").read_bytes()
    s.posts("ben", "one")

    s.sync()
    assert reads(s.mentors) == 1
    assert s.sync().written is False  # quiet
    assert reads(s.mentors) == 2
    assert (s.folder / "council.xlsx").read_bytes() == before
    assert council(s).text("Pairs") == table(*PAIRS)


def test_a_change_in_the_sheet_of_others_is_seen(s: Story):
    s.sync()
    s.sync()
    council(s).types("Pairs", 4, "Looks after them", "ana")

    s.sync()

    assert mentors(s) == ["Cho Min", "Cho Min", "Ana Rossi"]


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (
            lambda s: (s.folder / "council.xlsx").unlink(),
            "council.xlsx is not there; put it back, or correct mentors.file in tidings.toml",
        ),
        (lambda s: council(s).holds("Pairs", ""), "nothing stands there, not even a header"),
        (
            lambda s: council(s).renames_header("Pairs", "budget", "Mentor"),
            "2 columns stand for 'mentor'",
        ),
        (
            lambda s: council(s).holds("Pairs", "| Who | Whom |\n| ben | ana |"),
            "map its header in tidings.toml under [mentors.headers]",
        ),
    ],
    ids=["gone", "empty", "doubled header", "other headers"],
)
def test_a_sheet_that_cannot_be_used_leaves_the_last_good_copy(
    s: Story, break_it, reason: str
):  # fault 52
    s.sync()
    break_it(s)
    s.pass_time(hours=3)
    s.posts("ben", "one")

    outcome = s.sync()

    assert mentors(s) == ["Cho Min", "Cho Min", None]
    assert outcome.notes == (
        f"{NAME}: it cannot be read; the copy of 2026-11-23 07:00 (UTC) is used and nothing is "
        "written there. The Problems tab says why",
    )
    told = [problem.message for problem in outcome.problems if problem.tab == NAME]
    assert reason in told[0]
    assert s.shows("Reports", "status", "mentor") == [("ok", "Cho Min")]


def test_a_sheet_that_was_never_read_is_told_of(s: Story):
    (s.folder / "council.xlsx").unlink()
    s.posts("ben", "one")

    outcome = s.sync()

    assert outcome.notes == (f"{NAME}: it cannot be read, and no good copy is kept",)
    assert s.shows("Reports", "status", "mentor") == [("ok", None)]


def test_a_renamed_tab_is_asked_about(s: Story):
    s.sync()
    with council(s).editing() as book:
        book["Pairs"].title = "Old pairs"

    outcome = s.sync()

    assert [p.text() for p in outcome.problems if p.row is None] == [
        f"{NAME}: there is no tab 'Pairs'; correct mentors.tab in tidings.toml"
    ]
    assert mentors(s) == ["Cho Min", "Cho Min", None]


def test_a_sheet_that_is_suddenly_short_is_not_believed_for_a_day(s: Story):  # fault 20
    many = [f"| stranger {number} | cho | |" for number in range(6)]
    council(s).holds("Pairs", "\n".join((*PAIRS, *many)))
    s.sync()
    council(s).holds("Pairs", "\n".join((PAIRS[0], PAIRS[2])))

    outcome = s.sync()
    assert mentors(s) == ["Cho Min", "Cho Min", None]
    assert "council.xlsx, Pairs: it suddenly misses much" in outcome.notes[0]

    s.pass_time(hours=25)
    outcome = s.sync()
    assert mentors(s) == ["Cho Min", None, None]
    assert outcome.notes == ()


def test_an_own_mentors_tab_is_left_alone(s: Story):
    s.manager.adds_tab("Mentors")
    s.manager.holds("Mentors", "| mentee | mentor |\n| ben | ana |")

    s.sync()

    assert mentors(s) == ["Cho Min", "Cho Min", None]
    assert s.manager.text("Mentors") == table("| mentee | mentor |", "| ben | ana |")


def test_without_the_setting_there_is_no_other_sheet(tmp_path: Path):
    assert find_mentors(tmp_path, read_settings("", name="tidings.toml")) is None


def test_the_age_of_the_copy_is_that_of_the_last_good_read(s: Story):  # fault 52
    s.sync()
    s.pass_time(days=1)
    s.sync()
    (s.folder / "council.xlsx").unlink()
    s.pass_time(days=5)

    note = s.sync().notes[0]

    assert f"the copy of {datetime(2026, 11, 24, 7, 0, tzinfo=UTC):%Y-%m-%d %H:%M} (UTC)" in note
