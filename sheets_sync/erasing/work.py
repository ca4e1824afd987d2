"""A project and somebody's traces -> what would go, and the work itself.

Gather, decide, apply: `look` changes nothing, `carry_out` may be begun again at any point.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from forms.plural import counted
from sheets_sync.archiving import renew_archive
from sheets_sync.backend import Copy
from sheets_sync.backing_up import copies_of_state
from sheets_sync.clearing import Cleared, clear
from sheets_sync.columns import Layout
from sheets_sync.erased import Erased, print_of
from sheets_sync.erasing.files import Files, erase_files, find_files, still_there
from sheets_sync.erasing.who import traces_of
from sheets_sync.form_workflow import form_of
from sheets_sync.linked import linked_tab
from sheets_sync.project import Project, state_file
from sheets_sync.spreadsheet import SheetChanged, SheetError, Snapshot, Spreadsheet, Stamp
from sheets_sync.state import StateError, open_state
from sheets_sync.state.erasing import Asked, Found
from sheets_sync.sync import next_stamp, refuse_foreign, sync
from sheets_sync.traces import Traces
from sheets_sync.validate import reports_tab

Steps = Callable[[str], None]
"""Told of each thing that is done."""
ATTEMPTS = 3
"""How often it starts over when somebody saves in the middle of it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would go, and what only a person can do."""

    traces: Traces
    state: Found
    sheet: Cleared
    files: Files
    backups: int
    """How many copies of spreadsheet and state are looked through."""
    before: datetime | None
    """When they were erased already."""
    to_do: tuple[str, ...]

    @property
    def reports(self) -> frozenset[str]:
        """The ids of all their reports."""
        return self.state.reports | self.sheet.reports

    def is_empty(self) -> bool:
        """Tell whether nothing of them was found."""
        found = self.state
        parts = (found.reports, found.submissions, found.deliveries, found.choices, self.before)
        known = any(id.startswith("p-") for id in self.traces.ids)
        return not (known or any(parts) or self.sheet.rows or self.sheet.edits or self.files.gone)

    def lines(self, folder: Path) -> Iterator[str]:
        """Say what goes."""
        yield from self.sheet.lines()
        found = self.state
        for count, what in (
            (len(found.reports), "report"),
            (found.submissions, "submission"),
            (found.deliveries, "mail"),
            (found.choices, "choice"),
        ):
            if count:
                yield f"state: {counted(count, what)}"
        yield from self.files.lines(folder)
        if self.backups:
            yield f"backups: what stands of them in {counted(self.backups, 'copy', 'copies')}"


def look(project: Project, typed: str) -> Plan:
    """Find everything of a person; raises AmbiguousError, and SheetError when there is no look."""
    traces = traces_of(project.state, typed)
    state = project.state.erasing.find(traces, asked_of(project))
    erased = Erased(project.rules.secret, project.state.erasing.prints())
    return Plan(
        traces=traces,
        state=state,
        sheet=_cleared(project, project.spreadsheet.read(), traces, state.reports),
        files=find_files(project.folder, project.settings, traces),
        backups=len(project.spreadsheet.copies()) + len(copies_of_state(project)),
        before=erased.since(typed),
        to_do=tuple(_left_to_people(project, state)),
    )


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it."""

    left: tuple[str, ...]
    """Where something still stands that only a person can take out."""
    deleted: tuple[str, ...]
    """Backups that could not be changed, and are gone as a whole."""


def carry_out(
    project: Project, plan: Plan, *, now: datetime, steps: Steps = lambda step: None
) -> Done:
    """Erase.

    Call it within `one_run`. Raises SheetError and StateError; begun again, it goes on.
    """
    traces, erasing = plan.traces, project.state.erasing
    secret = project.rules.secret
    words = (*traces.names - traces.shared, *traces.addresses, *traces.usernames, *traces.ids)
    with project.state.outbox.nobody_sends():
        # Before anything goes: from now on nothing that is collected brings them back.
        erasing.record([print_of(secret, word) for word in (*words, *plan.reports)], now)
        steps("prints kept")
        theirs = plan.reports | _clear_sheet(project, traces, plan.reports)
        erasing.record([print_of(secret, id) for id in theirs], now)
        steps("spreadsheet")
        deleted = tuple(_clear_copies(project, traces, theirs, steps))
        erase_files(find_files(project.folder, project.settings, traces), traces)
        steps("files")
        erasing.erase(traces, theirs, asked_of(project))
        steps("state")
        erasing.leave_no_trace()
    sync(project.spreadsheet, project.state, project.rules, now=now, mentors=project.mentors)
    if renew_archive(project, now=now):
        steps("archive")
    erasing.leave_no_trace()
    return Done(tuple(still_there(project.folder, traces)), deleted)


