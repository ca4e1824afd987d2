"""A story -> its weeks, played to the end: what is planned for each of them, and the last look."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sheets_sync.sync import seldom_collecting
from tests.simulation import disasters, invariants
from tests.simulation.community import founded
from tests.simulation.following import Followed
from tests.simulation.machine import dice, no_real_chance
from tests.simulation.managers import ACTS_A_WEEK
from tests.simulation.world import Story, World

WEEK = timedelta(days=7)
LAST_LINES = 25
"""How much of the trail is told with a fault."""


def play(story: Story, folder: Path, *, note: str = "") -> World:
    """Play a story; raises Broken, with the command that plays it again, at the first fault.

    The trail tells whatever becomes of the rows with the mark `note`.
    """
    with no_real_chance(story.seed), seldom_collecting():
        world = founded(story, folder)
        if note:
            world.looks_on = Followed(world, note).look
        try:
            _play(world)
        except Exception as error:
            trail = "\n".join(_told(world.machine.trail, note))
            raise invariants.Broken(
                f"{error}\n{trail}\nplay it again: {story.command()}"
            ) from error
        finally:
            world.ends()
    return world


def _told(trail: Sequence[str], note: str) -> Iterator[str]:
    """Yield what a fault is looked into with: what came last, and all that is about the note."""
    for at, line in enumerate(trail, start=LAST_LINES - len(trail)):
        if at >= 0 or (note and f" note {note}: " in line):
            yield f"  {line}"


def _play(world: World) -> None:
    world.at(world.machine.clock.time, world.runs)
    world.lives(world.machine.clock.time)
    if not world.story.calm:
        disasters.plan(world, dice(world.story.seed, "disasters"))
    start = world.machine.clock.time
    for number in range(world.story.weeks):
        monday = start.replace(hour=0, minute=0) + number * WEEK
        _plan(world, monday)
        world.lives(monday + WEEK)
    _calms_down(world)
    invariants.check_end(world)


def _plan(world: World, monday: datetime) -> None:
    for moment, errand in world.crowd.plans(monday):
        world.at(moment, errand)
    for _ in range(world.story.runs_a_week):
        minutes = world.chance.randrange(7 * 24 * 60)
        world.at(monday + timedelta(minutes=minutes), world.runs)
    if not world.story.calm:
        _plan_acts(world, monday)


def _plan_acts(world: World, monday: datetime) -> None:
    chance = dice(world.story.seed, f"the week of {monday:%Y-%m-%d}")
    world.at(monday, world.office.keeps_version)
    for _ in range(ACTS_A_WEEK):
        world.at(monday + timedelta(minutes=chance.randrange(7 * 24 * 60)), world.office.acts)


def _calms_down(world: World) -> None:
    """Let everybody go home and everything work, until nothing is left to be done."""
    world.is_calm, world.is_on_holiday = True, False
    world.machine.disk_is_full, world.machine.clock.wrong_by = False, timedelta()
    for hours in (20, 30, 7, 30, 30, 80):
        world.lives(world.machine.clock.time + timedelta(hours=hours))
        world.office.releases_issues()
        world.runs()
    world.quiet_run()
