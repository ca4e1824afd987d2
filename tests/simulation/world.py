"""A seed -> a community with everything around it, and its weeks, one event after the other.

The pages, the sync, the digest and the sending are the product, used as its commands use them;
people, clock, spreadsheet, relay, disk and power are played. Nothing here knows what is right:
that is asked of `invariants`, after each run and at the end.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digests.press import DigestError
from sheets_sync.links import Purpose
from sheets_sync.mailing import Wish, sync_and_mail
from sheets_sync.project import Project, one_run, open_project
from sheets_sync.spreadsheet import SheetError
from sheets_sync.state import StateError
from sheets_sync.sync import sync
from sheets_sync.web import create_app
from sheets_sync.workflow import open_desk
from tests.simulation import faults, invariants
from tests.simulation.google import Google
from tests.simulation.history import History
from tests.simulation.machine import Clock, Machine, PowerCut, dice
from tests.simulation.paper import Paper
from tests.simulation.relay import Relay

if TYPE_CHECKING:
    from tests.simulation.managers import Office
    from tests.simulation.people import Crowd

STARTS = (datetime(2026, 2, 9, 5, tzinfo=UTC), datetime(2026, 9, 7, 5, tzinfo=UTC))
"""Mondays some weeks before summer time begins, and before it ends."""
STATE = "tidings.db"
STEPS_OF_A_VISIT = 12
CLOSE_LOOKS = 4
"""After one run in so many that nobody disturbed, there is a closer look."""


@dataclass(frozen=True, slots=True)
class Story:
    """What is to be played."""

    seed: int
    weeks: int = 12
    people: int = 40
    runs_a_week: int = 4
    calm: bool = False
    """Nothing fails and nobody touches the spreadsheet."""

    busy: bool = False
    """Everybody writes much more, and more often in the middle of a run."""

    disks_lost: float = 1
    """How many times as often as usual a disk is lost."""

    def command(self) -> str:
        """Return what plays it again."""
        return (
            f"python -m tests.simulation {self.seed} --weeks {self.weeks} --people {self.people}"
            f" --runs-a-week {self.runs_a_week}{' --calm' if self.calm else ''}"
            f"{' --busy' if self.busy else ''}"
            f"{f' --disks-lost {self.disks_lost:g}' if self.disks_lost != 1 else ''}"
        )


class World:
    """The community, and all that happens around it."""

    def __init__(self, story: Story, folder: Path) -> None:
        self.story, self.folder, self.size = story, folder, story.people
        self.chance = dice(story.seed, "the world")
        self.machine = Machine(Clock(STARTS[story.seed % len(STARTS)]))
        self.google = Google(self.machine, story.seed)
        self.relay = Relay(self.machine)
        self.history = History()
        self.papers: dict[str, Paper] = {}
        self.disturbed = False
        """Whether anybody did anything since the run began."""
        self.crowd: Crowd
        self.office: Office
        self.steady_readers: set[str] = set()
        self.unsteady_readers: set[str] = set()
        """Addresses of people whom managers may do anything with."""
        self._events: list[tuple[datetime, int, Callable[[], object]]] = []
        self._numbers = count()
        self._open = ExitStack()
        self.looks_on: Callable[[], None] = lambda: None
        """Called whenever something may have happened to a row."""
        self.is_calm = story.calm
        self.is_on_holiday = False
        self._is_running = False
        self.is_amid_a_run = False
        self.went_back = False
        """Whether the spreadsheet is an old version, and no run has seen that yet."""
        self._is_settled = False
        """Whether the last run left nothing for the next."""
        self._is_braked = False
        """Whether the last run wrote nothing into Reports, since much of it was suddenly gone."""
        self._steps_of_a_run = 40
        self.project: Project
        self._site: Any = None

    # Time

    def at(self, moment: datetime, act: Callable[[], object]) -> None:
        """Let something happen at a moment."""
        heappush(self._events, (moment, next(self._numbers), act))

    def later(self, pause: timedelta, act: Callable[[], object]) -> None:
        """Let something happen after a while."""
        self.at(self.machine.clock.time + pause, act)

    def lives(self, until: datetime) -> None:
        """Let everything happen that is due until then."""
        clock = self.machine.clock
        while self._events and self._events[0][0] <= until:
            moment, _, act = heappop(self._events)
            clock.time = max(clock.time, moment)
            try:
                act()
            except PowerCut:
                self.boots()
            self.looks_on()
        clock.time = max(clock.time, until)

    # The machine

    def boots(self) -> None:
        """Start everything again with what is on the disk."""
        self._open.close()
        self.machine.starts_again()
        self.relay.ends(well=False)
        self._open = ExitStack()
        project = self._open.enter_context(open_project(self.folder, {}))
        self.machine.watches(project.state.engine)
        self.project = replace(
            project, spreadsheet=self.google.opened(project.state.base), carrier=self.relay
        )
        self._site = None

    def ends(self) -> None:
        """Switch everything off."""
        self._open.close()

    # What people do with the pages

    @property
    def site(self) -> Any:
        """Return the pages; made at the first visit, since that takes a while."""
        if self._site is None:
            desk = open_desk(self.project, self.machine.clock.now)
            self._site = create_app(desk).test_client()
        return self._site

    def visits(self, path: str) -> str | None:
        """Return a page; None when there is none just now."""
        self.machine.step("a page is asked for")
        answer = self.site.get(path)
        invariants.check_answer(path, answer.status_code)
        return (
            str(answer.text) if answer.status_code == 200 and "form-token" in answer.text else None
        )

    def posts(self, path: str, token: str, fields: dict[str, str]) -> str:
        """Send a form; returns the id on the receipt, or nothing when there was no thanks."""
        self.machine.step("a form is sent")
        answer = self.site.post(
            path, data={"form-token": token, **fields}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        self.machine.step("the form's answer leaves")
        invariants.check_answer(path, answer.status_code)
        if answer.status_code != 303 or self.chance.random() < faults.OFTEN:
            return ""  # refused; or the answer was lost on its way (fault 2)
        parts = self.project.links.read(Purpose.CORRECT, answer.location.rpartition("/")[2])
        return parts[0] if parts else ""

    @contextmanager
    def power(self) -> Iterator[None]:
        """Let somebody be at the pages while the power may fail at any step."""
        if not self.is_calm and self.chance.random() < faults.POWER:
            self.machine.stops_at = self.machine.steps + self.chance.randint(1, STEPS_OF_A_VISIT)
        try:
            yield
        finally:
            self.machine.stops_at = 0

    # What cron does

    def runs(self) -> None:
        """Do what `tidings run` does, and whatever its last line asks for."""
        if self.is_on_holiday:
            return
        began, written, self.disturbed = self.machine.steps, self.google.writes, False
        self._meets_trouble()
        try:
            line = self._run(Wish())
            self._steps_of_a_run = max(20, self.machine.steps - began)
        finally:
            faults.forget(self.google, self.relay)
            self.machine.stops_at = 0
        invariants.check_each_run(self)
        if line:
            self.machine.says(f"stopped: {line}")
            invariants.check_stop(line, self.google.writes - written)
            self._reads(line)
        else:
            self._looks()

    def _looks(self) -> None:
        """Look whether all is well; more closely from time to time, since that takes long."""
        invariants.check_run(self)
        if self.disturbed or self._is_braked or self.machine.steps % CLOSE_LOOKS:
            return
        invariants.check_values_are_on_their_rows(self)
        invariants.check_corrections_are_there(self)
        if self._is_settled:
            self.quiet_run()

    def _meets_trouble(self) -> None:
        if self.is_calm:
            return
        faults.plan(self.google, self.relay, self.chance, busy=self.story.busy)
        if self.chance.random() < (faults.BUSY_POWER if self.story.busy else faults.POWER):
            self.machine.stops_at = self.machine.steps + self.chance.randint(
                1, self._steps_of_a_run
            )

    def meanwhile(self) -> None:
        """Let somebody act in the middle of a run, or not."""
        self.looks_on()
        if not self._is_running or self.chance.random() > (
            faults.BUSY_HUMAN if self.story.busy else faults.HUMAN
        ):
            return
        self._is_running, self.is_amid_a_run = False, True  # one at a time
        self.office.acts()
        self._is_running, self.is_amid_a_run = True, False

    def _run(self, wish: Wish, *, alone: bool = False) -> str:
        """Run; return the line with which it stopped. `alone`: nobody is at the spreadsheet."""
        try:
            self._is_running = not (self.is_calm or alone)
            outcome, mailed = sync_and_mail(
                self.project,
                wish,
                now=self.machine.clock.now(),
                alone=partial(one_run, self.project),
            )
        except (SheetError, DigestError, StateError) as error:
            self.relay.ends(well=False)
            return str(error)
        finally:
            self._is_running = False
        self.relay.ends(well=True)
        self.is_amid_a_run = self.went_back = False
        self._is_settled = mailed.delivered.is_clean
        self._is_braked = any("nothing is written here" in note for note in outcome.notes)
        if mailed.made:
            self.machine.says(f"issue {mailed.made.issue.name} to {mailed.made.recipients}")
        for note in outcome.notes:
            self.machine.says(f"note: {note}")
        return ""

    def _reads(self, line: str) -> None:
        """Do what the operator is told to, when there is nothing else to do."""
        now = self.machine.clock.now()
        if "--clock-is-right" in line and not self.machine.clock.wrong_by:
            self._run(Wish(clock_is_right=True))
        elif "--accept-old-state" in line:
            self.history.starts_afresh()
            self._run(Wish(accept_old_state=True))
            self.history.starts_afresh()
        elif "--take-over" in line:
            project = self.project
            try:
                sync(project.spreadsheet, project.state, project.rules, now=now, take_over=True)
                self.history.starts_afresh()
            except (SheetError, StateError) as error:
                self.machine.says(f"stopped: {error}")
                self.office.names_again(str(error))

    def quiet_run(self) -> None:
        """Run again at once: there is nothing to do, and nothing is done."""
        before = self.project.state.base.values()
        written, mails = self.google.writes, len(self.relay.arrived)
        line = self._run(Wish(), alone=True)
        invariants.check_quiet(self, line, before, written, mails)

    def ids_in_sheet(self) -> set[str]:
        """Return the ids that the rows of Reports bear."""
        return {str(id) for _, id in self.papers["Reports"].columns("id") if id}

    def marked_rows(self) -> Counter[str]:
        """Return how many rows of Reports hold each mark."""
        paper = self.papers["Reports"]
        return Counter(mark for row in paper.filled() for mark in paper.marks(row))

    def summary(self) -> str:
        """Return in short what was played."""
        rows = sum(self.marked_rows().values())
        return (
            f"{len(self.history.sent)} reports thanked for, {rows} rows, "
            f"{len(self.relay.arrived)} mails, {self.machine.steps} steps"
        )
