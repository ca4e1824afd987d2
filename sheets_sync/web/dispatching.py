"""Requests -> answers, by one thread that goes on with others while some wait to be written.

Python runs one thread at a time, and to wake another one takes about as long as an answer. So one
thread answers all requests, each in a greenlet of its own. Who has something to be written lets
the others go first; then all that came is written at once, with one flush of the disk. When
another process keeps us from writing, a second thread waits for it, and the pages are served on.
"""

import logging
from collections.abc import Sequence
from queue import SimpleQueue
from threading import Thread
from typing import Any, Protocol, TypeVar, cast

from greenlet import getcurrent, greenlet

from sheets_sync.state import Busy

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
Wanting = TypeVar("Wanting", contravariant=True)
Giving = TypeVar("Giving", covariant=True)

log = logging.getLogger("tidings.web")


class Task(Protocol):
    """A request that was read whole (waitress's channel)."""

    def service(self) -> None:
        """Answer it."""


class Work(Protocol[Wanting, Giving]):
    """Something that is done for several requests at once."""

    def __call__(self, items: Sequence[Wanting], /, *, wait: bool = True) -> Sequence[Giving]:
        """Return one outcome for each; raises Busy when it would have to wait and may not."""


def together(work: Work[Item, Outcome], item: Item) -> Outcome:
    """Return what `work` makes of the item, done at once with the items that others have for it.

    Other requests are answered first. Raises what `work` raises, for all whose items it had.
    """
    me = getcurrent()
    if not isinstance(me, _Answering):  # outside of a Dispatcher there are no others
        return work([item])[0]
    return cast("Outcome", me.leave(work, item))


class _Answering(greenlet):  # type: ignore[misc]  # greenlet has no types
    """A request on its way to its answer."""

    def __init__(self, task: Task) -> None:
        super().__init__(task.service)
        self.work: Work[Any, Any] | None = None
        """What is to be done before the answer can go on."""
        self.item: object = None
        self.outcome: object = None
        self.error: Exception | None = None

    def leave(self, work: Work[Any, Any], item: object) -> object:
        """Let others go on until the work is done; return its outcome or raise its error."""
        self.work, self.item = work, item
        self.parent.switch()
        self.work, error = None, self.error
        if error is not None:
            raise error.with_traceback(None)
        return self.outcome


class Dispatcher:
    """What waitress hands requests to: its own would answer each in a thread of its own."""

    def __init__(self) -> None:
        self._coming: SimpleQueue[Task | list[_Answering] | None] = SimpleQueue()
        """Requests; those whose work was done elsewhere; and at last the end."""
        self._blocked: SimpleQueue[list[_Answering] | None] = SimpleQueue()
        self._waiting: list[_Answering] = []
        self._away = 0
        self._ended = False
        self._threads = [Thread(target=run, daemon=True) for run in (self._answer, self._wait)]
        for thread in self._threads:
            thread.start()

    def add_task(self, task: Task) -> None:
        """Have a request answered."""
        self._coming.put(task)

    def shutdown(self) -> None:
        """Let those who are being answered finish, and end the threads within some seconds."""
        self._coming.put(None)
        for thread in self._threads:
            thread.join(timeout=5)

    def _answer(self) -> None:
        while not self._ended or self._away:
            self._go_on(self._coming.get())
            for _ in range(self._coming.qsize()):  # not more, or a flood would keep us from writing
                self._go_on(self._coming.get())
            self._do_what_waits()
        self._blocked.put(None)

    def _go_on(self, come: Task | list[_Answering] | None) -> None:
        if come is None:
            self._ended = True
        elif isinstance(come, list):
            self._away -= 1
            self._resume(come)
        else:
            self._resume([_Answering(come)])

    def _resume(self, some: Sequence[_Answering]) -> None:
        for one in some:
            try:
                one.switch()
            except BaseException as error:  # noqa: BLE001 - the thread answers for all others too
                # What the application raises was answered by waitress; this is a fault of its own.
                log.error("a request was given up: %s", type(error).__name__)
            if not one.dead:
                self._waiting.append(one)

    def _do_what_waits(self) -> None:
        while self._waiting:
            work = self._waiting[0].work
            ours = [one for one in self._waiting if one.work == work]
            self._waiting = [one for one in self._waiting if one.work != work]
            try:
                _do(ours, wait=False)
            except Busy:
                self._away += 1
                self._blocked.put(ours)
            else:
                self._resume(ours)

    def _wait(self) -> None:
        while (blocked := self._blocked.get()) is not None:
            _do(blocked, wait=True)
            self._coming.put(blocked)


def _do(ours: Sequence[_Answering], *, wait: bool) -> None:
    work = ours[0].work
    assert work is not None  # noqa: S101 - for the type checker: they left it
    for one in ours:
        one.outcome = one.error = None
    try:
        outcomes = work([one.item for one in ours], wait=wait)
    except Busy:
        raise
    except Exception as error:  # noqa: BLE001 - raised again for each of them
        for one in ours:
            one.error = error
    else:
        for one, outcome in zip(ours, outcomes, strict=True):
            one.outcome = outcome
