"""A manager at two tabs of reports, one of which a form fills and rewrites, during syncs too.

Whatever they do: no value of ours stays on another report's row, no foreign cell changes, no
report is lost, and an id stands once (faults 28, 32, 35).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sheets_sync.layout import Owner
from sheets_sync.memory import MEMORY
from sheets_sync.sync import sync
from sheets_sync.validate import local, reports_tab
from tests.people import Typed
from tests.story import FORM, Interrupted, Story, story

TAB = "Answers"
TABS = ("Reports", TAB)
OTHER = dict(zip(TABS, reversed(TABS), strict=True))
OURS = {column.name for column in reports_tab(FORM).columns if column.owner is Owner.TIDINGS}
NOON = datetime(2026, 11, 23, 12, 0)  # noqa: DTZ001 - as the form writes it
fresh = count()
Row = dict[str, Typed]


def rows(s: Story, tab: str) -> dict[int, Row]:
    """Return the rows that hold anything, by number, each by header."""
    header, *below = s.manager.cells(tab)
    found = {n: dict(zip(map(str, header), row, strict=False)) for n, row in enumerate(below, 2)}
    return {n: row for n, row in found.items() if any(row.values())}


def somewhere(s: Story, tab: str, number: int) -> int:
    """Return the number of a row below the header."""
    return 2 + number % max(1, len(s.manager.cells(tab)) - 1)


def fills(s: Story, tab: str, row: int, cells: Row) -> None:
    for column, value in cells.items():
        if column in s.manager.cells(tab)[0]:
            s.manager.types(tab, row, column, value)


def below(s: Story, tab: str) -> int:
    return len(s.manager.cells(tab)) + 1


def answers(s: Story) -> None:
    """Send the form: its own columns of the first free row; `notes` marks the row."""
    number = next(fresh)
    at = NOON + timedelta(seconds=number)
    cells = {"Timestamp": at, "reporter": "ben", "text": f"answer {number}", "notes": number}
    fills(s, TAB, below(s, TAB), cells)


def rewrites(s: Story, number: int) -> None:
    """Edit an answer: the form writes its own columns anew, in place."""
    row = somewhere(s, TAB, number)
    if row in rows(s, TAB):
        new = next(fresh)
        fills(s, TAB, row, {"Timestamp": NOON + timedelta(seconds=new), "text": f"edited {new}"})


def carries(s: Story, tab: str, number: int, *, leave: bool) -> None:
    """Take a row over into the other tab, header by header; `leave` copies it."""
    at = somewhere(s, tab, number)
    row = rows(s, tab).get(at, {})
    if not leave:
        s.manager.deletes_row(tab, at)
    fills(s, OTHER[tab], below(s, OTHER[tab]), row)


Act = Callable[[Story, str, int, int], object]
ACTS: dict[str, Act] = {
    "answer": lambda s, tab, a, b: answers(s),
    "rewrite": lambda s, tab, a, b: rewrites(s, a),
    "post": lambda s, tab, a, b: s.posts("ben", f"posted {next(fresh)}"),
    "carry": lambda s, tab, a, b: carries(s, tab, a, leave=False),
    "carry a copy": lambda s, tab, a, b: carries(s, tab, a, leave=True),
    "sort": lambda s, tab, a, b: s.manager.sorts(tab, "text", descending=bool(a % 2)),
    "insert": lambda s, tab, a, b: s.manager.inserts_row(tab, somewhere(s, tab, a)),
    "delete": lambda s, tab, a, b: s.manager.deletes_row(tab, somewhere(s, tab, a)),
    "copy": lambda s, tab, a, b: s.manager.copies_row(
        tab, somewhere(s, tab, a), somewhere(s, tab, b)
    ),
    "clear id": lambda s, tab, a, b: s.manager.types(tab, somewhere(s, tab, a), "id", None),
}
act = st.tuples(
    st.sampled_from(sorted(ACTS)), st.sampled_from(TABS), st.integers(0, 30), st.integers(0, 30)
)
plan = st.lists(
    st.tuples(st.lists(act, max_size=4), st.lists(act, max_size=2)), min_size=1, max_size=3
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    phases=[Phase.generate],  # shrinking would save thousands of workbooks
)
@given(plan)
def test_nothing_that_is_done_to_two_tabs_confuses_the_sync(steps):
    with TemporaryDirectory() as folder, story(Path(folder)) as s:
        _begin(s)
        lineage: dict[str, set[Typed]] = {}
        for between, during in steps:
            with s.manager.editing():
                for name, tab, a, b in between:
                    ACTS[name](s, tab, a, b)
            typed: dict[str, dict[int, Row]] = {}
            sync(Interrupted(s.path, [_performing(s, during, typed)]), s.state, s.rules, now=s.now)
            _check(s, typed, lineage)
            s.now += timedelta(minutes=7)


def _begin(s: Story) -> None:
    s.rules = replace(s.rules, linked=(TAB,))
    with s.manager.editing() as book:
        s.manager.adds_column("Reports", "notes")
        book.create_sheet(TAB).append(["Timestamp", "reporter", "text", "notes"])
        for _ in range(2):
            answers(s)
            number = next(fresh)
            s.types_report(reporter="ana", text=f"typed {number}", notes=number)
    s.sync()


def _performing(
    s: Story, acts: list[tuple[str, str, int, int]], typed: dict[str, dict[int, Row]]
) -> Callable[[], None]:
    """Return what is done in the middle of a sync; `typed` gets the rows after it."""

    def perform() -> None:
        with s.manager.editing():
            for name, tab, a, b in acts:
                if name != "post":
                    ACTS[name](s, tab, a, b)
        typed.update({tab: rows(s, tab) for tab in TABS})

    return perform


def _check(s: Story, before: dict[str, dict[int, Row]], lineage: dict[str, set[Typed]]) -> None:
    s.sync()  # what was done after the last read is seen by the next
    saved = s.path.read_bytes()
    assert s.sync().written is False
    assert s.path.read_bytes() == saved
    after = {tab: rows(s, tab) for tab in TABS}
    for tab in TABS:
        kept = {n: _foreign(row) for n, row in before[tab].items() if _foreign(row)}
        assert {n: _foreign(after[tab][n]) for n in kept} == kept
    assert {n for n, row in after[TAB].items() if _foreign(row)} <= set(before[TAB])  # none added
    ids = Counter(row["id"] for tab in TABS for row in after[tab].values() if row.get("id"))
    assert [id for id, times in ids.items() if times > 1] == []
    for tab in TABS:
        for row in after[tab].values():
            _every_value_of_ours_is_on_its_own_row(s, tab, row, lineage)
    for id, one in s.state.base.known().items():
        assert (id in ids) == (one.missing_since is None)
    assert s.state.journal.unwritten() == []


def _foreign(row: Row) -> dict[str, Typed]:
    return {name: value for name, value in row.items() if name not in OURS and value is not None}


def _every_value_of_ours_is_on_its_own_row(
    s: Story, tab: str, row: Row, lineage: dict[str, set[Typed]]
) -> None:
    if not row.get("id"):
        assert row.get("status") == ("held" if row.get("text") else None)
        return
    id = str(row["id"])
    report, known = s.report(id), s.state.base.known()[id]
    memory = MEMORY.validate_json(known.memory)
    assert (report.text, report.status.value) == (row.get("text") or "", row["status"])
    assert (known.tab, row["received"]) == (tab, local(memory.received, s.rules.zone))
    assert (row.get("source"), row.get("mentor") or "") == (memory.source, memory.mentor_name)
    lineage.setdefault(id, set()).add(row.get("notes"))
    assert len(lineage[id]) == 1
