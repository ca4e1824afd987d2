"""The spreadsheet -> Findings: whether a sync could read and write it, and what it would add."""

from collections.abc import Iterator
from datetime import datetime

from sheets_sync.findings import Finding
from sheets_sync.project import Project
from sheets_sync.spreadsheet import Changes, SheetError
from sheets_sync.sync import Outcome, sync


def look_at_spreadsheet(project: Project, now: datetime) -> Iterator[Finding]:
    """Try a sync that writes nothing, then let the spreadsheet look at itself."""
    spreadsheet = project.spreadsheet
    try:
        outcome = sync(
            spreadsheet,
            project.state,
            project.rules,
            mentors=project.mentors,
            now=now,
            dry_run=True,
        )
    except SheetError as error:
        yield Finding(spreadsheet.name, str(error))
    else:
        yield from _to_add(spreadsheet.name, outcome.changes)
        yield from (Finding(spreadsheet.name, note) for note in outcome.notes)
        yield from _of_tabs(spreadsheet.name, outcome)
    yield from spreadsheet.findings(now=now)


def _of_tabs(name: str, outcome: Outcome) -> Iterator[Finding]:
    """Tell what is wrong with a tab as a whole, unless the notes told it."""
    for problem in outcome.problems:
        if problem.row is None and not any(problem.message in note for note in outcome.notes):
            yield Finding(f"{name}, {problem.tab}", problem.message, problem.remedy)


def _to_add(name: str, changes: Changes) -> Iterator[Finding]:
    for tab in changes.tabs:
        message = f"the tab {tab.title} is missing; the next sync adds it"
        yield Finding(name, message, is_fault=False)
    for column in changes.columns:
        message = f"the column {column.header} is missing; the next sync adds it"
        yield Finding(f"{name}, {column.tab}", message, is_fault=False)
