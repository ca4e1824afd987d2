"""Who is whose mentor today, and what is wrong: faults 49 to 54."""

import time
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from sheets_sync.layout import MENTORS, PEOPLE
from sheets_sync.mentorships import Mentorship, read_mentors
from sheets_sync.merge import Merged, merge
from sheets_sync.people import read_people
from sheets_sync.roster import Roster
from tests.tables import table

TODAY = date(2026, 11, 23)
PEOPLE_SHEET = """
| name   | email           | username | groups      |
| Ana    | ana@example.org | ana      | Rep, Mentor |
| Ben    | ben@example.org | ben      | Rep         |
| Chandra| ch@example.org  | chandra  | Rep, Mentor |
| Dolores|                 | dolores  | Alumni, Mentor |
| Ben    | ben2@example.org| ben2     | Rep         |
"""


def merged(mentors: str, sheet: str = PEOPLE_SHEET) -> tuple[dict[str, str], list[str]]:
    """Return mentee -> mentor by username, and the problems as lines."""
    people = read_people(table(PEOPLE, sheet), (), groups={}, today=TODAY)
    listed, problems = people.listed, people.problems
    roster = Roster(one.person for one in listed)
    pairs, faults = read_mentors(table(MENTORS, mentors), roster)
    result: Merged = merge(listed, pairs, roster, today=TODAY)
    names = {one.person.id: one.person.username for one in listed}
    lines = [p.text() for p in (*problems, *faults, *result.problems)]
    return {names[a]: names[b] for a, b in result.mentors.items()}, lines


def missing(*rows: tuple[int, str], perhaps: str = "") -> list[str]:
    end = f", perhaps with (mentees so far): {perhaps}" if perhaps else ""
    return [
        f"People row {r}, mentor: {n} has no mentor; add a row to Mentors{end}" for r, n in rows
    ]


def idle(*rows: tuple[int, str]) -> list[str]:
    return [
        f"People row {r}, groups: {n} is in the Mentor group and mentors nobody; add a row to "
        "Mentors for their first mentee, or take Mentor out of their groups"
        for r, n in rows
    ]


def test_pairs_are_found_by_name_address_and_username():  # fault 51
    mentors, problems = merged("""
        | mentee          | mentor |
        | BEN2            | Chändra |
        | ben@example.org | ana    |
        | ana             | ch@EXAMPLE.org |
        | chandra         | Ana    |
    """)

    assert mentors == {"ben2": "chandra", "ben": "ana", "ana": "chandra", "chandra": "ana"}
    assert problems == [
        "Mentors row 4, mentor: they mentor each other in a circle: Ana → Chandra → Ana; "
        "correct one of the rows"
    ]


def test_names_that_nobody_or_several_bear_are_never_guessed():  # fault 51
    mentors, problems = merged(
        """
        | mentee | mentor |
        | Dup    | ana    |
        | Zoe    | chandra |
        |        | ana    |
        """,
        """
        | name | username | groups |
        | Dup  | one      | Rep    |
        | dúp  | two      | Rep    |
        | Ana  | ana      | Mentor |
        | Chandra | chandra | Mentor |
        """,
    )

    assert mentors == {}
    assert problems == [
        "Mentors row 2, mentee: several people bear this name; write one of: one, two",
        "Mentors row 3, mentee: nobody on the People tab is called so; correct it, or add the "
        "person to People",
        "Mentors row 4, mentee: nobody is named; write a name, e-mail address or username",
        *missing((2, "Dup"), perhaps="Ana (0); Chandra (0)"),
        *missing((3, "dúp"), perhaps="Chandra (0); Ana (0)"),
        *idle((4, "Ana"), (5, "Chandra")),
    ]


def test_two_current_mentors_are_named_on_both_rows_and_none_is_used():  # fault 49
    mentors, problems = merged("""
        | mentee | mentor  | since | until |
        | ben2   | ana     |       |       |
        | ben2   | chandra | 46000 |       |
        | ben    | ana     |       | 2026-11-22 |
        | ben    | chandra | 2026-11-23 |       |
        | ana    | chandra |       |       |
        | chandra| ana     | 2027-01-01 |       |
    """)

    assert mentors == {"ben": "chandra", "ana": "chandra"}
    assert problems == [
        "Mentors row 2, mentor: Ben has 2 mentors today (rows 2, 3); none is used; fill in until "
        "on the row that is over",
        "Mentors row 3, mentor: Ben has 2 mentors today (rows 2, 3); none is used; fill in until "
        "on the row that is over",
        *missing((4, "Chandra")),
    ]


def test_the_faults_of_a_pair_are_found():
    mentors, problems = merged("""
        | mentee | mentor  | since | until |
        | ana    | ana     |       |       |
        | ben    | dolores |       |       |
        | ben2   | ben     |       |       |
        | ben2   | ben     |       |       |
        | chandra| ana     | 2026-05-02 | 2026-05-01 |
        | chandra| ana     | soon  |       |
    """)

    assert mentors == {"ben2": "ben", "chandra": "ana"}
    assert problems == [
        "Mentors row 6, until: it ends before it begins (2026-05-02); correct one of the two dates",
        "Mentors row 7, since: “soon” is not a date; write year, month and day like this: "
        "2026-11-30",
        "Mentors row 5, mentee: the same pair stands in row 4; remove one of the two rows",
        "Mentors row 2, mentor: they are their own mentor; name somebody else",
        "Mentors row 3, mentor: Dolores is alumni; Ben has no mentor who is here; fill in until, "
        "and add a row with a new mentor, perhaps (mentees so far): Chandra (0); Ana (1)",
        "Mentors row 4, mentor: Ben is not in the Mentor group; add Mentor to their groups on "
        "People, or name another mentor",
        *idle((4, "Chandra")),
    ]


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=30))
def test_any_graph_of_mentors_ends(edges):  # fault 50
    people = "| name | groups |\n" + "\n".join(f"| P{n}x | Mentor |" for n in range(8))
    listed = read_people(table(PEOPLE, people), (), groups={}, today=TODAY).listed
    ids = [one.person.id for one in listed]
    roster = Roster(one.person for one in listed)
    pairs = [Mentorship(row, ids[a], ids[b]) for row, (a, b) in enumerate(edges, 2)]

    found = merge(listed, pairs, roster, today=TODAY)

    several = {a for a, b in edges for c, d in edges if a == c and b != d}
    wanted = {ids[a]: ids[b] for a, b in edges if a not in several and a != b}
    assert found.mentors == wanted


def test_ten_thousand_people_merge_without_pairing_all_with_all():  # fault 54
    def cost(people: int) -> float:
        sheet = "| name | username | groups |\n" + "\n".join(
            f"| Person {n}x | u{n}x | Mentor |" for n in range(people)
        )
        pairs = "| mentee | mentor |\n" + "\n".join(
            f"| u{n}x | u{n + 1 if n + 1 < people else 0}x |" for n in range(people)
        )
        started = time.process_time()
        assert len(merged(pairs, sheet)[0]) == people
        return time.process_time() - started

    assert cost(10_000) < 40 * cost(1_000)  # quadratic would be a hundred
