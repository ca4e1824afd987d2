"""Rows of the Tags tab and the reports -> what each tag means, how it is used, what is missing."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from forms.hashtags import spelling
from forms.phrase import Phrase, listed, phrase
from forms.rules import Fault
from forms.wording import N_
from sheets_sync.cells import shown
from sheets_sync.community import Problem, Report, Status, Tag
from sheets_sync.headers import Table
from sheets_sync.likeness import look_alikes
from sheets_sync.spreadsheet import Cell, Value
from sheets_sync.tags import key, meanings

SPELLED = "spelled"
"""Under this name the state keeps the spellings that nobody but Tidings chose, by key."""
COUNTED = frozenset({Status.OK, Status.CHECK, Status.UNMATCHED})


@dataclass(frozen=True, slots=True)
class Use:
    """How reports use a tag: the spelling most used, how often, first and last day."""

    spelling: str
    uses: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class TagList:
    """What the Tags tab says and lacks. `ours` has our cells by row; `missing` rows to add."""

    tags: tuple[Tag, ...]
    ours: Mapping[int, Mapping[str, Value]]
    missing: tuple[Mapping[str, Value], ...]
    problems: tuple[Problem, ...]
    spelled: Mapping[str, str]
    """By key, the spelling that we chose: while it stands there, nobody else chose it."""

    def kept(self) -> str:
        """Return the spellings that we chose, as JSON for the state."""
        return dump_spelled(self.spelled)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that stands for a tag; `is_ours` tells that nobody but us chose the spelling."""

    row: int
    tag: Tag
    is_ours: bool


def dump_spelled(spelled: Mapping[str, str]) -> str:
    """Return spellings as the state keeps them."""
    return json.dumps(spelled, ensure_ascii=False, sort_keys=True)


def load_spelled(kept: str) -> Mapping[str, str]:
    """Return the spellings that the state keeps."""
    found: dict[str, str] = json.loads(kept) if kept else {}
    return found


def list_tags(
    table: Table | None, reports: Iterable[Report], spelled: Mapping[str, str] | None = None
) -> TagList:
    """Read the tab (None: there is none) beside the tags that reports use.

    `spelled` holds the spellings that we wrote there, by key.
    """
    used = uses_of(reports)
    rows, problems = _rows(table, spelled or {}) if table else ([], [])
    listed = {row.tag.key for row in rows}
    own = {row.tag.key for row in rows if row.is_ours}
    found = [_with_use(row.tag, used.get(row.tag.key), respell=row.is_ours) for row in rows]
    found += [
        _with_use(Tag(one, "", ""), used[one], respell=True)
        for one in sorted(used)
        if one not in listed
    ]
    alike = _alike(found)
    tags = [replace(tag, looks_like=alike.get(tag.key, "")) for tag in found]
    kept, added = tags[: len(rows)], tags[len(rows) :]
    return TagList(
        tuple(replace(tag, same_as=tag.same_as if tag.same_as != tag.key else "") for tag in tags),
        {row.row: _cells(tag, tag.key in own) for row, tag in zip(rows, kept, strict=True)},
        tuple(_cells(tag, True) for tag in added),
        (*problems, *_doubtful(rows, {tag.key: tag for tag in tags})),
        {tag.key: tag.shown for tag in tags if tag.key in own or tag.key not in listed},
    )


