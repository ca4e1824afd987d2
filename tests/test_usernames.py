"""The portal's table of usernames, pasted in any order; and who is not in the group they need."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sheets_sync.community import Role
from sheets_sync.layout import PEOPLE
from sheets_sync.people import read_people
from tests.keeping import KINDS, Keeping, keeping
from tests.tables import table
from tests.test_people import TODAY

LIST = (
    "| name       | email           | username | groups |",
    "| Ana Rossi  | ana@example.org |          | Rep    |",
    "| Ben Okafor | ben@example.org |          | Rep    |",
    "| Cho Min    | cho@example.org | cho      | Rep    |",
    "| Max Lee    | max@example.org |          | Rep    |",
    "| Max Lee    | m2@example.org  |          | Rep    |",
)


def read(*rows: str) -> tuple[dict[str, str], list[str], dict[int, str]]:
    """Return username by address, the problems as lines, and the notes by row."""
    found = read_people(table(PEOPLE, "\n".join(rows)), (), groups={}, today=TODAY)
    people = {one.person.email or one.person.name: one.person.username for one in found.listed}
    return people, [problem.text() for problem in found.problems], dict(found.notes)


NOBODY_HAS_ONE = {
    "ana@example.org": "",
    "ben@example.org": "",
    "cho@example.org": "cho",
    "max@example.org": "",
    "m2@example.org": "",
}
PASTED = NOBODY_HAS_ONE | {
    "ana@example.org": "anar",
    "ben@example.org": "benok",
    "m2@example.org": "maxlee",
}


def test_beneath_the_list_in_its_columns() -> None:
    people, problems, notes = read(
        *LIST,
        "|            | BEN@example.org | benok    |        |",
        "|            | m2@example.org  | maxlee   |        |",
        "| Ana Róssi  |                 | anar     |        |",
        "| Cho Min    |                 | cho      |        |",
    )

    assert people == PASTED
    assert problems == []
    completes = (
        "Completes row {} ({}): username. Keep this row, or type it there and remove this one."
    )
    assert notes == {
        7: completes.format(3, "Ben Okafor"),
        8: completes.format(6, "Max Lee"),
        9: completes.format(2, "Ana Rossi"),
        10: "Says no more than row 4 (Cho Min); it may be removed.",
    }


def test_the_order_of_the_rows_does_not_matter() -> None:
    header, *rows = LIST
    people, problems, _ = read(
        header,
        "| Ana Rossi  |                 | anar     |        |",
        *reversed(rows),
        "|            | m2@example.org  | maxlee   |        |",
        "|            | ben@example.org | benok    |        |",
    )

    assert people == PASTED
    assert problems == []


def test_beneath_the_list_with_a_header_and_columns_of_its_own() -> None:
    people, problems, notes = read(
        *LIST,
        "| | | | |",
        "| Username | E-Mail | Full name | Since |",
        "| benok | ben@example.org | Benny | 2011 |",
        "| maxlee | m2@example.org |  | 2012 |",
        "| anar | | Ana Rossi | |",
        "| zoe | | Zoe Ray | |",
    )

    assert people == PASTED
    assert sorted(notes) == [9, 10, 11]
    assert problems == [
        "People row 12, username: nobody in the list has this address, username or name; correct "
        "it, or add a row for them to the list"
    ]


def test_people_added_below_a_pasted_table_are_people() -> None:
    people, problems, _ = read(
        *LIST,
        "| Username | Name | | |",
        "| anar | Ana Rossi | | |",
        "| Dia Ray | dia@example.org | dia | Rep |",
        "| | | | |",
        "| Eli Poe | eli@example.org | | |",
    )

    assert people == NOBODY_HAS_ONE | {
        "ana@example.org": "anar",
        "dia@example.org": "dia",
        "eli@example.org": "",
    }
    assert problems == []


def test_beside_the_list_with_its_header() -> None:
    header, ana, *rest = LIST
    people, problems, notes = read(
        f"{header} note | Username | Name | Email |",
        f"{ana} old | benok | Ben | ben@example.org |",
        f"{rest[0]} | anar | ana rossi | |",
        f"{rest[1]} | maxlee | | m2@example.org |",
        *rest[2:],
        "| | | | | | zoe | Zoe | |",
    )

    assert people == PASTED
    assert problems == [
        "People row 7, username: nobody in the list has this address, username or name; correct "
        "it, or add a row for them to the list"
    ]
    assert notes == {}


def test_beside_the_list_with_a_header_further_down() -> None:
    header, ana, ben, *rest = LIST
    people, problems, _ = read(
        header,
        ana,
        f"{ben} | Username | Name |",
        f"{rest[0]} | benok | Ben Okafor |",
        f"{rest[1]} | anar | Ana Rossi |",
        rest[2],
        "| | | | | | maxlee | nobody |",
    )

    assert people == PASTED | {"m2@example.org": ""}
    assert problems == [
        "People row 7, username: nobody in the list has this address, username or name; correct "
        "it, or add a row for them to the list"
    ]


HEADERLESS = (
    "look like a table without its header, and are not used; put a row above it that says what its "
    "columns are (name, email, username), or move the cells to where they belong"
)


@pytest.mark.parametrize(
    ("column", "value", "rows"),
    [
        ("email", "Ben Okafor", ("| benok | Ben Okafor | |", "| zoe | Zoe Ray | |")),
        ("name", "Ben Okafor", ("| Ben Okafor | benok | |", "| Ana Rossi | anar | |")),
        ("name", "ben@example.org", ("| ben@example.org | benok | |", "| z@example.org | zoe | |")),
        (
            "email",
            "ben@example.org",
            ("| benok | ben@example.org | |", "| anar | ana@example.org | |"),
        ),
        ("username", "ben@example.org", ("| benok | Benny | ben@example.org |", "| zoe | Zoe | |")),
        ("username", "Ben Okafor", ("| benok | b@example.org | Ben Okafor |", "| | | Ana Rossi |")),
    ],
)
def test_rows_in_other_columns_than_the_lists_are_asked_about(
    column: str, value: str, rows: tuple[str, ...]
) -> None:
    found = read(*LIST, *rows, "| Dia Ray | dia@example.org | dia | Rep |")

    told = f"People row 7, {column}: “{value}” is in the list already; rows 7 to 8 {HEADERLESS}"
    assert found == (NOBODY_HAS_ONE | {"dia@example.org": "dia"}, [told], {})


def test_the_header_that_was_asked_for_is_all_it_needs() -> None:
    people, problems, _ = read(
        *LIST,
        "| username | name | | |",
        "| benok | Ben Okafor | | |",
        "| anar | Ana Rossi | | |",
    )

    assert people == PASTED | {"m2@example.org": ""}
    assert problems == []


def test_one_row_may_be_a_slip_and_is_asked_about_where_it_cannot_be_a_person() -> None:
    people, problems, _ = read(*LIST, "| benok | Ben Okafor | | |")

    assert people == NOBODY_HAS_ONE
    assert problems == [
        "People row 7, email: “Ben Okafor” is in the list already, and here in another column; the "
        "row looks like one of a table without its header, and is not used; put a row above it "
        "that says what its columns are (name, email, username), or move the cells to where they "
        "belong"
    ]


def test_people_who_are_called_by_their_address_or_username_are_people() -> None:
    people, problems, _ = read(
        "| name | email | username | groups |",
        "| ana@example.org | ana@example.org | ana@example.org | Rep |",
        "| zoe | zoe@example.org | zoe | Rep |",
        "| Zoe | | zoe2 | Rep |",
        "| Ben | b@example.org | zoe z | |",
    )

    assert len(people) == 4
    assert problems == []


BESIDE = (
    "a table stands beside the list (here: “Ben Okafor”) without a header, and is not used; if "
    "these are usernames, write above each column what it is: name, email or username; if they are "
    "something else, any other header will do"
)


@pytest.mark.parametrize(
    ("row", "beside"),
    [
        (2, ("", "| benok | Ben Okafor |", "| anar | Ana Rossi |")),
        (1, ("| benok | Ben Okafor |", "| anar | Ana Rossi |", "| zoe | Zoe |")),
    ],
)
def test_a_table_beside_the_list_without_a_header_is_asked_about(
    row: int, beside: tuple[str, ...]
) -> None:
    lines = [line + more.removeprefix("|") for line, more in zip(LIST, beside, strict=False)]

    found = read(*lines, *LIST[len(beside) :])

    assert found == (NOBODY_HAS_ONE, [f"People row {row}: {BESIDE}"], {})


def test_columns_of_the_managers_own_are_no_table() -> None:
    header, ana, ben, *rest = LIST
    found = read(
        f"{header} buddy | comes from | |",
        f"{ana} Ben Okafor | Ana Rossi | |",
        f"{ben} Cho Min | Cho Min | since May |",
        *rest,
    )

    assert found == (NOBODY_HAS_ONE, [], {})


def test_what_a_row_says_otherwise_is_never_used() -> None:
    people, problems, notes = read(
        *LIST,
        "| Cho Min | cho@example.org | chomin | |",
        "| Ana Rossi | | cho | |",
        "| Ben Okafor | benok | | |",
        "| Max Lee | | maxlee | |",
        "| Cho Min | | cho2 | |",
    )

    assert people == NOBODY_HAS_ONE | {"Cho Min": "cho2"}
    assert notes == {}
    assert problems == [
        "People row 7, username: row 4 (Cho Min) has another username; that row counts; correct "
        "one of the two",
        "People row 8, username: row 4 has the same username; that row counts; remove one of the "
        "two rows, or correct it",
        "People row 9, email: this is not an e-mail address; if it is the username, move it to "
        "that column; else write an address",
        "People row 10, name: several people bear this name; write the e-mail address beside it",
        "People row 11, username: row 4 has this name and another username; correct one of them; "
        "if it is somebody else, fill in e-mail or groups",
    ]


def test_an_address_may_be_what_a_row_adds() -> None:
    people, problems, _ = read(
        "| name | email | username | groups |",
        "| Ana Rossi | | anar | Rep |",
        "| Ben | | ben | Rep |",
        "| | ana@example.org | anar | |",
        "| | no@address | ben | |",
    )

    assert people == {"ana@example.org": "anar", "Ben": "ben"}
    assert problems == [
        "People row 5, email: “no@address” is not an e-mail address; write one like ana@example.org"
    ]


def test_a_list_of_names_and_addresses_only_is_completed_too() -> None:
    people, problems, _ = read(
        "| name | email | username |",
        "| Ana Rossi | | anar |",
        "| Ana Rossi | ana@example.org | |",
        "| Ben | ben@example.org | |",
    )

    assert people == {"ana@example.org": "anar", "ben@example.org": ""}
    assert problems == []


EVERYWHERE = pytest.mark.parametrize("k", KINDS, indirect=True)


@pytest.fixture
def k(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Keeping]:
    with keeping(getattr(request, "param", "xlsx"), tmp_path) as kept:
        kept.holds(People=LIST, Mentors=("| mentee | mentor |", "| ben | ana |"))
        yield kept


@EVERYWHERE
def test_a_pasted_username_finds_reports_and_mentors_and_changes_no_cell(k: Keeping) -> None:
    k.manager.inserts_row("People", 7, [None, "ben@example.org", "benok"])
    k.manager.inserts_row("People", 8, ["Ana Rossi", None, "anar"])
    k.manager.types("Mentors", 2, "mentee", "benok")
    k.manager.types("Mentors", 2, "mentor", "anar")
    id = k.posts("@benok", "Opened the café")
    columns = ("name", "email", "username", "groups")
    before = k.shows("People", *columns)

    k.sync()

    assert k.state.base.report(id).name == "Ben Okafor"  # type: ignore[union-attr]
    assert k.mentor_of("benok") == "anar"
    assert k.shows("People", *columns) == before
    assert k.shows("People", "problem", "mentor")[5:] == [
        (
            "Completes row 3 (Ben Okafor): username. Keep this row, or type it there and remove "
            "this one.",
            None,
        ),
        (
            "Completes row 2 (Ana Rossi): username. Keep this row, or type it there and remove "
            "this one.",
            None,
        ),
    ]
    assert len(k.community().people) == 5
    assert k.sync().written is False


@EVERYWHERE
def test_headers_of_a_table_beside_the_list_are_no_fault(k: Keeping) -> None:
    for header, value in (("Username", "benok"), ("E-mail", "ben@example.org")):
        k.manager.adds_column("People", header, [value])

    k.sync()

    assert {one.username for one in k.community().people} == {"", "cho", "benok"}
    assert [line for line in k.problems("People") if "columns of this name" in line] == []


def queue(k: Keeping) -> list[str]:
    return [line for line in k.problems("People", column="groups") if "not in" in line]


@EVERYWHERE
def test_who_has_a_username_and_is_not_in_their_group_is_listed(k: Keeping) -> None:
    k.manager.types("People", 4, "groups", "")
    k.manager.types("People", 3, "groups", "")  # has no username yet

    k.sync()
    assert queue(k) == [
        "People 4, groups: Cho Min is a member, and not in: Rep; put cho into Rep, then add that "
        "to their groups here"
    ]

    k.manager.types("People", 4, "groups", "Rep")
    k.sync()
    assert queue(k) == []


ROSTER = (
    "| name | username | groups                 | left       |",
    "| A    | a        | Rep, Mentor, mentors   |            |",
    "| B    | b        | Rep                    |            |",
    "| C    | c        | Rep                    | 2026-11-01 |",
    "| D    | d        | Alumni                 |            |",
    "| E    | e        | Council                |            |",
    "| F    | f        |                        |            |",
    "| G    |          |                        |            |",
)


def queued(k: Keeping) -> list[str]:
    k.manager.holds("People", "\n".join(ROSTER))
    k.manager.holds("Mentors", "| mentee | mentor |\n| a | b |\n| b | a |")
    k.sync()
    return [line.partition(";")[0].removeprefix("People ") for line in queue(k)]


def test_a_status_calls_for_its_own_group(k: Keeping) -> None:
    k.sets(groups={Role.COORDINATOR: ("Council",)})

    assert queued(k) == [
        "3, groups: B is a mentor, and not in: Mentor",
        "4, groups: C is alumni, and not in: Alumni",
        "7, groups: F is a member, and not in: Rep",
    ]


def test_the_settings_name_closed_groups(k: Keeping) -> None:
    closed = {
        Role.MEMBER: (),
        Role.MENTOR: ("Mentor", "mentors"),
        Role.ALUMNI: (),
        Role.COORDINATOR: ("council-room",),
    }
    k.sets(groups={Role.COORDINATOR: ("Council",)}, required_groups=closed)

    assert queued(k) == [
        "3, groups: B is a mentor, and not in: Mentor, mentors",
        "6, groups: E is a coordinator, and not in: council-room",
    ]


def test_a_community_that_uses_no_groups_has_no_queue(k: Keeping) -> None:
    k.manager.holds("People", "| name | username | groups |\n| A | a | |\n| B | b | Friend |")

    k.sync()

    assert queue(k) == []


def test_thousands_of_usernames_are_matched() -> None:
    people = [f"| Person {n}x | p{n}@example.org | | Rep |" for n in range(5000)]
    pasted = [f"| Person {n}x | | u{n} | |" for n in reversed(range(5000))]

    found = read(LIST[0], *people, *pasted)

    assert len(found[0]) == 5000
    assert all(found[0].values())


def test_thousands_of_rows_without_a_header_are_one_question() -> None:
    people = [f"| Person {n}x | p{n}@example.org | | Rep |" for n in range(5000)]
    pasted = [f"| u{n} | Person {n}x | | |" for n in reversed(range(5000))]

    found = read(LIST[0], *people, *pasted)

    assert (len(found[0]), len(found[1])) == (5000, 1)
