"""An older copy of the spreadsheet is saved over ours and undoes what people corrected (fault 43).

What they were thanked for is made again, by the rules that held the first time.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sheets_sync.layout import PEOPLE, TABS
from sheets_sync.spreadsheet import Changes, Snapshot
from sheets_sync.sync import sync
from sheets_sync.validate import reports_tab
from sheets_sync.xlsx import Workbook
from tests.google_sheets.opening import sharing
from tests.story import FORM, ROSTER, Story, story

MADE_AGAIN = (
    "An older copy of the spreadsheet was saved over ours; the reports whose corrections it undid "
    "were corrected again: 1"
)


@pytest.fixture
def s(tmp_path: Path) -> Iterator[Story]:
    with story(tmp_path) as told:
        yield told


class Stopped(Workbook):
    """The workbook, and a machine that stops right before it is written, or right after."""

    def __init__(self, path: Path, *, after: bool) -> None:
        super().__init__(path)
        self._after = after

    def write(self, base: Snapshot, changes: Changes) -> None:
        if self._after:
            super().write(base, changes)
        raise KeyboardInterrupt


def texts(s: Story) -> list[object]:
    return [text for (text,) in s.shows("Reports", "text")]


def corrected(s: Story) -> tuple[str, bytes]:
    """Let somebody correct a report; return its id, and the workbook from before."""
    id = s.posts("ana", "told", tags="press")
    s.sync()
    stale = s.path.read_bytes()
    s.posts("ana", "better told", tags="press", id=id)
    s.sync()
    assert texts(s) == ["better told"]
    return id, stale


@pytest.mark.usefixtures("on_either_database")
def test_a_correction_that_an_older_copy_undid_is_made_again(s: Story):
    id, stale = corrected(s)
    s.path.write_bytes(stale)
    assert texts(s) == ["told"]

    mended = s.sync()

    assert mended.notes == (MADE_AGAIN,)
    assert s.shows("Reports", "text", "tags", "problem") == [("better told", "press", None)]
    assert s.report(id).text == "better told"
    again = s.sync()
    assert (again.notes, again.written) == ((), False)
    s.posts("ana", "best told", tags="press", id=id)
    s.sync()
    assert s.shows("Reports", "text", "problem") == [("best told", None)]


def test_it_is_made_again_on_google_too(s: Story):
    with sharing() as shared:
        s.book = shared.opened()
        s.book.create((reports_tab(FORM), *TABS[1:]), {PEOPLE.title: ROSTER})
        text = shared.person.cells("Reports")[0].index("text")
        id = s.posts("ana", "told")
        s.sync()
        version = shared.book.saved()
        s.posts("ana", "better told", id=id)
        s.sync()
        shared.book.restore(version)
        assert shared.person.cells("Reports")[1][text] == "told"

        assert s.sync().notes == (MADE_AGAIN,)

        assert shared.person.cells("Reports")[1][text] == "better told"
        assert not s.sync().written


def test_two_corrections_are_made_again_from_whichever_stood_in_the_copy(s: Story):
    id, first = corrected(s)
    second = s.path.read_bytes()
    s.posts("ana", "best told", tags="", link="https://example.org", id=id)
    s.sync()

    for copy in (first, second, first):
        s.path.write_bytes(copy)
        s.sync()

        shown = s.shows("Reports", "text", "tags", "link", "problem")
        assert shown == [("best told", None, "https://example.org", None)]


def test_a_correction_back_to_the_first_words_is_made_again(s: Story):
    id, _ = corrected(s)
    between = s.path.read_bytes()
    s.posts("ana", "told", tags="press", id=id)
    s.sync()
    s.path.write_bytes(between)

    s.sync()

    assert texts(s) == ["told"]


def test_what_a_person_typed_into_the_copy_stays_and_is_named(s: Story):
    _, stale = corrected(s)
    s.path.write_bytes(stale)
    s.manager.types("Reports", 2, "text", "told by a manager")

    s.sync()

    assert s.shows("Reports", "text", "problem") == [
        (
            "told by a manager",
            "text: the reporter corrected this to “better told”; the edit made here was kept; "
            "type the correction, or write ok into decision",
        )
    ]


def test_what_a_person_typed_after_the_correction_goes_with_what_they_threw_away(s: Story):
    _, stale = corrected(s)
    s.manager.types("Reports", 2, "text", "told by a manager")
    s.sync()
    s.path.write_bytes(stale)

    s.sync()

    assert s.shows("Reports", "text", "problem") == [("better told", None)]


def test_what_a_manager_types_again_on_purpose_stays(s: Story):
    id, _ = corrected(s)
    s.manager.types("Reports", 2, "text", "told")
    s.sync()
    copy = s.path.read_bytes()
    s.posts("ana", "better told", tags="italy", id=id)
    s.sync()
    assert s.shows("Reports", "text", "tags") == [("told", "italy")]

    s.path.write_bytes(copy)
    s.sync()

    assert s.shows("Reports", "text", "tags") == [("told", "italy")]


def test_a_held_report_stays_held_and_a_withdrawn_one_withdrawn(s: Story):
    held = s.posts("ben", "held", held="over 3 links")
    withdrawn = s.posts("ana", "told")
    s.sync()
    stale = s.path.read_bytes()
    s.posts("ben", "held and corrected", id=held)
    s.posts("ana", "better told", id=withdrawn)
    s.sync()
    s.withdraws(withdrawn)
    s.sync()
    s.path.write_bytes(stale)

    s.sync()

    assert s.shows("Reports", "text", "status") == [
        ("held and corrected", "held"),
        ("better told", "withdrawn"),
    ]


def test_a_row_that_came_back_with_its_correction_is_corrected_again(s: Story):
    s.sync()
    nothing = s.path.read_bytes()
    id = s.posts("ana", "told")
    s.sync()
    stale = s.path.read_bytes()
    s.path.write_bytes(nothing)
    s.posts("ana", "better told", id=id)
    s.sync()
    assert texts(s) == ["better told"]

    s.path.write_bytes(stale)
    s.sync()

    assert texts(s) == ["better told"]


def test_a_report_that_was_corrected_while_its_row_was_removed_comes_back_corrected(s: Story):
    id = s.posts("ana", "told")
    s.sync()
    stale = s.path.read_bytes()
    s.manager.deletes_row("Reports", 2)
    s.sync()
    s.posts("ana", "better told", id=id)
    s.sync()
    assert s.state.journal.unwritten() == []

    s.path.write_bytes(stale)
    s.sync()

    assert texts(s) == ["better told"]


@pytest.mark.parametrize("after", [False, True])
def test_a_run_that_stops_makes_it_again_the_next_time(s: Story, after: bool):
    id, stale = corrected(s)
    s.path.write_bytes(stale)
    with pytest.raises(KeyboardInterrupt):
        sync(Stopped(s.path, after=after), s.state, s.rules, now=s.now)

    s.sync()

    assert texts(s) == ["better told"]
    s.manager.types("Reports", 2, "text", "told")
    s.sync()
    assert texts(s) == ["told"]
    s.posts("ana", "best told", tags="press", id=id)
    s.sync()
    assert texts(s) == ["told"]


def test_what_the_brake_holds_back_is_made_again_later(s: Story):
    _, stale = corrected(s)
    for number in range(8):
        s.types_report(reporter="ben", text=f"typed {number}")
    s.sync()
    s.path.write_bytes(stale)
    s.manager.types("People", 2, "mentor", "?")  # so that something is written at once
    s.sync()
    braked = s.path.read_bytes()
    assert texts(s) == ["told"]
    s.pass_time(hours=25)
    s.sync()
    assert texts(s) == ["better told"]

    s.path.write_bytes(braked)
    s.sync()

    assert texts(s) == ["better told"]
