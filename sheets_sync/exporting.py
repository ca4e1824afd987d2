"""The state as of the last sync -> tables to take elsewhere: CSV, JSON Lines or a workbook.

What was withdrawn is in none of them. Lists stay lists in JSON, and are joined elsewhere.
"""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from pathlib import Path

from sheets_sync.community import Community, Person, Report
from sheets_sync.layout import Column, Holds, Owner, Tab
from sheets_sync.project import Project
from sheets_sync.quoting import quoted
from sheets_sync.spreadsheet import Value
from sheets_sync.state.outbox import Outbox
from sheets_sync.validate import local
from sheets_sync.xlsx import Workbook

Field = str | int | date | datetime | None | tuple[str, ...]
_WIDE = frozenset({"text", "outcome", "description", "filter"})


@dataclass(frozen=True, slots=True)
class Exported:
    """A table: its name, its header, and its rows."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Field, ...], ...]


def export(project: Project, what: str, *, now: datetime) -> Exported:
    """Return one of the tables, as of the last sync: `reports`, `people` and so on."""
    community = project.state.base.community() or Community(now)
    makers: Mapping[str, Callable[[], Exported]] = {
        "reports": lambda: _reports(project, community),
        "people": lambda: _people(community),
        "tags": lambda: _tags(community),
        "subscriptions": lambda: _subscriptions(community),
        "digests": lambda: _digests(project.state.outbox, project),
    }
    return makers[what]()


def as_csv(table: Exported) -> str:
    """Return it as CSV in which nothing is a formula."""
    into = StringIO()
    writer = csv.writer(into, lineterminator="\r\n")
    writer.writerow(quoted(name) for name in table.header)
    for row in table.rows:
        writer.writerow(_in_csv(field) for field in row)
    return into.getvalue()


def as_lines(table: Exported) -> str:
    """Return it as JSON Lines, one object for each row."""
    return "".join(
        json.dumps(dict(zip(table.header, map(_in_json, row), strict=True)), ensure_ascii=False)
        + "\n"
        for row in table.rows
    )


def write_workbook(table: Exported, path: Path) -> None:
    """Write it as a workbook of its own, text as text; raises SheetError."""
    columns = tuple(_column(table, at) for at in range(len(table.header)))
    waiting = path.with_name(f".{path.stem}.tidings-tmp.xlsx")
    waiting.unlink(missing_ok=True)
    rows = [[_in_cell(field) for field in row] for row in table.rows]
    Workbook(waiting).create((Tab(table.name, columns),), {table.name: rows})
    waiting.replace(path)


def _reports(project: Project, community: Community) -> Exported:
    found = project.state.base.not_withdrawn()
    names = {person.id: person for person in community.people}
    further = list(dict.fromkeys(label for one in found for label, _ in one.extra))
    header = (
        *("id", "date", "reporter", "name", "username", "text", "tags", "link", "about", "outcome"),
        *("status", "mentor", "received", "source", *further),
    )
    zone = project.settings.zone
    rows = tuple(_report(one, names, further, local(one.received, zone)) for one in found)
    return Exported("reports", header, rows)


def _report(
    one: Report, people: Mapping[str, Person], further: Sequence[str], received: datetime
) -> tuple[Field, ...]:
    person, mentor = people.get(one.person), people.get(one.mentor)
    answers = dict(one.extra)
    return (
        one.id,
        one.date,
        one.reporter,
        one.name,
        person.username if person else "",
        one.text,
        one.tags,
        one.link,
        one.about,
        one.outcome,
        one.status.value,
        mentor.name if mentor else "",
        received,
        one.source,
        *(answers.get(label, "") for label in further),
    )


def _people(community: Community) -> Exported:
    names = {person.id: person.name for person in community.people}
    header = ("name", "email", "username", "groups", "joined", "left", "break until", "country")
    rows = (
        (
            one.name,
            one.email,
            one.username,
            one.groups,
            one.joined,
            one.left,
            one.break_until,
            one.country,
            names.get(one.mentor, ""),
            one.last_report,
        )
        for one in community.people
    )
    return Exported("people", (*header, "mentor", "last report"), tuple(rows))


def _tags(community: Community) -> Exported:
    header = ("tag", "key", "same as", "category", "description", "uses")
    rows = (
        (one.shown, one.key, one.same_as, one.category, one.description, one.uses)
        for one in community.tags
    )
    return Exported("tags", header, tuple(rows))


def _subscriptions(community: Community) -> Exported:
    header = ("email", "filter", "frequency", "paused until", "language", "format")
    rows = (
        (one.email, one.filter, one.frequency, one.paused_until, one.language, one.format)
        for one in community.subscriptions
    )
    return Exported("subscriptions", header, tuple(rows))


def _digests(outbox: Outbox, project: Project) -> Exported:
    header = ("issue", "period", "reports", "recipients", "sent", "failed", "at", "decision")
    rows = (
        (
            *(one.issue, one.period, one.reports, one.recipients, one.sent, one.failed),
            local(one.at, project.settings.zone),
            one.decision,
        )
        for one in outbox.issue_lines()
    )
    return Exported("digests", header, tuple(rows))


def _in_csv(field: Field) -> str:
    value = _in_cell(field)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return quoted(value) if isinstance(value, str) else "" if value is None else str(value)


def _in_json(field: Field) -> object:
    return field.isoformat() if isinstance(field, date) else field


def _in_cell(field: Field) -> Value:
    return ", ".join(field) if isinstance(field, tuple) else field


def _column(table: Exported, at: int) -> Column:
    name = table.header[at]
    held = next((row[at] for row in table.rows if row[at] is not None), "")
    holds = Holds.TEXT
    if isinstance(held, datetime):
        holds = Holds.MOMENT
    elif isinstance(held, date):
        holds = Holds.DATE
    elif isinstance(held, int):
        holds = Holds.NUMBER
    return Column(name, Owner.MANAGER, "As exported.", holds, width=60 if name in _WIDE else 20)
