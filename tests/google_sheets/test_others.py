"""What other people keep on Google: a tab that a form fills, and the mentor sheet."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sheets_sync.given import Rules
from sheets_sync.layout import TABS
from sheets_sync.mentor_sheet import Apart, Elsewhere
from sheets_sync.state import State, open_state
from sheets_sync.sync import Outcome, sync
from sheets_sync.validate import reports_tab
from tests.google_people import Colleague
from tests.google_sheets.opening import MONDAY, Shared, sharing
from tests.story import FORM, bad_filter

TAB = "Form responses 1"
RULES = Rules(
    FORM,
    ZoneInfo("Europe/Berlin"),
    bad_filter,
    headers={TAB: {"Your name": "reporter", "What did you do?": "text"}},
    linked=(TAB,),
)


@pytest.fixture
def shared() -> Iterator[Shared]:
    with sharing() as shared:
        shared.opened().create((reports_tab(FORM), *TABS[1:]), {})
        shared.person.holds(
            "People", "| name | username | groups |\n| Ben | ben | Rep |\n| Cho | cho | Mentor |"
        )
        shared.person.adds_tab(TAB)
        shared.person.holds(TAB, "| Timestamp | Your name | What did you do? |\n| | ben | one |")
        yield shared


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = open_state("sqlite:tidings.db", folder=tmp_path, create=True)
    yield opened
    opened.close()


def syncs(shared: Shared, state: State, mentors: Elsewhere | None = None) -> Outcome:
    return sync(shared.opened(state.base), state, RULES, now=MONDAY, mentors=mentors)


def test_answers_in_a_linked_tab_are_reports(shared: Shared, state: State) -> None:
    syncs(shared, state)

    header, row, *below = shared.person.cells(TAB)
    shown = dict(zip(map(str, header), row, strict=False))
    assert header[:3] == ["Timestamp", "Your name", "What did you do?"]
    assert (shown["What did you do?"], shown["status"], shown["source"], below) == (
        "one",
        "ok",
        "linked form",
        [],
    )
    assert [one.text for one in state.base.accepted_above(0)] == ["one"]

    syncs(shared, state)  # after a write, titles and ids are asked for anew
    before = shared.person.cells(TAB)
    shared.world.calls.clear()
    assert syncs(shared, state).written is False
    assert [call.method for call in shared.world.calls] == ["GET"]
    assert shared.person.cells(TAB) == before


def test_an_edited_answer_is_the_same_report(shared: Shared, state: State) -> None:  # fault 32
    syncs(shared, state)
    known = set(state.base.known())
    shared.person.types(TAB, 2, "What did you do?", "one, and more")

    syncs(shared, state)

    assert set(state.base.known()) == known
    assert [one.text for one in state.base.accepted_above(0)] == ["one, and more"]


def test_the_mentor_sheet_adds_one_read_and_is_never_written(shared: Shared, state: State) -> None:
    book = shared.world.add_spreadsheet("Council")
    council = Colleague(shared.world, book)
    council.adds_tab("Pairs")
    council.holds("Pairs", "| mentee | mentor |\n| ben | cho |")

    def elsewhere() -> Elsewhere:
        theirs = Shared(shared.standin, book, shared.time, council)
        return Elsewhere(theirs.opened(Apart("mentors", state.base)), "the council", "Pairs")

    syncs(shared, state, elsewhere())
    header, row = shared.person.cells(TAB)
    assert dict(zip(header, row, strict=False))["mentor"] == "Cho"

    syncs(shared, state, elsewhere())
    shared.world.calls.clear()
    assert syncs(shared, state, elsewhere()).written is False
    assert [call.method for call in shared.world.calls] == ["GET", "GET"]
    assert sum(book.id in call.path for call in shared.world.calls) == 1

    council.holds("Pairs", "")
    outcome = syncs(shared, state, elsewhere())
    assert "the council, Pairs: it cannot be read; the copy of 2026-11-23 07:00" in outcome.notes[0]
    assert council.cells("Pairs") == []


def test_a_proposed_pair_and_pasted_usernames_take_no_call_more(
    shared: Shared, state: State
) -> None:
    syncs(shared, state)
    shared.person.inserts_row("People", 4, ["Cho", None, "cho"])
    shared.person.types(TAB, 2, "What did you do?", "one, with Cho")
    syncs(shared, state)  # after a write, titles and ids are asked for anew
    syncs(shared, state)
    header = shared.person.cells(TAB)[0]
    for column, typed in (("Your name", "cho"), ("What did you do?", "Met Ben"), ("about", "Ben")):
        if column not in header:
            shared.person.adds_column(TAB, column, [None, typed])
        else:
            shared.person.types(TAB, 3, column, typed)
    shared.world.calls.clear()

    syncs(shared, state)

    assert [call.method for call in shared.world.calls] == ["GET", "POST"]
    assert shared.person.cells("Mentors")[1][:2] == ["Ben", "Cho"]
