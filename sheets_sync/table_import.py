"""The rows of a table -> rows of Reports, People or Mentors: what they become, and what is wrong.

Pure. Each row is judged as the next sync will judge it. A report's id comes from its content, so
that the same table again brings nothing twice.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime

from sheets_sync.cells import any_day, as_text
from sheets_sync.community import Community, Problem
from sheets_sync.decide import Rules
from sheets_sync.doubts import Context
from sheets_sync.erased import Erased
from sheets_sync.gather import Gathered, Seen, gather
from sheets_sync.headers import Table, find_table, plain
from sheets_sync.identity import WELL_FORMED, report_id_for
from sheets_sync.imports import Cells, Import, appended, refuse_frozen
from sheets_sync.layout import MENTORS, PEOPLE, REPORTS, Holds, Owner, Tab
from sheets_sync.lines import IMPORTED
from sheets_sync.linked import as_moment
from sheets_sync.memory import Memory
from sheets_sync.mentor_sheet import MentorSheet
from sheets_sync.merge import read_mentors
from sheets_sync.people import read_people
from sheets_sync.reps_archive import SOURCE as ARCHIVE
from sheets_sync.roster import Roster
from sheets_sync.spreadsheet import Cell, Snapshot, Value, Worksheet
from sheets_sync.validate import Judge, local, reports_tab

INTO = (REPORTS.title, PEOPLE.title, MENTORS.title)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that is not added."""

    file: str
    line: int
    reason: str

    def text(self) -> str:
        """Return it as one line."""
        return f"{self.file}, line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be imported, and how it is to be read."""

    source: Worksheet
    into: str
    headers: Mapping[str, str]
    """Other headers for our columns."""
    date_format: str = ""
    """As `strptime` has it; empty: ISO, or a real date."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is there already, and who is known."""

    known: Set[str]
    values: Mapping[str, str]
    community: Community
    erased: Erased
    now: datetime
    mentors: MentorSheet | None = None


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
    read = {REPORTS.title: _reports, PEOPLE.title: _people, MENTORS.title: _mentors}[wanted.into]
    found = read(source, gathered, rules, standing)
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


@dataclass(slots=True)
class _Found:
    rows: list[Cells]
    there: int
    left_out: list[Refusal]
    problems: list[Problem]


def _reports(source: Table, gathered: Gathered, rules: Rules, standing: Standing) -> _Found:
    found = _Found([], 0, [], [])
    clerk = _Clerk(source, rules, standing)
    table = gathered.tables[REPORTS.title]
    there = {table.text(cells, "id") for _, cells in table.data()} | standing.known
    for line, cells in source.data():
        row, problems = clerk.read(line, cells)
        if refusal := clerk.refusal(line, cells, row):
            found.left_out.append(refusal)
        elif row["id"] in there:
            found.there += 1
        else:
            found.rows.append(row)
            found.problems += problems
    return found


class _Clerk:
    """Reads rows of reports, one after the other."""

    def __init__(self, source: Table, rules: Rules, standing: Standing) -> None:
        self._source = source
        self._rules = rules
        self._standing = standing
        today = standing.now.astimezone(rules.zone).date()
        roster = Roster(standing.community.people)
        context = Context(rules.form, roster, {}, today, rules.zone)
        self._judge = Judge(source, context)
        self._seen: Counter[str] = Counter()
        own = (column for column in source.tab.columns if column.owner is not Owner.TIDINGS)
        self._columns = [column.name for column in own if column.name in source.columns]

    def read(self, line: int, cells: Sequence[Cell]) -> tuple[dict[str, Value], list[Problem]]:
        """Return the row as it will stand in the sheet, and what is wrong with it."""
        values = _values(self._source, cells, self._columns)
        received = as_moment(self._source.cell(cells, "received"), self._rules.zone)
        source = ARCHIVE if self._source.text(cells, "source") == ARCHIVE else IMPORTED
        memory = Memory(received or self._standing.now, source)
        id = self._id(cells, values)
        judged = self._judge.judge(line, cells, id, memory)
        row: dict[str, Value] = {
            **values,
            "id": id,
            "received": local(memory.received, self._rules.zone),
            "source": source,
        }
        return row, list(judged.problems)

    def refusal(self, line: int, cells: Sequence[Cell], row: Cells) -> Refusal | None:
        """Return why a row makes no report."""
        reason = ""
        text = self._source.text
        if self._standing.erased.any(str(row["id"]), text(cells, "reporter"), text(cells, "email")):
            reason = "this was erased at a person's wish"
        elif not text(cells, "reporter") and not text(cells, "email"):
            reason = "nobody is named who reports"
        elif not text(cells, "text") and not text(cells, "link"):
            reason = "there is neither text nor link"
        return Refusal(self._source.title, line, reason) if reason else None

    def _id(self, cells: Sequence[Cell], values: Mapping[str, Value]) -> str:
        """Return the id in the file if it is one of ours, else one that the content gives.

        Of rows that are exactly alike each is a report of its own.
        """
        own = self._source.text(cells, "id")
        if WELL_FORMED.fullmatch(own):
            return own
        content = "\x1f".join(f"{name}\x1e{value}" for name, value in sorted(values.items()))
        self._seen[content] += 1
        return report_id_for(f"import {content} {self._seen[content]}")


def _people(source: Table, gathered: Gathered, rules: Rules, standing: Standing) -> _Found:
    today = standing.now.astimezone(rules.zone).date()
    _, problems = read_people(source, [], groups=rules.groups, today=today)
    return _listed(
        source,
        gathered.tables[PEOPLE.title],
        _identities,
        _in_file(problems, source),
        standing,
    )


def _mentors(source: Table, gathered: Gathered, rules: Rules, standing: Standing) -> _Found:
    _, problems = read_mentors(source, Roster(standing.community.people))
    return _listed(
        source,
        gathered.tables[MENTORS.title],
        lambda table, cells: {
            " > ".join(plain(table.text(cells, name)) for name in ("mentee", "mentor"))
        },
        _in_file(problems, source),
        standing,
    )


def _listed(
    source: Table,
    there: Table,
    identities: Callable[[Table, Sequence[Cell]], Set[str]],
    problems: Sequence[Problem],
    standing: Standing,
) -> _Found:
    """Return the rows of which nothing that identifies them is there yet."""
    found = _Found([], 0, [], [])
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
            found.rows.append(_values(source, cells, wanted))
    found.problems = [one for one in problems if one.row in taken]
    return found


def _identities(table: Table, cells: Sequence[Cell]) -> Set[str]:
    """Return what tells a person apart: the address and the username, else the name."""
    exact = {plain(table.text(cells, name)) for name in ("email", "username")} - {""}
    return exact or {plain(table.text(cells, "name"))} - {""}


def _in_file(problems: Sequence[Problem], source: Table) -> list[Problem]:
    """Return problems that name the file in place of the tab."""
    return [replace(one, tab=source.title) for one in problems]


def _values(source: Table, cells: Sequence[Cell], names: Sequence[str]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name in names:
        held = source.tab.column(name).holds
        cell = source.cell(cells, name)
        day = any_day(cell) if held is Holds.DATE else None
        value = day if isinstance(day, date) else as_text(cell)
        if value:
            found[name] = value
    return found


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
