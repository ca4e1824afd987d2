"""A row's cells are picked by the names of their columns, however short the row is."""

import pytest

from sheets_sync.layout import MENTORS, PEOPLE
from tests.tables import table

PAIRS = table(
    MENTORS,
    """| note | mentor | mentee |
                          | x    | ana    | ben    |""",
)


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["x", "ana", "ben"], ("ben", None, "ana")),
        (["x", "ana", "ben", "a manager's own"], ("ben", None, "ana")),
        (("x", "ana"), (None, None, "ana")),
        ([], (None, None, None)),
    ],
)
def test_cells_are_picked_by_name_and_blank_where_there_are_none(cells, found):
    assert "since" not in PAIRS.columns

    assert PAIRS.picker("mentee", "since", "mentor")(cells) == found


def test_the_last_cell_is_not_taken_for_a_column_that_is_away():
    people = table(PEOPLE, "| name |\n| Ana |")

    assert people.picker("email", "name")(["Ana"]) == (None, "Ana")
