"""The outbox -> mails on their way, each step recorded before and after.

for each that waits: claim -> still wanted? -> talk up to the dot -> mark dot
-> the dot -> mark sent, deferred or failed

Several lines are kept busy at once, and what happens on them meanwhile is committed together.
So a crash leaves at most one mail for each line of which nobody knows whether it arrived.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from digests.lines import Lines
from digests.settling import Delivered, Settlement, line_of
from digests.transport import Broken, Letter, Line, SendError, Stage, Transport, Unreachable
from digests.waiting import Consent, Waiting
from sheets_sync.state.database import StateError
from sheets_sync.state.delivery import DOT_SECONDS, Delivery
from sheets_sync.state.marking import Page
from sheets_sync.state.outbox import Outbox

SOONEST = 1.0
"""Seconds after which it is recorded that a mail was taken, also when nothing else happens."""
LONGEST_SHARE = 0.02
"""Seconds that a line waits at most for others to share its commit."""
LAST_WORDS_SECONDS = 5.0
"""When a run is stopped, so long servers may still answer to what they have."""

Steps = Callable[[str], None]
"""Told of each effect, before and after it."""
Progress = Callable[[int, int], None]
"""Told how many are done, and of how many."""
Happened = Mapping[Line, Stage | SendError]


def deliver(
    outbox: Outbox,
    transport: Transport,
    consent: Consent,
    *,
    sender: str,
    now: datetime,
    repeat: bool = True,
    per_minute: int = 0,
    progress: Progress = lambda done, total: None,
    steps: Steps = lambda step: None,
) -> Delivered:
    """Send everything that may leave now, together with all others who do so."""
    outcome = Delivered()
    with outbox.joined() as name:
        waiting = Waiting(outbox, consent, name, now, repeat=repeat, per_minute=per_minute)
        lines = Lines(transport)
        settlement = Settlement(now, outcome)
        dispatch = _Dispatch(outbox, name, lines, waiting, sender, now, steps, outcome, settlement)
        try:
            while dispatch.turn():
                progress(waiting.given - len(dispatch.busy), waiting.given + waiting.left)
        except Unreachable as error:
            outcome.stopped = str(error)
        finally:
            dispatch.end()
            progress(waiting.given, waiting.given + waiting.left)
    outcome.dropped = waiting.dropped
    return outcome


@dataclass(slots=True)
class _Dispatch:
    """Keeps several lines busy."""

    outbox: Outbox
    name: str
    """That it claims deliveries under."""
    lines: Lines
    waiting: Waiting
    sender: str
    now: datetime
    steps: Steps
    outcome: Delivered
    settlement: Settlement
    busy: dict[Line, Delivery] = field(default_factory=dict)
    following: dict[Line, Delivery] = field(default_factory=dict)
    """What was begun together with the final dot of the one before."""
    ending: set[Line] = field(default_factory=set)
    """Those of the busy ones that have said the final dot."""
    taken: dict[int, str] = field(default_factory=dict)
    """What servers have taken, and is not committed yet: their words by number."""
    at_dot: list[Line] = field(default_factory=list)
    """Those whose dot waits to be recorded, `since` when."""
    since: float = 0.0
    marked: float = 0.0
    """When the last dots began to be recorded."""
    recorded: float = 0.0
    """When the last commit was, and how long it took."""
    commit_seconds: float = 0.0

    def turn(self) -> bool:
        """Go on wherever it is possible; False when everything that may leave has left."""
        if self.waiting.is_time_to_look:
            self._look_around()
        if not self.outcome.stopped:
            self.lines.want(len(self.busy) + self.waiting.wanted_lines)
        faults = self._over(self._happened())
        if any(isinstance(fault, Unreachable) for _, fault in faults):
            self.outcome.stopped = next(str(f) for _, f in faults if isinstance(f, Unreachable))
        self._begin_what_is_claimed()
        if faults or not self._worth_waiting():
            self._record(faults)
        if not (self.busy or self.waiting.left or self.outcome.stopped):
            self._look_around()
        return bool(self.busy or (self.waiting.left and not self.outcome.stopped))

    def _look_around(self) -> None:
        self.outcome.repeated += [line_of(one) for one in self.waiting.look_around()]

    def end(self) -> None:
        """Close all lines; when stopped in the middle, first keep what servers have taken."""
        until = time.monotonic() + LAST_WORDS_SECONDS
        while self.ending and time.monotonic() < until:
            for line in self.lines.wait(list(self.ending), until - time.monotonic()):
                stage = _advanced(line)
                if stage == Stage.TAKEN:
                    self.taken[self.busy[line].number] = line.words
                if stage != Stage.TALKING:
                    self.ending.discard(line)
        with suppress(StateError):
            self.waiting.give_back()
            with self.outbox.together(self.now, self.name) as page:
                page.mark([], self.taken)
        self.lines.close(politely=not self.busy)

    def _happened(self) -> Happened:
        """Return how far the letters are that went on; waits until one does."""
        talking = [line for line in self.busy if line not in self.at_dot]
        patience = [self.waiting.pause if self._idle() else None]
        patience += [SOONEST] if self.taken else []
        patience += [self._share_until() - time.monotonic()] if self.at_dot else []
        seconds = min((one for one in patience if one is not None), default=None)
        found = {line: _advanced(line) for line in self.lines.wait(talking, seconds)}
        return {line: stage for line, stage in found.items() if stage != Stage.TALKING}

    def _over(self, happened: Happened) -> list[tuple[Delivery, SendError]]:
        """Free the lines whose letters are taken or failed; returns what failed, and why."""
        faults = []
        for line, one in happened.items():
            if one == Stage.AT_DOT:
                self.since = self.since if self.at_dot else time.monotonic()
                self.at_dot.append(line)
                continue
            delivery = self.busy.pop(line)
            self.ending.discard(line)
            if isinstance(one, SendError):
                faults.append((delivery, one))
            else:
                self.taken[delivery.number] = line.words
            following = self.following.pop(line, None)
            if not line.is_open:
                self.lines.drop(line)
            if following is not None and line.is_open:
                self.busy[line] = following
            elif following is not None:
                faults.append((following, Broken(f"the connection broke ({one})")))
        return faults

    def _share_until(self) -> float:
        """Return until when to wait for others to share a commit: as long as one takes."""
        return self.since + min(self.commit_seconds, LONGEST_SHARE)

    def _worth_waiting(self) -> bool:
        return 0 < len(self.at_dot) < len(self.busy) and time.monotonic() < self._share_until()

    def _idle(self) -> list[Line]:
        """Return the lines that could carry something."""
        if self.outcome.stopped:
            return []
        return [line for line in self.lines.open if line not in self.busy]

    def _begin_what_is_claimed(self) -> None:
        idle = self._idle()
        for line, delivery in zip(idle, self.waiting.take(len(idle)), strict=False):
            self._begin(line, delivery)

    def _record(self, faults: Sequence[tuple[Delivery, SendError]]) -> None:
        """Commit at once all that must be on the disk before anything goes on.

        That a mail was taken can wait for the next commit: no further dot is said before it.
        """
        idle = self._idle()
        wanted = len(idle) + sum(line.pipelines for line in self.at_dot)
        short = not self.outcome.stopped and self.waiting.is_short(wanted)
        late = self.taken and (idle or time.monotonic() - self.recorded > SOONEST)
        if not (self.at_dot or faults or short or late or (self.taken and not self.busy)):
            return
        began = time.monotonic()
        self.steps("before commit")
        with self.outbox.together(self.now, self.name) as page:
            self.marked = time.monotonic()  # nobody else writes from here on
            self.waiting.look_again(page)
            unwanted = self._mark(page)
            for delivery, fault in faults:
                if self.settlement.settle(page, delivery, fault):
                    self.waiting.put_first(delivery.number)
            claimed = self.waiting.claim(page, wanted) if short else []
        self.steps("after commit")
        self.recorded = time.monotonic()
        self.commit_seconds = self.recorded - began
        self.outcome.sent += len(self.taken)
        self.taken.clear()
        self.waiting.look_at(claimed)
        self._hang_up(unwanted)
        self._say_dots()
        self._begin_what_is_claimed()

    def _mark(self, page: Page) -> Sequence[Line]:
        """Record what was taken and the dots to be said; returns lines that must say none.

        Who changes anything waits for the page's end: what was told before it counts.
        """
        letters = {self.busy[line].number: line for line in self.at_dot}
        unwanted = self.waiting.unwanted([self.busy[line] for line in self.at_dot])
        numbers = {one.number for one in unwanted}
        dots = [number for number in letters if number not in numbers]
        numbers |= set(page.mark(dots, self.taken))
        for number in numbers:
            page.put_back(number)
        return [letters[number] for number in numbers]

    def _hang_up(self, lines: Sequence[Line]) -> None:
        """Close lines without the final dot: once DATA has begun there is no other way back."""
        for line in lines:
            self.at_dot.remove(line)
            self.waiting.put_first(self.busy.pop(line).number)
            line.close(politely=False)
            self.lines.drop(line)
        if lines:
            self.waiting.give_back()

    def _say_dots(self) -> None:
        dots, self.at_dot = self.at_dot, []
        takers = [] if self.outcome.stopped else [line for line in dots if line.pipelines]
        self.following.update(zip(takers, self.waiting.take(len(takers)), strict=False))
        for line in dots:
            self._end(line)

    def _begin(self, line: Line, delivery: Delivery) -> None:
        self.busy[line] = delivery
        self.steps("before talking")
        line.begin(self._letter(delivery))
        self.steps("after talking")

    def _end(self, line: Line) -> None:
        self.steps("before final dot")
        if time.monotonic() - self.marked > DOT_SECONDS:  # this machine stood still
            self._take_back(line)
            return
        self.ending.add(line)
        following = self.following.get(line)
        line.end(None if following is None else self._letter(following))
        self.steps("after final dot")

    def _take_back(self, line: Line) -> None:
        """Close a line whose dot is not to be said any more: its reader may have been told so."""
        letters = [one for one in (self.following.pop(line, None), self.busy.pop(line)) if one]
        line.close(politely=False)
        self.lines.drop(line)
        with self.outbox.together(self.now, self.name) as page:
            for delivery in letters:
                page.put_back(delivery.number)
        for delivery in letters:
            self.waiting.put_first(delivery.number)

    def _letter(self, delivery: Delivery) -> Letter:
        name = f"{delivery.issue}-{delivery.subscriber}"
        return Letter(name, self.sender, delivery.address, delivery.message)


def _advanced(line: Line) -> Stage | SendError:
    """Return how far a line's letter is, or what went wrong with it."""
    try:
        return line.advance()
    except SendError as error:
        return error
