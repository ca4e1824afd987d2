"""Counts -> the shapes of a chart, in units of its view box.

Pure geometry. Colours, words and escaping are the template's and the style sheet's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 400.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 38.0, 8.0, 10.0, 24.0
GAP = 1.0
"""Between bars and between the parts of one, so that no colour has to tell them apart alone."""
LINE_HEIGHT = 22.0
NAMES_WIDTH = 130.0
COUNTS_WIDTH = 48.0
LONGEST_NAME = 20
WIDEST = 48.0
"""Of a bar that stands, also where it has few neighbours."""
FEW_POINTS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle; `shade` is the number of its line, `says` what it stands for."""

    x: float
    y: float
    width: float
    height: float
    shade: int
    says: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    shade: int

    @property
    def path(self) -> str:
        """Return the points as SVG has them."""
        return " ".join(f"{x},{y}" for x, y in self.points)

    @property
    def dots(self) -> tuple[tuple[float, float], ...]:
        """Return the points to be shown, where there are few: of one alone there is no line."""
        return self.points if len(self.points) <= FEW_POINTS else ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A short text; `anchor` is `start`, `middle` or `end`."""

    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that a chart shows."""

    height: float
    bars: tuple[Bar, ...] = ()
    curves: tuple[Curve, ...] = ()
    grid: tuple[float, ...] = ()
    """Heights of the lines across."""
    marks: tuple[Mark, ...] = ()
    width: float = WIDTH


def stacked(lines: Sequence[Sequence[int]], periods: Sequence[str]) -> Drawing:
    """Return one bar for each period, the lines' counts one above the other."""
    top = _ceiling(max((sum(counts) for counts in zip(*lines, strict=True)), default=0))
    step = (WIDTH - LEFT - RIGHT) / max(len(periods), 1)
    bars = []
    for at, counts in enumerate(zip(*lines, strict=True)):
        floor = HEIGHT - BOTTOM
        for shade, count in enumerate(counts):
            if count:
                height = _tall(count, top)
                width = min(max(step - GAP, 0.5), WIDEST)
                x, y = LEFT + (at + 0.5) * step - (width + GAP) / 2, floor - height
                bars.append(_bar(x, y, width, max(height - GAP, 0.5), shade, periods[at]))
                floor -= height
    return Drawing(HEIGHT, tuple(bars), (), _grid(top), (*_scale(top), *_dates(periods, step)))


def curves(lines: Sequence[Sequence[int]], periods: Sequence[str]) -> Drawing:
    """Return one line through the periods for each row of counts."""
    top = _ceiling(max((max(counts, default=0) for counts in lines), default=0))
    step = (WIDTH - LEFT - RIGHT) / max(len(periods), 1)
    found = [
        Curve(
            tuple(
                (_round(LEFT + (at + 0.5) * step), _round(HEIGHT - BOTTOM - _tall(count, top)))
                for at, count in enumerate(counts)
            ),
            shade,
        )
        for shade, counts in enumerate(lines)
    ]
    marks = (*_scale(top), *_dates(periods, step))
    return Drawing(HEIGHT, (), tuple(found), _grid(top), marks)


def lying(counts: Sequence[int], names: Sequence[str], shown: Sequence[str]) -> Drawing:
    """Return one lying bar for each name, with its count as it is shown at the end."""
    most = max(counts, default=0) or 1
    room = WIDTH - NAMES_WIDTH - COUNTS_WIDTH
    bars, marks = [], []
    for at, (count, name, text) in enumerate(zip(counts, names, shown, strict=True)):
        y, width = at * LINE_HEIGHT, max(room * count / most, 0.5)
        middle = _round(y + LINE_HEIGHT / 2 + 4)
        bars.append(_bar(NAMES_WIDTH, y + 3, width, LINE_HEIGHT - 6, 0, name))
        marks.append(Mark(NAMES_WIDTH - 6, middle, _short(name), "end"))
        marks.append(Mark(_round(NAMES_WIDTH + width + 4), middle, text))
    return Drawing(_round(LINE_HEIGHT * len(counts) + GAP), tuple(bars), (), (), tuple(marks))


def _ceiling(most: int) -> int:
    """Return an even round number that is not below the highest bar."""
    size = 1
    while True:
        for step in (2, 4, 6, 8, 10):
            if most <= step * size:
                return step * size
        size *= 10


def _tall(count: int, top: int) -> float:
    return (HEIGHT - TOP - BOTTOM) * count / top


def _grid(top: int) -> tuple[float, ...]:
    return tuple(_round(HEIGHT - BOTTOM - _tall(count, top)) for count in (0, top // 2, top))


def _scale(top: int) -> Iterator[Mark]:
    for count, y in zip((0, top // 2, top), _grid(top), strict=True):
        yield Mark(LEFT - 5, y + 4, str(count), "end")


def _dates(periods: Sequence[str], step: float) -> Iterator[Mark]:
    """Yield the first, the middle and the last period; more would not fit on a phone."""
    if not periods:
        return
    y, last = HEIGHT - 7, len(periods) - 1
    if last == 0:
        yield Mark(_round(LEFT + step / 2), y, periods[0], "middle")
        return
    yield Mark(LEFT, y, periods[0])
    if last >= 4:
        yield Mark(_round(LEFT + (last // 2 + 0.5) * step), y, periods[last // 2], "middle")
    yield Mark(WIDTH - RIGHT, y, periods[last], "end")


def _bar(x: float, y: float, width: float, height: float, shade: int, says: str) -> Bar:
    return Bar(_round(x), _round(y), _round(width), _round(height), shade, says)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"


def _round(number: float) -> float:
    return round(number, 1)
