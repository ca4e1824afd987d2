"""A project and a file -> its rows in the spreadsheet, or the plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sheets_sync.community import Community
from sheets_sync.erased import Erased
from sheets_sync.imports import Import, carry_out
from sheets_sync.layout import MENTORS
from sheets_sync.project import Project
from sheets_sync.spreadsheet import SheetError, Snapshot
from sheets_sync.table_file import TableError, load_table
from sheets_sync.table_import import Wanted, find_source, plan_table, tab_of
from sheets_sync.table_reports import Standing


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked to be imported."""

    file: Path
    into: str
    headers: Mapping[str, str]
    tab: str = ""
    encoding: str = ""
    date_format: str = ""


def import_table(project: Project, asked: Asked, *, now: datetime, dry_run: bool = False) -> Import:
    """Add what the spreadsheet lacks of a file. Raises TableError and SheetError."""
    state, rules = project.state, project.rules
    pairs = project.mentors.read() if project.mentors else None
    if asked.into == MENTORS.title and pairs:
        raise TableError(f"who mentors whom is kept in {pairs.tab.title}; add the rows there")
    wanted = _wanted(project, asked)
    erased = Erased(rules.secret, state.erasing.prints())
    community = state.base.community() or Community(now)

    def plan_on(sheet: Snapshot, values: Mapping[str, str]) -> Import:
        standing = Standing(state.base.ids(), values, community, erased, now, pairs)
        return plan_table(sheet, wanted, rules, standing)

    return carry_out(project.spreadsheet, state, plan_on, dry_run=dry_run)


def _wanted(project: Project, asked: Asked) -> Wanted:
    rules = project.rules
    columns = {column.name for column in tab_of(asked.into, rules).columns}
    headers = {**rules.headers.get(asked.into, {}), **asked.headers}
    for header, name in headers.items():
        if name not in {*columns, "ignored"}:
            known = ", ".join(sorted(columns))
            raise TableError(f"{header!r} is mapped to {name!r}; it can be one of: {known}")
    names = [*columns, *headers]
    source = load_table(asked.file, names, tab=asked.tab, encoding=asked.encoding)
    wanted = Wanted(source, asked.into, headers, asked.date_format)
    try:
        find_source(wanted, rules)
    except SheetError as error:
        raise TableError(f'{error}, or with --map "header=column"') from error
    return wanted
