"""Moments and keys -> how often each key came within the last while.

Written here because `limits` keeps every key it ever saw (20,000 after 20,000 addresses), starts
a thread for each sweep, and reads the clock itself.
"""

from collections import deque
from threading import Lock


class Window:
    """A moving window over named events. Threads may share it."""

    def __init__(self, *, seconds: float, most_keys: int = 50_000) -> None:
        self._seconds = seconds
        self._most_keys = most_keys
        self._moments: dict[str, deque[float]] = {}
        self._lock = Lock()

    def count(self, key: str, *, at: float) -> int:
        """Return how often `key` was added within the window that ends at `at`."""
        with self._lock:
            return len(self._recent(key, at))

    def add(self, key: str, *, at: float) -> int:
        """Add one event and return how many there are now."""
        with self._lock:
            recent = self._recent(key, at)
            recent.append(at)
            self._moments.pop(key, None)  # so that the dict stays in order of the latest event
            self._moments[key] = recent
            self._forget(at)
            return len(recent)

    def _recent(self, key: str, at: float) -> deque[float]:
        moments = self._moments.get(key) or deque()
        while moments and moments[0] <= at - self._seconds:
            moments.popleft()
        return moments

    def _forget(self, at: float) -> None:
        while self._moments:
            oldest = next(iter(self._moments))
            if len(self._moments) <= self._most_keys and self._recent(oldest, at):
                return
            del self._moments[oldest]
