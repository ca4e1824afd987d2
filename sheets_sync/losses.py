"""The lines, and what was known -> the reports that are gone, and those that were put back."""

from collections import Counter, defaultdict

from forms.rules import Fault
from forms.wording import N_
from sheets_sync.community import Problem, note
from sheets_sync.gather import Gathered, Seen, is_settled, is_sudden
from sheets_sync.identity import WELL_FORMED
from sheets_sync.layout import TABS
from sheets_sync.lines import Lines, Past
from sheets_sync.spreadsheet import Snapshot
from sheets_sync.state.base import Known

PUT_BACK = N_(
    "An older copy of the spreadsheet was saved over ours; the reports that it lacked were put "
    "back: {count}"
)
MADE_AGAIN = N_(
    "An older copy of the spreadsheet was saved over ours; the reports whose corrections it undid "
    "were corrected again: {count}"
)


def find_missing(
    found: Lines, past: Past, seen: Seen, gathered: Gathered, sheet: Snapshot
) -> list[Known]:
    """Return the reports that are newly gone; a sudden loss freezes its tab instead (fault 20).

    Rows that were moved to another tab, if of the managers' own, are no loss; those of a tab that
    could not be read are not missed.
    """
    present = found.ids() | past.waiting()
    stopped = frozenset(gathered.frozen)
    there: Counter[str] = Counter()
    gone: dict[str, list[Known]] = defaultdict(list)
    for one in past.known.values():
        if one.missing_since is None and one.tab not in stopped:
            there[one.tab] += 1
            if one.id not in present:
                gone[one.tab].append(one)
    for tab, those in gone.items():
        if not seen.accept_removals and is_sudden(len(those), there[tab]):
            lost = {one.id for one in those} - _ids_elsewhere(sheet, gathered)
            if is_sudden(len(lost), there[tab]) and not is_settled(gathered, tab, lost, seen):
                _freeze(gathered, tab, len(lost), there[tab])
    return [one for tab, those in gone.items() if tab not in gathered.frozen for one in those]


def _freeze(gathered: Gathered, tab: str, lost: int, there: int) -> None:
    gathered.frozen.add(tab)
    fault = Fault(
        N_("{lost} of {there} reports are suddenly gone; nothing is written here"),
        N_("bring them back, or run: tidings sync --accept-removals"),
        {"lost": lost, "there": there},
    )
    gathered.problems.append(Problem.of(tab, None, "", "", fault))
    gathered.notes.append(
        note(
            N_(
                "{tab}: {lost} of {there} reports are suddenly gone; nothing is written here; "
                "bring them back, or run: tidings sync --accept-removals"
            ),
            tab=tab,
            lost=lost,
            there=there,
        )
    )


def _ids_elsewhere(sheet: Snapshot, gathered: Gathered) -> set[str]:
    """Return the ids that stand in tabs of the managers' own."""
    tabs = {tab.title for tab in TABS} | gathered.tables.keys()
    return {
        cell
        for worksheet in sheet.worksheets
        if worksheet.title not in tabs
        for row in worksheet.rows
        for cell in row
        if isinstance(cell, str) and WELL_FORMED.fullmatch(cell)
    }


def note_restored(found: Lines, past: Past, gathered: Gathered) -> None:
    """Say so when reports that an older copy lacked are put back, or corrections are made again."""
    lines = [line for line in found.lines if line.table.title not in gathered.frozen]
    back = sum(line.appended and line.id in past.lost.reports for line in lines)
    again = sum(
        bool(line.written) and not line.appended and line.id in past.lost.before for line in lines
    )
    if back:
        gathered.notes.append(note(PUT_BACK, count=back))
    if again:
        gathered.notes.append(note(MADE_AGAIN, count=again))
