"""What a batch hit, and what gives it back: pure, without any Google."""

from datetime import UTC, datetime

from sheets_sync.google_sheets.known import Known, TabFacts
from sheets_sync.google_sheets.pending import Added, Owed, Pending, Target, misses
from sheets_sync.google_sheets.repairing import restores
from sheets_sync.spreadsheet import CellFault, Edit, Snapshot, Worksheet

HEADER = ("name", "text", "status")
KNOWN = Known("Ours", "UTC", (TabFacts(7, "Notes", 100, 26),), datetime(2026, 11, 23, tzinfo=UTC))


def header(line: tuple[str, ...] = HEADER) -> Target:
    return Target(7, 1, line, {}, is_header=True)


def row(number: int, *cells: object, loose: tuple[int, ...] = ()) -> Target:
    return Target(7, number, cells, {2: "late"}, loose)  # type: ignore[arg-type]


def given_back(owed: list[Owed], *lines: tuple[object, ...]) -> list[Edit]:
    sheet = Snapshot((Worksheet("Notes", lines),))  # type: ignore[arg-type]
    return list(restores(owed, sheet, KNOWN)[1])


def test_a_batch_that_hit_its_rows_owes_nothing() -> None:
    pending = Pending(1, (header(), row(2, "Ana", "Planned", None), row(3, "Bo", 7.0, True)))

    assert list(misses(pending, [HEADER, ("Ana", "Planned"), ("Bo", 7, True)])) == []


def test_another_row_in_its_place_is_a_miss() -> None:
    pending = Pending(1, (header(), row(2, "Ana", "Planned", "ok"), row(3, "Bo", "Went", "ok")))

    found = list(misses(pending, [HEADER, ("Ana", "Planned", "ok"), ("New", "row")]))

    assert found == [Owed(7, ("New", "row"), HEADER, {2: "late"}, batch=1)]


def test_a_row_that_somebody_typed_into_is_decided_anew() -> None:
    pending = Pending(1, (header(), row(2, "Ana", "Planned", "ok")))

    assert [o.before for o in misses(pending, [HEADER, ("Ana", "Planned!", "ok")])] == [
        ("Ana", "Planned!", "ok")
    ]


def test_moved_columns_make_every_row_of_the_tab_a_miss_and_every_appended_one() -> None:
    pending = Pending(
        1, (header(), row(2, "", "", "ok")), added=(Added(7, {0: "Cy"}), Added(8, {0: "Di"}))
    )

    found = list(misses(pending, [("text", "name", "status"), ("", "", "ok")]))

    assert [(one.sheet, one.before, one.writes) for one in found] == [
        (7, ("", "", "ok"), {2: "late"}),
        (7, (), {0: "Cy"}),
    ]


def test_numbers_in_columns_that_are_not_ours_may_move_by_themselves() -> None:
    target = row(2, "Ana", "Planned", "ok", 1.5, loose=(3,))

    assert (
        list(misses(Pending(1, (header(), target)), [HEADER, ("Ana", "Planned", "ok", 2.5)])) == []
    )
    assert list(misses(Pending(1, (header(), target)), [HEADER, ("Ana", "Planned", 3, 2.5)])) != []


def test_a_log_that_was_emptied_since_tells_of_no_miss() -> None:
    pending = Pending(1, (header(), row(2, "Ana", "Planned", "ok")), added=(Added(7, {0: "Cy"}),))

    assert list(misses(pending, [])) == []


def test_the_last_batch_tells_whether_a_newer_state_has_gone_on() -> None:
    pending = Pending(5, unheard=(3, 5), after=4)

    assert [tokens for tokens in ((5, 4), (4,), (3, 4), ()) if pending.is_overtaken(tokens)] == []
    assert pending.is_overtaken((6, 5, 4))
    assert pending.is_overtaken((6,))


def test_what_was_overwritten_is_given_back_where_its_row_is_now() -> None:
    owed = [Owed(7, ("Bo", "Went", "ok"), HEADER, {2: "late"})]

    assert given_back(owed, HEADER, ("Ana", "Planned", "late"), (), ("Bo", "Went", "late")) == [
        Edit("Notes", 4, 2, "ok")
    ]


def test_a_row_that_was_changed_since_is_still_recognised() -> None:
    owed = [Owed(7, ("Bo", "Went", "", "x"), HEADER, {2: "late"})]

    assert given_back(owed, HEADER, ("Bo", "Went home", "late", "x")) == [Edit("Notes", 2, 2, None)]


def test_a_row_that_is_gone_and_a_cell_typed_over_since_need_nothing() -> None:
    owed = [Owed(7, ("Bo", "Went", "ok"), HEADER, {2: "late"})]

    assert given_back(owed, HEADER, ("Ana", "Planned", "late")) == []
    assert given_back(owed, HEADER, ("Bo", "Went", "mine")) == []


def test_columns_that_moved_are_followed() -> None:
    owed = [Owed(7, ("Bo", "Went", "ok"), HEADER, {2: "late"})]

    assert given_back(owed, ("status", "name", "text"), ("late", "Bo", "Went")) == [
        Edit("Notes", 2, 0, "ok")
    ]


def test_an_appended_row_in_wrong_columns_is_cleared() -> None:
    owed = [Owed(7, (), ("text", "name", "status"), {0: "Cy", 2: "ok"})]

    assert given_back(owed, ("text", "name", "status"), ("Ana", "b", "ok"), ("Cy", "", "ok")) == [
        Edit("Notes", 3, 0, None),
        Edit("Notes", 3, 2, None),
    ]


def test_each_of_several_equal_rows_is_given_back_once() -> None:
    owed = [Owed(7, ("Bo", "Went", CellFault("#REF!")), HEADER, {2: 46349.5})] * 2

    assert given_back(owed, HEADER, ("Bo", "Went", 46349.5), ("Bo", "Went", 46349.5)) == [
        Edit("Notes", 2, 2, "#REF!"),
        Edit("Notes", 3, 2, "#REF!"),
    ]


def test_what_gave_back_and_missed_for_a_renamed_header_is_not_undone_for_good() -> None:
    """It was right all the same: undone, and given back again, the row is what it is."""
    first = Owed(7, ("Bo", "Went", "ok"), HEADER, {2: "late"}, batch=1)
    second = Owed(7, ("Bo", "Went", "late"), ("name", "TEXT", "status"), {2: "ok"}, batch=2)

    assert given_back([second, first], HEADER, ("Bo", "Went", "ok")) == []


def test_what_gave_back_to_a_wrong_row_is_undone_and_given_back_to_the_right_one() -> None:
    first = Owed(7, ("Bo", "Went", "ok"), HEADER, {2: "late"}, batch=1)
    second = Owed(7, ("Ana", "Planned", "held"), HEADER, {2: "ok"}, batch=2)

    found = given_back([second, first], HEADER, ("Bo", "Went", "late"), ("Ana", "Planned", "ok"))

    assert found == [Edit("Notes", 3, 2, "held"), Edit("Notes", 2, 2, "ok")]


def test_a_row_that_a_person_changed_between_the_two_is_given_back_too() -> None:
    first = Owed(7, ("Bo", "Went", "ok", "x"), HEADER, {2: "late"}, batch=1)
    second = Owed(7, ("Bo", "Went home", "late", "x"), HEADER, {2: "ok"}, batch=2)

    assert given_back([second, first], HEADER, ("Bo", "Went home", "ok", "x")) == []
    assert given_back([first, second], HEADER, ("Bo", "Went home", "ok", "x")) != []
