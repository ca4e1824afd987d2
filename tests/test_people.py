"""The roster: lasting ids for people whose names, addresses and usernames change."""

from datetime import date

from sheets_sync.community import Role
from sheets_sync.layout import PEOPLE
from sheets_sync.people import read_people
from sheets_sync.roster import Roster
from sheets_sync.state.base import Acquaintance
from tests.tables import table

TODAY = date(2026, 11, 23)
ANA = Acquaintance("p-ana", "ana@example.org", "ana", "Ana María")
BEN = Acquaintance("p-ben", "ben@example.org", "ben", "Ben")


def read(sheet: str, *known: Acquaintance, **groups: tuple[str, ...]):
    words = {Role(role): own for role, own in groups.items()}
    read = read_people(table(PEOPLE, sheet), known, groups=words, today=TODAY)
    return [one.person for one in read.listed], [problem.text() for problem in read.problems]


def test_people_are_recognised_by_address_username_or_name():  # faults 51, 53
    people, problems = read(
        """
        | name      | email           | username |
        | Ana Maria | ANA@example.org |          |
        | Benedict  |                 | Ben      |
        """,
        ANA,
        BEN,
    )

    assert [person.id for person in people] == ["p-ana", "p-ben"]
    assert problems == []


def test_somebody_new_of_an_old_name_is_somebody_else():
    people, problems = read(
        "| name | email | username |\n| Ben | benjamin@example.org | benji |", BEN
    )

    assert people[0].id not in ("p-ben", "")
    assert problems == []


def test_an_id_is_given_once():
    people, _ = read("| name | email |\n| Ben | ben@example.org |\n| Ben | |", BEN)

    assert people[0].id == "p-ben"
    assert people[1].id != "p-ben"


def test_roles_come_from_the_communitys_own_words():
    people, _ = read(
        """
        | name | groups          | left       |
        | A    | Rep, Council    |            |
        | B    | Peer            |            |
        | C    | Rep, mentor     | 2026-11-23 |
        | D    | Rep             | 2026-11-24 |
        """,
        coordinator=("Council",),
        mentor=("Peer",),
    )

    assert [set(person.roles) for person in people] == [
        {Role.MEMBER, Role.COORDINATOR},
        {Role.MENTOR},
        {Role.MEMBER, Role.MENTOR, Role.ALUMNI},
        {Role.MEMBER},
    ]


def test_each_fault_of_a_row_is_named_and_the_person_stays():
    people, problems = read(
        """
        | name | email         | joined     | left       | break until |
        | A    | not.an.address | 2020-01-02 | 2020-01-01 | soon       |
        | B    | b@example.org |            |            |             |
        | B2   | B@example.org |            |            |             |
        """
    )

    assert [(person.name, person.email) for person in people] == [("A", ""), ("B", "b@example.org")]
    assert problems == [
        "People row 4, email: row 3 has the same email; that row counts; remove one of the two "
        "rows, or correct it",
        "People row 2, email: “not.an.address” is not an e-mail address; write one like "
        "ana@example.org",
        "People row 2, break until: “soon” is not a date; write year, month and day like this: "
        "2026-11-30",
        "People row 2, left: they left before they joined; correct one of the two dates",
    ]


def test_the_roster_never_guesses():  # fault 51
    people, _ = read(
        """
        | name     | email           | username |
        | Ana Ruiz | ana@example.org | ana      |
        | Ana Ruiz |                 | ana2     |
        | Iñigo    | i@example.org   |          |
        """
    )
    roster = Roster(people)

    def found(typed: str, email: str = "") -> str:
        match = roster.find(typed, email)
        name = match.person.username or match.person.name if match.person else ""
        return name or "/".join(one.username for one in match.candidates)

    wanted = {
        "@ANA": "ana",
        "ana ruiz": "ana/ana2",
        "inigo": "Iñigo",
        "Ana <ana@EXAMPLE.org>": "ana",
        "x": "",
    }
    assert {typed: found(typed) for typed in wanted} == wanted
    assert found("somebody", "ana@example.org") == "ana"
    assert roster.find("Iñigo <ana@example.org>").conflict == (
        "the address is Ana Ruiz's, the name Iñigo's"
    )


def test_who_is_shown_on_public_pages():
    people, problems = read(
        """
        | name | public |
        | Ana  |        |
        | Ben  | No     |
        | Cho  | Sí     |
        | Dia  | maybe  |
        """
    )

    assert [person.public for person in people] == [True, False, True, False]
    assert problems == [
        "People row 5, public: this is neither yes nor no; they are shown as “a member”; "
        "write yes or no"
    ]


def test_a_problem_quotes_a_day_as_people_write_it():
    sheet = table(PEOPLE, "| name | joined | left |\n| Ana | 41183 | 41152 |")

    (problem,) = read_people(sheet, (), groups={}, today=TODAY).problems

    assert (problem.column, problem.value) == ("left", "2012-08-31")
