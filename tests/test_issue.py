"""An issue from the state to everybody's inbox: frozen once, sent once, also across crashes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from digests.delivery import deliver
from digests.doorkeeper import Doorkeeper
from digests.due import Due
from digests.folder import Folder
from digests.issue import (
    PlannedMail,
    accept_old_state,
    fence_fault,
    make,
    plan,
    preview,
    send_test_copy,
)
from digests.press import DigestError
from digests.settling import MOST_ATTEMPTS, Delivered, pause
from digests.transport import Broken, Letter, Refused, Stage, Unclear, Unreachable
from sheets_sync.community import Role, Status, Subscription
from sheets_sync.state import State
from sheets_sync.state.delivery import IssueLine
from tests.newsroom import DUE, NAMES, NOW, person, press, report, synced
from tests.places import choose, open_at

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")
EVERYBODY = {f"{name}@example.org" for name in NAMES}


@pytest.fixture
def state(tmp_path: Path, state_url: str) -> Iterator[State]:
    choose(tmp_path, state_url)
    opened = open_at(tmp_path)
    yield opened
    opened.close()


def sent(state: State, folder: Path, now=NOW) -> Delivered:
    at = press(state)
    return deliver(
        state.outbox,
        Folder(folder),
        Doorkeeper(at, now),
        sender="tidings@example.org",
        now=now,
    )


def recipients(folder: Path) -> list[str]:
    return sorted(parsed(file.read_bytes())["To"].addresses[0].addr_spec for file in mails(folder))


def mails(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.eml"))


def parsed(content: bytes) -> EmailMessage:
    found = message_from_bytes(content, policy=SMTP)
    assert isinstance(found, EmailMessage)
    return found


def text(content: bytes) -> str:
    body = parsed(content).get_body(("plain",))
    assert body is not None
    return body.get_content()


def test_an_issue_is_made_and_sent_once(state, tmp_path):
    synced(state, report(1), report(2))
    at = press(state)

    made = make(at, DUE, now=NOW)
    again = make(at, DUE, now=NOW + timedelta(hours=1))

    assert (made.new, made.recipients, made.issue.reports) == (True, 5, 2)
    assert not again.new
    assert sent(state, tmp_path / "outbox") == Delivered(sent=5)
    assert sent(state, tmp_path / "second") == Delivered()
    assert recipients(tmp_path / "outbox") == sorted(EVERYBODY)
    assert mails(tmp_path / "second") == []
    assert state.outbox.issue_lines() == [
        IssueLine("2026-W48", "2026-11-16 to 2026-11-23", 2, 5, 5, 0, NOW, "")
    ]


def test_the_next_issue_holds_what_came_since(state, tmp_path):
    # faults 55 and 56
    synced(state, report(1))
    make(press(state), DUE, now=NOW)
    synced(state, report(1), report(2))
    later = NOW + timedelta(weeks=3)

    planned = plan(press(state), Due("2026-W51", later), now=later)

    assert {one.reports for one in planned} == {("r-2",)}


def test_an_issue_without_anything_is_recorded_and_mails_nobody(state, tmp_path):
    # fault 59
    synced(state)

    assert make(press(state), DUE, now=NOW).recipients == 0
    assert sent(state, tmp_path / "outbox") == Delivered()
    assert state.outbox.issue_lines() == [
        IssueLine("2026-W48", "2026-11-16 to 2026-11-23", 0, 0, 0, 0, NOW, "")
    ]


def test_the_plan_says_who_would_get_what_and_changes_nothing(state):
    synced(
        state,
        report(1, tags=["italy"]),
        report(2),
        people=[person("ana"), person("ben")],
        subscriptions=[Subscription("ben@example.org", "italy", "weekly")],
    )
    at = press(state)
    ana, ben = at.subscribers(NOW)

    assert {(one.subscriber.id, frozenset(one.reports)) for one in plan(at, DUE, now=NOW)} == {
        (ana.id, frozenset({"r-1", "r-2"})),
        (ben.id, frozenset({"r-1"})),
    }
    assert isinstance(plan(at, DUE, now=NOW)[0], PlannedMail)
    assert state.outbox.made() == frozenset()


def test_the_preview_is_what_is_sent_byte_for_byte(state, tmp_path):
    # fault 60
    synced(state, report(1))
    at = press(state)

    before = preview(at, "Ana", DUE, now=NOW)
    make(at, DUE, now=NOW)
    synced(state, replace(report(1), text="Edited since."))
    after = preview(at, "ana@example.org", None, now=NOW + timedelta(days=1))
    sent(state, tmp_path)

    assert before == after == (tmp_path / "2026-W48-p-ana.eml").read_bytes()


@pytest.mark.parametrize("wanted", ["Rossi7", "@rossi7", "Ána  Rossi", "p-1", "ana@example.org"])
def test_a_person_is_known_by_username_name_and_address(state, wanted):
    named = replace(person("ana"), id="p-1", name="Ana Rossi", username="rossi7")
    synced(state, report(1), people=[person("ben"), named])

    assert b"\nTo: Ana Rossi <ana@example.org>" in preview(press(state), wanted, DUE, now=NOW)


def test_a_name_of_several_is_not_guessed(state):
    two = [replace(person(name), name="Ana Rossi") for name in ("ana", "ben")]
    synced(state, report(1), people=two)

    with pytest.raises(DigestError, match=r"'ana rossi' is more than one person .* give the user"):
        preview(press(state), "ana rossi", DUE, now=NOW)
    assert b"\nTo: Ana Rossi <ben@" in preview(press(state), "ben", DUE, now=NOW)


def test_a_preview_for_nobody_says_so(state):
    synced(state)
    with pytest.raises(DigestError, match="'zed' is nobody who gets the digest"):
        preview(press(state), "zed", DUE, now=NOW)
    with pytest.raises(DigestError, match="Issue 2026-W48 would hold nothing for ana"):
        preview(press(state), "ana", DUE, now=NOW)
    with pytest.raises(DigestError, match="No issue was made yet"):
        preview(press(state), "ana", None, now=NOW)


def test_a_test_copy_counts_for_nothing(state, tmp_path):
    synced(state, report(1))
    folder = tmp_path / "outbox"

    send_test_copy(press(state), Folder(folder), "ana", "me@example.org", DUE, now=NOW)

    assert recipients(folder) == ["me@example.org"]
    assert (state.outbox.made(), state.outbox.marks()) == (frozenset(), {})


def test_an_address_that_is_none_fails_alone_and_is_named(state, tmp_path):
    # faults 67 and 71
    synced(state, report(1), people=[person("ana"), person("ben", email="ben@ü..org")])

    made = make(press(state), DUE, now=NOW)

    assert [who.split(":")[0] for who in made.unusable] == ["'ben@ü..org'"]
    assert sent(state, tmp_path) == Delivered(sent=1)
    assert [(line.sent, line.failed) for line in state.outbox.issue_lines()] == [(1, 1)]


def test_who_stopped_after_the_freeze_gets_nothing(state, tmp_path):
    # fault 63
    synced(state, report(1))
    make(press(state), DUE, now=NOW)
    synced(
        state,
        report(1),
        people=[person(name) for name in NAMES if name != "ben"],
        subscriptions=[Subscription("ana@example.org", "", "stop")],
    )

    assert sent(state, tmp_path) == Delivered(sent=3, dropped=2)
    assert recipients(tmp_path) == ["cleo@example.org", "dai@example.org", "eve@example.org"]


@pytest.mark.parametrize("status", [Status.HIDDEN, Status.WITHDRAWN])
def test_a_report_taken_back_after_the_freeze_is_left_out_under_the_same_message_id(
    state, tmp_path, status
):
    synced(state, report(1), report(2))
    make(press(state), DUE, now=NOW)
    frozen = preview(press(state), "ana", None, now=NOW)
    synced(state, report(1, status=status), report(2))

    sent(state, tmp_path)

    content = (tmp_path / "2026-W48-p-ana.eml").read_bytes()
    assert parsed(content)["Message-ID"] == parsed(frozen)["Message-ID"]
    assert ["number 1" in text(frozen), "number 1" in text(content)] == [True, False]
    assert "number 2" in text(content)
    assert state.outbox.had(["r-1", "r-2"])["p-ana"] == {"r-2"}


def test_a_mail_of_which_nothing_is_left_is_not_sent(state, tmp_path):
    synced(state, report(1))
    make(press(state), DUE, now=NOW)
    synced(state, report(1, status=Status.WITHDRAWN))

    assert sent(state, tmp_path) == Delivered(dropped=5)
    assert mails(tmp_path) == []


def test_coordinators_see_it_first_and_may_hold_it(state, tmp_path):
    people = [person("ana"), person("ben", Role.COORDINATOR)]
    synced(state, report(1), people=people)
    make(press(state, review_hours=4), DUE, now=NOW)
    later = NOW + timedelta(hours=4)

    assert (sent(state, tmp_path).sent, recipients(tmp_path)) == (1, ["ben@example.org"])
    state.outbox.set_decision("2026-W48", "hold")
    assert sent(state, tmp_path, later).sent == 0
    state.outbox.set_decision("2026-W48", "")
    assert sent(state, tmp_path, later).sent == 1
    assert recipients(tmp_path) == ["ana@example.org", "ben@example.org"]


class Scripted:
    """A transport that goes wrong as told, one thing for each letter, and then works."""

    most = 1
    is_open = True
    pipelines = False
    wants_to_write = False
    seconds_left = 0.0

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.arrived: list[Letter] = []

    def open(self) -> "Scripted":
        return self

    def begin(self, letter: Letter) -> None:
        self.letter, self.words, self.is_open = letter, "", True
        self.fault = self.faults.pop(0) if self.faults else None
        self.said_dot = False

    def end(self, following: Letter | None = None) -> None:
        self.said_dot = True

    def advance(self) -> Stage:
        if self.fault and (self.said_dot or isinstance(self.fault, Broken | Unreachable)):
            self.is_open = isinstance(self.fault, Refused)
            raise self.fault
        if not self.said_dot:
            return Stage.AT_DOT
        self.arrived.append(self.letter)
        self.words = "250 ok"
        return Stage.TAKEN

    def fileno(self) -> int:
        return -1

    def close(self, *, politely: bool = True) -> None:
        """Nothing is open."""


def carried(state: State, *faults: Exception, now=NOW) -> tuple[Delivered, list[str]]:
    transport = Scripted(*faults)
    outcome = deliver(
        state.outbox,
        transport,
        Doorkeeper(press(state), now),
        sender="tidings@example.org",
        now=now,
    )
    return outcome, [letter.address for letter in transport.arrived]


@pytest.fixture
def two(state: State) -> State:
    synced(state, report(1), people=[person("ana"), person("ben")])
    make(press(state), DUE, now=NOW)
    return state


def test_a_refusal_for_good_is_named_and_the_others_go_on(two):
    # fault 67
    assert carried(two, Refused("550 nobody", permanent=True)) == (
        Delivered(sent=1, failed=["2026-W48 to ana@example.org: 550 nobody"]),
        ["ben@example.org"],
    )
    assert carried(two, now=NOW + timedelta(days=9)) == (Delivered(), [])


def test_a_refusal_for_now_is_tried_again_with_growing_pauses_up_to_a_limit(two):
    # fault 66
    later = Refused("450 later", permanent=False)
    line = "2026-W48 to ana@example.org: 450 later"
    assert carried(two, later) == (Delivered(sent=1, deferred=[line]), ["ben@example.org"])
    assert carried(two) == (Delivered(), [])
    now = NOW
    for attempts in range(1, MOST_ATTEMPTS - 1):
        now += pause(attempts)
        assert carried(two, later, now=now) == (Delivered(deferred=[line]), [])
    now += pause(MOST_ATTEMPTS)
    assert carried(two, later, now=now) == (
        Delivered(failed=[f"{line} ({MOST_ATTEMPTS} attempts)"]),
        [],
    )


def test_a_broken_connection_is_made_again_and_nobody_is_missed(two):
    # fault 68
    outcome, arrived = carried(two, Broken("421"), Broken("421"))

    assert (outcome, sorted(arrived)) == (
        Delivered(sent=2),
        ["ana@example.org", "ben@example.org"],
    )


def test_a_server_out_of_reach_stops_the_run_and_nothing_is_lost(two):
    assert carried(two, Unreachable("no route")) == (Delivered(stopped="no route"), [])
    assert carried(two) == (Delivered(sent=2), ["ana@example.org", "ben@example.org"])


def test_an_unclear_mail_is_repeated_once_and_then_left_to_the_operator(two):
    # fault 65
    lost = Unclear("no answer")
    line = "2026-W48 to ana@example.org"
    assert carried(two, lost) == (
        Delivered(sent=1, unclear=[f"{line}: no answer"]),
        ["ben@example.org"],
    )
    assert carried(two, lost) == (
        Delivered(repeated=[line], unclear=[f"{line}: no answer"]),
        [],
    )
    assert carried(two) == (Delivered(), [])
    assert [one.address for one in two.outbox.unclear()] == ["ana@example.org"]


def test_a_state_older_than_the_spreadsheet_must_not_send(state):
    # fault 75
    assert fence_fault({"2026-W47", "a note"}, {"2026-W47", "2026-W48"}) is None
    assert fence_fault(set(), set()) is None
    fault = fence_fault({"2026-W47", "2026-W48"}, {"2026-W46"})
    assert fault is not None
    assert fault.startswith("The Digests tab holds issue 2026-W48, but the newest in the state")


def test_a_mail_goes_to_the_address_that_its_reader_has_today(state, tmp_path):
    # fault 63
    synced(state, report(1), people=[person("ana"), person("ben")])
    make(press(state), DUE, now=NOW)
    moved = person("ben", email="ben@new.example")
    synced(state, report(1), people=[person("ana"), moved])

    assert sent(state, tmp_path) == Delivered(sent=2)
    assert recipients(tmp_path) == ["ana@example.org", "ben@new.example"]
    assert state.outbox.had(["r-1"]).keys() == {"p-ana", "p-ben"}


def test_going_on_with_an_old_state_mails_nothing_of_before(state):
    synced(state, report(1))
    accept_old_state(press(state), {"2026-W47", "2026-W48"}, now=NOW)
    synced(state, report(1), report(2))

    later = NOW + timedelta(weeks=1)
    planned = plan(press(state), Due("2026-W49", later), now=later)

    assert fence_fault({"2026-W48"}, state.outbox.made()) is None
    assert {one.reports for one in planned} == {("r-2",)}
