"""Whoever spoke last counts, and only cells that are free are written (design 14.3b)."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from sheets_sync.choices import (
    Choice,
    ChoiceAct,
    Memory,
    apply,
    dump_memory,
    load_memory,
    with_choices,
)
from sheets_sync.community import Community, Subscription
from sheets_sync.headers import Table
from sheets_sync.layout import SUBSCRIPTIONS

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
COLUMNS = {"email": 0, "filter": 1, "frequency": 2, "paused until": 3}


def choice(address: str = "ana@example.org", **chosen: str) -> Choice:
    named = {name.replace("_", " "): value for name, value in chosen.items()}
    return Choice("key", ChoiceAct.CHOOSE, "p-ana", address, named, "page", NOW)


class Sheet:
    """A Subscriptions tab with one row, and what Tidings remembers of it."""

    def __init__(self) -> None:
        self.cells: list[object] = ["Ana <ana@example.org>", None, None, None]
        self.memory: Memory = {}

    def sync(self, *choices: Choice) -> str:
        """Write what is to be written; return the filter that counts."""
        header = ["email", "filter", "frequency", "paused until"]
        table = Table(SUBSCRIPTIONS, 1, COLUMNS, [header, self.cells])
        applied = apply(table, self.memory, choices, roster=["ana@example.org"])
        assert applied.table is not None
        for column, value in applied.written.get(2, {}).items():
            self.cells[COLUMNS[column]] = value
        self.memory = load_memory(dump_memory(applied.memory))
        return applied.table.text(applied.table.rows[1], "filter")


WORDS = st.sampled_from(["", "italy", "press", "not swag"])
ACTS = st.lists(st.tuples(st.sampled_from(["manager", "reader"]), WORDS), max_size=8)


@settings(deadline=None)
@given(ACTS)
def test_whoever_spoke_last_counts_and_a_managers_words_are_never_overwritten(acts):
    sheet, counts, ours = Sheet(), "", ""
    for who, word in acts:
        stood = sheet.cells[1] or ""
        if who == "manager" and word != stood:
            sheet.cells[1] = word or None
            counts, ours = word, ""
            assert sheet.sync() == counts
        elif who == "reader":
            counts = word
            assert sheet.sync(choice(filter=word)) == counts
            written = sheet.cells[1] or ""
            assert written == word or (stood not in ("", ours) and written == stood)
            ours = word if written == word else ours
        before = list(sheet.cells)
        assert sheet.sync() == counts
        assert sheet.cells == before


def test_a_row_for_another_address_is_found_by_its_address_alone():
    header = ["email", "filter", "frequency", "paused until"]
    table = Table(SUBSCRIPTIONS, 1, COLUMNS, [header, ["ANA@example.org", None, None, None]])

    applied = apply(table, {}, [choice(frequency="stop"), choice("b@x.org", filter="a")], roster=[])

    assert applied.written == {
        2: {"frequency": "stop"},
        3: {"email": "b@x.org", "filter": "a"},
    }
    assert applied.appended == {3}


def test_choices_count_before_any_sync():
    before = Community(NOW, subscriptions=(Subscription("ana@example.org", "italy", "weekly"),))
    pause = choice("ANA@example.org", paused_until="2026-12-01")

    after = with_choices(before, [pause, choice("b@x.org", filter="a"), choice(frequency="stop")])

    ana, other = after.subscriptions
    paused = datetime(2026, 12, 1, tzinfo=UTC).date()
    assert ana == replace(before.subscriptions[0], frequency="stop", paused_until=paused)
    assert other == Subscription("b@x.org", "a", "weekly")
