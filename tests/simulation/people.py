"""People who write: when, how often, and how it goes wrong; in the rhythm of the real archive.

The figures were counted in it: 28 reports a week by 12 of 220 people, most of them late in the
week; one text in seven has line breaks, one report in nine repeats an earlier one word for word.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sheets_sync.links import Purpose
from tests.simulation.history import Sent
from tests.simulation.machine import PowerCut
from tests.simulation.world import World
from tests.web.visitor import token_in

FIRST = ("Ana", "Ben", "Cho", "Dai", "Eve", "Finn", "Gül", "Hana", "Ivo", "José", "Kofi", "Lea")
LAST = ("Rossi", "Okafor", "Min", "Ito", "Marín", "Novák", "Öztürk", "Silva", "Weber", "Xu")
WEEKDAYS = (116, 123, 122, 155, 164, 181, 99)
"""Of 960 typed reports, Monday to Sunday."""
WRITING_SHARE = 12 / 220
"""Of the people, in a usual week."""
BUSY_SHARE = 0.3
MOST = 0.9
"""In so many of all weeks the busiest write."""
A_WEEK = ((1, 40), (2, 25), (3, 18), (4, 9), (6, 5), (9, 3))
"""How many reports somebody sends in a week in which they write, and how often that is."""
REPEATS, BREAKS_LINES, CORRECTS, WITHDRAWS, DOUBLE_CLICKS = 0.11, 0.14, 0.12, 0.02, 0.1
MOST_TRIES = 40
"""Then even the most patient gives up."""
GOES_QUIET = 0.01
"""The chance, each week; then somebody else writes in their place."""
TAGS = ("mentorship", "onboarding", "#planning", "press", "Local Community", "translation", "Köln")


@dataclass(slots=True)
class Writer:
    """Somebody on the roster."""

    number: int
    pace: float
    """In how many of all weeks they write."""
    texts: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    """Ids of their reports, as the receipts had them."""

    @property
    def name(self) -> str:
        """Return a name that nobody else bears."""
        first = FIRST[self.number % len(FIRST)]
        return f"{first} {LAST[self.number // len(FIRST) % len(LAST)]} {self.number}"

    @property
    def username(self) -> str:
        """Return the portal's name for them."""
        return f"p{self.number}"

    @property
    def email(self) -> str:
        """Return where their mail goes."""
        return f"p{self.number}@example.org"


def writers(number: int, chance: random.Random, *, busy: bool = False) -> list[Writer]:
    """Return people of whom some write often and most hardly ever."""
    paces = [chance.paretovariate(1.3) for _ in range(number)]
    writing = (BUSY_SHARE if busy else WRITING_SHARE) * number
    for _ in range(20):  # until as many write as should, though nobody writes more than that
        scale = writing / sum(paces)
        paces = [min(pace * scale, MOST) for pace in paces]
    return [Writer(at, pace) for at, pace in enumerate(paces)]


class Crowd:
    """All who write."""

    def __init__(self, world: World, people: list[Writer], chance: random.Random) -> None:
        self._world, self._people, self._chance = world, people, chance
        self._marks = 0

    def plans(self, monday: datetime) -> Iterator[tuple[datetime, "Errand"]]:
        """Yield what they will do in a week."""
        chance = self._chance
        for writer in self._people:
            if chance.random() < GOES_QUIET:
                self._goes_quiet(writer)
            if chance.random() > writer.pace:
                continue
            counts, weights = zip(*A_WEEK, strict=True)
            for _ in range(chance.choices(counts, weights)[0]):
                day = chance.choices(range(7), WEEKDAYS)[0]
                minutes = chance.randint(7 * 60, 23 * 60)
                yield monday + timedelta(days=day, minutes=minutes), Errand(self, writer)

    def _goes_quiet(self, writer: Writer) -> None:
        """Let somebody else, who mostly has not written for long, write in their place."""
        other = self._chance.choice(self._people)
        writer.pace, other.pace = other.pace, writer.pace

    def answers(self, writer: Writer) -> tuple[str, dict[str, str]]:
        """Return a mark and what they write."""
        chance = self._chance
        if writer.texts and chance.random() < REPEATS:
            text = chance.choice(writer.texts)
        else:
            self._marks += 1
            gap = "\n\n" if chance.random() < BREAKS_LINES else " "
            text = f"{chance.choice(('', '=', '<b>', '- '))}note {self._marks},{gap}we met"
            writer.texts.append(text)
        who = chance.choice((writer.name, writer.username, writer.email))
        answers = {"reporter": who, "text": text, "tags": ", ".join(chance.sample(TAGS, 2))}
        return text.partition("note ")[2].partition(",")[0], answers

    def mark(self) -> str:
        """Return a mark that nobody has used."""
        self._marks += 1
        return str(self._marks)


