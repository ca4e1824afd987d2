"""An issue for 5,000 subscribers, beside selecting and rendering for each of them alone."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.invented import TAGS, filters, names, text
from benchmarks.measuring import Worker, in_turns
from benchmarks.table import Result, faster, memory
from digests.edition import Arrival, DigestRules, Past, Stock
from digests.filters import Names, parse
from digests.frame import Masthead
from digests.render import Renderer
from digests.selection import select, select_all
from digests.subscribers import Subscriber
from sheets_sync.community import Community, Person, Report, Role, Status
from sheets_sync.links import Links
from sheets_sync.roster import Roster

SUBSCRIBERS, FILTERS, REPORTS, PEOPLE = 5_000, 200, 1_000, 300
SAMPLE = 50
TURNS = 3
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
TODAY = NOW.date()
MASTHEAD = Masthead("Open Web Volunteers", "en", "", "hello@example.org")
LINKS = Links("a secret for measuring" * 2, "https://tidings.example.org")
NAME = (
    f"an issue of {REPORTS:,} reports for {SUBSCRIBERS:,} subscribers with {FILTERS} filters, "
    f"beside each subscriber alone (from {SAMPLE} of them)"
)


def measure(_folder: Path) -> list[Result]:
    """Make the same issue in both ways."""
    here = "benchmarks.selecting"
    ours, beside = in_turns(Worker(f"{here}:at_once"), Worker(f"{here}:one_by_one"), turns=TURNS)
    return [
        faster(NAME, "s", ours.figure, beside.figure, 10),
        memory("the same", ours, beside),
    ]


def at_once() -> Iterator[float]:
    """Seconds for the whole issue, sharing what can be shared."""
    stock, subscribers, past = _issue()
    rules = DigestRules()
    while True:
        began = time.perf_counter()
        renderer = Renderer(MASTHEAD, LINKS, stock)
        selection = select_all(stock, subscribers, past, rules)
        for edition in selection.editions:
            renderer.render(edition)
        yield time.perf_counter() - began
        assert len(selection.editions) == SUBSCRIBERS


def one_by_one() -> Iterator[float]:
    """Seconds for the whole issue when nothing is shared, reckoned from a sample."""
    stock, subscribers, past = _issue()
    rules = DigestRules()
    renderer = Renderer(MASTHEAD, LINKS, stock)
    # A step that has nothing in common with the number of filters, so that these differ too.
    sample = subscribers[:: SUBSCRIBERS // SAMPLE + 1]
    while True:
        began = time.perf_counter()
        for subscriber in sample:
            edition = select(stock, subscriber, past, rules)
            assert edition is not None
            renderer.render(edition)
            _forget(renderer)
        yield (time.perf_counter() - began) * SUBSCRIBERS / len(sample)


def _forget(renderer: Renderer) -> None:
    """Forget what was rendered; templates, styles and words stay, as anybody would keep them."""
    renderer._bodies.clear()
    for studio in renderer._studios.values():
        studio._fragments.clear()
        studio._own.clear()


def _issue() -> tuple[Stock, list[Subscriber], Past]:
    chance = random.Random(1)
    people = [_person(at, name) for at, name in enumerate(names(PEOPLE, chance))]
    reports = [_report(number, people, chance) for number in range(1, REPORTS + 1)]
    known = Names(Roster(people))
    wanted = [parse(one, names=known) for one in filters(FILTERS, chance)]
    subscribers = [
        # The first of them are those who write, and some of these are mentors.
        Subscriber(f"s{at}", f"s{at}@example.org", wanted[at % FILTERS], person=f"p{at}")
        for at in range(SUBSCRIBERS)
    ]
    stock = Stock(
        issue="2026-W48",
        now=NOW,
        today=TODAY,
        up_to=REPORTS,
        arrivals=tuple(Arrival(one, NOW - timedelta(days=1)) for one in reports),
        community=Community(at=NOW, people=tuple(people)),
    )
    return stock, subscribers, Past(marks={one.id: 0 for one in subscribers})


def _person(at: int, name: str) -> Person:
    return Person(
        id=f"p{at}",
        name=name,
        email=f"p{at}@example.org",
        username=f"p{at}",
        groups=("Rep",),
        roles=frozenset({Role.MEMBER}),
        country="",
        mentor=f"p{at % 40}",
        last_report=TODAY,
    )


def _report(number: int, people: list[Person], chance: random.Random) -> Report:
    writer = chance.choice(people)
    return Report(
        id=f"r-{number:010}",
        date=date(2026, 11, chance.randint(16, 22)),
        reporter=writer.name,
        person=writer.id,
        name=writer.name,
        text=text(chance),
        tags=tuple(chance.sample(TAGS, chance.choice((0, 1, 2, 2, 3)))),
        link=f"https://example.org/{number}" if chance.random() < 0.4 else "",
        about=(),
        outcome="",
        status=Status.OK,
        mentor=writer.mentor,
        received=NOW,
        source="form",
        accepted=number,
    )
