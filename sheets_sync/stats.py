"""A project -> its figures, and figures -> a table for people, CSV or JSON."""

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import StringIO

from digests.figures import Figure, figures
from digests.tallies import tally
from sheets_sync.community import Community
from sheets_sync.project import Project
from sheets_sync.quoting import quoted


def count_reports(project: Project, *, now: datetime, automatic: bool) -> tuple[Figure, ...]:
    """Return the figures of all usable reports, as of the last sync."""
    base, today = project.state.base, now.astimezone(project.settings.zone).date()
    community = base.community() or Community(now)
    tallies = tally(base.accepted_above(-1), community, today=today, automatic=automatic)
    return figures(tallies, project.settings.community.language)


def written(found: Sequence[Figure], form: str) -> str:
    """Return the figures as `table`, `csv` or `json`."""
    return {"table": _table, "csv": _csv, "json": _json}[form](found)


def _table(found: Sequence[Figure]) -> str:
    lines = [line for one in found for line in (*_lines(one), "")]
    return "\n".join(lines or ["No report was counted; run: tidings sync"]) + "\n"


def _lines(figure: Figure) -> Iterator[str]:
    yield figure.title
    if figure.note:
        yield figure.note
    rows = [figure.header, *((name, *map(figure.number, counts)) for name, counts in figure.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *counts in rows:
        cells = (cell.rjust(width) for cell, width in zip(counts, widths[1:], strict=True))
        yield "  ".join([name.ljust(widths[0]), *cells]).rstrip()


def _csv(found: Sequence[Figure]) -> str:
    """Return one row for each count, so that a spreadsheet can be asked anything."""
    into = StringIO()
    table = csv.writer(into, lineterminator="\r\n")
    table.writerow(["figure", "of", "line", "count"])
    for one in found:
        for name, counts in one.rows:
            for line, count in zip(one.header[1:], counts, strict=True):
                table.writerow([one.name, quoted(name), quoted(line), count])
    return into.getvalue()


def _json(found: Sequence[Figure]) -> str:
    figures_by_name = {
        one.name: {
            "title": one.title,
            "rows": [
                {"of": name, "counts": dict(zip(one.header[1:], counts, strict=True))}
                for name, counts in one.rows
            ],
        }
        for one in found
    }
    return json.dumps(figures_by_name, ensure_ascii=False, indent=2) + "\n"
