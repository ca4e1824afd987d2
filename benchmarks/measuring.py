"""Two ways to do a thing -> how long each takes and how much memory, measured in turns.

Both stand ready in processes of their own and are asked alternately, so that whatever else the
machine does meanwhile falls on both alike.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Protocol

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Measured:
    """One way's median figure, and the most memory its process ever held."""

    figure: float
    megabytes: float


class Contestant(Protocol):
    """One way to do a thing."""

    def turn(self) -> float:
        """Do it once; return the figure."""

    def close(self) -> float:
        """End it; return its peak memory in MB."""


class Command:
    """A command that is run anew at each turn; the figure is seconds."""

    def __init__(self, *words: str) -> None:
        self._words = words
        self._megabytes = 0.0

    def turn(self) -> float:
        with subprocess.Popen(
            [sys.executable, "-S", "-c", _TIMED, *self._words], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            seconds, kilobytes = process.stdout.read().split()
        self._megabytes = max(self._megabytes, int(kilobytes) / 1024)
        return float(seconds)

    def close(self) -> float:
        return self._megabytes


# A process of its own starts each command, so that no other child's memory is counted.
_TIMED = """
import os, resource, sys, time
nothing = os.open(os.devnull, os.O_WRONLY)
began = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ,
                       file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 1)])
_, status, used = os.wait4(child, 0)
seconds = time.perf_counter() - began
assert status == 0, status
print(seconds, used.ru_maxrss)
"""


class Worker:
    """A generator `module:function` in a process of its own; each turn is one of its figures.

    What comes before its first `yield` prepares and is not counted.
    """

    def __init__(self, function: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.measuring", function, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def turn(self) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print("once more", file=self._process.stdin, flush=True)
        return float(self._process.stdout.readline())

    def close(self) -> float:
        megabytes = peak_megabytes(self._process.pid)
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        return megabytes


def peak_megabytes(process: int) -> float:
    """Return the most memory a running process held since it began its program (Linux).

    `ru_maxrss` would also count what this process held when it started the other.
    """
    status = Path(f"/proc/{process}/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


@contextmanager
def _closed(contestant: Contestant, memory: list[float]) -> Iterator[None]:
    try:
        yield
    finally:
        memory.append(contestant.close())


def in_turns(
    ours: Contestant, beside: Contestant, *, turns: int, warm: int = 1
) -> tuple[Measured, Measured]:
    """Ask both alternately, after some turns that do not count; return their medians."""
    memories: tuple[list[float], list[float]] = ([], [])
    with ExitStack() as stack:
        stack.enter_context(_closed(beside, memories[1]))
        stack.enter_context(_closed(ours, memories[0]))
        figures = [_round(ours, beside, second=turn % 2 == 1) for turn in range(warm + turns)]
    first, second = zip(*figures[warm:], strict=True)
    return Measured(median(first), memories[0][0]), Measured(median(second), memories[1][0])


def _round(ours: Contestant, beside: Contestant, *, second: bool) -> tuple[float, float]:
    """Let both have a turn, ours first or second; return their figures, ours first."""
    if second:
        theirs = beside.turn()
        return ours.turn(), theirs
    return ours.turn(), beside.turn()


def work(function: str, arguments: Sequence[str]) -> None:
    """Give one figure of a generator for each line of the standard input."""
    module, _, name = function.partition(":")
    figures = getattr(import_module(module), name)(*arguments)
    for _line in sys.stdin:
        print(next(figures), flush=True)
    figures.close()


if __name__ == "__main__":
    work(sys.argv[1], sys.argv[2:])
