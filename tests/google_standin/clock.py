"""What time it is: the system's, or one a test holds; and what a minute's quota has left."""

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

MINUTE = timedelta(minutes=1)


class Clock(Protocol):
    """Something that says what time it is."""

    def now(self) -> datetime:
        """Return the time, with a zone."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(slots=True)
class HeldClock:
    """A clock that moves only when the test says so."""

    time: datetime

    def now(self) -> datetime:
        return self.time

    def advances(self, seconds: float) -> None:
        """Let time pass."""
        self.time += timedelta(seconds=seconds)


@dataclass(slots=True)
class Quota:
    """Calls of one kind a user may make each minute; None is no limit."""

    limit: int | None = None
    taken: deque[datetime] = field(default_factory=deque)

    def take(self, now: datetime) -> bool:
        """Use one call; say whether there was one left in the minute before now."""
        while self.taken and self.taken[0] <= now - MINUTE:
            self.taken.popleft()
        if self.limit is not None and len(self.taken) >= self.limit:
            return False
        self.taken.append(now)
        return True
