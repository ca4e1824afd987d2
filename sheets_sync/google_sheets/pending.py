"""A batch that was sent, as it must be known until it was checked: which rows it was meant for.

Kept before the batch leaves, like a database's journal: whoever comes next can finish the check.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from sheets_sync.spreadsheet import Cell, CellFault

Line = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A row that a batch writes into, or the header that it relies on."""

    sheet: int
    row: int
    expected: Line
    """What the row held when the batch was decided."""
    writes: dict[int, Cell]
    """By column, what the batch puts there; nothing for a header relied on."""
    loose: tuple[int, ...] = ()
    """Columns that are not ours to understand: their numbers may change by themselves."""
    is_header: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """A row that a batch appends."""

    sheet: int
    writes: dict[int, Cell]


@dataclass(frozen=True, slots=True)
class Owed:
    """What a batch put into a row that it was not meant for, and what that row held before."""

    sheet: int
    before: Line
    header: Line
    """The tab's header at that moment."""
    writes: dict[int, Cell]
    batch: int = 0
    """Its number."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A batch of which nobody has seen yet whether it hit the rows it was meant for."""

    token: int
    targets: tuple[Target, ...] = ()
    """In the order in which our hidden tab holds them as they were right before the batch."""
    added: tuple[Added, ...] = ()
    owed: tuple[Owed, ...] = ()
    """What earlier batches still owe, this one being the attempt to give it back."""
    unheard: tuple[int, ...] = ()
    """Numbers of batches that may still be on their way."""
    after: int = 0
    """Number of the batch before it, as the spreadsheet told."""

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to be checked or given back."""
        return not self.token and not self.owed

    def is_overtaken(self, tokens: Sequence[int]) -> bool:
        """Tell whether a batch came since that this state knows nothing of, by what was written.

        Then this state is an old one. The newer has checked what was left to be checked here, and
        the spreadsheet went on from there.
        """
        return bool(tokens) and tokens[0] not in (self.token, self.after, *self.unheard)


PENDING: TypeAdapter[Pending] = TypeAdapter(Pending)


def misses(pending: Pending, log: Sequence[Sequence[Cell]]) -> Iterator[Owed]:
    """Return what the batch did to rows that it was not meant for.

    `log` holds each target as it was at the very moment of the batch. Anything that differs from
    what the decision knew counts as a miss: a row moved, or its content changed meanwhile.
    """
    lines = [tuple(log[at]) if at < len(log) else () for at in range(len(pending.targets))]
    found = list(zip(pending.targets, lines, strict=True))
    if not any(lines):  # it was emptied since, because somebody was erased
        return
    headers = {target.sheet: line for target, line in found if target.is_header}
    moved = {t.sheet for t, line in found if t.is_header and not same(t, line)}
    for target, line in found:
        if target.writes and (target.sheet in moved or not same(target, line)):
            header = headers.get(target.sheet, ())
            yield Owed(target.sheet, line, header, target.writes, pending.token)
    for one in pending.added:
        if one.sheet in moved:
            yield Owed(one.sheet, (), headers.get(one.sheet, ()), one.writes, pending.token)


def same(target: Target, line: Sequence[Cell]) -> bool:
    """Tell whether a row is still what it was."""
    width = max(len(target.expected), len(line))
    return all(
        alike(at_of(target.expected, at), at_of(line, at))
        or (at in target.loose and are_numbers(at_of(target.expected, at), at_of(line, at)))
        for at in range(width)
    )


def at_of(line: Sequence[Cell], at: int) -> Cell:
    """Return a row's cell; blank beyond its end."""
    return line[at] if at < len(line) else ""


def alike(one: Cell, other: Cell) -> bool:
    """Tell whether two cells show the same."""
    one, other = _bare(one), _bare(other)
    if are_numbers(one, other):
        return abs(float(one) - float(other)) < 1e-9  # type: ignore[arg-type]
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def are_numbers(*cells: Cell) -> bool:
    """Tell whether all of them are numbers."""
    return all(isinstance(c, int | float) and not isinstance(c, bool) for c in cells)


def _bare(cell: Cell) -> Cell:
    if isinstance(cell, CellFault):
        return cell.what
    return "" if cell is None else cell
