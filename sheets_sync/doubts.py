"""A row of the Reports tab and what is known of it -> the reasons to look again.

Each yields the column that it concerns, and the fault.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import lru_cache

from forms.definition import Form
from forms.rules import Fault
from forms.wording import N_
from sheets_sync.cells import as_day, as_text, shown
from sheets_sync.headers import Table
from sheets_sync.memory import Memory
from sheets_sync.roster import Match, Roster
from sheets_sync.spreadsheet import Cell

_LATE = date(9999, 1, 1)
"""A day before which no date is too late."""


@dataclass(frozen=True, slots=True)
class Context:
    """What judging a row depends on besides the row."""

    form: Form
    roster: Roster
    mentors: Mapping[str, str]
    today: date
    zone: tzinfo
    trust: str = "open"
    hashtags: bool = True
    """Whether hashtags in the text are tags where the tags column is blank."""


def canonical(cell: Cell, column: str) -> str:
    """Return a cell of a column as it is compared: a date as ISO, anything else as its text."""
    if cell is None:
        return ""
    if column == "date":
        return _as_iso(cell)
    return cell.strip() if isinstance(cell, str) else as_text(cell)


@lru_cache(maxsize=16384)
def _as_iso(cell: Cell) -> str:
    found = as_day(cell, today=_LATE)
    return found.isoformat() if isinstance(found, date) else as_text(cell)


def blocking(
    reporter: str, text: str, link: str, memory: Memory, question: str
) -> Iterator[tuple[str, Fault]]:
    """Yield why a row cannot be used until a person acts."""
    if question:
        yield (
            "id",
            Fault(
                N_("this may be {id}, whose own row is gone"),
                N_("retype the old id if it is the same report, or type new if it is another"),
                {"id": question},
            ),
        )
    if not reporter:
        yield "reporter", Fault(N_("nobody is named"), N_("write who reports, or ok into decision"))
    if not text and not link:
        yield "text", Fault(N_("there is neither text nor link"), N_("write what happened"))
    if memory.held:
        yield (
            "decision",
            Fault(N_("held: {why}"), N_("write ok to use it, or hide"), {"why": memory.held}),
        )


def decision_faults(decision: str) -> Iterator[tuple[str, Fault]]:
    """Yield what is wrong with a manager's decision."""
    if decision not in ("", "ok", "hide"):
        yield (
            "decision",
            Fault(N_("this is not a decision"), N_("write ok or hide, or empty the cell")),
        )


def is_stranger(match: Match, context: Context) -> bool:
    """Tell whether the reporter is not on the roster; while that is empty, everyone is known."""
    return bool(context.roster) and match.person is None


def is_unproven(match: Match, memory: Memory, context: Context) -> bool:
    """Tell whether a post names a person without proof, where the settings ask for one."""
    by_form = memory.source.endswith("form")
    return (
        context.trust == "personal" and by_form and match.person is not None and not memory.proven
    )


def match_faults(
    match: Match, reporter: str, memory: Memory, context: Context
) -> Iterator[tuple[str, Fault]]:
    """Yield what is doubtful about who reports."""
    if match.conflict:
        yield (
            "reporter",
            Fault(
                N_("{doubt}; the address counts"),
                N_("correct one of them"),
                {"doubt": match.conflict},
            ),
        )
    elif match.candidates:
        names = ", ".join(p.username or p.email or p.name for p in match.candidates)
        yield (
            "reporter",
            Fault(
                N_("several people bear this name"), N_("write one of: {names}"), {"names": names}
            ),
        )
    elif is_unproven(match, memory, context):
        yield (
            "reporter",
            Fault(
                N_("it did not come by {name}'s personal link; only coordinators see it"),
                N_("write ok into decision if it is theirs"),
                {"name": match.person.name if match.person else ""},
            ),
        )
    elif reporter and is_stranger(match, context):
        yield (
            "reporter",
            Fault(
                N_("nobody on the People tab is called so; only coordinators see this report"),
                N_("correct it, add the person to People, or write ok into decision"),
            ),
        )


def memory_faults(
    memory: Memory, table: Table, cells: Sequence[Cell], decision: str
) -> Iterator[tuple[str, Fault]]:
    """Yield what the row's history tells: a copy, a correction that was not applied."""
    if memory.copied_from:
        yield (
            "id",
            Fault(
                N_("copied from {id}; this row is a report of its own"),
                N_("remove the row, or write ok into decision"),
                {"id": memory.copied_from},
            ),
        )
    for column, (wanted, kept) in memory.conflicts.items():
        if decision != "ok" and canonical(table.cell(cells, column), column) == kept:
            yield (
                column,
                Fault(
                    N_("the reporter corrected this to “{wanted}”; the edit made here was kept"),
                    N_("type the correction, or write ok into decision"),
                    {"wanted": shown(wanted)},
                ),
            )
