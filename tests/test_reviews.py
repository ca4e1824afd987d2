"""What coordinators decide about an issue, recorded on either database only where it still fits."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sheets_sync.state import State, open_state
from sheets_sync.state.delivery import Delivery, Issue
from sheets_sync.state.reviewing import Review, Verdict

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
ISSUE = Issue("2026-W48", NOW, "2026-11-16 to 2026-11-23", 9, 2)


@pytest.fixture
def state(tmp_path: Path, state_url: str) -> Iterator[State]:
    """Return a state with an issue to a coordinator and two others."""
    opened = open_state(state_url, folder=tmp_path, create=True)
    opened.outbox.freeze(
        ISSUE,
        [delivery("cleo", first=True), delivery("ana"), delivery("ben")],
        considered={},
    )
    yield opened
    opened.close()


def delivery(who: str, *, first: bool = False) -> Delivery:
    address = f"{who}@example.org"
    return Delivery(ISSUE.name, who, address, f"<{address}>", b"Subject: news\r\n\r\n", (), first)


def sends(state: State, count: int) -> None:
    numbers = list(state.outbox.waiting(NOW))[:count]
    for number in numbers:
        with state.outbox.together(NOW, "me") as page:
            page.claim([number], 1)
        with state.outbox.together(NOW, "me") as page:
            page.mark([number], {})
        with state.outbox.together(NOW, "me") as page:
            page.mark([], {number: "250 ok"})


def test_what_waits_is_counted_and_what_has_left_besides_the_coordinators(state):
    assert state.reviews.find("2026-W49") is None
    assert state.reviews.find(ISSUE.name) == Review(ISSUE.name, "", waiting=3, left=0)

    sends(state, 1)
    assert state.reviews.find(ISSUE.name) == Review(ISSUE.name, "", waiting=2, left=0)
    sends(state, 1)
    assert state.reviews.find(ISSUE.name) == Review(ISSUE.name, "", waiting=1, left=1)
    state.outbox.set_decision(ISSUE.name, "hold")
    assert state.reviews.find(ISSUE.name) == Review(ISSUE.name, "hold", waiting=1, left=1)


def test_an_issue_for_nobody_has_nothing_that_waits(state):
    empty = Issue("2026-W49", NOW, "2026-11-23 to 2026-11-30", 9, 0)
    state.outbox.freeze(empty, [], considered={})

    assert state.reviews.find(empty.name) == Review(empty.name, "", waiting=0, left=0)


def test_a_verdict_counts_only_where_the_issue_stands_as_it_was_seen(state):
    hold, release = (Verdict(ISSUE.name, word, seen="") for word in ("hold", "send"))

    assert state.reviews.decide([hold, release]) == [True, False]
    assert state.outbox.waiting(NOW) == []
    assert state.reviews.decide([Verdict(ISSUE.name, "send", seen="hold")]) == [True]
    assert len(state.outbox.waiting(NOW)) == 3
    assert state.reviews.decide([Verdict("2019-W01", "hold", seen="")]) == [False]
