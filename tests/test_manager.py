"""A manager who sorts, inserts, deletes, moves, copies and retypes, between and during syncs.

Whatever they do: no value of ours stays on another report's row, no foreign cell changes, no
report is lost (faults 35, 36, 38).
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sheets_sync.layout import Owner
from sheets_sync.memory import MEMORY
from sheets_sync.sync import sync
from sheets_sync.validate import local, reports_tab
from tests.people import Manager, Typed
from tests.story import FORM, Interrupted, Story, story

OURS = {column.name for column in reports_tab(FORM).columns if column.owner is Owner.TIDINGS}
NAMES = ("tags", "labels", "words")
Act = Callable[[Story, int, int], object]


def rows(manager: Manager) -> list[dict[str, Typed]]:
    """Return the report rows by header, blank ones left out."""
    header, *below = manager.cells("Reports")
    found = [dict(zip(map(str, header), row, strict=False)) for row in below]
    return [row for row in found if any(row.values())]


def somewhere(story: Story, number: int) -> int:
    """Return the number of a row below the header."""
    last = len(story.manager.cells("Reports"))
    return 2 + number % max(1, last - 1)


ACTS: dict[str, Act] = {
    "post": lambda s, a, b: s.posts("ben", f"posted {a} {b} {s.now.isoformat()}", tags="press"),
    "type": lambda s, a, b: s.types_report(reporter="ana", text=f"typed {a} {b}", notes=f"n{a}"),
    "sort": lambda s, a, b: s.manager.sorts("Reports", "text", descending=bool(a % 2)),
    "insert": lambda s, a, b: s.manager.inserts_row("Reports", somewhere(s, a)),
    "delete": lambda s, a, b: s.manager.deletes_row("Reports", somewhere(s, a)),
    "move": lambda s, a, b: s.manager.moves_row("Reports", somewhere(s, a), somewhere(s, b)),
    "copy": lambda s, a, b: s.manager.copies_row("Reports", somewhere(s, a), somewhere(s, b)),
    "clear id": lambda s, a, b: s.manager.types("Reports", somewhere(s, a), "id", None),
    "overtype id": lambda s, a, b: s.manager.types("Reports", somewhere(s, a), "id", "hello"),
    "overtype status": lambda s, a, b: s.manager.types("Reports", somewhere(s, a), "status", "?"),
    "note": lambda s, a, b: s.manager.types("Reports", somewhere(s, a), "notes", f"note {b}"),
    "decide": lambda s, a, b: s.manager.types("Reports", somewhere(s, a), "decision", "ok"),
    "move column": lambda s, a, b: s.manager.moves_column("Reports", a % 14, b % 14),
    "retype header": lambda s, a, b: s.manager.renames_header(
        "Reports", next(h for h in headers(s) if h.casefold() in NAMES), NAMES[a % 3].title()
    ),
}


def headers(s: Story) -> list[str]:
    return [str(cell) for cell in s.manager.cells("Reports")[0]]


act = st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 30), st.integers(0, 30))
plan = st.lists(
    st.tuples(st.lists(act, max_size=4), st.lists(act, max_size=2)), min_size=1, max_size=3
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    phases=[Phase.generate],  # shrinking would save thousands of workbooks
)
@given(plan)
def test_nothing_a_manager_does_confuses_the_sync(steps):
    with TemporaryDirectory() as folder, story(Path(folder)) as s:
        s.manager.adds_column("Reports", "notes")
        for number in range(3):
            s.posts("ben", f"first {number}")
        s.sync()
        identities: dict[str, set[str]] = {}
        for between, during in steps:
            with s.manager.editing():
                for name, a, b in between:
                    ACTS[name](s, a, b)
            typed: list[dict[str, Typed]] = []
            sync(Interrupted(s.path, [_performing(s, during, typed)]), s.state, s.rules, now=s.now)
            _check(s, typed, identities)
            s.now += timedelta(minutes=7)


def _performing(
    s: Story, acts: list[tuple[str, int, int]], typed: list[dict[str, Typed]]
) -> Callable[[], None]:
    """Return what the manager does in the middle of a sync; `typed` gets the rows after it."""

    def perform() -> None:
        with s.manager.editing():
            for name, a, b in acts:
                if name != "post":
                    ACTS[name](s, a, b)
        typed.extend(rows(s.manager))

    return perform


def _check(s: Story, before: list[dict[str, Typed]], identities: dict[str, set[str]]) -> None:
    s.sync()  # what was done after the last read is seen by the next
    saved = s.path.read_bytes()
    quiet = s.sync()
    assert quiet.written is False
    assert s.path.read_bytes() == saved
    after = rows(s.manager)
    _no_foreign_cell_changed(before, after)
    _every_value_of_ours_is_on_its_own_row(s, after, identities)
    _nothing_is_lost(s, after)


def _no_foreign_cell_changed(before: list[dict[str, Typed]], after: list[dict[str, Typed]]) -> None:
    """Each row that was there has the same foreign cells; others were appended below."""

    def foreign(row: dict[str, Typed]) -> tuple[tuple[str, Typed], ...]:
        return tuple((name, value) for name, value in row.items() if name not in OURS and value)

    kept = [foreign(row) for row in before if foreign(row)]
    assert [foreign(row) for row in after if foreign(row)][: len(kept)] == kept


def _every_value_of_ours_is_on_its_own_row(
    s: Story, after: list[dict[str, Typed]], identities: dict[str, set[str]]
) -> None:
    known = s.state.base.known()
    ids = [str(row["id"]) for row in after if row.get("id")]
    assert [id for id, times in Counter(ids).items() if times > 1] == []
    for row in after:
        if not row.get("id"):
            asked = any(row.get(name) for name in ("reporter", "text", "tags"))
            assert row.get("status") == ("held" if asked else None)
            continue
        report, id = s.report(str(row["id"])), str(row["id"])
        memory = MEMORY.validate_json(known[id].memory)
        assert (report.text, report.status.value) == (row.get("text") or "", row["status"])
        assert row["received"] == local(memory.received, s.rules.zone)
        assert row.get("source") == memory.source
        assert (row.get("mentor") or "") == memory.mentor_name
        identities.setdefault(id, set()).add(report.text)
        assert len(identities[id]) == 1


def _nothing_is_lost(s: Story, after: list[dict[str, Typed]]) -> None:
    """Every id ever given is in the sheet, or remembered as removed."""
    present = {str(row["id"]) for row in after if row.get("id")}
    for id, one in s.state.base.known().items():
        assert (id in present) == (one.missing_since is None)
    assert s.state.journal.unwritten() == []
