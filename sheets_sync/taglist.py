"""Rows of the Tags tab and the reports -> what each tag means, how it is used, what is missing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sheets_sync.cells import shown
from sheets_sync.community import Problem, Report, Status, Tag
from sheets_sync.headers import Table
from sheets_sync.spreadsheet import Value
from sheets_sync.tags import key, look_alikes

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


def list_tags(table: Table | None, reports: Iterable[Report]) -> TagList:
    """Read the tab (None: there is none) beside the tags that reports use."""
    used = _uses(reports)
    rows, problems = _rows(table) if table else ([], [])
    known = {tag.key for _, tag in rows}
    unknown = sorted(one for one in used if one not in known)
    alike = look_alikes([*(tag.key for _, tag in rows), *unknown])
    joined = {tag.key for _, tag in rows if tag.same_as}
    alike = {one: other for one, other in alike.items() if one not in joined}
    spelling = {tag.key: tag.shown for _, tag in rows} | {
        one: used[one].spelling for one in unknown
    }
    ours = {row: _cells(used.get(tag.key), alike.get(tag.key, ""), spelling) for row, tag in rows}
    missing = tuple(
        {"tag": used[one].spelling, **_cells(used[one], alike.get(one, ""), spelling)}
        for one in unknown
    )
    counted = [_with_uses(tag, used) for _, tag in rows]
    counted += [Tag(one, used[one].spelling, "", uses=used[one].uses) for one in unknown]
    return TagList(
        tuple(counted), ours, missing, (*problems, *_doubtful(rows, known | set(unknown)))
    )


def _uses(reports: Iterable[Report]) -> dict[str, Use]:
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    first: dict[str, date] = {}
    last: dict[str, date] = {}
    for report in reports:
        if report.status not in COUNTED:
            continue
        for spelling in report.tags:
            one = key(spelling)
            spellings[one][spelling.lstrip("#").strip()] += 1
            first[one] = min(first.get(one, report.date), report.date)
            last[one] = max(last.get(one, report.date), report.date)
    return {
        one: Use(_most_used(counts), sum(counts.values()), first[one], last[one])
        for one, counts in spellings.items()
        if one
    }


def _most_used(counts: Counter[str]) -> str:
    return min(counts, key=lambda spelling: (-counts[spelling], spelling))


def _rows(table: Table) -> tuple[list[tuple[int, Tag]], list[Problem]]:
    rows: list[tuple[int, Tag]] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for row, cells in table.data():
        typed = table.text(cells, "tag")
        tag = Tag(
            key(typed),
            typed.lstrip("#").strip(),
            key(table.text(cells, "same as")),
            table.text(cells, "category"),
            table.text(cells, "description"),
        )
        if not tag.key:
            continue
        first = seen.setdefault(tag.key, row)
        if first == row:
            rows.append((row, tag))
        else:
            message = f"the same tag stands in row {first}; that row counts"
            problems.append(
                Problem("Tags", row, "tag", shown(typed), message, "remove one of the two rows")
            )
    return rows, problems


def _cells(use: Use | None, alike: str, spelling: Mapping[str, str]) -> dict[str, Value]:
    return {
        "uses": use.uses if use else 0,
        "first used": use.first if use else None,
        "last used": use.last if use else None,
        "looks like": spelling.get(alike, ""),
    }


def _with_uses(tag: Tag, used: Mapping[str, Use]) -> Tag:
    uses = used[tag.key].uses if tag.key in used else 0
    return Tag(tag.key, tag.shown, tag.same_as, tag.category, tag.description, uses)


def _doubtful(rows: Sequence[tuple[int, Tag]], known: set[str]) -> Iterable[Problem]:
    step = {tag.key: tag.same_as for _, tag in rows if tag.same_as}
    for row, tag in rows:
        if not tag.same_as:
            continue
        if tag.same_as not in known:
            yield _same_as(row, tag, "there is no such tag", "correct it, or add that tag")
        elif _returns(tag.key, step):
            yield _same_as(row, tag, "these tags mean each other in a circle", "empty one of them")


def _same_as(row: int, tag: Tag, message: str, remedy: str) -> Problem:
    return Problem("Tags", row, "same as", shown(tag.same_as), message, remedy)


def _returns(start: str, step: Mapping[str, str]) -> bool:
    at, seen = start, set()
    while at in step and at not in seen:
        seen.add(at)
        at = step[at]
        if at == start:
            return True
    return False
