"""A story -> its weeks, played to the end: what is planned for each of them, and the last look."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from tests.simulation import faults, invariants
from tests.simulation.community import founded
from tests.simulation.machine import no_real_chance
from tests.simulation.world import STATE, Story, World

WEEK = timedelta(days=7)


def play(story: Story, folder: Path) -> World:
    """Play a story; raises Broken, with the command that plays it again, at the first fault."""
    with no_real_chance(story.seed):
        world = founded(story, folder)
        try:
            _play(world)
        except Exception as error:
            trail = "\n".join(f"  {line}" for line in world.machine.trail[-25:])
            raise invariants.Broken(f"{error}\n{trail}\nplay it again: {story.command()}") from error
        finally:
            world.ends()
    return world


def _play(world: World) -> None:
    world.runs()
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
    for day in range(7):
        for nth in range(world.story.runs_a_day):
            hour = 6 + nth * 24 // world.story.runs_a_day
            world.at(monday + timedelta(days=day, hours=hour, minutes=10), world.runs)


def _calms_down(world: World) -> None:
    """Let everybody go home and everything work, until nothing is left to be done."""
    faults.forget(world.google, world.relay)
    for _ in range(9):
        world.lives(world.machine.clock.time + timedelta(days=1))
        world.runs()
    world.quiet_run()
