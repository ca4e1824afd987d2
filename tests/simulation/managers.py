"""Five people who keep the spreadsheet: each act is whole, and may come between any two calls."""

import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sheets_sync.older_copy import OLDER_COPY
from tests.simulation.forgotten import nobody_tells
from tests.simulation.history import MENDED, marks_in
from tests.simulation.paper import Line, Paper
from tests.simulation.world import World

ACTS_A_WEEK = 14
"""Of all five together; most in the middle of nowhere, some in the middle of a run."""
HEADERS = {"tags": ("Tags", "TAGS "), "link": ("Link",), "about": ("About",), "text": ("Text",)}
UNHEARD_OF = "What happened?"
SORTED_BY = ("text", "reporter", "received", "status", "notes", "date")


@dataclass(slots=True)
class Version:
    """The whole spreadsheet at one moment, as its history keeps it."""

    at: datetime
    book: dict[str, Any]
    lines: dict[str, list[Line]]
    deleted: set[str]
    """Ids that people had taken out of Reports by then; coming back to it takes them out again."""


class Office:
    """The five managers."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self._world, self._chance = world, chance
        self.versions: list[Version] = []
        self._acts: list[tuple[int, Callable[[Paper, int], None]]] = [
            (6, self._notes),
            (4, self._sorts),
            (3, self._types_a_report),
            (3, self._moves),
            (3, self._mends_a_word),
            (2, self._inserts),
            (2, self._copies),
            (2, self._decides),
            (2, self._moves_a_column),
            (2, self._renames_a_header),
            (1, self._deletes),
            (1, self._loses_an_id),
            (1, self._overtypes),
            (2, self._keeps_the_roster),
            (2, self._keeps_the_pairs),
            (1, self._keeps_subscriptions),
            (1, self._joins_tags),
            (1, self._releases_issues),
        ]

    def acts(self) -> None:
        """Let one of them do something."""
        paper = self._world.papers["Reports"]
        rows = paper.filled()
        if not rows:
            return
        weights, acts = zip(*self._acts, strict=True)
        act = self._chance.choices(acts, weights)[0]
        row = self._chance.choice(rows)
        self._world.machine.says(f"a manager: {act.__name__.strip('_')} (Reports row {row + 1})")
        act(paper, row)
        self._world.disturbed = True

    # Reports

    def _notes(self, paper: Paper, row: int) -> None:
        paper.types(row, "notes", f"seen by {self._chance.randrange(5)} {self._chance.random()}")

    def _sorts(self, paper: Paper, row: int) -> None:
        paper.sorts(self._chance.choice(SORTED_BY), descending=self._chance.random() < 0.5)

    def _types_a_report(self, paper: Paper, row: int) -> None:
        if paper.column("text") < 0:
            return
        mark = self._world.crowd.mark()
        below = paper.filled()[-1] + 1
        paper.types(below, "reporter", f"p{self._chance.randrange(self._world.size)}")
        paper.types(below, "text", f"note {mark}, typed by hand")
        self._world.history.expect(mark, "typed", least=1, most=1)

    def _moves(self, paper: Paper, row: int) -> None:
        paper.moves(row, self._chance.choice(paper.filled()))

    def _mends_a_word(self, paper: Paper, row: int) -> None:
        text = paper.value(row, "text")
        # Typed anew, a text that begins with = becomes a formula in their program.
        if isinstance(text, str) and text and not text.startswith("="):
            paper.types(row, "text", f"{text}{MENDED}")

    def _inserts(self, paper: Paper, row: int) -> None:
        paper.inserts(row)

    def _copies(self, paper: Paper, row: int) -> None:
        may_come_again = self._may_come_again(paper, row)
        for mark in paper.marks(row):
            self._world.history.expect(mark, "copied", least=1, most=1 + may_come_again)
            self._world.history.unsteady.add(mark)
        paper.copies(row, self._chance.choice(paper.filled()))

    def _decides(self, paper: Paper, row: int) -> None:
        word = self._chance.choice(("hide", "ok", "ok", None))
        self._world.history.unsteady.update(paper.marks(row))
        paper.types(row, "decision", word)

    def _moves_a_column(self, paper: Paper, row: int) -> None:
        headers = paper.headers()
        paper.moves_column(self._chance.choice(headers), self._chance.randrange(len(headers)))

    def _renames_a_header(self, paper: Paper, row: int) -> None:
        """Spell one in another way; or name it so that nobody knows it, and see that next day."""
        name = self._chance.choice(sorted(HEADERS))
        if paper.column(UNHEARD_OF) >= 0:
            return
        if self._chance.random() < 0.2:
            paper.types(0, name, UNHEARD_OF)
            self._world.later(
                timedelta(hours=self._chance.randint(2, 30)),
                lambda: paper.types(0, UNHEARD_OF, name),
            )
        else:
            paper.types(0, name, self._chance.choice(HEADERS[name]))

    def names_again(self, line: str) -> None:
        """Call the column again what it was called, where a run says that it is needed."""
        if found := re.search("no column '(.+?)'", line):
            self._world.papers["Reports"].types(0, UNHEARD_OF, found[1])

    def _deletes(self, paper: Paper, row: int) -> None:
        may_come_again = self._may_come_again(paper, row)
        for mark in paper.marks(row):
            self._world.history.expect(mark, "deleted", least=-1, most=may_come_again - 1)
            self._world.history.unsteady.add(mark)
        paper.deletes(row)

    def _loses_an_id(self, paper: Paper, row: int) -> None:
        may_come_again = self._may_come_again(paper, row)
        for mark in paper.marks(row):
            self._world.history.expect(mark, "lost its id", most=may_come_again)
            self._world.history.unsteady.add(mark)
        paper.types(row, "id", self._chance.choice((None, "hello")))

    def _may_come_again(self, paper: Paper, row: int) -> int:
        """Return 1 for a row that a run has written, and not come to check or record yet.

        Also while what an older copy lacks is not known to be back: nobody can tell that it was
        there and was deleted in that copy.
        """
        state = self._world.project.state
        waiting = {entry.submission.report for entry in state.journal.unwritten()}
        is_waiting = str(paper.value(row, "id")) in waiting or bool(state.base.get(OLDER_COPY))
        return int(self._world.is_amid_a_run or self._world.went_back or is_waiting)

    def _overtypes(self, paper: Paper, row: int) -> None:
        paper.types(row, self._chance.choice(("status", "problem", "mentor", "source")), "?")

    # The other tabs

    def _keeps_the_roster(self, paper: Paper, row: int) -> None:
        people = self._world.papers["People"]
        rows = people.filled()
        match self._chance.randrange(4):
            case 0:
                people.sorts("name", descending=self._chance.random() < 0.5)
            case 1:
                below = rows[-1] + 1
                people.types(below, "name", f"New One {self._world.crowd.mark()}")
            case 2:
                people.moves(self._chance.choice(rows), self._chance.choice(rows))
            case _:
                people.types(self._chance.choice(rows), "country", "Peru")

    def _keeps_the_pairs(self, paper: Paper, row: int) -> None:
        pairs = self._world.papers["Mentors"]
        below = (pairs.filled() or [0])[-1] + 1
        size = self._world.size
        pairs.types(below, "mentee", f"p{self._chance.randrange(size)}")
        pairs.types(below, "mentor", f"p{self._chance.randrange(min(size, 5))}")

    def _keeps_subscriptions(self, paper: Paper, row: int) -> None:
        """Write down what somebody asked for who may be left out of mails for it."""
        tab = self._world.papers["Subscriptions"]
        below = (tab.filled() or [0])[-1] + 1
        who = self._chance.choice(sorted(self._world.unsteady_readers))
        tab.types(below, "email", who)
        tab.types(below, "filter", self._chance.choice(("press", "mentorship or press", "((")))
        tab.types(below, "frequency", self._chance.choice(("weekly", "stop", "monthly")))

    def _joins_tags(self, paper: Paper, row: int) -> None:
        tags = self._world.papers["Tags"]
        if rows := tags.filled():
            tags.types(self._chance.choice(rows), "same as", "press")

    def _releases_issues(self, paper: Paper, row: int) -> None:
        self.releases_issues()

    def releases_issues(self) -> None:
        """Let go what Tidings held for a person to look at."""
        issues = self._world.papers["Digests"]
        for at, issue, word in issues.columns("issue", "decision"):
            if word == "hold":
                issues.types(at, "decision", "send")
                self._world.history.let_go(str(issue))

    # Old versions

    def keeps_version(self) -> None:
        """Let the spreadsheet's own history grow."""
        world = self._world
        lines = {tab: paper.version() for tab, paper in world.papers.items()}
        deleted = world.history.deleted(world.marked_rows(), world.ids_in_sheet())
        version = Version(world.machine.clock.time, world.google.book.saved(), lines, deleted)
        self.versions = [*self.versions[-3:], version]

    def restores_version(self) -> None:
        """Put an old version in the place of the spreadsheet (fault 43)."""
        world = self._world
        if not self.versions:
            return
        version = self._chance.choice(self.versions)
        world.machine.says(f"a manager: restores the version of {version.at:%Y-%m-%d}")
        before, ids, unheard = world.marked_rows(), world.ids_in_sheet(), self._unheard()
        world.google.book.restore(version.book)
        version.book = world.google.book.saved()
        for tab, paper in world.papers.items():
            paper.lines = [line.copy() for line in version.lines[tab]]
        world.history.went_back(
            before,
            world.marked_rows(),
            gone=ids - world.ids_in_sheet() - version.deleted,
            there=world.ids_in_sheet(),
            unheard=unheard,
        )
        nobody_tells(world)
        world.disturbed = world.went_back = True

    def _unheard(self) -> Counter[str]:
        """Return how many rows with each mark were sent by somebody who never got thanks."""
        world, journal = self._world, self._world.project.state.journal
        sent = map(journal.answers, world.ids_in_sheet() - world.history.sent.keys())
        return Counter(mark for one in sent if one for mark in marks_in(one["text"]))
