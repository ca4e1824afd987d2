"""A mentor who leaves: their mentees are listed for coordinators, with who might take over."""

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sheets_sync.community import Orphan, Person, Role
from sheets_sync.orphans import Advisor, find_orphans
from tests.keeping import Keeping, keeping

TODAY = date(2026, 11, 23)
PEOPLE = (
    "| name | username | groups      | country | language | break until | left |",
    "| Ana  | ana      | Rep, Mentor | Italy   |          |             |      |",
    "| Bo   | bo       | Rep, Mentor | Italy   |          |             |      |",
    "| Cy   | cy       | Rep, Mentor | Sweden  | it       |             |      |",
    "| Dee  | dee      | Rep, Mentor | Spain   |          |             |      |",
    "| Eli  | eli      | Rep, Mentor | ITALY   |          | 2026-12-24  |      |",
    "| Flo  | flo      | Rep         | Italy   | it       |             |      |",
    "| Gus  | gus      | Rep         | Peru    |          |             |      |",
    "| Hal  | hal      | Rep         | Italy   |          |             |      |",
)
PAIRS = (
    "| mentee | mentor |",
    "| ana    | bo     |",
    "| bo     | dee    |",
    "| cy     | bo     |",
    "| dee    | ana    |",
    "| eli    | cy     |",
    "| flo    | ana    |",
    "| gus    | ana    |",
    "| hal    | eli    |",
)


@pytest.fixture
def k(tmp_path: Path) -> Iterator[Keeping]:
    with keeping("xlsx", tmp_path) as kept:
        kept.holds(People=PEOPLE, Mentors=PAIRS)
        kept.sync()
        yield kept


def orphans(k: Keeping) -> list[tuple[str, str, list[str]]]:
    """Return by username: who needs a mentor, the one who left, and the suggestions."""
    found = k.community()
    names = {"": "", **{person.id: person.username for person in found.people}}
    return [
        (names[o.person], names[o.gone], [names[s] for s in o.suggested]) for o in found.orphans
    ]


def test_mentees_of_a_mentor_who_leaves_are_listed_with_suggestions(k: Keeping) -> None:
    assert orphans(k) == []
    k.manager.types("People", 2, "left", TODAY)

    k.sync()

    assert orphans(k) == [
        ("dee", "ana", []),  # all the others are below her
        ("flo", "ana", ["bo", "cy"]),
        ("gus", "ana", ["cy", "dee", "bo"]),  # bo is suggested to flo already
    ]


def test_who_has_two_mentors_is_not_without_one(k: Keeping) -> None:
    k.manager.types("Mentors", 10, "mentee", "gus")
    k.manager.types("Mentors", 10, "mentor", "cy")

    k.sync()

    assert (k.mentor_of("gus"), orphans(k)) == ("", [])


def test_problems_name_the_suggestions_in_the_remedy(k: Keeping) -> None:
    k.manager.types("People", 2, "groups", "Alumni")

    k.sync()

    assert [line for line in k.problems("Mentors", column="mentor") if "Flo" in line] == [
        "Mentors 7, mentor: Ana is alumni; Flo has no mentor who is here; fill in until, and add a "
        "row with a new mentor, perhaps (mentees so far): Bo, Italy (1); Cy, Sweden (1)"
    ]


def test_a_person_without_any_row_is_suggested_mentors_too(k: Keeping) -> None:
    k.manager.deletes_row("Mentors", 8)

    k.sync()

    assert orphans(k) == [("gus", "", ["cy", "dee", "ana"])]
    assert [line for line in k.problems("People", column="mentor") if "Gus" in line] == [
        "People 8, mentor: Gus has no mentor; add a row to Mentors, perhaps with (mentees so "
        "far): Cy, Sweden (1); Dee, Spain (1); Ana, Italy (2)"
    ]


def person(id: str, *roles: Role, country: str = "") -> Person:
    return Person(id, id, "", "", (), frozenset(roles), country, "")


def test_many_of_one_country_are_spread_over_its_mentors() -> None:
    mentors = [person(id, Role.MENTOR, country="India") for id in "abc"]
    orphans = [person(f"o{n}", Role.MEMBER, country="INDIA") for n in range(6)]
    mentee = person("m", Role.MEMBER, country="India")
    people = [*orphans, mentee, *mentors]
    pairs = {"m": "a"}

    found = find_orphans(people, pairs, {}, Advisor(people, pairs, TODAY))

    assert [one.suggested for one in found] == [
        ("b", "c", "a"),
        ("c", "a", "b"),
        ("a", "b", "c"),
        ("b", "c", "a"),
        ("c", "a", "b"),
        ("a", "b", "c"),
    ]


def test_the_same_person_is_answered_the_same_however_often_asked() -> None:
    people = [*(person(id, Role.MENTOR) for id in "ab"), person("o", Role.MEMBER)]
    advisor = Advisor(people, {}, TODAY)

    assert advisor.words(people[2]) == advisor.words(people[2]) == "a (0); b (0)"


def test_nobody_is_suggested_somebody_whom_they_mentor() -> None:  # fault 50
    people = [
        person("a", Role.MEMBER, Role.MENTOR),
        person("b", Role.MEMBER, Role.MENTOR),
        person("c", Role.MEMBER, Role.MENTOR),
        person("d", Role.MEMBER, Role.MENTOR),
    ]
    mentors = {"b": "a", "c": "b"}

    assert find_orphans(people, mentors, {}, Advisor(people, mentors, TODAY)) == (
        Orphan("a", "", ("d",)),
        Orphan("d", "", ("c", "a", "b")),
    )


def test_circles_above_a_mentor_end() -> None:  # fault 50
    people = [person(id, Role.MEMBER, Role.MENTOR) for id in "abc"]

    found = Advisor(people, {"a": "b", "b": "a"}, TODAY).suggest(people[2])

    assert [one.id for one in found] == ["a", "b"]


def test_twenty_thousand_people_without_a_mentor_cost_what_they_should() -> None:  # fault 54
    def cost(count: int) -> float:
        mentors = [person(f"m{n}", Role.MENTOR, country=str(n % 9)) for n in range(count // 10)]
        rest = [person(f"p{n}", Role.MEMBER, country=str(n % 9)) for n in range(count)]
        people = [*mentors, *rest]
        started = time.process_time()
        assert len(find_orphans(people, {}, {}, Advisor(people, {}, TODAY))) == count
        return time.process_time() - started

    def least(count: int) -> float:
        return min(cost(count) for _ in range(3))  # whatever else the machine does

    assert least(20_000) < 40 * least(2_000)  # quadratic would be a hundred
