"""A seed -> the machine that Tidings runs on: its dice, its clock, its disk, and its power.

Nothing here knows of Tidings. Every effect on the world outside passes `step`, and there the power
may fail: what ran ends at once, and all that is left is what the disk holds.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, event


class PowerCut(BaseException):
    """The machine stopped. No `except Exception` of the program may notice it."""


def dice(seed: int, whose: str) -> random.Random:
    """Return somebody's own dice, so that one who acts more often does not change the others."""
    return random.Random(f"{seed} {whose}")


@contextmanager
def no_real_chance(seed: int) -> Iterator[None]:
    """Let the program's secrets, too, come from the seed, or no run could be replayed.

    What the operating system gives is replaced where `secrets` asks for it, and nowhere else.
    """
    theirs = random._urandom  # type: ignore[attr-defined]
    random._urandom = dice(seed, "the machine").randbytes  # type: ignore[attr-defined]
    try:
        yield
    finally:
        random._urandom = theirs  # type: ignore[attr-defined]


@dataclass(slots=True)
class Clock:
    """What time it is, and what time the machine believes it is."""

    time: datetime
    wrong_by: timedelta = timedelta()

    def now(self) -> datetime:
        """Return the machine's time, in UTC."""
        return self.time + self.wrong_by

    def seconds(self) -> float:
        """Return what a stopwatch shows."""
        return self.time.timestamp()

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.time += timedelta(seconds=seconds)


@dataclass(slots=True)
class Machine:
    """One computer. Its disk is a folder; what it does to the world is counted in steps."""

    clock: Clock
    steps: int = 0
    stops_at: int = 0
    """The step at which the power fails; 0: it does not."""
    is_dead: bool = False
    disk_is_full: bool = False
    trail: list[str] = field(default_factory=list)
    """What happened, for whoever looks into a fault."""

    def step(self, what: str) -> None:
        """Pass a point where the power may fail."""
        self.steps += 1
        if self.stops_at and self.steps >= self.stops_at and not self.is_dead:
            self.is_dead = True
            self.says(f"the power fails: {what}")
        if self.is_dead:
            raise PowerCut(what)

    def starts_again(self) -> None:
        """Switch it on."""
        self.is_dead, self.stops_at = False, 0

    def says(self, what: str) -> None:
        """Leave a line in the trail."""
        self.trail.append(f"{self.clock.time:%Y-%m-%d %H:%M:%S} {what}")

    def watches(self, engine: Engine) -> None:
        """Let each use of a database pass through this machine's disk and power."""

        def before_use(connection: Any, record: Any, _proxy: Any) -> None:
            self.step("the state is used")
            if record.info.get("full", False) != self.disk_is_full:
                record.info["full"] = self.disk_is_full
                pages = 1 if self.disk_is_full else 2**30
                # Never below what the file has: it just cannot grow any more (fault 5).
                connection.execute(f"PRAGMA max_page_count = {pages}")

        def before_commit(_connection: Any) -> None:
            self.step("the state is about to be committed")

        event.listen(engine, "checkout", before_use)
        event.listen(engine, "commit", before_commit)