def _clear_copies(
    project: Project, traces: Traces, theirs: frozenset[str], steps: Steps
) -> Iterator[str]:
    """Clear every backup; yields those that could not be read or changed, and were deleted."""
    for copy in project.spreadsheet.copies():
        if not _clear_copy(project, copy, traces, theirs):
            yield copy.name
        steps("a backup of the spreadsheet")
    for path in copies_of_state(project):
        if not _clear_state(path, project, traces, theirs):
            yield path.name
        steps("a backup of the state")


def readmit(project: Project, typed: str) -> bool:
    """Let somebody who was erased come back; tells whether they had been."""
    word = print_of(project.rules.secret, typed)
    return bool(project.state.erasing.readmit([word]))


def asked_of(project: Project) -> Asked:
    """Return the form's questions that say who reports and whom it concerned."""
    names = {question.column: question.name for question in project.form.questions}
    return Asked(names.get("reporter", ""), names.get("email", ""), names.get("about", ""))


def _cleared(project: Project, sheet: Snapshot, traces: Traces, theirs: frozenset[str]) -> Cleared:
    rules = project.rules
    reports = reports_tab(rules.form)
    layouts = {
        name.removeprefix("layout:"): Layout(**json.loads(value))
        for name, value in project.state.base.values().items()
        if name.startswith("layout:")
    }
    return clear(
        sheet,
        traces,
        theirs,
        (reports, *(linked_tab(title, reports) for title in rules.linked)),
        aliases=rules.headers,
        layouts=layouts,
    )


def _clear_sheet(project: Project, traces: Traces, theirs: frozenset[str]) -> frozenset[str]:
    """Empty their rows; returns the ids of the reports that stood there."""
    state = project.state
    for attempt in range(1, ATTEMPTS + 1):
        sheet, values = project.spreadsheet.read(), state.base.values()
        refuse_foreign(sheet.stamp, values)
        cleared = _cleared(project, sheet, traces, theirs)
        stamp = next_stamp(sheet, values)
        # Recorded before the write: after a crash the sheet is never newer than the state.
        state.base.put("instance", stamp.instance)
        state.base.put("counter", str(stamp.counter))
        try:
            _write(project.spreadsheet, sheet, cleared, traces, stamp)
        except SheetChanged:
            if attempt == ATTEMPTS:
                raise
        else:
            return frozenset(cleared.reports)
    raise AssertionError("the loop returns or raises")


def _write(
    spreadsheet: Spreadsheet,
    sheet: Snapshot,
    cleared: Cleared,
    traces: Traces,
    stamp: Stamp | None,
) -> None:
    spreadsheet.write(sheet, replace(cleared.changes(traces.words), stamp=stamp))


def _clear_copy(project: Project, copy: Copy, traces: Traces, theirs: frozenset[str]) -> bool:
    """Take them out of a backup of the spreadsheet; else delete it and return False."""
    try:
        sheet = copy.read()
        _write(copy, sheet, _cleared(project, sheet, traces, theirs), traces, sheet.stamp)
    except SheetError:
        copy.discard()
        return False
    return True


def _clear_state(path: Path, project: Project, traces: Traces, theirs: frozenset[str]) -> bool:
    """Take them out of a backup of the state; else delete it and return False."""
    try:
        with closing(open_state(f"sqlite:{path.name}", folder=path.parent)) as state:
            state.erasing.erase(traces, theirs, asked_of(project))
            state.erasing.leave_no_trace()
    except StateError:
        path.unlink()
        return False
    return True


def _left_to_people(project: Project, found: Found) -> Iterator[str]:
    """Yield what only a person can delete."""
    if form := form_of(project).id:
        yield (
            "their answers in the Google Form: open "
            f"https://docs.google.com/forms/d/{form}/edit#responses, Individual, and delete each"
        )
    yield from project.spreadsheet.kept_elsewhere()
    if project.mentors:
        yield f"their rows in {project.mentors.name}, which other people keep"
    if project.settings.mail.url.startswith("smtp") and found.deliveries:
        yield "mails that were sent: they stand in people's mailboxes, and in the relay's log"
    if project.settings.archive.url:
        yield "what search engines and feed readers keep of the archive's pages"
    if state_file(project.folder, project.settings) is None:
        yield "the backups and the write-ahead log of the PostgreSQL server"
    yield "copies that people made: of the spreadsheet, of this folder, of pages and mails"
