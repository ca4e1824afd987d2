"""Issues and deliveries in the state: frozen at once, claimed once, never lost."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sheets_sync.state import State, StateError, open_state
from sheets_sync.state.delivery import Delivery, Issue, IssueLine, Mark
from sheets_sync.state.marking import Page

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
ISSUE = Issue("2026-W48", NOW, "2026-11-16 to 2026-11-23", 9, 2)


def delivery(subscriber: str, *reports: str, first: bool = False) -> Delivery:
    return Delivery(
        "2026-W48",
        subscriber,
        f"{subscriber}@example.org",
        f"<{subscriber}@example.org>",
        b"Subject: news\r\n\r\nHello\r\n",
        reports,
        first,
    )


@pytest.fixture
def state(tmp_path: Path, state_url: str) -> Iterator[State]:
    opened = open_state(state_url, folder=tmp_path, create=True)
    yield opened
    opened.close()


def page(state: State, sender: str = "me", at: datetime = NOW) -> AbstractContextManager[Page]:
    return state.outbox.together(at, sender)


def claim(state: State, number: int, sender: str = "me") -> bool:
    with page(state, sender) as marks:
        return bool(marks.claim([number], 1))


def mark_dot(state: State, number: int, sender: str = "me") -> None:
    with page(state, sender) as marks:
        marks.mark([number], {})


def frozen(state: State, *deliveries: Delivery, issue: Issue = ISSUE) -> list[int]:
    assert state.outbox.freeze(issue, deliveries, considered={})
    return list(state.outbox.waiting(NOW))


def states(state: State) -> dict[str, str]:
    found = (state.outbox.find("2026-W48", who) for who in ("ana", "ben", "cleo"))
    return {one.subscriber: one.state.value for one in found if one}


def test_freezing_records_deliveries_marks_and_who_has_what_at_once(state):
    assert state.outbox.freeze(
        ISSUE,
        [delivery("ana", "r-1", "r-2"), delivery("ben", "r-2")],
        considered={"ana": Mark(9, "x"), "ben": Mark(9), "cleo": Mark(9)},
    )

    assert state.outbox.made() == {"2026-W48"}
    assert state.outbox.latest() == ISSUE
    assert state.outbox.marks() == {"ana": Mark(9, "x"), "ben": Mark(9), "cleo": Mark(9)}
    assert state.outbox.had(["r-1", "r-2", "r-3"]) == {
        "ana": frozenset({"r-1", "r-2"}),
        "ben": frozenset({"r-2"}),
    }
    assert [state.outbox.delivery(n).subscriber for n in state.outbox.waiting(NOW)] == [
        "ana",
        "ben",
    ]


def test_the_same_issue_again_changes_nothing(state):
    frozen(state, delivery("ana", "r-1"))

    assert not state.outbox.freeze(ISSUE, [delivery("ben", "r-7")], considered={"ben": Mark(99)})

    assert states(state) == {"ana": "queued"}
    assert state.outbox.marks() == {}


def test_nobody_is_sent_a_report_in_a_second_issue_and_then_nothing_is_frozen(state):
    # fault 56
    frozen(state, delivery("ana", "r-1"))
    again = replace(delivery("ana", "r-1"), issue="2026-W49")

    with pytest.raises(StateError, match="Issue 2026-W49 would send somebody a report again"):
        state.outbox.freeze(replace(ISSUE, name="2026-W49"), [again], considered={})

    assert state.outbox.made() == {"2026-W48"}


def test_a_mark_never_goes_down(state):
    state.outbox.freeze(ISSUE, [], considered={"ana": Mark(9), "ben": Mark(3)})
    state.outbox.freeze(
        replace(ISSUE, name="2026-W49"), [], considered={"ana": Mark(5), "ben": Mark(12)}
    )

    assert state.outbox.marks() == {"ana": Mark(9), "ben": Mark(12)}


def test_an_empty_issue_has_its_line(state):
    # fault 59
    frozen(state, issue=replace(ISSUE, reports=0))

    assert state.outbox.issue_lines() == [
        IssueLine("2026-W48", "2026-11-16 to 2026-11-23", 0, 0, 0, 0, NOW, "")
    ]


def test_the_line_counts_what_was_sent_and_what_failed(state):
    ana, ben, _ = frozen(state, delivery("ana"), delivery("ben"), delivery("cleo"))
    claim(state, ana)
    mark_dot(state, ana)
    with page(state) as marks:
        marks.mark([], {ana: "250 ok"})
    claim(state, ben)
    with page(state) as marks:
        marks.fail(ben, "550 no such mailbox")

    assert state.outbox.issue_lines() == [
        IssueLine("2026-W48", "2026-11-16 to 2026-11-23", 2, 3, 1, 1, NOW, "")
    ]
    assert states(state) == {"ana": "sent", "ben": "failed", "cleo": "queued"}


def test_a_delivery_is_claimed_once(state):
    [ana] = frozen(state, delivery("ana"))

    assert [claim(state, ana), claim(state, ana)] == [True, False]


def test_after_a_crash_what_certainly_did_not_leave_is_sent_and_the_unclear_repeated_once(state):
    # faults 64 and 65
    ana, ben, _ = frozen(state, delivery("ana"), delivery("ben"), delivery("cleo"))
    claim(state, ana)
    claim(state, ben)
    mark_dot(state, ben)

    assert [one.subscriber for one in state.outbox.recover(NOW)] == ["ben"]
    assert states(state) == {"ana": "queued", "ben": "queued", "cleo": "queued"}

    claim(state, ben)
    mark_dot(state, ben)
    assert state.outbox.recover(NOW) == []
    assert [one.subscriber for one in state.outbox.unclear()] == ["ben"]


def test_an_issue_is_unfinished_until_nothing_of_it_may_leave_any_more(state):
    [ana] = frozen(state, delivery("ana"))
    unfinished = []

    unfinished.append(state.operating.unfinished())
    claim(state, ana)
    unfinished.append(state.operating.unfinished())
    mark_dot(state, ana)
    unfinished.append(state.operating.unfinished())
    state.outbox.recover(NOW)
    claim(state, ana)
    mark_dot(state, ana)

    assert unfinished == [{"2026-W48"}] * 3
    assert state.operating.unfinished() == set()


def test_the_unclear_may_be_left_to_the_operator(state):
    [ana] = frozen(state, delivery("ana"))
    claim(state, ana)
    mark_dot(state, ana)

    assert state.outbox.recover(NOW, repeat=False) == []
    assert states(state) == {"ana": "dot"}


def test_a_deferred_mail_waits_for_its_next_try(state):
    # fault 66
    [ana] = frozen(state, delivery("ana"))
    claim(state, ana)
    with page(state) as marks:
        marks.defer(ana, "450 later", next_try=NOW + timedelta(minutes=15))

    assert state.outbox.waiting(NOW + timedelta(minutes=14)) == []
    assert state.outbox.waiting(NOW + timedelta(minutes=15)) == [ana]
    assert state.outbox.delivery(ana).answer == "450 later"


def test_hold_stops_even_a_mail_whose_turn_has_come_and_send_lets_it_go(state):
    [ana] = frozen(state, delivery("ana"))

    assert state.outbox.set_decision("2026-W48", "hold")
    assert not claim(state, ana)
    assert state.outbox.waiting(NOW) == []
    assert not state.outbox.set_decision("2026-W48", "hold")
    assert state.outbox.set_decision("2026-W48", "send")
    assert state.outbox.waiting(NOW) == [ana]
    assert not state.outbox.set_decision("2019-W01", "hold")


def test_while_coordinators_review_only_they_get_it(state):
    reviewed = replace(ISSUE, send_after=NOW + timedelta(hours=4))
    deliveries = [delivery("ana"), delivery("ben", first=True)]
    frozen(state, *deliveries, issue=reviewed)

    def names(at: datetime) -> list[str]:
        return [state.outbox.delivery(n).subscriber for n in state.outbox.waiting(at)]

    assert names(NOW) == ["ben"]
    assert names(NOW + timedelta(hours=4)) == ["ben", "ana"]
    state.outbox.set_decision("2026-W48", "send")
    assert names(NOW) == ["ben", "ana"]


def test_a_renewed_mail_keeps_its_name_and_what_left_it_was_not_had(state):
    [ana] = frozen(state, delivery("ana", "r-1", "r-2"))
    claim(state, ana)
    before = state.outbox.delivery(ana)

    with page(state) as marks:
        marks.replace(before, replace(before, message=b"shorter", reports=("r-2",)))

    assert state.outbox.delivery(ana) == replace(before, message=b"shorter", reports=("r-2",))
    assert state.outbox.had(["r-1", "r-2"]) == {"ana": frozenset({"r-2"})}


def test_what_is_dropped_was_not_had(state):
    [ana] = frozen(state, delivery("ana", "r-1"))
    claim(state, ana)

    with page(state) as marks:
        marks.drop(state.outbox.delivery(ana), "stopped")

    assert states(state) == {"ana": "dropped"}
    assert state.outbox.had(["r-1"]) == {}


def test_a_mail_at_its_dot_is_not_renewed_or_dropped(state):
    [ana] = frozen(state, delivery("ana", "r-1"))
    claim(state, ana)
    mark_dot(state, ana)
    before = state.outbox.delivery(ana)

    with pytest.raises(StateError, match="changed by another run"), page(state) as marks:
        marks.replace(before, replace(before, message=b"shorter"))
    with pytest.raises(StateError, match="changed by another run"), page(state) as marks:
        marks.drop(before, "stopped")

    assert state.outbox.delivery(ana) == before


def test_of_two_senders_each_gets_what_is_free_and_changes_only_its_own(state):
    ana, ben, cleo = frozen(state, delivery("ana"), delivery("ben"), delivery("cleo"))

    with page(state, "first") as marks:
        first = marks.claim([ana, ben, cleo], 2)
    with page(state, "second") as marks:
        second = marks.claim([ana, ben, cleo], 2)

    assert (first, second) == ([ana, ben], [cleo])
    with pytest.raises(StateError, match="changed by another run"), page(state, "second") as marks:
        marks.mark([ana], {})
    assert set(states(state).values()) == {"sending"}


def test_only_what_a_gone_sender_had_claimed_is_taken_over(state):
    ana, ben, cleo = frozen(state, delivery("ana"), delivery("ben"), delivery("cleo"))
    with state.outbox.joined() as alive:
        claim(state, ana, alive)
        mark_dot(state, ana, alive)
        with state.outbox.joined() as gone:
            claim(state, ben, gone)
            claim(state, cleo, gone)
            mark_dot(state, cleo, gone)
            assert state.outbox.recover(NOW) == []

        assert [one.subscriber for one in state.outbox.recover(NOW)] == ["cleo"]
        assert states(state) == {"ana": "dot", "ben": "queued", "cleo": "queued"}

    assert [one.subscriber for one in state.outbox.recover(NOW)] == ["ana"]