def uses_of(reports: Iterable[Report]) -> dict[str, Use]:
    """Return how reports use each tag, by key."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    first: dict[str, date] = {}
    last: dict[str, date] = {}
    for typed, found in _as_typed(reports).items():
        one = key(typed)
        spellings[one][spelling(typed)] += found.uses
        first[one] = min(first.get(one, found.first), found.first)
        last[one] = max(last.get(one, found.last), found.last)
    return {
        one: Use(_most_used(counts), sum(counts.values()), first[one], last[one])
        for one, counts in spellings.items()
        if one
    }


@dataclass(slots=True)
class _Typed:
    """How often a tag was typed in just this way, from when to when."""

    first: date
    last: date
    uses: int = 0


def _as_typed(reports: Iterable[Report]) -> dict[str, _Typed]:
    found: dict[str, _Typed] = {}
    for report in reports:
        if report.status not in COUNTED:
            continue
        day = report.date
        for typed in report.tags:
            one = found.get(typed)
            if one is None:
                one = found[typed] = _Typed(day, day)
            one.uses += 1
            if day < one.first:
                one.first = day
            elif day > one.last:
                one.last = day
    return found


def _most_used(counts: Counter[str]) -> str:
    return min(counts, key=lambda spelling: (-counts[spelling], spelling))


def _rows(table: Table, spelled: Mapping[str, str]) -> tuple[list[_Row], list[Problem]]:
    rows: dict[str, _Row] = {}
    problems: list[Problem] = []
    for number, cells in table.data():
        tag = _tag(table, cells)
        if tag.key in rows:
            problems.append(_second(number, tag, rows[tag.key]))
        elif tag.key:
            rows[tag.key] = _Row(number, tag, spelled.get(tag.key) == tag.shown)
    return list(rows.values()), problems


def _tag(table: Table, cells: Sequence[Cell]) -> Tag:
    typed = table.text(cells, "tag")
    return Tag(
        key(typed),
        spelling(typed),
        key(table.text(cells, "same as")),
        table.text(cells, "category"),
        table.text(cells, "description"),
    )


def _second(number: int, tag: Tag, first: _Row) -> Problem:
    where: list[Phrase] = []
    for column, here, there in (
        ("same as", tag.same_as, first.tag.same_as),
        ("category", key(tag.category), key(first.tag.category)),
    ):
        if here and here != there:
            other = N_(", where {column} is {value}") if there else N_(", where {column} is empty")
            where.append(phrase(other, column=column, value=repr(there)))
    fault = Fault(
        N_("the same tag stands in row {row}; that row counts{where}"),
        N_("remove one of the two rows"),
        {"row": first.row, "where": listed(where, "")},
    )
    return Problem.of("Tags", number, "tag", shown(tag.shown), fault)


def _alike(tags: Sequence[Tag]) -> dict[str, str]:
    """Return for each tag, as shown, what it may be a spelling of; the less used points.

    One that is joined already, or with itself (then it is a tag of its own), points nowhere.
    """
    spelling = {tag.key: tag.shown for tag in tags}
    meaning = meanings(tags)
    most_used_first = sorted(tags, key=lambda tag: -tag.uses)
    found = look_alikes(tag.key for tag in most_used_first)
    joined = {tag.key for tag in tags if tag.same_as}
    ends = {one: meaning.get(other, other) for one, other in found.items() if one not in joined}
    return {one: spelling.get(end, end) for one, end in ends.items() if end != one}


def _with_use(tag: Tag, use: Use | None, *, respell: bool) -> Tag:
    """Return a tag with its use; a spelling that only we chose follows the one most used."""
    if use is None:
        return tag
    spelling = use.spelling if respell else tag.shown
    return replace(tag, shown=spelling, uses=use.uses, first_used=use.first, last_used=use.last)


def _cells(tag: Tag, spelling_is_ours: bool) -> dict[str, Value]:
    ours: dict[str, Value] = {
        "uses": tag.uses,
        "first used": tag.first_used,
        "last used": tag.last_used,
        "looks like": tag.looks_like,
    }
    return {"tag": tag.shown, **ours} if spelling_is_ours else ours


def _doubtful(rows: Sequence[_Row], tags: Mapping[str, Tag]) -> Iterable[Problem]:
    """Yield what is wrong with `same as`; a tag that means itself is one of its own."""
    step = {row.tag.key: row.tag.same_as for row in rows if row.tag.same_as != row.tag.key}
    for row in rows:
        wanted = step.get(row.tag.key, "")
        if not wanted:
            continue
        if wanted not in tags:
            yield _same_as(
                row, Fault(N_("there is no such tag"), N_("correct it, or add that tag"))
            )
            continue
        way = _way(row.tag.key, step)
        if way[-1] in way[:-1]:
            yield _circle(row, way)
            continue
        if len(way) > 2 and way[-1] in tags:
            yield _chain(row, way)
        yield from _two_categories(row, tags.get(way[-1]))


def _way(start: str, step: Mapping[str, str]) -> list[str]:
    """Return where `same as` leads, from tag to tag; the last one twice when it is a circle."""
    way = [start]
    while following := step.get(way[-1], ""):
        way.append(following)
        if following in way[:-1]:
            break
    return way


def _circle(row: _Row, way: Sequence[str]) -> Problem:
    fault = Fault(N_("these tags mean each other in a circle"), N_("empty one of them"))
    if way[-1] != way[0]:
        said = N_("it leads into a circle of tags, and means itself")
        fault = Fault(said, N_("correct the circle"))
    return _same_as(row, fault)


def _chain(row: _Row, way: Sequence[str]) -> Problem:
    said = N_("a chain: it means {way}; {end} counts")
    values = {"way": " → ".join(way[1:]), "end": way[-1]}
    return _same_as(row, Fault(said, N_("write {end} here"), values))


def _two_categories(row: _Row, end: Tag | None) -> Iterable[Problem]:
    own = row.tag.category
    if own and end and end.category and key(own) != key(end.category):
        fault = Fault(
            N_("{tag}, which it means, has the category {category}; that counts"),
            N_("empty this cell"),
            {"tag": end.shown, "category": repr(end.category)},
        )
        yield Problem.of("Tags", row.row, "category", shown(own), fault)


def _same_as(row: _Row, fault: Fault) -> Problem:
    return Problem.of("Tags", row.row, "same as", shown(row.tag.same_as), fault)
