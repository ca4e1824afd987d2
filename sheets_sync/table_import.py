"""The rows of a table -> rows of Reports, People or Mentors: what they become, and what is wrong.

Pure. Each row is judged as the next sync will judge it. A report's id comes from its content, so
that the same table again brings nothing twice.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from sheets_sync.cells import as_text
from sheets_sync.community import Problem
from sheets_sync.gather import Seen, gather
from sheets_sync.given import Rules
from sheets_sync.headers import Table, find_table, plain
from sheets_sync.imports import Import, appended, refuse_frozen
from sheets_sync.layout import MENTORS, PEOPLE, REPORTS, Holds, Owner, Tab
from sheets_sync.mentorships import read_mentors
from sheets_sync.people import read_people
from sheets_sync.roster import Roster
from sheets_sync.spreadsheet import Cell, Snapshot, Worksheet
from sheets_sync.table_reports import Found, Refusal, Standing, read_reports, values_of
from sheets_sync.validate import reports_tab


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be imported, and how it is to be read."""

    source: Worksheet
    into: str
    headers: Mapping[str, str]
    """Other headers for our columns."""
    date_format: str = ""
    """As `strptime` has it; empty: ISO, or a real date."""


def find_source(wanted: Wanted, rules: Rules) -> Table:
    """Return the file as a table with our columns. Raises SheetError naming what is missing."""
    tab = replace(
        tab_of(wanted.into, rules),
        title=wanted.source.title,
        mapped_in=f"spreadsheet.headers.{wanted.into}",
    )
    table = find_table(wanted.source, tab, aliases=wanted.headers, ours=True, kept={})
    rows = [_dated(table, cells, wanted.date_format) for cells in table.rows]
    return replace(table, rows=rows)


def tab_of(into: str, rules: Rules) -> Tab:
    """Return the tab that rows are added to."""
    tabs = {tab.title: tab for tab in (reports_tab(rules.form), PEOPLE, MENTORS)}
    return tabs[into]


def plan_table(sheet: Snapshot, wanted: Wanted, rules: Rules, standing: Standing) -> Import:
    """Return what to add. Raises SheetError when the tab, or the file's header, cannot be told."""
    source = find_source(wanted, rules)
    gathered = gather(
        sheet,
        reports_tab(rules.form),
        Seen(standing.values, standing.now),
        aliases=rules.headers,
        stamped=sheet.stamp is not None,
        known_reports=bool(standing.known),
        mentors=standing.mentors,
    )
    tab = tab_of(wanted.into, rules)
    refuse_frozen(gathered, [tab])
    readers = {REPORTS.title: read_reports, PEOPLE.title: _people, MENTORS.title: _mentors}
    found = readers[wanted.into](source, gathered.tables[wanted.into], rules, standing)
    added = {wanted.into: found.rows}
    return Import(
        changes=appended(gathered, added),
        added=added,
        there={wanted.into: found.there},
        left_out=found.left_out,
        layouts={name: v for name, v in gathered.keep.items() if name.startswith("layout:")},
        notes=list(_notes(source)),
        problems=[_line(one) for one in found.problems],
    )


def _people(source: Table, there: Table, rules: Rules, standing: Standing) -> Found:
    today = standing.now.astimezone(rules.zone).date()
    problems = read_people(source, [], groups=rules.groups, today=today).problems
    return _listed(source, there, _identities, _in_file(problems, source), standing)


def _mentors(source: Table, there: Table, rules: Rules, standing: Standing) -> Found:
    _, problems = read_mentors(source, Roster(standing.community.people))
    return _listed(source, there, _pairs, _in_file(problems, source), standing)


def _listed(
    source: Table,
    there: Table,
    identities: Callable[[Table, Sequence[Cell]], Set[str]],
    problems: Sequence[Problem],
    standing: Standing,
) -> Found:
    """Return the rows of which nothing that identifies them is there yet."""
    found = Found()
    known = {id for _, cells in there.data() for id in identities(there, cells)}
    own = [c.name for c in source.tab.columns if c.owner is not Owner.TIDINGS]
    wanted = [name for name in own if name in source.columns]
    taken = set()
    for line, cells in source.data():
        mine = identities(source, cells)
        words = [source.text(cells, name) for name in ("name", "email", "username", "mentee")]
        if standing.erased.any(*words, source.text(cells, "mentor")):
            reason = "this was erased at a person's wish"
            found.left_out.append(Refusal(source.title, line, reason))
        elif not mine:
            found.left_out.append(Refusal(source.title, line, "nobody is named"))
        elif mine & known:
            found.there += 1
        else:
            known |= mine
            taken.add(line)
            found.rows.append(values_of(source, cells, wanted))
    found.problems = [one for one in problems if one.row in taken]
    return found


def _identities(table: Table, cells: Sequence[Cell]) -> Set[str]:
    """Return what tells a person apart: the address and the username, else the name."""
    exact = {plain(table.text(cells, name)) for name in ("email", "username")} - {""}
    return exact or {plain(table.text(cells, "name"))} - {""}


def _pairs(table: Table, cells: Sequence[Cell]) -> Set[str]:
    """Return what tells a pair apart: both, as they are typed."""
    both = [plain(table.text(cells, name)) for name in ("mentee", "mentor")]
    return {" > ".join(both)} if all(both) else set()


def _in_file(problems: Sequence[Problem], source: Table) -> list[Problem]:
    """Return problems that name the file in place of the tab."""
    return [replace(one, tab=source.title) for one in problems]


def _dated(table: Table, cells: Sequence[Cell], date_format: str) -> Sequence[Cell]:
    """Return a row in which dates of the format that was told are ISO dates."""
    if not date_format:
        return cells
    row = list(cells)
    for column in table.tab.columns:
        at = table.columns.get(column.name, -1)
        if column.holds is Holds.DATE and 0 <= at < len(row) and isinstance(typed := row[at], str):
            row[at] = _iso(typed, date_format)
    return row


def _iso(typed: str, date_format: str) -> str:
    try:
        day = datetime.strptime(typed.strip(), date_format)  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return typed
    return day.date().isoformat()


def _notes(source: Table) -> Iterator[str]:
    used = set(source.columns.values())
    header = [as_text(cell) for at, cell in enumerate(source.header) if at not in used]
    if unused := [text for text in header if text]:
        yield f"Columns of no use here: {', '.join(unused)} (say with --map what they are)"
    yield from (problem.text() for problem in source.problems)


def _line(problem: Problem) -> str:
    where = f"{problem.tab}, line {problem.row}" + (f", {problem.column}" if problem.column else "")
    return f"{where}: {problem.message}; {problem.remedy}"
