"""Dice -> what goes wrong during one run: at Google, at the relay, at the disk, with the power.

Each kind of fault comes to a run with the same small chance, before its effect and after.
"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.google_standin.faults import Kind
from tests.simulation.google import Google
from tests.simulation.relay import Relay

OFTEN = 0.05
"""The chance of each kind, in each run."""
BUSY_OFTEN = 0.15
"""The same at the relay, where everybody is busy."""
AT_RELAY: Mapping[str, tuple[str, ...]] = {
    "open": ("refused",),
    "talk": ("4xx", "5xx", "421", "drop"),
    "dot": ("4xx", "5xx", "lost before", "lost after"),
}
CALLS = 6
"""A run makes about so many."""
LASTING = (1, 1, 1, 2, 30)
"""For how many calls in a row a fault stays."""
POWER = 0.08
BUSY_POWER = 0.25
"""The chance that the power fails during a run."""
BUSY_HUMAN = 0.1
HUMAN = 0.04
"""The chance that somebody acts in one of the gaps of a run."""


@dataclass(slots=True)
class Trouble:
    """What a run meets."""

    chance: random.Random
    at: dict[str, dict[int, str]] = field(default_factory=dict)
    passed: Counter[str] = field(default_factory=Counter)

    def mood(self, moment: str) -> str:
        """Return what goes wrong at this passing of a moment; empty: nothing."""
        self.passed[moment] += 1
        return self.at.get(moment, {}).get(self.passed[moment], "")


def plan(google: Google, relay: Relay, chance: random.Random, *, busy: bool) -> None:
    """Decide what a run meets."""
    google.world.forget_plans()
    for kind in Kind:
        for after in (False, True):
            if chance.random() < OFTEN:
                google.fails(
                    kind,
                    call=chance.randint(1, CALLS),
                    after=after,
                    times=chance.choice(LASTING),
                )
    trouble = Trouble(chance)
    for moment, moods in AT_RELAY.items():
        for mood in moods:
            if chance.random() < (BUSY_OFTEN if busy else OFTEN):
                passing = chance.randint(1, 1 if moment == "open" else 10 if busy else 30)
                trouble.at.setdefault(moment, {})[passing] = mood
    relay.mood = trouble.mood


def forget(google: Google, relay: Relay) -> None:
    """Let everything work."""
    google.world.forget_plans()
    relay.mood = lambda moment: ""
