"""`tidings tags` and `tidings reports`: what the last sync found, asked on the command line."""

import csv
import io
import json
from datetime import timedelta

import pytest

from tests.test_cli import NOW, Terminal, types

PEOPLE = [
    ("Ana Lima", "ana@example.org", "ana", "Rep, Mentor"),
    ("Ben Okafor", "ben@example.org", "ben", "Rep"),
    ("Ben Okafor", "ben2@example.org", "benny", "Rep"),
]


@pytest.fixture
def tidings(tmp_path, capsys):
    terminal = Terminal(tmp_path / "project", capsys)
    assert terminal("init", "--name", "Riverside", "--coordinator", "ana@example.org").status == 0
    return terminal


def reported(days: int, who: str, text: str, tags: str, decision: str = "") -> list[object]:
    day = (NOW - timedelta(days=days)).date()
    return [day, who, text, tags, None, None, None, decision]


@pytest.fixture
def synced(tidings):
    types(tidings.folder, "People", *PEOPLE)
    types(tidings.folder, "Mentors", ("ben", "ana"))
    types(
        tidings.folder,
        "Reports",
        reported(100, "ana", "The plan.", "planning"),
        reported(40, "ana", "+1 is what ben@example.org wrote", "planing"),
        reported(3, "ben", "First visit.", "#campus, mentorship"),
        reported(2, "ana", "Second visit.", "Campus"),
        reported(1, "ana", "Third visit.", "Campus", "ok"),
        reported(1, "ana", "Not for others.", "campus", "hide"),
    )
    tidings("sync")
    return tidings


def test_tags_are_listed_with_their_use(synced):
    told = synced("tags")

    assert told.status == 0
    assert [" ".join(line.split()) for line in told.out.splitlines()[:4]] == [
        "tag uses first used last used category same as looks like trend this month a month before",
        "Campus 3 2026-11-20 2026-11-22 new 3 0.0",
        "mentorship 1 2026-11-20 2026-11-20",
        "planing 1 2026-10-14 2026-10-14 planning",
    ]
    assert told.err == "8 tags.\n"


@pytest.mark.parametrize(
    ("option", "found"),
    [
        (("--new",), ["Campus"]),
        (("--rising",), []),
        (("--looks-like",), ["planing"]),
        (("--new", "--looks-like"), ["Campus", "planing"]),
    ],
)
def test_tags_can_be_narrowed_and_read_by_programs(synced, option, found):
    told = synced("tags", *option, "--format", "json")

    assert [one["tag"] for one in json.loads(told.out)] == found


def test_reports_are_found_with_the_expressions_of_digests(synced):
    told = synced("reports", "--tags", "campus and not mentorship", "--since", "8w")

    assert told.status == 0
    assert [line.rsplit("  ", 2)[1:] for line in told.out.splitlines()[1:]] == [
        ["Campus", "Third visit."],
        ["Campus", "Second visit."],
    ]
    assert told.err == "2 reports.\n"


def test_csv_holds_no_formula_and_no_private_address(synced):
    told = synced(
        "reports", "--by", "ana", "--since", "2026-10-01", "--until", "2w", "--format", "csv"
    )

    (row,) = csv.DictReader(io.StringIO(told.out))
    assert row["text"] == "'+1 is what (e-mail address left out) wrote"
    assert (row["name"], row["tags"], row["date"]) == ("Ana Lima", "planing", "2026-10-14")


def test_what_is_hidden_is_never_found(synced):
    told = synced("reports", "--format", "json")

    assert [one["text"] for one in json.loads(told.out)] == [
        "Third visit.",
        "Second visit.",
        "First visit.",
        "+1 is what (e-mail address left out) wrote",
        "The plan.",
    ]
    assert [one["mentor"] for one in json.loads(told.out)][1:3] == ["", "Ana Lima"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--tags", "new york"),
            "--tags, column 5: two words side by side; write new-york for one tag, or new and "
            "york for reports with both",
        ),
        (
            ("--mentor", "Ben Okafor"),
            "--mentor: “Ben Okafor” is the name of several people; write the username of one: "
            "ben, benny",
        ),
    ],
)
def test_wrong_use_is_named_and_has_a_status_of_its_own(synced, options, message):
    told = synced("reports", *options)

    assert (told.status, told.out) == (2, "")
    assert told.err.splitlines()[-1] == f"Error: {message}"


def test_before_the_first_sync_there_is_nothing_to_ask(tidings):
    for command in ("tags", "reports"):
        told = tidings(command)

        assert (told.status, told.out) == (3, "")
        assert told.err == "Not finished: Nothing was synced yet; run: tidings sync\n"
