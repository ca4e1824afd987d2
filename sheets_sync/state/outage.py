"""A database that is away for a while: how long it is waited for."""

import time
from dataclasses import dataclass

from sheets_sync.state.refusal import BUSY_SECONDS

RETRY_SECONDS = 0.2


@dataclass(slots=True)
class Outage:
    """How long the database has not been reached; the first use waits for nothing."""

    since: float = float("-inf")

    def over(self) -> None:
        """Note that it was reached."""
        self.since = 0.0

    def wait(self) -> bool:
        """Wait a moment; False when that has been long enough."""
        now = time.monotonic()
        self.since = self.since or now
        if now - self.since > BUSY_SECONDS:
            return False
        time.sleep(RETRY_SECONDS)
        return True
