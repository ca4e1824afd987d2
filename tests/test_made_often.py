"""What is frozen for mypy alone is otherwise like any frozen dataclass."""

from dataclasses import replace

from sheets_sync.community import Person

ANA = Person("p-1", "Ana", "ana@example.org", "ana", ("Rep",), frozenset(), "", "")


def test_it_is_compared_hashed_and_replaced():
    assert len({ANA, replace(ANA), replace(ANA, name="Anna")}) == 2
    assert replace(ANA, name="Anna") != ANA
    assert not hasattr(ANA, "__dict__")
