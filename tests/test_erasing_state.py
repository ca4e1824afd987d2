"""A person leaves the state, whichever database it is; old answers bring nobody back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from digests.issue import make
from sheets_sync.choices import Choice, ChoiceAct
from sheets_sync.community import Community, Orphan
from sheets_sync.erased import Erased, print_of
from sheets_sync.memory import MEMORY, Memory
from sheets_sync.state import State
from sheets_sync.state.base import record_reports
from sheets_sync.state.database import reading, writing
from sheets_sync.state.erasing import Asked
from sheets_sync.state.schema import metadata
from sheets_sync.state.scrubbing import scrubbed_community
from sheets_sync.traces import Traces
from tests.form_story import FormStory, form_story
from tests.newsroom import DUE, NOW, person, press, report, synced
from tests.places import choose, open_at
from tests.test_linked import TAB, answers, s

__all__ = ["s"]

ANA = Traces(
    names=frozenset({"Ana Rossi"}),
    addresses=frozenset({"ana@example.org"}),
    usernames=frozenset({"ana"}),
    ids=frozenset({"p-ana"}),
)
SECRET = "a secret of this project"


@pytest.fixture
def state(tmp_path: Path, state_url: str) -> Iterator[State]:
    choose(tmp_path, state_url)
    state = open_at(tmp_path)
    ana = replace(person("ana"), name="Ana Rossi")
    ben = replace(person("ben"), mentor="p-ana")
    others = replace(
        report(2), person="p-ben", reporter="ben", about=("Ana Rossi", "Cho"), name="Ben"
    )
    synced(state, replace(report(1), name="Ana Rossi"), others, people=[ana, ben])
    memory = MEMORY.dump_json(Memory(NOW, "form", "p-ana", "Ana Rossi")).decode()
    with writing(state.engine) as db:
        record_reports(db, [one._replace(memory=memory) for one in state.base.known().values()])
    make(press(state), DUE, now=NOW)
    state.renewals.record(["p-ana", "p-ben"], NOW.date())
    said = {"still in": "pause or stop", "words": "says Ana Rossi"}
    answer = Choice("k", ChoiceAct.ANSWER, "p-ana", "ana@example.org", said, "page", NOW)
    state.choices.commit([answer])
    state.base.put("still in", '{"p-ana": ["yes 2026-11-02", "yes 2026-11-02"]}')
    yield state
    state.close()


def everything(state: State) -> str:
    """Return all rows of all tables, letters as they are."""
    with reading(state.engine) as db:
        rows = [db.execute(select(table)).all() for table in metadata.tables.values()]
    return "\n".join(sorted(repr(row) for some in rows for row in some))


def test_no_table_holds_anything_of_them(state: State):
    before = everything(state)
    assert "Ana Rossi" in before
    assert "ana@example.org" in before

    found = state.erasing.find(ANA, Asked())
    state.erasing.erase(ANA, found.reports, Asked())
    state.erasing.leave_no_trace()

    after = everything(state)
    assert (found.reports, found.deliveries) == (frozenset({"r-1"}), 1)
    assert [word for word in ("Ana Rossi", "ana@example.org", "p-ana") if word in after] == []
    assert "p-ben" in after
    assert not state.erasing.is_unfinished()
    other = state.base.report("r-2")
    assert other is not None
    assert other.about == ("Cho",)


def test_nobody_is_advised_to_ask_somebody_who_is_gone():
    orphans = (
        Orphan("p-ana"),
        Orphan("p-ben", gone="p-ana", suggested=("p-cho", "p-ana")),
    )

    left = scrubbed_community(Community(NOW, orphans=orphans), ANA)

    assert left.orphans == (Orphan("p-ben", suggested=("p-cho",)),)


def test_a_letter_that_waited_is_made_anew_before_it_leaves(state: State):
    state.erasing.erase(ANA, {"r-1"}, Asked())

    left = state.outbox.find("2026-W48", "p-ben")

    assert left is not None
    assert left.message == b""
    assert set(left.reports) - state.base.not_taken_back() == {"erased"}


def test_erasing_twice_is_harmless(state: State):
    state.erasing.erase(ANA, {"r-1"}, Asked())
    once = everything(state)

    state.erasing.erase(ANA, {"r-1"}, Asked())

    assert everything(state) == once


# -- what must not come back ----------------------------------------------------------------------


def erased(told: FormStory, *words: str) -> None:
    told.state.erasing.record([print_of(SECRET, word) for word in words], told.now)
    told.rules = replace(told.rules, secret=SECRET)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[FormStory]:
    with form_story(tmp_path) as story:
        yield story


def test_an_answer_to_the_google_form_from_before_is_not_collected(told: FormStory):
    told.answers("Ana Rossi <ana@example.org>", "Met the press")
    told.answers("ben", "Planted a linden")
    told.pass_time(hours=1)
    erased(told, "ana@example.org")

    told.collect()

    assert [one.answers["text"] for one in told.journal()] == ["Planted a linden"]


def test_an_answer_from_afterwards_is_collected(told: FormStory):
    erased(told, "ana@example.org")
    told.pass_time(hours=1)
    told.answers("ana@example.org", "Here again")

    told.collect()

    assert [one.answers["text"] for one in told.journal()] == ["Here again"]


def test_an_erased_report_is_not_collected_whoever_it_says_it_is_from(told: FormStory):
    told.answers("A. R.", "Met the press")
    told.collect()
    (one,) = told.journal()
    told.state.erasing.erase(ANA, {one.report}, Asked())
    erased(told, one.report)
    told.pass_time(days=2)

    told.collect()

    assert told.journal() == []


def test_an_answer_in_a_linked_tab_from_before_is_not_read(s):
    answers(s, "Ana Rossi <ana@example.org>", "Met the press")
    answers(s, "ben", "Planted a linden")
    s.pass_time(hours=1)
    erased(s, "ana@example.org")

    outcome = s.sync()

    assert [one.text for one in s.state.base.accepted_above(-1)] == ["Planted a linden"]
    told = [(one.tab, one.row) for one in outcome.problems if "erased" in one.message]
    assert told == [(TAB, 2), ("People", 2)]


def test_a_print_tells_nobody_who_it_was():
    assert print_of(SECRET, "ana@example.org") == print_of(SECRET, " Ana@Example.org")
    assert print_of(SECRET, "ana@example.org") != print_of("another secret", "ana@example.org")
    assert "ana" not in print_of(SECRET, "ana@example.org")


def test_what_came_before_an_erasure_is_told_from_what_came_after():
    gone = Erased(SECRET, {print_of(SECRET, "ana"): NOW})

    assert gone.before(NOW - timedelta(1), "ana")
    assert not gone.before(NOW + timedelta(1), "ana")
    assert not gone.before(NOW - timedelta(1), "ben", "")
