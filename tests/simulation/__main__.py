"""Plays one story again: python -m tests.simulation SEED --weeks 12 --people 40"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.simulation.invariants import Broken
from tests.simulation.world import Story
from tests.simulation.year import play


def main() -> int:
    """Play the story that the command line names; return 1 where something broke."""
    asked = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    asked.add_argument("seed", type=int, nargs="+")
    asked.add_argument("--weeks", type=int, default=12)
    asked.add_argument("--people", type=int, default=40)
    asked.add_argument("--runs-a-week", type=int, default=4)
    asked.add_argument("--calm", action="store_true")
    asked.add_argument("--busy", action="store_true", help="more trouble in less time")
    asked.add_argument("--disks-lost", type=float, default=1, help="times as often as usual")
    asked.add_argument("--trail", action="store_true")
    asked.add_argument("--note", default="", help="tell all that becomes of the rows with a mark")
    wanted = asked.parse_args()
    for seed in wanted.seed:
        story = Story(
            seed,
            wanted.weeks,
            wanted.people,
            wanted.runs_a_week,
            wanted.calm,
            wanted.busy,
            wanted.disks_lost,
        )
        began = time.process_time()
        with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
            try:
                world = play(story, Path(folder), note=wanted.note)
            except Broken as broken:
                say(str(broken))
                return 1
        if wanted.trail:
            say("\n".join(world.machine.trail))
        took = time.process_time() - began
        say(f"seed {seed}: {world.summary()} in {took:.1f} s")
    return 0


def say(line: str) -> None:
    """Write a line at once, so that it can be read while the next story is played."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def in_memory() -> Path | None:
    """Return a folder in memory; none where there is no such thing."""
    found = Path("/dev/shm")  # noqa: S108 - each has a folder of its own there
    return found if found.is_dir() else None


if __name__ == "__main__":
    sys.exit(main())
