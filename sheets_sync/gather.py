"""A snapshot and what was seen before -> the tables to work with, and what must be left alone.

Pure. A tab that is missing, unreadable or suddenly short (fault 20) is not believed at once: the
last good copy serves, its age is said, and nothing is written there.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rapidfuzz import process

from forms.phrase import phrase
from forms.rules import Fault
from forms.wording import N_
from sheets_sync.columns import Layout, complete, followed, layout_of
from sheets_sync.community import Note, Problem, note
from sheets_sync.headers import OURS, Table, find_table, perhaps, plain
from sheets_sync.layout import (
    DIGESTS,
    MENTORS,
    PEOPLE,
    PROBLEMS,
    SUBSCRIPTIONS,
    TAGS,
    Tab,
)
from sheets_sync.linked import bears_ids, header_map, linked_tab
from sheets_sync.mentor_sheet import MentorSheet
from sheets_sync.pasted import beside
from sheets_sync.spreadsheet import (
    AddColumn,
    Cell,
    CellFault,
    SheetError,
    Snapshot,
    TabError,
    Worksheet,
)

PATIENCE = timedelta(hours=24)
"""For so long a sudden loss is not believed."""
SHORT = N_(
    "{tab}: it suddenly misses much of what was there; the copy of {at} (UTC) is used and nothing "
    "is written there. If it is right so, run: tidings sync --accept-removals"
)
UNREADABLE = N_(
    "{tab}: it cannot be read; the copy of {at} (UTC) is used and nothing is written there. The "
    "Problems tab says why"
)
WITHOUT_COPY = N_("{tab}: it cannot be read, and no good copy is kept")


@dataclass(slots=True)
class Gathered:
    """What a sync works with. `frozen` names the tabs to which nothing is written."""

    tables: dict[str, Table] = field(default_factory=dict)
    reports: list[Table] = field(default_factory=list)
    """The tables that hold reports: the Reports tab first, then the linked ones."""
    frozen: set[str] = field(default_factory=set)
    tabs: list[Tab] = field(default_factory=list)
    columns: list[AddColumn] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    keep: dict[str, str] = field(default_factory=dict)
    """Single values for the state."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the state knows of a tab: the single values, by name."""

    values: Mapping[str, str]
    now: datetime
    accept_removals: bool = False

    def json(self, name: str) -> dict[str, list[list[Cell]] | str]:
        """Return a kept JSON object; empty when there is none."""
        found = self.values.get(name)
        return json.loads(found) if found else {}

    def layout(self, title: str) -> Layout:
        """Return where a tab's columns stood."""
        found = self.values.get(f"layout:{title}")
        return Layout(**json.loads(found)) if found else Layout()


def gather(
    sheet: Snapshot,
    reports: Tab,
    seen: Seen,
    *,
    aliases: Mapping[str, Mapping[str, str]],
    stamped: bool,
    known_reports: bool,
    linked: Sequence[str] = (),
    mentors: MentorSheet | None = None,
    people: Tab = PEOPLE,
) -> Gathered:
    """Find every tab. Raises SheetError when the Reports tab cannot be told.

    `linked` names tabs that a form fills; `mentors` stands for the Mentors tab.
    """
    gathered = Gathered(notes=list(sheet.notes))
    holding = (reports, *(linked_tab(title, reports) for title in linked))
    own = () if mentors else (MENTORS,)
    for tab in (*holding, people, *own, TAGS, SUBSCRIPTIONS, PROBLEMS, DIGESTS):
        worksheet = sheet.worksheet(tab.title)
        try:
            if worksheet is None and tab.foreign:
                _refuse_missing(sheet, tab)
            elif worksheet is None:
                _missing(gathered, sheet, tab, seen, known=tab is reports and known_reports)
            else:
                _found(gathered, worksheet, tab, seen, aliases.get(tab.title, {}), stamped)
        except SheetError as error:
            if tab is reports:
                raise
            _unreadable(gathered, tab, seen, error)
    if mentors:
        _elsewhere(gathered, mentors, seen)
    gathered.reports = [gathered.tables[t.title] for t in holding if t.title in gathered.tables]
    return gathered


def _elsewhere(gathered: Gathered, mentors: MentorSheet, seen: Seen) -> None:
    """Find the mentor sheet in a spreadsheet of other people's; nothing is written there."""
    try:
        _found(gathered, mentors.worksheet(), mentors.tab, seen, mentors.headers, stamped=True)
    except SheetError as error:
        _unreadable(gathered, mentors.tab, seen, error)


def _refuse_missing(sheet: Snapshot, tab: Tab) -> None:
    near = process.extractOne(tab.title, [w.title for w in sheet.worksheets], score_cutoff=60)
    told = N_(
        "there is no tab {tab}; name it so again, or correct spreadsheet.linked_tabs in "
        "tidings.toml. Its reports stay as they were last seen"
    )
    raise SheetError(phrase(told, tab=perhaps(tab.title, near[:1] if near else ())))


def _missing(gathered: Gathered, sheet: Snapshot, tab: Tab, seen: Seen, *, known: bool) -> None:
    if known or f"layout:{tab.title}" in seen.values:
        ours = {name.removeprefix("layout:") for name in seen.values if name.startswith("layout:")}
        new = [w.title for w in sheet.worksheets if w.title not in ours]
        told = N_("there is no tab {tab} any more; name it so again, or make an empty one")
        raise SheetError(phrase(told, tab=perhaps(tab.title, new[:3])))
    gathered.tabs.append(tab)
    header: list[Cell] = [column.name for column in tab.columns if not column.optional]
    table = find_table(Worksheet(tab.title, [header]), tab, aliases={}, ours=True, kept={})
    gathered.tables[tab.title] = table
    gathered.keep[f"layout:{tab.title}"] = layout_of(table, {})


