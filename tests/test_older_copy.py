"""An older copy of the spreadsheet is saved over ours in the middle of other trouble (fault 43).

Each of these stories was found by the simulated year.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sheets_sync.spreadsheet import Changes, Snapshot
from sheets_sync.state import open_state
from sheets_sync.sync import sync
from sheets_sync.xlsx import Workbook
from tests.story import Story, story


@pytest.fixture
def s(tmp_path: Path) -> Iterator[Story]:
    with story(tmp_path) as told:
        yield told


class Stopped(Workbook):
    """The workbook, and a machine that stops right after it was written."""

    def write(self, base: Snapshot, changes: Changes) -> None:
        super().write(base, changes)
        raise KeyboardInterrupt


def texts(s: Story) -> list[tuple[object, ...]]:
    return s.shows("Reports", "text")


def goes_back_too_far(s: Story) -> None:
    """Put a copy in place that lacks too much to be believed at once, and needs mending."""
    s.posts("ben", "old")
    s.sync()
    stale = s.path.read_bytes()
    s.posts("ana", "new")
    for number in range(8):
        s.types_report(reporter="ben", text=f"typed {number}")
    s.sync()
    s.path.write_bytes(stale)
    s.manager.types("People", 2, "mentor", "?")


def test_a_row_that_a_stopped_run_wrote_is_put_back_too(s: Story):
    s.posts("ben", "old")
    s.sync()
    stale = s.path.read_bytes()
    s.posts("ana", "new")
    with pytest.raises(KeyboardInterrupt):
        sync(Stopped(s.path), s.state, s.rules, now=s.now)
    s.sync()
    assert texts(s) == [("old",), ("new",)]

    s.path.write_bytes(stale)
    s.sync()

    assert texts(s) == [("old",), ("new",)]


def test_what_cannot_be_put_back_at_once_is_put_back_later(s: Story):
    goes_back_too_far(s)

    brake = s.sync()

    assert brake.notes == (
        "Reports: 8 of 10 reports are suddenly gone; nothing is written here; bring them back, or "
        "run: tidings sync --accept-removals",
    )
    assert s.shows("People", "mentor")[0] == ("Cho Min",)
    assert texts(s) == [("old",)]
    s.pass_time(hours=1)
    s.sync()
    assert texts(s) == [("old",)]

    s.pass_time(hours=24)
    settled = s.sync()

    assert settled.notes == (
        "An older copy of the spreadsheet was saved over ours; the reports that it lacked were "
        "put back: 1",
    )
    assert texts(s) == [("old",), ("new",)]
    s.manager.deletes_row("Reports", 3)
    assert (s.sync().notes, texts(s)) == ((), [("old",)])


def test_a_run_that_stopped_after_its_first_write_still_puts_back_all_later(s: Story):
    goes_back_too_far(s)
    with pytest.raises(KeyboardInterrupt):
        sync(Stopped(s.path), s.state, s.rules, now=s.now)

    s.sync()
    s.pass_time(hours=25)
    s.sync()

    assert texts(s) == [("old",), ("new",)]


def test_a_row_that_was_removed_and_pasted_back_is_put_back_too(s: Story):
    s.posts("ben", "old")
    s.posts("ana", "removed once")
    s.sync()
    with_it = s.path.read_bytes()
    s.manager.deletes_row("Reports", 3)
    s.sync()
    s.posts("cho", "new")
    s.sync()
    without_it = s.path.read_bytes()
    s.path.write_bytes(with_it)
    s.sync()
    assert texts(s) == [("old",), ("removed once",), ("new",)]

    s.path.write_bytes(without_it)
    s.sync()

    assert texts(s) == [("old",), ("new",), ("removed once",)]


def test_a_report_comes_back_with_the_correction_that_waited_for_its_row(s: Story):
    s.posts("ben", "old")
    s.sync()
    stale = s.path.read_bytes()
    id = s.posts("ana", "new")
    s.sync()
    s.path.write_bytes(stale)
    s.posts("ana", "new and better told", id=id)

    s.sync()

    assert texts(s) == [("old",), ("new and better told",)]
    assert s.state.journal.unwritten() == []
    s.posts("ana", "once more", id=id)
    s.sync()
    assert texts(s) == [("old",), ("once more",)]
    assert s.shows("Reports", "problem") == [(None,), (None,)]


def test_what_a_lost_state_knew_is_no_news_when_an_old_copy_brings_it_back(s: Story):
    id = s.posts("ben", "mailed long ago")
    s.posts("ana", "another")
    s.sync()
    stale = s.path.read_bytes()
    s.manager.deletes_row("Reports", 2)
    s.sync()
    s.state.close()
    s.state = open_state("sqlite:new.db", folder=s.folder, create=True)
    s.pass_time(hours=1)
    s.sync(take_over=True)

    s.path.write_bytes(stale)
    s.pass_time(hours=1)
    s.sync()
    assert s.shows("Reports", "text", "status") == [
        ("mailed long ago", "ok"),
        ("another", "ok"),
    ]
    s.types_report(reporter="cho", text="new")
    s.sync()

    assert s.report(id).accepted == 0
    assert [one.text for one in s.state.base.accepted_above(0)] == ["another", "new"]


def test_a_correction_reaches_a_row_that_a_stopped_run_wrote(s: Story):
    id = s.posts("ana", "new", tags="press")
    with pytest.raises(KeyboardInterrupt):
        sync(Stopped(s.path), s.state, s.rules, now=s.now)
    s.posts("ana", "better told", tags="press", id=id)

    s.sync()

    assert texts(s) == [("better told",)]
    assert s.report(id).text == "better told"
    assert s.state.journal.unwritten() == []
    s.manager.types("Reports", 2, "text", "mended")
    s.posts("ana", "best told", tags="italy", id=id)
    s.sync()
    assert s.shows("Reports", "text", "tags") == [("mended", "italy")]


def test_a_row_is_news_when_a_run_stopped_right_after_it_got_its_id(s: Story):
    s.sync()
    s.pass_time(days=30)
    s.types_report(reporter="ben", text="late", date="2026-11-01")
    with pytest.raises(KeyboardInterrupt):
        sync(Stopped(s.path), s.state, s.rules, now=s.now)

    s.sync()

    assert [one.text for one in s.state.base.accepted_above(0)] == ["late"]
