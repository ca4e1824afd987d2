"""Twelve weeks of a community, from twenty seeds, with everything going wrong; the year in soak.

A seed that fails names the command that plays it again, exactly.
"""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

import pytest

from tests.simulation.__main__ import in_memory
from tests.simulation.community import founded
from tests.simulation.history import marks_of
from tests.simulation.world import Story, World
from tests.simulation.year import WEEK, play

# A machine that stops closes nothing; what it had open is closed when Python comes to it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
SOAK = bool(os.environ.get("TIDINGS_SOAK"))
SEEDS = range(20)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A disk for one machine; in memory where there is such a place, since it syncs a lot."""
    with tempfile.TemporaryDirectory(dir=in_memory()) as made:
        yield Path(made)


@pytest.mark.parametrize("seed", SEEDS)
def test_twelve_weeks_of_everything_going_wrong(seed: int, folder: Path) -> None:
    world = play(Story(seed), folder)

    # A year in which nothing happened would prove nothing.
    assert len(world.history.sent) > 15
    assert len(world.relay.arrived) > 200


if SOAK:

    @pytest.mark.parametrize("seed", range(3))
    def test_a_year_of_everything_going_wrong(seed: int, folder: Path) -> None:
        play(Story(seed, weeks=52, people=220), folder)

    @pytest.mark.parametrize("seed", SEEDS)
    def test_twelve_weeks_in_which_disks_are_lost_and_old_states_go_on(
        seed: int, folder: Path
    ) -> None:
        play(Story(seed, disks_lost=4), folder)


def test_people_write_in_the_rhythm_of_the_archive(folder: Path) -> None:
    """In its busy years 28 reports a week by 12 people, others from year to year."""
    world = founded(Story(1, people=220), folder)
    monday = world.machine.clock.time.replace(hour=0)
    weeks = [list(world.crowd.plans(monday + number * WEEK)) for number in range(52)]
    world.ends()

    writing = [{errand.writer.number for _, errand in week} for week in weeks]
    assert 24 < mean(map(len, weeks)) < 32
    assert 10 < mean(map(len, writing)) < 14
    assert max(map(len, weeks)) < 60
    first, last = set().union(*writing[:13]), set().union(*writing[-13:])
    assert first - last
    assert last - first
    days = Counter(moment.weekday() for week in weeks for moment, _ in week)
    assert days[5] > days[0] > days[6]


def test_a_seed_is_played_again_exactly(folder: Path, tmp_path: Path) -> None:
    story = Story(7, weeks=3, people=15)

    first, second = play(story, folder), play(story, tmp_path, note="5")

    assert _all_of(first) == _all_of(second)
    # Whoever follows one of its rows only sees more of it.
    assert len(second.machine.trail) > len(first.machine.trail)


def _all_of(world: World) -> list[object]:
    trail = [line for line in world.machine.trail if " note 5: " not in line]
    rows = [[paper.value(row, "text") for row in paper.filled()] for paper in world.papers.values()]
    return [trail, rows, world.relay.arrived, world.machine.steps]


def test_a_calm_week_reaches_everybody(folder: Path) -> None:
    """What the histories are read from is really there."""
    world = play(Story(1, weeks=3, people=10, calm=True), folder)

    assert {mail.address for mail in world.relay.arrived} == {
        f"p{at}@example.org" for at in range(10)
    }
    assert _mailed(world) == set(world.marked_rows()) != set()


def _mailed(world: World) -> set[str]:
    return {mark for mail in world.relay.arrived for mark in marks_of(mail.content)}