@dataclass(slots=True)
class Errand:
    """A person at the form: they try until it says thank you, then perhaps come back."""

    crowd: Crowd
    writer: Writer
    page: str = ""
    token: str = ""
    mark: str = ""
    report: str = ""
    """Set when they come back to correct or withdraw it."""
    withdraws: bool = False
    fields: dict[str, str] = field(default_factory=dict)
    tries: int = 0
    noted: bool = False

    def __call__(self) -> None:
        """Try once. What goes wrong is tried again later, with the page that is still open."""
        try:
            with self.crowd._world.power():
                done = self._opens() and self._sends()
        except PowerCut:
            self._comes_back(minutes=20)
            raise
        if not done:
            self._comes_back(minutes=45)

    def _comes_back(self, *, minutes: int) -> None:
        self.tries += 1
        if self.tries < MOST_TRIES:
            self.crowd._world.later(timedelta(minutes=minutes), self)

    def _opens(self) -> bool:
        """Open the form and fill it in; False when there is none."""
        world, chance = self.crowd._world, self.crowd._chance
        if self.token:
            return True
        self.page = self._address()
        page = world.visits(self.page)
        if page is None:
            return False
        self.token = token_in(page)
        if not self.fields and not self.withdraws:
            self.mark, self.fields = self.crowd.answers(self.writer)
        world.machine.clock.passes(chance.randint(20, 300))
        return True

    def _address(self) -> str:
        if not self.report:
            return "/"
        links = self.crowd._world.project.links
        path = f"/correct/{links.sign(Purpose.CORRECT, self.report)}"
        return f"{path}/withdraw" if self.withdraws else path

    def _sends(self) -> bool:
        """Send it; False unless it was thanked for."""
        world, chance = self.crowd._world, self.crowd._chance
        self._note_that_it_may_be_stored()
        thanks = world.posts(self.page, self.token, self.fields)
        if chance.random() < DOUBLE_CLICKS:
            thanks = world.posts(self.page, self.token, self.fields) or thanks
        if not thanks:
            return False
        self._note_thanks(thanks)
        if not self.report:
            self.writer.sent.append(thanks)
            self._perhaps_thinks_better(thanks)
        return True

    def _note_that_it_may_be_stored(self) -> None:
        history = self.crowd._world.history
        if self.noted:
            return
        self.noted = True
        if self.withdraws:
            history.unsteady.add(self.mark)
        elif self.report:
            history.sent[self.report].versions.append(self.fields)
        else:
            history.expect(self.mark, "sent", most=1)

    def _note_thanks(self, report: str) -> None:
        history, now = self.crowd._world.history, self.crowd._world.machine.clock.time
        if self.withdraws:
            history.sent[report].withdrawn = True
        elif self.report:
            history.sent[report].sure = len(history.sent[report].versions)
        else:
            history.sent[report] = Sent(self.mark, now, [self.fields], sure=1)
            history.expect(self.mark, f"thanked for as {report}", least=1)

    def _perhaps_thinks_better(self, report: str) -> None:
        world, chance = self.crowd._world, self.crowd._chance
        again = Errand(self.crowd, self.writer, mark=self.mark, report=report)
        if chance.random() < CORRECTS:
            better = f"{self.fields['text']} and better told {chance.randrange(1000)}"
            again.fields = {**self.fields, "text": better}
            world.later(timedelta(minutes=chance.choice((5, 60, 3000, 12000))), again)
        elif chance.random() < WITHDRAWS:
            again.withdraws = True
            world.later(timedelta(minutes=chance.choice((5, 60, 3000))), again)