def _found(
    gathered: Gathered,
    worksheet: Worksheet,
    tab: Tab,
    seen: Seen,
    aliases: Mapping[str, str],
    stamped: bool,
) -> None:
    layout = seen.layout(tab.title)
    retyped = followed(layout, worksheet)
    gathered.notes += [
        note(
            N_("{tab}: the column {old} is now called {new}"),
            tab=tab.title,
            old=repr(old),
            new=repr(new),
        )
        for new, old in retyped.items()
    ]
    older = {text: name for text, name in layout.renamed.items() if text not in retyped}
    renamed = {**older, **retyped}
    if tab.foreign:
        aliases, stamped = header_map(tab, aliases), stamped and bears_ids(worksheet)
    table = find_table(
        worksheet,
        tab,
        aliases=aliases,
        ours=stamped or bool(layout.headers),
        kept=layout.ours,
        renamed=renamed,
    )
    if tab.steady and _is_short(gathered, table, seen):
        _use_copy(gathered, tab, seen, SHORT)
        return
    completed = complete(table, layout)
    table = completed.table
    gathered.tables[tab.title] = table
    gathered.columns += completed.added
    gathered.notes += [
        note(
            N_("{tab}: the header {name} had been emptied, and was put back"),
            tab=tab.title,
            name=repr(name),
        )
        for name in completed.put_back
    ]
    gathered.problems += completed.questions
    if not completed.questions:  # while a column is asked about, what it was is kept
        gathered.keep[f"layout:{tab.title}"] = layout_of(table, renamed)
    pasted = beside(table) if tab is PEOPLE else {}
    gathered.problems += (problem for problem in table.problems if problem.column not in pasted)
    if tab.steady:
        gathered.keep[f"copy:{tab.title}"] = _copy(table)
        gathered.keep[f"good:{tab.title}"] = seen.now.isoformat()


def _is_short(gathered: Gathered, table: Table, seen: Seen) -> bool:
    """Tell whether a tab misses over 20 % and over 5 of the rows of its last good copy."""
    copy = seen.json(f"copy:{table.title}")
    if not copy or seen.accept_removals:
        return False
    old = _copied(table.tab, copy)
    before, now = _keys(old), _keys(table)
    missing = before - now
    return is_sudden(len(missing), len(before)) and not is_settled(
        gathered, table.title, missing, seen
    )


def is_sudden(missing: int, before: int) -> bool:
    """Tell whether so many missing rows are too many to believe at once."""
    return missing > 5 and missing > 0.2 * before


def is_settled(gathered: Gathered, title: str, missing: set[str], seen: Seen) -> bool:
    """Tell whether the same loss has stood for a day; note when it was first seen."""
    mark = hashlib.sha256("\n".join(sorted(missing)).encode()).hexdigest()
    brake = seen.json(f"brake:{title}")
    since = brake.get("since") if brake.get("print") == mark else None
    since = since or seen.now.isoformat()
    gathered.keep[f"brake:{title}"] = json.dumps({"print": mark, "since": since})
    return seen.now - datetime.fromisoformat(str(since)) >= PATIENCE


def _keys(table: Table) -> set[str]:
    name = table.tab.required[0]
    return {plain(table.text(cells, name)) for _, cells in table.data()}


def _unreadable(gathered: Gathered, tab: Tab, seen: Seen, error: SheetError) -> None:
    told = error.inside if isinstance(error, TabError) else error.told
    fault = Fault("{told}", "", {"told": told})
    gathered.problems.append(Problem.of(tab.title, None, "", "", fault))
    if tab.steady:
        _use_copy(gathered, tab, seen, UNREADABLE)
    else:
        gathered.frozen.add(tab.title)


def _use_copy(gathered: Gathered, tab: Tab, seen: Seen, reason: str) -> None:
    gathered.frozen.add(tab.title)
    copy = seen.json(f"copy:{tab.title}")
    if not copy:
        if tab.foreign:
            gathered.notes.append(note(WITHOUT_COPY, tab=tab.title))
        return
    at = seen.values.get(f"good:{tab.title}", "")[:16].replace("T", " ")
    gathered.notes.append(note(reason, tab=tab.title, at=at))
    gathered.tables[tab.title] = _copied(tab, copy)


def _copied(tab: Tab, copy: Mapping[str, object]) -> Table:
    """Return the table that a kept copy holds."""
    rows: list[list[Cell]] = copy["rows"]  # type: ignore[assignment]
    own = {column.name: OURS.format(name=column.name) for column in tab.columns}
    kept = {name: header for name, header in own.items() if header in rows[0]}
    return find_table(Worksheet(tab.title, rows), tab, aliases={}, ours=True, kept=kept)


def _copy(table: Table) -> str:
    """Return the rows as JSON, headers as our names, so that it is found again as it is."""
    beside = {at: OURS.format(name=n) for n, at in table.columns.items() if n in table.theirs}
    names = {at: name for name, at in (*table.columns.items(), *table.theirs.items())} | beside
    columns = sorted(names)
    rows: list[list[Cell]] = [[names[at] for at in columns]]
    for number, _ in enumerate(table.rows[table.header_row :], table.header_row + 1):
        cells = table.rows[number - 1]
        rows.append([_plain_cell(cells[at]) if at < len(cells) else None for at in columns])
    return json.dumps({"rows": rows}, ensure_ascii=False)


def _plain_cell(cell: Cell) -> Cell:
    return None if isinstance(cell, CellFault) else cell
