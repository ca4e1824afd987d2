"""How long something takes, in seconds of a machine that has nothing else to do."""

import gc
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

PACKED = zlib.compress(bytes(20_000_000))
ALONE = 0.15
"""What the measure takes on such a machine, in seconds."""


def _measure() -> float:
    """Return how long it takes to count, to make lists and to unpack, as readers do."""
    began = time.process_time()
    rows = [[number, number % 7] for number in range(150_000)]
    assert sum(row[1] for row in rows) > 0
    assert len(zlib.decompress(PACKED).replace(b"\0", b"\1")) == 20_000_000
    return time.process_time() - began


@contextmanager
def less_than_a_second() -> Iterator[None]:
    """Fail where this process works for a second or more; neighbours make a second longer."""
    gc.freeze()  # what other tests made is not looked through again and again
    try:
        began = time.process_time()
        yield
        worked = time.process_time() - began
    finally:
        gc.unfreeze()
    # Measured only where it matters: it takes longer than most of what it is for.
    second = max(1, _measure() / ALONE) if worked >= 1 else 1
    assert worked < second, f"{worked:.2f} seconds, where {second:.2f} are one"
