"""`tidings people`: who mentors whom, as a tree for people, and as rows for programs."""

import csv
import io
import json
from datetime import timedelta

import pytest

from tests.people import Manager
from tests.test_cli import NOW, Terminal, types

PEOPLE = [
    ("Ana Lima", "ana@example.org", "ana", "Rep, Mentor"),
    ("+Ben", "ben@example.org", "ben", "Rep"),
    ("Cho Min", "cho@example.org", "cho", "Rep, Mentor"),
    ("Dia Ray", "dia@example.org", "dia", "Rep"),
    ("Eli Poe", "eli@example.org", "eli", "Alumni"),
    ("Max Lee", "m1@example.org", "max1", "Coordinator"),
    ("Max Lee", "m2@example.org", "max2", "Rep"),
]
ALONE = ("max1", "max2")


@pytest.fixture
def tidings(tmp_path, capsys):
    terminal = Terminal(tmp_path / "project", capsys)
    assert terminal("init", "--name", "Riverside", "--coordinator", "ana@example.org").status == 0
    return terminal


@pytest.fixture
def synced(tidings):
    countries = [None] * 3 + ["Italy"]
    types(tidings.folder, "People", *((*one, *countries) for one in PEOPLE[:2]), *PEOPLE[2:])
    types(tidings.folder, "Mentors", ("ben", "ana"), ("dia", "ana"), ("cho", "ana"), ("ana", "cho"))
    day = (NOW - timedelta(days=100)).date()
    types(tidings.folder, "Reports", [day, "ben", "The plan."], [NOW.date(), "dia", "A visit."])
    tidings("sync")
    return tidings


def test_mentors_with_their_mentees_and_when_they_were_seen(synced):
    told = synced("people")

    assert told.status == 0
    assert [" ".join(line.split()) for line in told.out.splitlines()] == [
        "name username groups country last seen",
        "Ana Lima ana Rep, Mentor Italy no report seen",
        "└ +Ben ben Rep Italy 2026-08-15",
        "└ Cho Min cho Rep, Mentor no report seen",
        "└ Dia Ray dia Rep 2026-11-23",
        "Cho Min cho Rep, Mentor no report seen",
        "└ Ana Lima ana Rep, Mentor Italy no report seen",
        "(no mentor)",
        "└ Max Lee max1 Coordinator no report seen",
        "└ Max Lee max2 Rep no report seen",
    ]
    assert told.err == "6 people.\n"


def test_programs_get_a_row_for_each_person_without_addresses(synced):
    rows = json.loads(synced("people", "--format", "json").out)

    assert [row["username"] for row in rows] == ["ben", "ana", "cho", "dia", "max1", "max2"]
    assert rows[1] == {
        "name": "Ana Lima",
        "username": "ana",
        "groups": ["Rep", "Mentor"],
        "country": "Italy",
        "mentor": "Cho Min",
        "mentor username": "cho",
        "mentees": ["+Ben", "Cho Min", "Dia Ray"],
        "last seen": "no report seen",
        "joined": None,
        "break until": None,
    }
    assert "@" not in json.dumps(rows)


def test_nothing_in_csv_is_a_formula(synced):  # fault 9
    (first, *_) = csv.DictReader(io.StringIO(synced("people", "--format", "csv").out))

    assert (first["name"], first["last seen"]) == ("'+Ben", "2026-08-15")


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("--mentor", "Ana Lima"), ["ben", "cho", "dia"]),
        (("--without-mentor",), ["max1", "max2"]),
        (("--group", "mentor"), ["ana", "cho"]),
        (("--country", "italy", "--mentor", "ana"), ["ben"]),
        (("--alumni", "--group", "alumni"), ["eli"]),
        (("--group", "alumni"), []),
    ],
)
def test_people_can_be_narrowed(synced, options, found):
    rows = json.loads(synced("people", *options, "--format", "json").out)

    assert [row["username"] for row in rows] == found


def test_quiet_people_are_those_of_the_digest_and_breaks_count(synced):
    def quiet(*weeks: str) -> list[str]:
        rows = json.loads(synced("people", "--quiet", *weeks, "--format", "json").out)
        return [row["username"] for row in rows]

    manager = Manager(synced.folder / "workbook.xlsx")
    manager.types("People", 4, "break until", (NOW + timedelta(weeks=5)).date())
    synced("sync")
    synced.now = NOW + timedelta(weeks=6)

    assert quiet() == ["ben", "ana", "dia", "max2"]
    assert quiet("8") == []


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Max Lee", "several people are called 'Max Lee'; write one of: max1, max2"),
        ("Zoe", "nobody on the People tab is called 'Zoe'; write it as it is there"),
    ],
)
def test_a_mentor_who_cannot_be_told_is_asked_about(synced, name, fault):
    told = synced("people", "--mentor", name)

    assert told.status == 2
    assert fault in told.err


def test_before_the_first_sync_the_next_step_is_named(tidings):
    told = tidings("people")

    assert told.status == 3
    assert "tidings sync" in told.err
