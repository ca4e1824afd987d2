"""Each call of a run meets each fault, before it had its effect and after: the end is the same.

`make soak` tries every call with every fault; otherwise each fault meets a part of the calls, and
each call a part of the faults.
"""

import os
from collections.abc import Iterator

import pytest

from tests.google_sheets.town import Towns, prepared
from tests.google_standin.faults import Kind

CALLS = 7
"""How many a run makes, titles and ids being known."""
KINDS = list(Kind)
EVERY = 1 if os.environ.get("TIDINGS_SOAK") else 3


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    with prepared(tmp_path_factory.mktemp("town")) as towns:
        yield towns


@pytest.fixture(scope="module")
def faultless(towns: Towns) -> dict[str, object]:
    town = towns.new()
    assert town.runs() == ""
    end = town.end()
    assert end["unwritten"] == 0
    assert len(town.mails()) == 4
    return end


def test_a_run_takes_few_calls(towns: Towns) -> None:
    town = towns.new()

    town.runs()

    # Read, write, check; the look at the last issue; read, write, check of the line.
    paths = [call.path.rpartition("/")[2].rpartition(":")[2] for call in town.shared.world.calls]
    assert paths[-7:] == ["batchGet", "batchUpdate", "batchGet", "batchGet", *paths[-7:-4]]
    assert len(paths) == CALLS
    town.shared.world.calls.clear()
    town.runs()
    assert [call.method for call in town.shared.world.calls] == ["GET", "GET"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_that_passes_changes_nothing(
    towns: Towns, faultless: dict[str, object], kind: Kind, after: bool
) -> None:
    for call in _calls(kind, after=after):
        town = towns.new()
        town.shared.world.fails(kind, call=call, after_effect=after)
        town.shared.time.answer = 0.5 if kind is Kind.TIMEOUT else 10.0

        assert town.runs() == "", call

        assert [struck for struck, _ in town.shared.world.schedule.struck] == [kind]
        assert town.end() == faultless, call


def _calls(kind: Kind, *, after: bool) -> range:
    """Return the calls that meet a fault: all, or a part that differs from fault to fault."""
    return range(1 + (KINDS.index(kind) + after) % EVERY, CALLS + 1, EVERY)


LASTING = [kind for kind in Kind if kind is not Kind.TIMEOUT]
"""A time-out that lasts takes the test's time, and shows nothing that a reset does not."""


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", LASTING)
def test_a_fault_that_lasts_stops_with_one_line_and_the_next_run_gets_there(
    towns: Towns, faultless: dict[str, object], kind: Kind, after: bool
) -> None:
    for call in _calls(kind, after=after):
        town = towns.new()
        town.shared.world.fails(kind, call=call, after_effect=after, times=1000)

        line = town.runs()

        assert line.endswith("try again later"), call
        assert "\n" not in line
        town.shared.world.forget_plans()
        assert town.runs() == "", call
        assert town.end() == faultless, call
