"""Ten years of late, double and skipped runs: everyone gets each report they want exactly once."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from digests.due import due
from digests.edition import Arrival, DigestRules, Past
from digests.filters import Names, parse
from digests.selection import select_all
from digests.subscribers import Subscriber
from sheets_sync.roster import Roster
from tests.digest_story import ANA, BEN, MEILIN, PEOPLE, report, stock

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
START = datetime(2020, 1, 6, tzinfo=UTC)
END = datetime(2030, 1, 7, tzinfo=UTC)
TAGS = (("mentorship",), ("press", "italy"), ("swag",), ("mentorship", "swag"), ())
WANTED = {
    "everything": lambda tags: True,
    "mentorship": lambda tags: "mentorship" in tags,
    "press or mentorship": lambda tags: bool({"press", "mentorship"} & set(tags)),
    "not swag": lambda tags: "swag" not in tags,
    "untagged": lambda tags: not tags,
}


@dataclass
class Decade:
    """A community as it lives on: what happened, what was accepted, and who was sent what."""

    zone: ZoneInfo
    chance: random.Random
    happened: list[tuple[datetime, tuple[str, ...]]] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    made: dict[str, datetime] = field(default_factory=dict)
    sent: Counter[tuple[str, str]] = field(default_factory=Counter)
    past: Past = field(default_factory=Past)

    def readers(self) -> list[Subscriber]:
        names = Names(Roster(PEOPLE), {})
        everyone = [
            Subscriber(f"{often} {typed}", "a@example.org", parse(typed, names=names))
            for typed in WANTED
            for often in ("weekly", "monthly")
        ]
        return [replace(one, frequency=one.id.split()[0]) for one in everyone]

    def live(self, readers: list[Subscriber]) -> None:
        """Let the years pass: things happen at any minute, runs come when they come."""
        self.past = Past(marks={one.id: 0 for one in readers})
        now = START
        while now < END:
            self._happen(now)
            # A quarter of an hour, a double run, a night, and now and then weeks without any.
            pause = self.chance.choices(
                [0, 15, 60, 9 * 60, 7 * 24 * 60, 24 * 24 * 60], [4, 9, 9, 40, 3, 1]
            )
            now += timedelta(minutes=pause[0])
            self.run(now, readers)
        self.run(END + timedelta(days=8), readers)
        self.run(END + timedelta(days=40), readers)

    def _happen(self, now: datetime) -> None:
        for _ in range(self.chance.choice([0, 0, 1])):
            at = now + timedelta(minutes=self.chance.choice([0, 1, 15, 300]))
            self.happened.append((at, self.chance.choice(TAGS)))

    def run(self, now: datetime, readers: list[Subscriber]) -> None:
        """Accept what has come, and make the issue if one is due, as `tidings run` does."""
        self._accept(now)
        found = due(
            now,
            weekday="sunday",
            hour=2,  # the hour that changes of clocks skip and double
            zone=self.zone,
            made=self.made,
            first_sync=START,
        )
        if found is not None:
            self._make(found.name, now, readers)

    def _accept(self, now: datetime) -> None:
        come = [one for one in self.happened if one[0] <= now]
        self.happened = [one for one in self.happened if one[0] > now]
        for at, tags in come:
            # Told late: the day it happened is long past (fault 56).
            one = report(len(self.arrivals) + 1, tags=tags, date=(at - timedelta(days=90)).date())
            self.arrivals.append(Arrival(one, now))

    def _make(self, name: str, now: datetime, readers: list[Subscriber]) -> None:
        today = now.astimezone(self.zone).date()
        latest = max(self.made.values(), default=None)
        first = latest is None or latest.astimezone(self.zone).date().replace(
            day=1
        ) != today.replace(day=1)
        lowest = min(self.past.marks.values())
        new = stock(
            people=(ANA, BEN, MEILIN),
            arrivals=tuple(self.arrivals[lowest:]),
            up_to=len(self.arrivals),
            issue=name,
            now=now,
            today=today,
            first_of_month=first,
        )
        chosen = select_all(new, readers, self.past, DigestRules(maximum_reports=10_000))
        self.made[name] = now
        for edition in chosen.editions:
            self.sent.update((edition.subscriber.id, id) for id in edition.reports)
        marks = {**self.past.marks, **dict.fromkeys(chosen.considered, new.up_to)}
        self.past = Past(marks=marks)


@pytest.mark.parametrize("zone", ZONES)
def test_in_ten_years_every_report_reaches_everybody_who_wants_it_exactly_once(zone: str) -> None:
    # faults 55 to 57
    decade = Decade(ZoneInfo(zone), random.Random(zone))
    readers = decade.readers()

    decade.live(readers)

    assert len(decade.arrivals) > 1000
    assert {"2020-W53", "2026-W53"} & set(decade.made)
    assert decade.sent == {
        (reader.id, arrival.report.id): 1
        for reader in readers
        for arrival in decade.arrivals
        if WANTED[reader.id.partition(" ")[2]](arrival.report.tags)
    }
