"""What comes rarely: a full disk or a lost one, an old backup, a wrong clock, a holiday.

Each is planned for a story when it begins, so that a short one has its share of them too.
"""

import random
import shutil
from collections.abc import Callable, Mapping
from datetime import timedelta

from sheets_sync.backing_up import copies_of_state
from sheets_sync.state import open_state
from tests.simulation.forgotten import forget_mails, forget_rows
from tests.simulation.invariants import known_marks
from tests.simulation.world import STATE, Story, World

Disaster = Callable[[World, random.Random], None]
JUMPS = (
    timedelta(days=400),
    timedelta(days=9),
    timedelta(hours=5),
    timedelta(minutes=-30),
    timedelta(hours=-7),
    timedelta(days=-40),
)
HOLIDAYS = (4, 9, 13, 20)
"""Days in which nothing runs but the pages."""


def plan(world: World, chance: random.Random) -> None:
    """Plan a story's disasters."""
    weeks = world.story.weeks
    for week in range(1, weeks):
        for share, comes in RARE:
            if chance.random() < _share(world.story, comes, share):
                moment = timedelta(weeks=week, minutes=chance.randrange(7 * 24 * 60))
                world.later(moment, lambda comes=comes: comes(world, chance))


def _share(story: Story, comes: Disaster, usual: float) -> float:
    """Return in how many of a story's weeks a disaster comes."""
    if comes is _lost_disk:
        return usual * story.disks_lost
    return BUSY.get(comes, usual) if story.busy else usual


def _full_disk(world: World, chance: random.Random) -> None:
    world.machine.says("the disk is full")
    world.machine.disk_is_full = True
    world.later(timedelta(hours=chance.randint(1, 60)), lambda: _has_room(world))


def _has_room(world: World) -> None:
    world.machine.disk_is_full = False


def _holiday(world: World, chance: random.Random) -> None:
    days = chance.choice(HOLIDAYS)
    world.machine.says(f"nothing runs for {days} days")
    world.is_on_holiday = True
    world.later(timedelta(days=days), lambda: _works_again(world))


def _works_again(world: World) -> None:
    world.is_on_holiday = False


def _wrong_clock(world: World, chance: random.Random) -> None:
    clock = world.machine.clock
    clock.wrong_by = chance.choice(JUMPS)
    world.machine.says(f"the clock is wrong by {clock.wrong_by}")
    world.later(timedelta(hours=chance.randint(2, 50)), lambda: _right_clock(world))


def _right_clock(world: World) -> None:
    world.machine.says("the clock is right")
    world.machine.clock.wrong_by = timedelta()


def _old_version(world: World, chance: random.Random) -> None:
    world.office.restores_version()


def _lost_disk(world: World, chance: random.Random) -> None:
    """Take the disk away; put the last backup on a new one, or begin with an empty state."""
    with_backup = chance.random() < 0.6
    backup = _last_backup(world)
    # Copies that people made are reports that only the state knew, once their rows are gone.
    world.history.marks_of_ids = known_marks(world) | world.history.marks_of_ids
    world.machine.says(f"the disk is lost; {'the backup' if with_backup else 'nothing'} is left")
    world.ends()
    for left in world.folder.glob(f"{STATE}*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    if with_backup:
        (world.folder / STATE).write_bytes(backup)
    else:
        open_state(f"sqlite:{STATE}", folder=world.folder, create=True).close()
    world.machine.disk_is_full = False
    world.history.lost_a_disk(world.marked_rows())
    world.boots()
    forget_mails(world)
    forget_rows(world)


def _last_backup(world: World) -> bytes:
    """Return the latest of the copies that the product makes; they are kept elsewhere, too.

    One from the time of a wrong clock is dated in the future, and nobody takes it.
    """
    copies = copies_of_state(world.project)
    today = f"{world.machine.clock.time:%Y-%m-%d}"
    return [one for one in copies if one.stem.removeprefix("tidings-") <= today][-1].read_bytes()


RARE: tuple[tuple[float, Disaster], ...] = (
    (0.15, _full_disk),
    (0.12, _holiday),
    (0.12, _wrong_clock),
    (0.15, _old_version),
    (0.05, _lost_disk),
)
"""What comes in so many of all weeks."""
BUSY: Mapping[Disaster, float] = {_holiday: 0.4, _old_version: 0.05}
"""The same where everybody is busy; who goes back to an old version may leave out any report."""
