"""How many calls it takes: the quota is 60 a minute, so they are counted."""

from collections.abc import Iterator

import pytest

from sheets_sync.google_sheets.known import OneRun
from sheets_sync.layout import TABS
from sheets_sync.spreadsheet import Append, CellFault, Changes, Edit, Rewrite, Stamp
from tests.google_sheets.opening import Shared, sharing

READ, WRITE = "GET", "POST"


@pytest.fixture
def shared() -> Iterator[Shared]:
    with sharing() as shared:
        shared.opened().create(TABS, {})
        shared.world.calls.clear()
        yield shared


def calls(shared: Shared) -> list[str]:
    """Return the methods of the calls since the last look."""
    found = [call.method for call in shared.world.calls]
    shared.world.calls.clear()
    return found


def test_a_first_read_takes_two_calls_and_the_next_one(shared: Shared) -> None:
    memory = OneRun()

    assert shared.opened(memory).read().worksheet("Reports")
    assert calls(shared) == [READ, READ]

    # Another process, with the same state.
    assert shared.opened(memory).read().worksheet("Reports")
    assert calls(shared) == [READ]


def test_what_is_known_is_believed_for_an_hour(shared: Shared) -> None:
    memory = OneRun()
    shared.opened(memory).read()
    shared.person.adds_tab("Theirs")
    shared.time.seconds += 3700
    calls(shared)

    assert shared.opened(memory).read().worksheet("Theirs")
    assert calls(shared) == [READ, READ]


def test_a_renamed_tab_is_noticed_at_once(shared: Shared) -> None:
    memory = OneRun()
    shared.opened(memory).read()
    shared.person.renames_tab("Tags", "Labels")
    calls(shared)

    assert shared.opened(memory).read().worksheet("Labels")
    assert calls(shared) == [READ, READ, READ]


def test_any_number_of_changes_takes_one_call_whose_answer_is_checked(shared: Shared) -> None:
    memory = OneRun()
    google = shared.opened(memory)
    rows = tuple(Append("Reports", {1: f"Ana {at}", 2: "Text"}) for at in range(300))
    google.write(google.read(), Changes(appends=rows))
    base = google.read()
    calls(shared)

    google.write(
        base,
        Changes(
            edits=tuple(Edit("Reports", row, 9, f"r-{row}") for row in range(2, 300, 3)),
            appends=(Append("Tags", {0: "tea"}), Append("Digests", {0: "2026-W48"})),
            rewrites=(Rewrite("Problems", [["Reports", row] for row in range(50)]),),
            stamp=Stamp("one", 1),
        ),
    )

    assert calls(shared) == [WRITE]
    assert google.read().stamp == Stamp("one", 1)
    assert calls(shared) == [READ]


def test_a_write_whose_answer_was_lost_is_checked_by_one_more_call(shared: Shared) -> None:
    google = shared.opened()
    base = google.read()
    calls(shared)
    shared.world.fails("truncated JSON", after_effect=True)

    google.write(base, Changes(appends=(Append("Tags", {0: "tea"}),)))

    # Written, looked up, checked.
    assert calls(shared) == [WRITE, READ, READ]


def test_errors_are_looked_up_only_where_something_looks_like_one(shared: Shared) -> None:
    memory = OneRun()
    google = shared.opened(memory)
    google.write(google.read(), Changes(appends=(Append("Tags", {0: "#REF!", 1: "tea"}),)))
    shared.person.types("Tags", 2, 1, "=1/0")
    google.read()
    calls(shared)

    tags = google.read().worksheet("Tags")

    assert tags is not None
    assert list(tags.rows[1][:2]) == ["#REF!", CellFault("#DIV/0!")]
    assert calls(shared) == [READ, READ]


def test_a_spreadsheet_in_another_zone_is_pointed_out(shared: Shared) -> None:
    # fault 27
    shared.book.time_zone = "America/Los_Angeles"

    (note,) = shared.opened(zone="Europe/Berlin").read().notes

    assert note.text() == (
        "Ours: the spreadsheet's time zone is America/Los_Angeles and the community's is "
        "Europe/Berlin, so a time that somebody types there means another moment; set it under "
        "File > Settings"
    )
    assert shared.opened(zone="America/Los_Angeles").read().notes == ()
