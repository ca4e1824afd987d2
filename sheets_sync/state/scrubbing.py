"""What the state keeps as JSON, and somebody's traces -> the same without them. Pure."""

import json
from collections.abc import Sequence
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import Any

from forms.phrase import Phrase
from sheets_sync.clearing import without_entries
from sheets_sync.community import Community, Note, Orphan, Person, Problem, Report, note
from sheets_sync.memory import Memory
from sheets_sync.traces import Traces

WHO = ("name", "email", "username", "mentee")
"""Columns that say whom a row is about, in the copies of the steady tabs."""


def scrubbed_value(name: str, value: str, traces: Traces) -> str:
    """Return a single value; what is no JSON is taken as text."""
    try:
        found = json.loads(value)
    except ValueError:
        return traces.without(value)
    if not isinstance(found, dict | list):
        return value
    if name.startswith("copy:") and isinstance(found, dict):
        found = {**found, "rows": _copied(found.get("rows", []), traces)}
    return json.dumps(_scrubbed(found, traces), ensure_ascii=False)


def _scrubbed(value: Any, traces: Traces) -> Any:
    """Return a JSON value without entries that bear an id or address of theirs."""
    if isinstance(value, str):
        return "" if value in traces.ids else traces.without(value)
    if isinstance(value, dict):
        return {
            key: _scrubbed(one, traces)
            for key, one in value.items()
            if not (key in traces.ids or traces.is_in(key))
        }
    if isinstance(value, list):
        return [_scrubbed(one, traces) for one in value if not _bears_id(one, traces)]
    return value


def _bears_id(value: Any, traces: Traces) -> bool:
    parts = value if isinstance(value, list) else [value]
    return any(isinstance(one, str) and one in traces.ids for one in parts)


def _copied(rows: Sequence[Sequence[Any]], traces: Traces) -> list[Sequence[Any]]:
    """Return the rows of a tab's last good copy without those that are about them."""
    if not rows:
        return []
    header, *rest = rows
    named = [name for name in header if name in WHO]
    # Who mentors whom is about both.
    named += ["mentor"] if "mentee" in header else []
    return [header, *(row for row in rest if not _is_about(row, header, named, traces))]


def _is_about(
    row: Sequence[Any], header: Sequence[Any], named: Sequence[str], traces: Traces
) -> bool:
    cells = {name: str(cell or "") for name, cell in zip(header, row, strict=False)}
    if cells.get("email"):
        named = [name for name in named if name != "name"]
    return any(traces.is_named(cells.get(name, "")) for name in named)


def scrubbed_community(community: Community, traces: Traces) -> Community:
    """Return the community as if they had never been in it."""
    folded = {one.casefold() for one in traces.addresses}
    return replace(
        community,
        people=tuple(
            _unmentored(person, traces)
            for person in community.people
            if person.id not in traces.ids
        ),
        tags=tuple(replace(tag, shown=traces.without(tag.shown)) for tag in community.tags),
        subscriptions=tuple(
            one for one in community.subscriptions if one.email.casefold() not in folded
        ),
        problems=tuple(_scrubbed_problem(one, traces) for one in community.problems),
        notes=tuple(_scrubbed_note(one, traces) for one in community.notes),
        suspended=tuple(one for one in community.suspended if not traces.is_in(one)),
        orphans=tuple(
            _scrubbed_orphan(one, traces)
            for one in community.orphans
            if one.person not in traces.ids
        ),
    )


def _unmentored(person: Person, traces: Traces) -> Person:
    mentor = "" if person.mentor in traces.ids else person.mentor
    return replace(person, mentor=mentor, still_in=traces.without(person.still_in))


def _scrubbed_orphan(orphan: Orphan, traces: Traces) -> Orphan:
    suggested = tuple(one for one in orphan.suggested if one not in traces.ids)
    gone = "" if orphan.gone in traces.ids else orphan.gone
    return replace(orphan, gone=gone, suggested=suggested)


def _scrubbed_note(told: Note, traces: Traces) -> Note:
    values = {
        name: value.changed(traces.without) if isinstance(value, Phrase) else traces.without(value)
        for name, value in told.values
    }
    return note(told.words, **values)


def _scrubbed_problem(problem: Problem, traces: Traces) -> Problem:
    value = "" if traces.is_named(problem.value) else traces.without(problem.value)
    message, remedy = traces.without(problem.message), traces.without(problem.remedy)
    new = replace(problem, value=value, message=message, remedy=remedy)
    # Its words in other languages hold the same values; the next sync says it anew.
    return problem if new == problem else replace(new, fault=None)


def scrubbed_report(report: Report, traces: Traces) -> Report:
    """Return somebody else's report without them."""
    return replace(
        report,
        text=traces.without(report.text),
        tags=tuple(map(traces.without, report.tags)),
        link=traces.without(report.link),
        about=tuple(without_entries(traces, report.about)),
        outcome=traces.without(report.outcome),
        mentor="" if report.mentor in traces.ids else report.mentor,
        extra=tuple((label, traces.without(answer)) for label, answer in report.extra),
    )


def scrubbed_memory(memory: Memory, traces: Traces) -> Memory:
    """Return what is remembered of somebody else's report without them."""
    gone = memory.mentor in traces.ids or traces.is_named(memory.mentor_name)
    conflicts = {
        column: (traces.without(wanted), traces.without(kept))
        for column, (wanted, kept) in memory.conflicts.items()
        if not traces.is_named(wanted)
    }
    return replace(
        memory,
        mentor="" if gone else memory.mentor,
        mentor_name="" if gone else memory.mentor_name,
        held=traces.without(memory.held),
        conflicts=conflicts,
    )


def is_in_mail(message: bytes, traces: Traces) -> bool:
    """Tell whether a mail, decoded, names them."""
    if not message:
        return False
    parsed = message_from_bytes(message, policy=default)
    headers = " ".join(str(value) for value in parsed.values())
    return traces.is_in(headers) or any(
        traces.is_in(str(part.get_content()))
        for part in parsed.walk()
        if part.get_content_maintype() == "text"
    )
