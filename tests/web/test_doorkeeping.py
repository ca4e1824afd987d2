"""What looks wrong is held and never dropped; floods are refused with the text kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sheets_sync.settings import FormSettings
from sheets_sync.state import State
from sheets_sync.web import Desk, create_app
from sheets_sync.web.counting import Window
from sheets_sync.web.doorkeeping import address_block
from tests.web.conftest import MONDAY
from tests.web.visitor import Visitor, token_in


def held(state: State) -> list[str]:
    return [entry.submission.held for entry in state.journal.unwritten()]


class Clock:
    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self):
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def strict(desk: Desk, clock: Clock) -> Desk:
    settings = FormSettings(per_address_hour=3, in_all_hour=5)
    return replace(desk, settings=settings, now=clock)


def report(visitor: Visitor, clock: Clock, text: str, **fields: str) -> int:
    token = visitor.token()
    clock.passes(4)
    return visitor.send(token=token, reporter="Ana", text=text, **fields).status_code


def test_a_filled_trap_too_much_haste_and_many_links_are_held(
    strict: Desk, clock: Clock, state: State
):
    # fault 12
    visitor = Visitor(create_app(strict))
    report(visitor, clock, "bot", **{"your-homepage": "spam"})
    token = visitor.token()
    clock.passes(1)
    visitor.send(token=token, reporter="Ana", text="hasty")
    report(visitor, clock, " ".join(["https://a.example"] * 4))

    assert held(state) == [
        "a field that people do not see was filled in",
        "it was sent 1.0 seconds after the form was opened",
        "it has 4 links",
    ]


def test_the_same_text_again_from_one_place_within_an_hour_is_held(
    strict: Desk, clock: Clock, state: State
):
    # fault 12
    app = create_app(strict)
    here, there = Visitor(app, "192.0.2.1"), Visitor(app, "198.51.100.1")
    report(here, clock, "Weekly call")
    report(here, clock, "weekly  CALL")
    report(there, clock, "Weekly call")
    clock.passes(3600)
    report(here, clock, "Weekly call")

    assert held(state) == ["", "the same text came from the same place within an hour", "", ""]


def test_a_correction_with_the_same_text_is_not_held(strict: Desk, clock: Clock, state: State):
    visitor = Visitor(create_app(strict))
    report(visitor, clock, "Weekly call")
    [entry] = state.journal.unwritten()
    path = strict.links.correct(entry.submission.report)
    token = visitor.token(path)
    clock.passes(4)
    visitor.send(path, token=token, reporter="Ana", text="Weekly call", tags="press")

    assert held(state) == ["", ""]


def test_over_a_limit_everything_is_kept_and_held(strict: Desk, clock: Clock, state: State):
    # fault 12
    app = create_app(strict)
    for number in range(4):
        assert report(Visitor(app, "192.0.2.1"), clock, f"a{number}") == 303
    for number in range(2):
        assert report(Visitor(app, f"198.51.100.{number}"), clock, f"b{number}") == 303

    assert held(state) == [
        *("", "", "", "more than 3 reports in an hour from one place"),
        *("", "more than 5 reports in an hour in all"),
    ]


def test_a_flood_is_refused_and_the_text_stays_on_the_page(strict: Desk, clock: Clock):
    # fault 12
    visitor = Visitor(create_app(strict))
    token = visitor.token()
    statuses = [visitor.send(token=token, reporter="A", text=str(n)).status_code for n in range(60)]
    assert 429 not in statuses

    page = visitor.send(token=token, reporter="A", text="My long text")

    assert page.status_code == 429
    assert "My long text</textarea>" in page.text
    assert token_in(page.text)
    clock.passes(3601)
    assert visitor.send(token=token_in(page.text), reporter="A", text="0").status_code == 303


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("192.0.2.77", "192.0.2.77"),
        ("::ffff:192.0.2.77", "192.0.2.77"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("unix", "unknown"),
        ("", "unknown"),
    ],
)
def test_an_address_block_is_one_sender(address: str, block: str):
    # fault 13
    assert address_block(address) == block


@pytest.mark.parametrize(
    ("proxies", "forwarded", "same"),
    [
        (0, ["203.0.113.1", "203.0.113.2"], True),
        (1, ["203.0.113.1", "203.0.113.2"], False),
        (1, ["203.0.113.1, 203.0.113.9", "203.0.113.2, 203.0.113.9"], True),
        (2, ["203.0.113.1, 10.0.0.1", "203.0.113.2, 10.0.0.1"], False),
        (2, ["8.8.8.8, 203.0.113.1, 10.0.0.1", "9.9.9.9, 203.0.113.1, 10.0.0.1"], True),
        (1, ["2001:db8::1", "2001:db8::2"], True),
    ],
)
def test_exactly_the_configured_hops_are_trusted(
    strict: Desk, clock: Clock, state: State, proxies: int, forwarded: list[str], same: bool
):
    # fault 13: two posts of one text are held when they count as one sender's
    settings = strict.settings.model_copy(update={"proxies": proxies})
    visitor = Visitor(create_app(replace(strict, settings=settings)))
    for address in forwarded:
        token = visitor.token()
        clock.passes(4)
        headers = {"X-Forwarded-For": address, "Sec-Fetch-Site": "same-origin"}
        visitor.send(token=token, headers=headers, reporter="Ana", text="Hello")

    assert [bool(reason) for reason in held(state)] == [False, same]


def test_a_window_moves_and_forgets():
    window = Window(seconds=60, most_keys=2)

    assert [window.add("a", at=at) for at in (0, 30, 61)] == [1, 2, 2]
    assert (window.count("a", at=90), window.count("a", at=200)) == (1, 0)
    for number in range(10):
        window.add(f"k{number}", at=300)
    assert [window.count(f"k{number}", at=300) for number in (0, 8, 9)] == [0, 1, 1]
