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

Rows = Sequence[Sequence[Cell]]


def restores(
    owed: Sequence[Owed], sheet: Snapshot, known: Known
) -> tuple[Sequence[Owed], Sequence[Edit]]:
    """Find each row where it is now; return what found its row, and the edits that give it back.

    What is `owed` comes with the latest first: that is undone before what it was to undo. A row
    that is gone needs nothing. A cell that a person has typed over since is theirs and stays.
    """
    found: list[Owed] = []
    edits: list[Edit] = []
    for tab in known.seen:
        here = [one for one in owed if one.sheet == tab.id]
        if here and (there := sheet.worksheet(tab.title)):
            lines = _Lines(there.rows)
            found += [one for one in here if lines.give_back(one)]
            edits += lines.edits(tab.title)
    return found, edits


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


class _Lines:
    """The rows of a tab, as they become while what is owed is given back."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        numbered = enumerate(rows, 1)
        self._now = {n: dict(enumerate(row)) for n, row in numbered if not blank(row)}
        self._exact: dict[object, list[int]] = defaultdict(list)
        self._changed: dict[tuple[int, int], Cell] = {}
        self._claimed: set[tuple[int, int]] = set()
        """By batch, the rows that it wrote into: each of them once."""
        for number, row in self._now.items():
            self._exact[_print(row)].append(number)

    def give_back(self, one: Owed) -> bool:
        """Undo what a batch did to a row; tell whether there is anything of it."""
        place = _moved_columns(one.header, self._rows)
        wrong = {place.get(at, at): value for at, value in one.writes.items()}
        before = {place.get(at, at): cell for at, cell in enumerate(one.before)}
        number = self._find({**before, **wrong}, wrong, one.batch)
        row = self._now.get(number, {})
        right = {
            at: before.get(at)
            for at, value in wrong.items()
            if number and alike(row.get(at), value) and not alike(before.get(at), value)
        }
        self._claimed.add((one.batch, number))
        self._put(number, right)
        return bool(right)

    def edits(self, title: str) -> Iterator[Edit]:
        """Yield what is to be written."""
        for (number, at), cell in self._changed.items():
            if not alike(at_of(self._rows[number - 1], at), cell):
                yield Edit(title, number, at, as_value(cell))

    def _put(self, number: int, cells: Mapping[int, Cell]) -> None:
        if cells:
            self._now[number] |= cells
            self._changed |= {(number, at): cell for at, cell in cells.items()}
            self._exact[_print(self._now[number])].append(number)

    def _find(self, expected: Mapping[int, Cell], wrong: Mapping[int, Cell], batch: int) -> int:
        """Return the number of the row that looks as the overwritten one must, or most like it."""
        looks = _print(expected)
        for number in self._exact.get(looks, ()):
            if (batch, number) not in self._claimed and _print(self._now[number]) == looks:
                return number
        scores = {
            number: _likeness(row, expected, wrong)
            for number, row in self._now.items()
            if (batch, number) not in self._claimed
        }
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
    cells: Mapping[int, Cell], expected: Mapping[int, Cell], wrong: Mapping[int, Cell]
) -> float:
    """Return which part of a row is as expected; a row without our values is not it."""
    if not any(alike(cells.get(at), value) for at, value in wrong.items()):
        return 0.0
    columns = {at for at, cell in (*cells.items(), *expected.items()) if not alike(cell, "")}
    good = sum(alike(cells.get(at), expected.get(at)) for at in columns)
    return good / max(len(columns), 1)


def as_value(cell: Cell) -> Value:
    """Return what to write so that a cell shows this again."""
    if isinstance(cell, CellFault):
        return cell.what
    return None if cell == "" else cell
