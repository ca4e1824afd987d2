"""Counts read as people say them."""

import pytest

from forms.plural import counted


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (("report",), ["0 reports", "1 report", "2 reports", "1,234 reports"]),
        (("person", "people"), ["0 people", "1 person", "2 people", "1,234 people"]),
    ],
)
def test_one_is_told_from_many(said: tuple[str, ...], shown: list[str]):
    assert [counted(count, *said) for count in (0, 1, 2, 1234)] == shown
