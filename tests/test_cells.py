"""Cells as text and as days: faults 24 and 26."""

from datetime import date, datetime

import pytest

from forms.rules import Fault
from sheets_sync.cells import any_day, as_day, as_serial, as_text, holds, shown
from sheets_sync.doubts import canonical
from sheets_sync.spreadsheet import Cell, CellFault

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("Nan", "Nan"),
        ("007", "007"),
        ("1e5", "1e5"),
        ("1,2", "1,2"),
        ("٣", "٣"),
        (42, "42"),
        (42.0, "42"),
        (2.5, "2.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e300, "1e+300"),
        (True, "TRUE"),
        (None, ""),
        (CellFault("#REF!"), ""),
        (" a\r\nb\x00 ", "a\nb"),
    ],
)
def test_a_cell_as_text(cell: Cell, text: str):  # fault 24
    assert as_text(cell) == text


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (46349, date(2026, 11, 23)),
        (44040.75, date(2020, 7, 28)),
        ("2026-11-24", date(2026, 11, 24)),
        (1, date(1899, 12, 31)),
        (None, None),
        ("  ", None),
    ],
)
def test_a_cell_as_a_day(cell: Cell, day: date | None):  # fault 26
    found = as_day(cell, today=TODAY)
    assert (found == day) or (isinstance(found, Fault) and day == date(1899, 12, 31))


@pytest.mark.parametrize(
    "cell", ["7/8/2020", "8.7.2020", "2026-11-25", 46351, -3, True, "yesterday", 1e9, "20261123"]
)
def test_a_doubtful_day_is_never_guessed(cell: Cell):  # fault 26
    assert isinstance(as_day(cell, today=TODAY), Fault)


def test_a_ticked_box_is_not_taken_for_the_number_one():
    as_day(1, today=TODAY)
    found = as_day(True, today=TODAY)

    assert isinstance(found, Fault)
    assert found.values["value"] == "TRUE"
    assert (canonical(1, "date"), canonical(True, "date")) == ("1", "TRUE")


def test_the_end_of_a_break_may_lie_ahead():
    assert any_day("2027-03-01") == date(2027, 3, 1)
    fault = any_day("in spring")
    assert isinstance(fault, Fault)
    assert fault.text() == (
        "“in spring” is not a date",
        "write year, month and day like this: 2026-11-30",
    )


def test_days_and_moments_have_serial_numbers():
    assert as_serial(TODAY) == 46349
    assert as_serial(datetime(2026, 11, 23, 18, 0)) == 46349.75  # noqa: DTZ001


@pytest.mark.parametrize(
    ("cell", "value", "same"),
    [
        (None, "", True),
        ("", None, True),
        ("a", "a", True),
        ("1", 1, False),
        (1, "1", False),
        (True, 1, False),
        (46349, TODAY, True),
        (46349.0000001, TODAY, True),
        (46349.1, TODAY, False),
        ("2026-11-23", TODAY, False),
        (CellFault("#N/A"), "", False),
    ],
)
def test_a_cell_that_shows_a_value_already(cell: Cell, value: object, same: bool):  # fault 48
    assert holds(cell, value) is same  # type: ignore[arg-type]


def test_a_value_in_a_problem_is_one_short_line():
    assert shown("a\nb") == "a b"
    assert shown("x" * 61) == "x" * 59 + "…"
    assert shown(CellFault("#REF!")) == "#REF!"
