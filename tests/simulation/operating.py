"""The line with which a run stopped -> what the operator does, as it tells them."""

from typing import TYPE_CHECKING

from sheets_sync.mailing import Wish
from sheets_sync.spreadsheet import SheetError
from sheets_sync.state import StateError
from sheets_sync.sync import sync
from tests.simulation.invariants import known_marks

if TYPE_CHECKING:
    from tests.simulation.world import World


def follow(world: "World", line: str) -> None:
    """Do what the operator is told to, when there is nothing else to do."""
    if "--clock-is-right" in line and not world.machine.clock.wrong_by:
        world.run_once(Wish(clock_is_right=True))
    elif "--accept-old-state" in line:
        world.history.starts_afresh()
        world.run_once(Wish(accept_old_state=True))
        world.history.starts_afresh()
    elif "--take-over" in line:
        _take_over(world)


def _take_over(world: "World") -> None:
    project, now = world.project, world.machine.clock.now()
    try:
        sync(project.spreadsheet, project.state, project.rules, now=now, take_over=True)
        world.history.goes_on(_unused_marks(world))
    except (SheetError, StateError) as error:
        world.machine.says(f"stopped: {error}")
        world.office.names_again(str(error))


def _unused_marks(world: "World") -> set[str]:
    """Return the marks of reports that were never used, hidden ones say, as the state has it."""
    known = world.project.state.base.known()
    return {mark for id, mark in known_marks(world).items() if known[id].accepted is None}
