"""Changes to the spreadsheet -> lines that say what is, or would be, written."""

from collections.abc import Iterator

from sheets_sync.spreadsheet import Changes, Value
from sheets_sync.sync import Outcome

WIDEST = 60


def sync_line(outcome: Outcome) -> str:
    """Return in a line what a sync did."""
    if not outcome.changes:
        return "Synced: there was nothing to write."
    done = "Synced" if outcome.written else "Not written yet"
    return f"{done}: {', '.join(_counts(outcome.changes))}."


def plan_lines(changes: Changes) -> Iterator[str]:
    """Return a line about each change."""
    if not changes:
        yield "  nothing to write"
    for tab in changes.tabs:
        yield f"  make the tab {tab.title}"
    for column in changes.columns:
        yield f"  {column.tab}!{letters(column.column)}{column.row}: add the column {column.header}"
    for edit in changes.edits:
        yield f"  {edit.tab}!{letters(edit.column)}{edit.row}: {_shown(edit.value)}"
    for append in changes.appends:
        cells = ", ".join(
            f"{letters(at)} {_shown(value)}" for at, value in sorted(append.values.items())
        )
        yield f"  {append.tab}: add a row: {cells}"
    for rewrite in changes.rewrites:
        yield f"  {rewrite.tab}: write its {_many(len(rewrite.rows), 'row')} anew"


def letters(column: int) -> str:
    """Return a column, counted from 0, as people know it: A, B … Z, AA."""
    before, last = divmod(column, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


def _counts(changes: Changes) -> Iterator[str]:
    for number, word in (
        (len(changes.tabs), "new tab"),
        (len(changes.columns), "new column"),
        (len(changes.appends), "new row"),
        (len(changes.edits), "changed cell"),
        (len(changes.rewrites), "rewritten tab"),
    ):
        if number:
            yield _many(number, word)


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _shown(value: Value) -> str:
    text = "emptied" if value is None else str(value)
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"
