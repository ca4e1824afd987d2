"""A Transport -> its open lines, waited for together; never more than the relay allows."""

import select
import socket
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from digests.transport import Letter, Line, Stage, Transport, Unreachable

LONGEST_WAIT = 60.0


class Lines:
    """Opens lines in the background, so that a slow one does not hold up the others."""

    def __init__(self, transport: Transport) -> None:
        self.open: list[Line] = []
        self._transport = transport
        self._most = transport.most
        self._opening: list[Future[Line]] = []
        self._openers = ThreadPoolExecutor(transport.most, thread_name_prefix="line")
        self._bell, self._clapper = socket.socketpair()
        self._bell.setblocking(False)

    @property
    def most(self) -> int:
        """So many lines are allowed, as far as is known."""
        return self._most

    def want(self, number: int) -> None:
        """See to it that so many lines are open or being opened, as far as allowed."""
        for _ in range(min(number, self._most) - len(self.open) - len(self._opening)):
            opening = self._openers.submit(self._transport.open)
            opening.add_done_callback(lambda _: self._clapper.send(b"!"))
            self._opening.append(opening)

    def wait(self, busy: Sequence[Line], seconds: float | None = None) -> Sequence[Line]:
        """Return those of the busy lines that can go on; waits until one can, or one was opened.

        Raises Unreachable when the only line could not be opened.
        """
        if any(line.fileno() < 0 for line in busy) or not (busy or self._opening or seconds):
            return busy
        patience = LONGEST_WAIT if seconds is None else seconds
        ready = self._select(busy, min([patience, *(line.seconds_left for line in busy)]))
        self._take_opened()
        return [line for line in busy if line.fileno() in ready or line.seconds_left < 0]

    def drop(self, line: Line) -> None:
        """Forget a line that is closed."""
        self.open.remove(line)

    def close(self, *, politely: bool) -> None:
        """Close all lines, also those that are just being opened."""
        self._openers.shutdown(cancel_futures=True)
        for opening in self._opening:
            if not opening.cancelled() and opening.exception() is None:
                self.open.append(opening.result())
        for line in self.open:
            line.close(politely=politely)
        self._bell.close()
        self._clapper.close()

    def _select(self, busy: Iterable[Line], seconds: float) -> frozenset[int]:
        poll = select.poll()
        poll.register(self._bell, select.POLLIN)
        return _polled(poll, busy, seconds)

    def _take_opened(self) -> None:
        if not any(opening.done() for opening in self._opening):
            return
        with suppress(BlockingIOError):
            self._bell.recv(4096)
        done = [opening for opening in self._opening if opening.done()]
        self._opening = [opening for opening in self._opening if opening not in done]
        faults = [fault for opening in done if (fault := opening.exception()) is not None]
        self.open += [opening.result() for opening in done if opening.exception() is None]
        for fault in faults:
            if not isinstance(fault, Unreachable) or not (self.open or self._opening):
                raise fault
            # The relay allows no more than these.
            self._most = max(len(self.open) + len(self._opening), 1)


class OneLine:
    """One line at a time, and one letter after the other."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._line: Line | None = None

    def send(self, letter: Letter, *, before_dot: Callable[[], None] = lambda: None) -> str:
        """Hand one letter over; returns the server's words. Raises what the line raises."""
        if self._line is None or not self._line.is_open:
            self._line = self._transport.open()
        line = self._line
        line.begin(letter)
        _advanced(line, Stage.AT_DOT)
        before_dot()
        line.end()
        _advanced(line, Stage.TAKEN)
        return line.words

    def close(self) -> None:
        """Say goodbye, if there is somebody to say it to."""
        if self._line is not None:
            self._line.close()
        self._line = None


def _advanced(line: Line, wanted: Stage) -> None:
    while line.advance() != wanted:
        _polled(select.poll(), [line], line.seconds_left)


def _polled(poll: select.poll, lines: Iterable[Line], seconds: float) -> frozenset[int]:
    for line in lines:
        poll.register(line.fileno(), select.POLLIN | (select.POLLOUT * line.wants_to_write))
    # Rounded up, or the last millisecond would be spent in a busy loop.
    return frozenset(number for number, _ in poll.poll(int(max(seconds, 0) * 1000) + 1))
