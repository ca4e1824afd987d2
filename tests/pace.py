"""How long something takes, in seconds of a machine that has nothing else to do."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

COUNTING = 500_000
ALONE = 0.03
"""What counting takes on such a machine, in seconds."""


def _counting() -> float:
    began = time.process_time()
    total = 0
    for number in range(COUNTING):
        total += number % 7
    assert total > 0
    return time.process_time() - began


@contextmanager
def less_than_a_second() -> Iterator[None]:
    """Fail where this process works for a second or more; neighbours make a second longer."""
    before = _counting()
    began = time.process_time()
    yield
    worked = time.process_time() - began
    second = max(1, before / ALONE, _counting() / ALONE)
    assert worked < second, f"{worked:.2f} seconds, where {second:.2f} are one"
