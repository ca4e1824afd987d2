"""`tidings --help` beside importing click."""

import sys
from pathlib import Path

from benchmarks.measuring import Command, in_turns
from benchmarks.table import Result, at_most, memory

TURNS = 21
NAME = "`tidings --help`, beside `python -c 'import click'`"


def measure(_folder: Path) -> list[Result]:
    """Start both again and again."""
    installed = Path(sys.executable).with_name("tidings")
    ours, beside = in_turns(
        Command(str(installed), "--help"),
        Command(sys.executable, "-c", "import click"),
        turns=TURNS,
        warm=3,
    )
    return [
        at_most(NAME, "ms", ours.figure * 1e3, beside.figure * 1e3, 2.5),
        memory("`tidings --help`", ours, beside),
    ]
