"""The data files of this package -> the rows and submissions of an invented community.

Pure but for reading the two files; today is an argument, so that its six weeks are the last six.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from sheets_sync.spreadsheet import Value

Cells = Mapping[str, Value]
"""A row, by header."""

COLUMNS = {
    "People": ("name", "email", "username", "groups", "joined", "left", "country"),
    "Mentors": ("mentee", "mentor", "since", "until", "note"),
    "Tags": ("tag", "same as", "category", "description"),
    "Subscriptions": ("email", "filter", "frequency", "paused until"),
}
REPORT_COLUMNS = ("text", "tags", "link", "about", "outcome")


@dataclass(frozen=True, slots=True)
class Invented:
    """A community in a spreadsheet, by tab, and what its members send through the form."""

    rows: Mapping[str, Sequence[Cells]]
    submissions: Sequence[Mapping[str, str]]


def load_invented(today: date) -> Invented:
    """Return the invented community as it is today."""
    roster, told = _table("roster.toml"), _table("reports.toml")
    rows = {
        tab: [dict(zip(columns, row, strict=True)) for row in roster[tab.casefold()]]
        for tab, columns in COLUMNS.items()
    }
    reports = [_report(one, today) for one in told["reports"]]
    return Invented({**rows, "Reports": reports}, told["submissions"])


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / name).read_text("utf-8"))


def _report(one: Mapping[str, Any], today: date) -> Cells:
    day = one["date"] if "date" in one else today - timedelta(days=one["days"])
    cells = {column: one.get(column, "") for column in REPORT_COLUMNS}
    return {"date": day, "reporter": one["who"], **cells}
