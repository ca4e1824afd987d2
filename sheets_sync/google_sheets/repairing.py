"""What a batch did to rows that it was not meant for -> the edits that give it back."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sheets_sync.cells import as_text
from sheets_sync.google_sheets.known import Known
from sheets_sync.google_sheets.pending import Line, Owed, alike, at_of
from sheets_sync.headers import blank, plain
from sheets_sync.spreadsheet import Cell, CellFault, Edit, Snapshot, Value

HALF = 0.5
"""How much of a row must still be as it was to be recognised, when people changed it since."""

Restore = tuple[Owed, list[Edit]]
Rows = Sequence[Sequence[Cell]]


def restores(owed: Sequence[Owed], sheet: Snapshot, known: Known) -> Iterator[Restore]:
    """Find each row where it is now; one that is gone needs nothing.

    A cell that a person has typed over since is theirs and stays.
    """
    for tab in known.seen:
        here = [one for one in owed if one.sheet == tab.id]
        if here and (found := sheet.worksheet(tab.title)):
            yield from _restores_in(tab.title, here, found.rows)


def _restores_in(title: str, owed: Sequence[Owed], rows: Rows) -> Iterator[Restore]:
    free = _Free(rows)
    for one in owed:
        place = _moved_columns(one.header, rows)
        wrong = {place.get(at, at): value for at, value in one.writes.items()}
        before = {place.get(at, at): cell for at, cell in enumerate(one.before)}
        row = free.take(before, wrong)
        cells = rows[row - 1] if row else ()
        edits = [
            Edit(title, row, at, as_value(before.get(at)))
            for at, value in wrong.items()
            if row and alike(at_of(cells, at), value) and not alike(before.get(at), value)
        ]
        if edits:
            yield one, edits


def _moved_columns(header: Line, rows: Rows) -> Mapping[int, int]:
    """Return where columns went that stood elsewhere when the batch arrived."""
    now = _header_like(header, rows)
    places = {plain(as_text(cell)): at for at, cell in enumerate(now) if as_text(cell)}
    names = [plain(as_text(cell)) for cell in header]
    return {at: places[name] for at, name in enumerate(names) if name in places}


def _header_like(header: Line, rows: Rows) -> Sequence[Cell]:
    """Return the row that has the most cells in common with a header."""
    wanted = {plain(as_text(cell)) for cell in header} - {""}

    def common(row: Sequence[Cell]) -> int:
        return len(wanted & {plain(as_text(cell)) for cell in row})

    return max(rows[:20], key=common, default=())


class _Free:
    """The rows of a tab that nobody has claimed yet."""

    def __init__(self, rows: Rows) -> None:
        self._rows = {number: row for number, row in enumerate(rows, 1) if not blank(row)}
        self._exact: dict[object, list[int]] = defaultdict(list)
        for number, row in self._rows.items():
            self._exact[_print(dict(enumerate(row)))].append(number)

    def take(self, before: Mapping[int, Cell], wrong: Mapping[int, Cell]) -> int:
        """Return the number of the row that looks as the overwritten one must, or most like it."""
        expected = {**before, **wrong}
        same = [n for n in self._exact.get(_print(expected), ()) if n in self._rows]
        number = same[0] if same else self._likest(expected, wrong)
        self._rows.pop(number, None)
        return number

    def _likest(self, expected: Mapping[int, Cell], wrong: Mapping[int, Cell]) -> int:
        scores = {n: _likeness(row, expected, wrong) for n, row in self._rows.items()}
        best = max(scores, key=lambda number: scores[number], default=0)
        return best if scores.get(best, 0.0) >= HALF else 0


def _print(cells: Mapping[int, Cell]) -> object:
    """Return a row's content so that it can be looked up."""
    return frozenset(
        (at, round(cell, 7) if isinstance(cell, float) else str(cell))
        for at, cell in cells.items()
        if not alike(cell, "")
    )


def _likeness(
    cells: Sequence[Cell], expected: Mapping[int, Cell], wrong: Mapping[int, Cell]
) -> float:
    """Return which part of a row is as expected; a row without our values is not it."""
    if not any(alike(at_of(cells, at), value) for at, value in wrong.items()):
        return 0.0
    columns = {at for at, cell in enumerate(cells) if not alike(cell, "")}
    columns |= {at for at, cell in expected.items() if not alike(cell, "")}
    good = sum(alike(at_of(cells, at), expected.get(at, "")) for at in columns)
    return good / max(len(columns), 1)


def as_value(cell: Cell) -> Value:
    """Return what to write so that a cell shows this again."""
    if isinstance(cell, CellFault):
        return cell.what
    return None if cell == "" else cell
