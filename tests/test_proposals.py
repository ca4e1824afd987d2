"""Reports of mentorship propose pairs: a row of Mentors each, once, for a manager to decide."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sheets_sync.layout import MENTORS
from sheets_sync.mentor_sheet import Elsewhere
from sheets_sync.xlsx import Workbook
from tests.keeping import KINDS, Keeping, keeping
from tests.people import Manager

EVERYWHERE = pytest.mark.parametrize("k", KINDS, indirect=True)
PEOPLE = (
    "| name       | email           | username | groups      |",
    "| Ana Rossi  | ana@example.org | ana      | Rep, Mentor |",
    "| Ben Okafor | ben@example.org | ben      | Rep         |",
    "| Cho Min    | cho@example.org | cho      | Rep, Mentor |",
    "| Max Lee    | max@example.org | max1     | Rep         |",
    "| Max Lee    | m2@example.org  | max2     | Rep         |",
    "| Old Hand   | old@example.org | old      | Alumni      |",
)
PAIRS = (
    "| mentee | mentor | since | until | note |",
    "| ana    | cho    |       |       |      |",
    "| cho    | ana    |       |       |      |",
    "| max1   | ana    |       |       |      |",
    "| max2   | ana    |       | 2026-10-31 |  |",
)


@pytest.fixture
def k(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Keeping]:
    with keeping(getattr(request, "param", "xlsx"), tmp_path) as kept:
        kept.holds(People=PEOPLE, Mentors=PAIRS)
        kept.sync()
        yield kept


def proposed(k: Keeping) -> list[tuple[object, ...]]:
    """Return mentee and mentor of the rows below those that people typed."""
    return [row[:2] for row in k.shows("Mentors", "mentee", "mentor", "note")[len(PAIRS) - 1 :]]


@EVERYWHERE
def test_a_report_proposes_a_pair_that_counts_once_a_manager_fills_in_since(k: Keeping) -> None:
    id = k.posts("ana", "Showed Ben around", about="Ben Okafor", tags="mentoring")

    k.sync()

    columns = ("mentee", "mentor", "since", "note")
    assert k.shows("Mentors", *columns)[-1] == (
        "Ben Okafor",
        "Ana Rossi",
        None,
        f"proposed by report {id}",
    )
    assert k.mentor_of("ben") == ""
    assert k.problems("Mentors", column="since") == [
        f"Mentors 6, since: report {id} tells that Ana Rossi mentors Ben Okafor; it does not count "
        "yet; fill in since if it is so; if not, remove the row"
    ]
    assert k.sync().written is False

    k.manager.types("Mentors", 6, "since", date(2026, 11, 20))
    k.sync()

    assert k.mentor_of("ben") == "ana"
    assert k.problems("Mentors", column="since") == []
    assert k.shows("Mentors", "since", "note", "problem")[-1][1:] == (
        f"proposed by report {id}",
        None,
    )


def test_a_proposal_is_written_in_the_batch_of_its_report(k: Keeping) -> None:
    k.posts("ana", "Showed Ben around", about="ben", tags="mentoring")

    changes = k.sync().changes

    assert [append.tab for append in changes.appends] == ["Reports", "Mentors", "Tags"]


def test_a_pair_is_proposed_once_and_never_again_when_it_was_removed(k: Keeping) -> None:
    k.posts("ana", "Showed Ben around", about="ben", tags="mentoring")
    k.sync()
    k.posts("ana", "Showed Ben more", about="Ben Okafor", tags="mentoring")
    k.sync()
    assert proposed(k) == [("Ben Okafor", "Ana Rossi")]

    k.manager.deletes_row("Mentors", 6)
    k.sync()
    k.posts("ana", "And again", about="ben", tags="mentoring")
    k.sync()

    assert proposed(k) == []
    assert k.problems("Mentors", column="since") == []


def test_a_declined_proposal_may_stay_with_its_end(k: Keeping) -> None:
    k.posts("ana", "Showed Ben around", about="ben", tags="mentoring")
    k.sync()
    k.manager.types("Mentors", 6, "until", date(2026, 11, 1))

    k.sync()

    assert k.mentor_of("ben") == ""
    assert k.problems("Mentors", column="since") == []


@pytest.mark.parametrize(
    ("writer", "answers", "pairs"),
    [
        ("ana", {"about": "ben", "tags": "Mentorship"}, ["Ben Okafor"]),
        ("ana", {"about": "ben", "tags": "coaching"}, ["Ben Okafor"]),  # means mentoring, see below
        ("ana", {"about": "ben"}, ["Ben Okafor"]),  # a mentor who used no tag
        ("ben", {"about": "max2"}, []),  # not a mentor, and no tag that tells
        ("ben", {"about": "max2", "tags": "mentoring"}, ["max2"]),
        ("ana", {"about": "ben", "tags": "event"}, []),
        ("ana", {"about": "", "tags": "mentoring"}, []),
        ("ana", {"about": "ana", "tags": "mentoring"}, []),
        ("ana", {"about": "max1", "tags": "mentoring"}, []),  # their mentee
        ("ana", {"about": "max2", "tags": "mentoring"}, []),  # was their mentee
        ("ana", {"about": "cho", "tags": "mentoring"}, []),  # their mentor
        ("ana", {"about": "Max Lee", "tags": "mentoring"}, []),  # two of that name
        ("ana", {"about": "old", "tags": "mentoring"}, []),  # alumni
        ("old", {"about": "ben", "tags": "mentoring"}, []),
        ("a stranger", {"about": "ben", "tags": "mentoring"}, []),
        ("cho", {"about": "ben; max1; Zoe", "tags": "mentoring"}, ["Ben Okafor", "max1"]),
        ("cho", {"about": "ben; max1; a; b; c; d", "tags": "mentoring"}, []),  # a gathering
    ],
)
def test_which_reports_tell_of_mentorship(
    k: Keeping, writer: str, answers: dict[str, str], pairs: list[str]
) -> None:
    k.manager.holds("Tags", "| tag | same as |\n| coaching | mentoring |")
    k.posts(writer, "Something", **answers)

    k.sync()

    assert [mentee for mentee, _ in proposed(k)] == pairs


def test_the_settings_name_the_tags(k: Keeping) -> None:
    k.sets(mentorship_tags=("buddy",))
    k.posts("ana", "Showed Ben around", about="ben", tags="mentoring")
    k.posts("cho", "Showed Ben around", about="ben", tags="Buddy")

    k.sync()

    assert proposed(k) == [("Ben Okafor", "Cho Min")]


def test_reports_that_were_there_before_tidings_propose_nothing(tmp_path: Path) -> None:
    with keeping("xlsx", tmp_path) as k:
        k.holds(
            People=PEOPLE,
            Mentors=PAIRS,
            Reports=(
                "| date | reporter | text | tags | about |",
                "| 2020-05-01 | ana | Old | mentoring | ben |",
            ),
        )

        k.sync()

        assert proposed(k) == []


def test_while_the_sheet_cannot_be_written_nothing_counts_as_proposed(
    k: Keeping, tmp_path: Path
) -> None:
    k.posts("ana", "Showed Ben around", about="ben", tags="mentoring")
    lock = tmp_path / ".~lock.workbook.xlsx#"
    lock.write_text(",manager,desk,23.11.2026 07:00,file:///home;")

    assert k.sync().written is False
    lock.unlink()
    k.sync()

    assert proposed(k) == [("Ben Okafor", "Ana Rossi")]


def test_a_proposal_that_waits_does_not_count_while_its_mark_is_away(k: Keeping) -> None:
    k.posts("ana", "Showed Ben around", about="ben", tags="mentoring")
    k.sync()
    k.manager.renames_header("Mentors", "note", "remark")
    k.manager.moves_column("Mentors", "remark", 0)

    k.sync()

    assert k.mentor_of("ben") == ""


def test_without_the_column_that_marks_it_nothing_is_proposed(k: Keeping) -> None:
    k.manager.renames_header("Mentors", "note", "remark")
    k.manager.moves_column("Mentors", "remark", 0)
    k.posts("ana", "Showed Ben around", about="ben", tags="mentoring")

    k.sync()

    assert len(k.manager.cells("Mentors")) == len(PAIRS)
    assert k.mentor_of("ben") == ""
    assert any("column 'note' is gone" in line for line in k.problems("Mentors"))

    k.manager.renames_header("Mentors", "remark", "note")
    k.sync()

    assert proposed(k) == [("Ben Okafor", "Ana Rossi")]
    assert k.mentor_of("ben") == ""


def test_in_a_sheet_of_others_a_pair_is_pointed_out_for_four_weeks(
    k: Keeping, tmp_path: Path
) -> None:
    theirs = tmp_path / "council.xlsx"
    Workbook(theirs).create((replace(MENTORS, title="Pairs"),), {})
    Manager(theirs).holds("Pairs", "| mentee | mentor |\n| max1 | ana |")
    k.mentors = Elsewhere(Workbook(theirs), "council.xlsx", "Pairs", file=theirs)
    before = theirs.read_bytes()
    id = k.posts("ana", "Showed Ben around", about="ben", tags="mentoring")

    def told() -> list[str]:
        return k.problems("council.xlsx, Pairs", column="mentee")

    k.sync()
    assert told() == [
        f"council.xlsx, Pairs None, mentee: report {id} tells that Ana Rossi mentors Ben Okafor; "
        "add a row there if it is so; if not, this goes by itself after 28 days"
    ]
    k.pass_time(days=29)
    k.sync()
    assert told() == []
    assert theirs.read_bytes() == before
