"""Three places name mentors, and what was last agreed tells which of them changed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_sync.agreement import Agreed, agree, dump_agreed, load_agreed
from tests.keeping import KINDS, Keeping, keeping

TODAY = date(2026, 11, 23)
EARLIER = date(2026, 11, 1)
PEOPLE = (
    "| name       | email           | username | groups      | mentor |",
    "| Ana Rossi  | ana@example.org | ana      | Rep, Mentor |        |",
    "| Ben Okafor | ben@example.org | ben      | Rep         | Cho Min |",
    "| Cho Min    | cho@example.org | cho      | Rep, Mentor |        |",
    "| Dia Ray    | dia@example.org | dia      | Rep, Mentor |        |",
)
PAIRS = (
    "| mentee | mentor | since | until | note |",
    "| ana    | dia    |       |       |      |",
    "| cho    | ana    |       |       |      |",
)


EVERYWHERE = pytest.mark.parametrize("k", KINDS, indirect=True)


@pytest.fixture
def k(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Keeping]:
    with keeping(getattr(request, "param", "xlsx"), tmp_path) as kept:
        kept.holds(People=PEOPLE, Mentors=PAIRS)
        yield kept


def told(k: Keeping) -> list[str]:
    return [line for line in k.problems(column="mentor") if " says " in line]


def test_what_only_one_place_says_is_taken(k: Keeping) -> None:
    k.sync()

    assert [k.mentor_of(one) for one in ("ana", "ben", "cho")] == ["dia", "cho", "ana"]
    assert told(k) == []


def test_an_addition_in_mentors_is_taken_beside_an_empty_cell(k: Keeping) -> None:
    k.sync()
    k.manager.types("Mentors", 4, "mentee", "dia")
    k.manager.types("Mentors", 4, "mentor", "cho")

    k.sync()

    assert k.mentor_of("dia") == "cho"
    assert told(k) == []


@EVERYWHERE
def test_the_place_that_changed_counts_and_the_other_is_named(k: Keeping) -> None:
    k.manager.types("Mentors", 4, "mentee", "ben")
    k.manager.types("Mentors", 4, "mentor", "cho")
    k.sync()
    k.pass_time(days=3)
    k.manager.types("People", 3, "mentor", "dia")

    k.sync()

    assert k.mentor_of("ben") == "dia"
    assert told(k) == [
        "Mentors 4, mentor: Mentors row 4 says Cho Min (seen there on 2026-11-23), People row 3 "
        "says Dia Ray (seen there on 2026-11-26); Dia Ray counts; correct one of the two places"
    ]
    k.pass_time(days=1)
    k.manager.types("Mentors", 4, "mentor", "ana")
    k.manager.types("Mentors", 4, "since", date(2026, 11, 27))

    k.sync()

    assert k.mentor_of("ben") == "ana"
    assert told(k) == [
        "People 3, mentor: Mentors row 4 says Ana Rossi (since 2026-11-27), People row 3 says Dia "
        "Ray (seen there on 2026-11-26); Ana Rossi counts; correct one of the two places"
    ]


def test_when_both_changed_mentors_counts_and_stays_until_one_is_corrected(k: Keeping) -> None:
    k.sync()
    k.manager.types("Mentors", 4, "mentee", "ben")
    k.manager.types("Mentors", 4, "mentor", "ana")
    k.manager.types("People", 3, "mentor", "Dia Ray")
    k.sync()
    k.pass_time(days=2)

    assert [k.sync().written, k.mentor_of("ben"), len(told(k))] == [False, "ana", 1]

    k.manager.types("People", 3, "mentor", "Ana Rossi")
    k.sync()

    assert (k.mentor_of("ben"), told(k)) == ("ana", [])


def test_a_pair_that_ended_is_not_kept_alive_by_an_old_cell(k: Keeping) -> None:
    k.manager.types("Mentors", 4, "mentee", "ben")
    k.manager.types("Mentors", 4, "mentor", "cho")
    k.sync()
    k.manager.types("Mentors", 4, "until", date(2026, 11, 22))

    k.sync()

    assert k.mentor_of("ben") == ""
    assert told(k) == [
        "People 3, mentor: Mentors row 4 says that Cho Min was it until 2026-11-22, People row 3 "
        "still says so (seen there on 2026-11-23); the end counts; empty the cell, or add a row to "
        "Mentors with a new since"
    ]
    assert k.sync().written is False

    k.manager.types("People", 3, "mentor", "")
    k.sync()
    k.manager.types("People", 3, "mentor", "cho")
    k.sync()

    assert (k.mentor_of("ben"), told(k)) == ("cho", [])  # they began again


@EVERYWHERE
def test_nothing_that_people_typed_is_ever_changed(k: Keeping) -> None:
    k.manager.types("Mentors", 4, "mentee", "ben")
    k.manager.types("Mentors", 4, "mentor", "dia")

    def theirs() -> object:
        return (
            k.shows("People", "name", "email", "username", "groups", "mentor"),
            k.shows("Mentors", "mentee", "mentor", "since", "until", "note"),
        )

    before = theirs()
    k.sync()
    assert theirs() == before
    k.manager.types("People", 3, "mentor", "ana")
    before = theirs()
    k.sync()
    assert theirs() == before
    assert k.shows("People", "mentor (Tidings)")[1] == ("Ana Rossi",)


def test_a_name_in_the_cell_that_nobody_bears_is_told_beside_a_good_row(k: Keeping) -> None:
    k.manager.types("People", 2, "mentor", "Zoe")

    k.sync()

    assert k.mentor_of("ana") == "dia"
    assert [line for line in k.problems("People") if "called so" in line] == [
        "People 2, mentor: nobody on the People tab is called so; correct it, or add the person to "
        "People"
    ]


def test_a_list_that_is_not_believed_keeps_the_managers_column(k: Keeping) -> None:  # fault 20
    rows = "\n".join((*PEOPLE, *(f"| Guest {n} | | g{n} | |" for n in range(6))))
    k.manager.holds("People", rows)
    k.sync()
    k.manager.holds("People", "\n".join(PEOPLE[:2]))

    outcome = k.sync()

    assert "suddenly misses much" in outcome.notes[0]
    assert k.mentor_of("ben") == "cho"


def test_a_mentor_named_on_people_only_is_looked_at_as_well(k: Keeping) -> None:
    k.manager.types("People", 3, "mentor", "ben")

    k.sync()

    assert k.mentor_of("ben") == ""
    assert [line for line in k.problems("People") if "their own" in line] == [
        "People 3, mentor: they are their own mentor; name somebody else, perhaps "
        "(mentees so far): Cho Min (0); Ana Rossi (1); Dia Ray (1)"
    ]


ids = st.sampled_from(["", "p-ana", "p-cho"])


@given(ids, ids, ids, ids, st.booleans())
def test_what_is_agreed_stays_agreed(sheet: str, people: str, s2: str, p2: str, over: bool) -> None:
    first = agree(sheet, people, None, is_over=over, today=EARLIER)
    second = agree(s2, p2, first, is_over=over, today=TODAY)

    assert agree(s2, p2, second, is_over=over, today=TODAY) == second
    assert second.mentor in ("", s2, p2)
    assert bool(second.mentor) == bool(s2 or (p2 and (not over or second.mentor == p2)))
    if s2 == p2:
        assert second.mentor == s2
    assert load_agreed(dump_agreed({"p-ben": second})) == {"p-ben": second}


def test_a_day_is_kept_for_each_place() -> None:
    before = Agreed("p-ana", "p-ana", EARLIER, "", None)

    assert agree("p-ana", "p-cho", before, is_over=False, today=TODAY) == Agreed(
        "p-cho", "p-ana", EARLIER, "p-cho", TODAY
    )
