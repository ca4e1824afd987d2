"""Rows with named cells -> what a command prints of them: a table for people, CSV or JSON."""

import csv
import io
import json
import shutil
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date

import click

from sheets_sync.cli.saying import visible
from sheets_sync.quoting import quoted

Cells = Mapping[str, object]
"""By column: text, a number, a day, several texts, or None."""

FORMAT = click.option(
    "--format",
    "shape",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="A table for people, or what other programs read.",
)
WIDEST_CELL = 60
GAP = "  "


def tell_rows(columns: Sequence[str], rows: Sequence[Cells], shape: str) -> None:
    """Print these columns of the rows."""
    click.echo({"csv": as_csv, "json": as_json}.get(shape, as_table)(columns, rows), nl=False)


def as_json(columns: Sequence[str], rows: Sequence[Cells]) -> str:
    """Return a list of objects; what steers a terminal is escaped as JSON escapes it."""
    objects = [{name: _plain(row.get(name)) for name in columns} for row in rows]
    text = json.dumps(objects, ensure_ascii=False, indent=1)
    return "".join(c if c == "\n" or _shows(c) else f"\\u{ord(c):04x}" for c in text) + "\n"


def as_csv(columns: Sequence[str], rows: Sequence[Cells]) -> str:
    """Return CSV in which nothing is a formula to a spreadsheet program (fault 9)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return text.getvalue()


def as_table(columns: Sequence[str], rows: Sequence[Cells]) -> str:
    """Return aligned columns, each row on one line; the last column fills a terminal's width."""
    if not rows:
        return ""
    lines = [list(columns), *([_short(row.get(name)) for name in columns] for row in rows)]
    widths = [max(_width(line[at]) for line in lines) for at in range(len(columns))]
    most = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    return "".join(f"{_fitted(GAP.join(_padded(line, widths)).rstrip(), most)}\n" for line in lines)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _cell(value: object) -> str:
    text = "".join(c for c in _text(value) if c == "\n" or _shows(c))
    return text if isinstance(value, int | float) else quoted(text)


def _shows(character: str) -> bool:
    """Tell whether a character neither steers a terminal nor turns a line round (fault 83)."""
    return visible(character) == character


def _short(value: object) -> str:
    line = visible(" ".join(_text(value).split()))
    return line if len(line) <= WIDEST_CELL else f"{line[: WIDEST_CELL - 1]}…"


def _padded(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [text + " " * (width - _width(text)) for text, width in zip(line, widths, strict=True)]


def _fitted(line: str, most: int | None) -> str:
    while most is not None and _width(line) > most:
        line = f"{line.rstrip('…')[:-1]}…"
    return line


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.category(c) in {"Mn", "Me", "Cf"}
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )
