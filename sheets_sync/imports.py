"""The old Reps portal's archive, put into the spreadsheet: what is there already stays as it is.

Gather, decide, apply: `plan_import` is pure.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sheets_sync.erased import NOBODY, Erased
from sheets_sync.gather import Gathered, Seen, gather
from sheets_sync.given import Rules
from sheets_sync.headers import Table, plain
from sheets_sync.layout import MENTORS, PEOPLE, REPORTS, TAGS, Tab
from sheets_sync.mentor_sheet import Elsewhere, MentorSheet
from sheets_sync.plan import Plan
from sheets_sync.reps_archive import PORTAL_COLUMNS, mentorship_row, person_row, report_row
from sheets_sync.reps_erased import without_erased
from sheets_sync.reps_records import Records, Rep, load_records
from sheets_sync.reps_tags import tag_rows
from sheets_sync.spreadsheet import (
    Changes,
    SheetChanged,
    SheetError,
    Snapshot,
    Spreadsheet,
    Stamp,
    Value,
)
from sheets_sync.state import State
from sheets_sync.sync import next_stamp, refuse_foreign
from sheets_sync.taglist import list_tags
from sheets_sync.validate import local, reports_tab

ATTEMPTS = 3
"""How often an import starts over when somebody saves in the middle of it."""

Cells = Mapping[str, Value]


class Refusal(Protocol):
    """Something that makes no row."""

    def text(self) -> str:
        """Say in a line what, and why."""
        ...


@dataclass(frozen=True, slots=True)
class Import:
    """What an import adds, what it found there already, and what it left out."""

    changes: Changes
    added: Mapping[str, Sequence[Cells]]
    """By tab: the new rows, each by header."""
    there: Mapping[str, int]
    """By tab: how many the spreadsheet has already."""
    left_out: Sequence[Refusal]
    layouts: Mapping[str, str]
    """For the state: which columns are ours, once this is written."""
    notes: Sequence[str] = ()
    problems: Sequence[str] = ()
    """What is wrong with rows that are added all the same."""

    def text(self, *, rows: int = 0) -> str:
        """Return it for people, with the first few rows of each tab when asked for."""
        return "\n".join(self._lines(rows))

    def _lines(self, rows: int) -> Iterator[str]:
        for tab, added in self.added.items():
            yield f"{tab}: {len(added)} new, {self.there[tab]} there already"
            for cells in added[:rows]:
                yield "    " + " · ".join(f"{n}: {_short(value)}" for n, value in cells.items())
        yield from self.notes
        if self.problems:
            yield f"To look at: {len(self.problems)}"
            yield from (f"    {line}" for line in self.problems)
        yield f"Left out: {len(self.left_out)}" + (":" if self.left_out else "")
        for one in self.left_out:
            yield f"    {one.text()}"


def _short(value: Value) -> str:
    line = " ".join(str(value).split())
    return line if len(line) <= 40 else f"{line[:39]}…"


def import_archive(
    spreadsheet: Spreadsheet,
    state: State,
    rules: Rules,
    folder: Path,
    *,
    now: datetime,
    mentors: Elsewhere | None = None,
    dry_run: bool = False,
) -> Import:
    """Add what the spreadsheet lacks of the archive in a folder.

    Who mentors whom is left out where other people keep that in `mentors`.
    Raises ArchiveError, and SheetError when the spreadsheet cannot be read or written.
    """
    records, pairs = load_records(folder), mentors.read() if mentors else None
    erased = Erased(rules.secret, state.erasing.prints())

    def plan_on(sheet: Snapshot, values: Mapping[str, str]) -> Import:
        return plan_import(
            sheet,
            records,
            rules,
            known=state.base.ids(),
            values=values,
            now=now,
            mentors=pairs,
            erased=erased,
        )

    return carry_out(spreadsheet, state, plan_on, dry_run=dry_run)


def carry_out(
    spreadsheet: Spreadsheet,
    state: State,
    plan_on: Callable[[Snapshot, Mapping[str, str]], Import],
    *,
    dry_run: bool,
) -> Import:
    """Plan on what the spreadsheet holds and write it; over again when somebody saves meanwhile."""
    for attempt in range(1, ATTEMPTS + 1):
        sheet, values = spreadsheet.read(), state.base.values()
        refuse_foreign(sheet.stamp, values)
        plan = plan_on(sheet, values)
        if dry_run or not plan.changes:
            return plan
        try:
            _write(spreadsheet, sheet, state, plan, next_stamp(sheet, values))
        except SheetChanged:
            if attempt == ATTEMPTS:
                raise
        else:
            return plan
    raise AssertionError("the loop returns or raises")


def _write(
    spreadsheet: Spreadsheet, sheet: Snapshot, state: State, plan: Import, stamp: Stamp
) -> None:
    # Recorded before the write: after a crash the sheet is never newer than the state.
    state.base.put("instance", stamp.instance)
    state.base.put("counter", str(stamp.counter))
    spreadsheet.write(sheet, replace(plan.changes, stamp=stamp))
    for name, layout in plan.layouts.items():
        state.base.put(name, layout)


def plan_import(
    sheet: Snapshot,
    records: Records,
    rules: Rules,
    *,
    known: Collection[str],
    values: Mapping[str, str],
    now: datetime,
    mentors: MentorSheet | None = None,
    erased: Erased = NOBODY,
) -> Import:
    """Return what to add. `known` holds the ids of all reports ever seen, `values` the state's."""
    records, gone = without_erased(records, erased)
    gathered = gather(
        sheet,
        reports_tab(rules.form).with_columns(*PORTAL_COLUMNS),
        Seen(values, now),
        aliases=rules.headers,
        stamped=sheet.stamp is not None,
        known_reports=bool(known),
        mentors=mentors,
    )
    own = (PEOPLE, REPORTS, TAGS) if mentors else (PEOPLE, MENTORS, REPORTS, TAGS)
    refuse_frozen(gathered, own)
    present = _column(gathered.tables[REPORTS.title], "id")
    removed = {one.key for one in records.reports if one.key in known} - present
    added = _added(records, gathered.tables, skipped=present | removed, at=local(now, rules.zone))
    given = {
        PEOPLE.title: len(records.people),
        MENTORS.title: sum(rep.mentored for rep in records.people),
        REPORTS.title: len(records.reports) - len(removed),
        TAGS.title: len(tag_rows(records.reports, ())),
    }
    notes = [f"Reports: {len(removed)} whose rows were removed before stay out"] if removed else []
    notes += [f"Left out: {gone} of people who were erased"] if gone else []
    if mentors:
        notes.append(f"Mentors: none is added, since they are kept in {mentors.tab.title}")
    return Import(
        changes=appended(gathered, added),
        added=added,
        there={tab: given[tab] - len(rows) for tab, rows in added.items()},
        left_out=records.left_out,
        layouts={name: v for name, v in gathered.keep.items() if name.startswith("layout:")},
        notes=notes,
    )


def _added(
    records: Records, tables: Mapping[str, Table], *, skipped: Collection[str], at: datetime
) -> dict[str, Sequence[Cells]]:
    """Return the rows that each tab lacks; `skipped` are ids of reports that make none."""
    people = {PEOPLE.title: [person_row(r) for r in _new_people(records, tables[PEOPLE.title])]}
    if MENTORS.title in tables:
        people[MENTORS.title] = [mentorship_row(rep) for rep in _newly_mentored(records, tables)]
    reports = (one for one in records.reports if one.key not in skipped)
    known = list_tags(tables[TAGS.title], ()).tags
    return {
        **people,
        REPORTS.title: [{**report_row(one), "received": at} for one in reports],
        TAGS.title: tag_rows(records.reports, known),
    }


def refuse_frozen(gathered: Gathered, tabs: Sequence[Tab]) -> None:
    """Refuse to add to tabs that cannot be read as they should; raises SheetError."""
    for title in (tab.title for tab in tabs):
        if title in gathered.frozen or title not in gathered.tables:
            reasons = [one.text() for one in gathered.problems if one.tab == title]
            notes = [one.text() for one in gathered.notes]
            raise SheetError("\n".join([*reasons, *notes, "Nothing was imported; mend this first"]))


def _column(table: Table, name: str) -> set[str]:
    return {table.text(cells, name) for _, cells in table.data()}


def _new_people(records: Records, table: Table) -> list[Rep]:
    """Return the people whose username, or whose name without one, has no row yet."""
    usernames: set[str] = set()
    names: set[str] = set()
    for _, cells in table.data():
        username = plain(table.text(cells, "username"))
        usernames.add(username)
        if not username:
            names.add(plain(table.text(cells, "name")))
    return [
        rep
        for rep in records.people
        if plain(rep.key) not in usernames and plain(rep.shown_name) not in names
    ]


def _newly_mentored(records: Records, tables: Mapping[str, Table]) -> list[Rep]:
    """Return the people with a mentor for whom no row names one: a manager's choice stands."""
    mentees = {plain(typed) for typed in _column(tables[MENTORS.title], "mentee")}
    people = tables[PEOPLE.title]
    emails = {
        plain(people.text(cells, "username")): plain(people.text(cells, "email"))
        for _, cells in people.data()
    }
    return [
        rep
        for rep in records.people
        if rep.mentored
        and mentees.isdisjoint(
            {plain(rep.key), plain(rep.shown_name), emails.get(plain(rep.key)) or plain(rep.key)}
        )
    ]


def appended(gathered: Gathered, added: Mapping[str, Sequence[Cells]]) -> Changes:
    """Return the changes that add these rows, and the columns that they need."""
    if not any(added.values()):
        return Changes()
    plan = Plan()
    for title, rows in added.items():
        for cells in rows:
            plan.append(gathered.tables[title], cells)
    growing = [column for column in gathered.columns if added.get(column.tab)]
    return replace(plan.changes(gathered), columns=tuple(growing))
