"""Figures -> results.json, and a table for people."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.measuring import ROOT, Measured

RESULTS = ROOT / "benchmarks" / "results.json"
README = ROOT / "README.md"
_PLACE = re.compile(r"(<!-- benchmarks: begin -->\n).*?(<!-- benchmarks: end -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Result:
    """One line: our figure, the figure beside it, and how they should stand to each other."""

    name: str
    figure: float
    unit: str
    beside: float | None = None
    ratio: float | None = None
    """Ours to the other; for a gain in speed the other to ours, so that the goal reads well."""
    goal: str = ""
    met: bool | None = None
    """None: told for information."""


def at_most(name: str, unit: str, ours: float, beside: float, limit: float) -> Result:
    """Return the result for something that should cost at most so many times the other."""
    ratio = ours / beside
    return Result(
        name,
        _rounded(ours),
        unit,
        _rounded(beside),
        round(ratio, 2),
        f"at most {limit:g}",
        ratio <= limit,
    )


def at_least(name: str, unit: str, ours: float, beside: float, limit: float) -> Result:
    """Return the result for something that should reach at least such a part of the other."""
    ratio = ours / beside
    return Result(
        name,
        _rounded(ours),
        unit,
        _rounded(beside),
        round(ratio, 2),
        f"at least {limit:g}",
        ratio >= limit,
    )


def faster(name: str, unit: str, ours: float, beside: float, limit: float) -> Result:
    """Return the result for something that should be at least so many times faster."""
    ratio = beside / ours
    return Result(
        name,
        _rounded(ours),
        unit,
        _rounded(beside),
        round(ratio, 2),
        f"at least {limit:g} times faster",
        ratio >= limit,
    )


def memory(name: str, ours: Measured, beside: Measured) -> Result:
    """Return the result for the peak memory of both."""
    ratio = ours.megabytes / beside.megabytes
    figures = _rounded(ours.megabytes), _rounded(beside.megabytes)
    return Result(f"{name}: peak memory", figures[0], "MB", figures[1], round(ratio, 2))


def compared(name: str, unit: str, ours: float, beside: float) -> Result:
    """Return the result for what is told beside another figure, without a goal."""
    return Result(name, _rounded(ours), unit, _rounded(beside), round(ours / beside, 2))


def information(name: str, figure: float, unit: str) -> Result:
    """Return a figure that is told without anything beside it."""
    return Result(name, _rounded(figure), unit)


def _rounded(figure: float) -> float:
    return float(f"{figure:.3g}")


def write_results(results: Sequence[Result], path: Path = RESULTS) -> None:
    """Write the results as JSON."""
    text = json.dumps([asdict(one) for one in results], indent=1, ensure_ascii=False)
    path.write_text(text + "\n", "utf-8")


def read_results(path: Path = RESULTS) -> list[Result]:
    """Read results that were written."""
    return [Result(**one) for one in json.loads(path.read_text("utf-8"))]


def renewed(before: Sequence[Result], now: Sequence[Result]) -> list[Result]:
    """Return the results with those of the same name replaced, and new ones at the end."""
    new = dict(_with_keys(now))
    kept = [new.pop(key, one) for key, one in _with_keys(before)]
    return [*kept, *new.values()]


def _with_keys(results: Sequence[Result]) -> Iterator[tuple[tuple[str, str], Result]]:
    """Yield each result with its name, and that of what it says “the same” about."""
    about = ""
    for one in results:
        about = about if one.name.startswith("the same") else one.name
        yield (about, one.name), one


def put_into_readme(results: Sequence[Result], machine: str, path: Path = README) -> None:
    """Put the table between its marks in the README."""
    table = f"Measured on {machine}.\n\n{markdown(results)}\n"
    text = path.read_text("utf-8")
    path.write_text(_PLACE.sub(lambda found: found[1] + table + found[2], text), "utf-8")


def markdown(results: Sequence[Result]) -> str:
    """Return the table, aligned, as Markdown."""
    header = ("what", "ours", "beside it", "ratio", "goal", "met")
    rows = [header, *map(_row, results)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(header))]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *lines[1:]])


def _row(one: Result) -> tuple[str, ...]:
    return (
        one.name,
        _number(one.figure, one.unit),
        _number(one.beside, one.unit),
        "" if one.ratio is None else f"{one.ratio:g}",
        one.goal,
        {True: "yes", False: "**no**", None: ""}[one.met],
    )


def _number(figure: float | None, unit: str) -> str:
    if figure is None:
        return ""
    return f"{figure:,.0f} {unit}" if figure >= 100 else f"{figure:g} {unit}"
