"""Texts -> what a terminal shows: control characters escaped, progress only where it is seen."""

import logging
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click

LOG = logging.getLogger("tidings.cli")
"""Disabled until a log is asked for."""
LOG.disabled = True
DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
"""They could make a line read as another one."""


def visible(text: str) -> str:
    """Return one line in which nothing steers the terminal or begins a new line (fault 83)."""
    return "".join(_shown(character) for character in text)


def say(text: str, *, error: bool = False) -> None:
    """Print lines, each made visible; errors go to the log, where one is asked for."""
    for line in text.split("\n"):
        if error and not LOG.disabled:
            LOG.error(line)
        else:
            click.echo(visible(line), err=error)


def aside(text: str) -> None:
    """Tell how the work goes, beside the answer: in the log, where one is asked for."""
    if LOG.disabled:
        click.echo(visible(text), err=True)
    else:
        LOG.info(text)


def say_some(lines: Sequence[str], *, most: int, rest: str) -> None:
    """Print the first of many lines, indented, and where the others are."""
    for line in lines[:most]:
        click.echo(f"  {visible(line)}")
    if len(lines) > most:
        click.echo(f"  … and {len(lines) - most} more, {rest}")


@contextmanager
def stage(text: str) -> Iterator[None]:
    """Show that a stage is at work: a spinner on a terminal, a line elsewhere."""
    if not sys.stderr.isatty():
        aside(text)
        yield
        return
    # 0.1 s at every start, for terminals only.
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(visible(text))):
        yield


@contextmanager
def counting(text: str) -> Iterator[Callable[[int, int], None]]:
    """Show how much of something is done: a bar with rate and time left on a terminal.

    Elsewhere one line at the end, and none where nothing was to be done. Gives what is to be told
    how many are done, and of how many.
    """
    if sys.stderr.isatty():
        with _bar(text) as tell:
            yield tell
        return
    began = time.monotonic()
    counted = [0, 0]

    def note(done: int, total: int) -> None:
        counted[:] = done, total

    yield note
    if counted[1]:
        seconds = max(time.monotonic() - began, 0.001)
        rate = f"{counted[0] / seconds:,.0f} a second"
        aside(f"{text} {counted[0]} of {counted[1]} in {seconds:.0f} s, {rate}")


@contextmanager
def _bar(text: str) -> Iterator[Callable[[int, int], None]]:
    # 0.1 s at every start, for terminals only.
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(show_speed=True, text_format="{task.speed:,.0f}/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(visible(text), total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _shown(character: str) -> str:
    if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in DIRECTIONS:
        return character.encode("unicode_escape").decode("ascii")
    return character
