"""A right that one process at a time has: to sync, say."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import Engine

from sheets_sync.state.kind import kind_of
from sheets_sync.state.refusal import Taken

ASK_AGAIN_SECONDS = 0.1


@contextmanager
def hold(engine: Engine, right: str, *, patience: float = 0.0) -> Iterator[None]:
    """Hold the right; raises Taken when another process still has it after so many seconds.

    It goes with its process, however that ends; on PostgreSQL also with its connection.
    """
    deadline = time.monotonic() + patience
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(kind_of(engine).hold(engine, right))
                break
            except Taken:
                if time.monotonic() > deadline:
                    raise
                time.sleep(ASK_AGAIN_SECONDS)
        yield
