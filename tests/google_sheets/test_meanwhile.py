"""A person edits the spreadsheet between any two calls of a run (fault 36).

No value of ours stays on another report's row, no cell of theirs changes, nothing is lost.
`make soak` tries each edit in each gap; otherwise each meets the gaps around the writes in turn.
"""

import os
from collections.abc import Callable, Iterator

import pytest

from tests.google_people import Colleague
from tests.google_sheets.town import NEW, TYPED, Town, Towns, prepared

GAPS = range(9)
"""More than a run has, with what it repeats."""
READ_TO_WRITE = 1
"""The gap right before the write that is decided: there an edit hurts most."""
SOAK = bool(os.environ.get("TIDINGS_SOAK"))
OURS = ("status", "source", "mentor")
THEIRS = ("date", "reporter", "text", "tags", "link", "about", "decision", "mine")
Act = Callable[[Colleague], None]


def _moves_all_of_ours(person: Colleague) -> None:
    person.moves_column("Reports", "status", 0)
    person.moves_column("Reports", "id", 2)


def _renames_and_types(person: Colleague) -> None:
    person.renames_header("Reports", "status", "Status today")
    person.types("Reports", 4, "mine", "typed meanwhile")


EDITS: dict[str, Act] = {
    "inserts a row on top": lambda p: p.inserts_row("Reports", 2),
    "inserts a row above the header": lambda p: p.inserts_row("Reports", 1),
    "inserts a report in the middle": lambda p: p.inserts_row(
        "Reports", 4, [None, "dan", "Written in between"]
    ),
    "types a report below": lambda p: p.types(
        "Reports", len(p.cells("Reports")) + 1, "text", "Below, without a name"
    ),
    "deletes a row": lambda p: p.deletes_row("Reports", 3),
    "deletes a new row": lambda p: p.deletes_row("Reports", 5),
    "sorts": lambda p: p.sorts("Reports", "text", descending=True),
    "sorts by what is ours": lambda p: p.sorts("Reports", "id"),
    "moves a row": lambda p: p.moves_row("Reports", 6, 2),
    "moves a row down": lambda p: p.moves_row("Reports", 2, 6),
    "moves our columns": _moves_all_of_ours,
    "moves their column": lambda p: p.moves_column("Reports", "mine", 1),
    "renames our header": _renames_and_types,
    "adds a column": lambda p: p.adds_column("Reports", "theirs", ["1", "2", "3"]),
    "adds a tab": lambda p: p.adds_tab("Theirs"),
    "sorts the people": lambda p: p.sorts("People", "name", descending=True),
    "inserts a person": lambda p: p.inserts_row("People", 2, ["Eva Roth", "eva@example.org"]),
    "sorts the mentors": lambda p: p.sorts("Mentors", "mentee", descending=True),
    "moves a column of the issues": lambda p: p.moves_column("Digests", "at", 0),
    "inserts a row into the problems": lambda p: p.inserts_row("Problems", 1),
    "types into a report": lambda p: p.types("Reports", 5, "text", "Fixed the long fence"),
}


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    with prepared(tmp_path_factory.mktemp("town")) as towns:
        yield towns


def _theirs(town: Town) -> list[tuple[object, ...]]:
    """Return the cells of people, row by row, in no order; of what we appended only the text."""
    header = _header(town)
    return sorted(
        (tuple(row.get(name) for name in THEIRS) for row in _rows(town, header)), key=repr
    )


def _header(town: Town) -> list[object]:
    return next(row for row in town.person.cells("Reports") if "text" in row)


def _rows(town: Town, header: list[object]) -> list[dict[object, object]]:
    lines = town.person.cells("Reports")
    found = lines[lines.index(header) + 1 :]
    renamed = ["status" if name == "Status today" else name for name in header]
    return [dict(zip(renamed, row, strict=False)) for row in found if any(row)]


@pytest.mark.parametrize("name", EDITS)
def test_whatever_a_person_does_meanwhile(towns: Towns, name: str) -> None:
    town = towns.new()
    EDITS[name](town.person)
    people_alone = _theirs(town)
    posted = {"=1+1 came to the <b>evening</b>", "Mentored Ben"}

    for gap in GAPS if SOAK else _some(name):
        town = towns.new()
        before = len(town.shared.world.calls)
        town.shared.world.between(gap, lambda: EDITS[name](town.person))  # noqa: B023 - used at once

        town.runs()
        town.shared.world.forget_plans()
        if len(town.shared.world.calls) - before < gap:
            return
        assert town.runs() == "", gap

        rows = _rows(town, _header(town))
        assert town.unwritten() == 0
        # Nothing is lost and nothing is there twice.
        texts = [str(row["text"]) for row in rows]
        assert sorted(set(texts) & posted) == sorted(posted), gap
        assert len(texts) == len(set(texts)), gap
        # No cell of theirs changed.
        assert [row for row in _theirs(town) if row[2] not in posted] == people_alone, gap
        # Each value of ours stands where it belongs.
        assert {row["text"]: [row.get(one) for one in OURS] for row in rows} == {
            text: _ours(text) for text in texts
        }, gap
        ids = [row["id"] for row in rows]
        assert len(set(ids)) == len(ids), gap
        assert _ids_in_state(town) >= {row["id"]: row["text"] for row in rows}.items(), gap


def test_a_header_is_renamed_while_what_hit_moved_rows_is_given_back(towns: Towns) -> None:
    """That counts as a miss, though it hit the right rows: it must not be undone for good."""
    town = towns.new()
    person = town.person
    between = town.shared.world.between
    between(READ_TO_WRITE, lambda: person.deletes_row("Reports", 3))
    between(READ_TO_WRITE + 2, lambda: person.renames_header("Reports", "tags", "TAGS "))

    town.runs()
    town.shared.world.forget_plans()
    assert town.runs() == ""

    rows = _rows(town, _header(town))
    assert _ids_in_state(town) >= {row["id"]: row["text"] for row in rows}.items()
    assert [row["text"] for row in rows].count("A stranger's report") == 1
    for row in rows:
        assert [row.get(one) for one in OURS] == _ours(str(row["text"])), row


def _some(name: str) -> list[int]:
    """Return the gap before a run's first write, and another that differs from edit to edit."""
    others = [gap for gap in GAPS if gap != READ_TO_WRITE]
    return [READ_TO_WRITE, others[list(EDITS).index(name) % len(others)]]


def _ours(text: str) -> list[object]:
    """Return what a row with this text must show: status, source, mentor."""
    reporter = {text: reporter for reporter, text in (*TYPED, *NEW)}
    expected: dict[str, list[object]] = {
        "=1+1 came to the <b>evening</b>": ["ok", "form", "Ana Rossi"],
        "Mentored Ben": ["ok", "form", None],
        "Opened the café": ["hidden", "sheet", None],
        "A stranger's report": ["unmatched", "sheet", None],
        "Below, without a name": ["held", "sheet", None],
        "Written in between": ["ok", "sheet", "Cleo Min"],
        "Fixed the long fence": ["ok", "sheet", "Cleo Min"],
    }
    mentors = {"ana": None, "ben": "Ana Rossi", "dan": "Cleo Min"}
    return expected.get(text) or ["ok", "sheet", mentors[reporter[text]]]


def _ids_in_state(town: Town) -> set[tuple[object, object]]:
    return {(report.id, report.text) for report in town.known()}
