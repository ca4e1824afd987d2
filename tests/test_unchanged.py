"""A sync looks only at rows about which something may have changed, and finds the same."""

import os
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sheets_sync.given import Given
from sheets_sync.judging import judge
from sheets_sync.spreadsheet import CellFault
from sheets_sync.sync import Outcome
from sheets_sync.unchanged import KEPT, row_print
from tests.story import Story, story

SEEDS = 40 if os.environ.get("TIDINGS_SOAK") else 3
ID = re.compile(r"r-[0-9a-z]{10}")
ANY_ID = re.compile(r"\b[rp]-[0-9a-z]{10,16}\b")


@pytest.fixture
def s(tmp_path: Path) -> Iterator[Story]:
    with story(tmp_path) as told:
        for number in range(8):
            told.types_report(
                date=told.now.date() - timedelta(days=number),
                reporter=("ana", "ben", "cho", "nobody")[number % 4],
                text=f"Report {number}.",
                tags=("press", "", "#italy, press", "planning")[number % 4] or None,
            )
        told.sync()
        told.sync()
        yield told


def looked_at(told: Story) -> set[str]:
    """Return the ids of the rows that the next sync need not look at."""
    return set(re.findall(ID, told.state.base.get(KEPT)))


def test_rows_with_nothing_left_to_do_are_remembered_and_no_others(s: Story):
    rows = s.shows("Reports", "id", "status")

    assert looked_at(s) == {id for id, status in rows if status == "ok"}
    assert len(looked_at(s)) == 6


def test_a_row_that_waits_to_be_written_is_looked_at_again(s: Story):
    s.manager.types("Reports", 2, "status", "mine")
    s.rules = replace(s.rules, hashtags=False)  # so that every row is judged anew
    (s.folder / ".~lock.workbook.xlsx#").write_text("ana,desk,2026")

    assert not s.sync().written
    assert "Report 0." in judged_anew(s)
    assert "Report 1." not in judged_anew(s)

    (s.folder / ".~lock.workbook.xlsx#").unlink()
    s.sync()
    assert s.shows("Reports", "status")[0] == ("ok",)


def test_a_row_that_was_just_written_need_not_be_looked_at_again(s: Story):
    s.types_report(date=s.now.date(), reporter="ana", text="New.")
    s.types_report(date=s.now.date(), reporter="nobody", text="Doubtful.")
    s.sync()

    assert "New." not in judged_anew(s)
    assert "Doubtful." in judged_anew(s)

    s.manager.types("Reports", 10, "mentor", "mine")
    assert "New." in judged_anew(s)


def test_a_date_that_was_too_late_is_found_right_when_its_day_comes(s: Story):
    row = s.types_report(date=s.now.date() + timedelta(days=3), reporter="ana", text="Early.")
    s.sync()
    s.sync()
    assert s.shows("Reports", "status")[row - 2] == ("check",)

    s.pass_time(days=3)
    s.sync()

    assert s.shows("Reports", "status")[row - 2] == ("ok",)


def test_an_error_in_a_cell_is_like_nothing_that_was_seen():
    assert row_print(["a", 1.0, None]) == row_print(["a", 1.0, None]) != row_print(["a", 1.5, None])
    assert row_print(["a", CellFault("#REF!")]) == ""


def judged_anew(told: Story) -> list[str]:
    """Return the texts of the reports that a sync would judge now."""
    state, values = told.state.base, told.state.base.values()
    known, people = state.known(), state.acquaintances()
    given = Given(told.book.read(), known, people, values, (), (), (), (), told.now, told.now)
    return [one.report.text for one in judge(given, told.rules).told.settled]


def settled_story(told: Story, *reports: dict[str, str]) -> None:
    """Fill the Reports tab anew, and sync until nothing is left to do."""
    with told.manager.editing():
        while len(told.manager.cells("Reports")) > 1:
            told.manager.deletes_row("Reports", 2)
    for cells in reports:
        told.types_report(date=told.now.date(), **cells)
    for _ in range(2):
        told.sync(accept_removals=True)
    assert judged_anew(told) == []


BY_NAME = {"reporter": "Ana Rossi", "text": "By name."}
BY_ADDRESS = {"reporter": "ana@example.org", "text": "By address."}
BY_USERNAME = {"reporter": "ben", "text": "By username."}
ABOUT_TWO = {"reporter": "cho", "text": "About two.", "about": "Rossi, Ana"}


def test_somebody_new_makes_no_row_be_judged_anew(s: Story):
    settled_story(s, BY_NAME, BY_ADDRESS, BY_USERNAME, ABOUT_TWO)

    s.manager.inserts_row("People", 3, ["Dora Lund", "dora@example.org", "dora", "Rep"])
    assert judged_anew(s) == []

    s.manager.inserts_row("Mentors", 2, ["dora", "ana"])
    assert judged_anew(s) == []


def test_a_change_of_a_person_makes_their_rows_be_judged_anew_and_no_others(s: Story):
    settled_story(s, BY_NAME, BY_ADDRESS, BY_USERNAME, ABOUT_TWO)

    s.manager.types("People", 2, "name", "Ana Lima")
    assert judged_anew(s) == ["By name.", "By address."]

    s.sync()
    s.manager.types("People", 3, "username", "benedict")
    assert "By username." in judged_anew(s)
    assert "By address." not in judged_anew(s)


def test_a_namesake_makes_the_rows_of_that_name_be_judged_anew(s: Story):
    settled_story(s, BY_NAME, BY_ADDRESS, BY_USERNAME)

    s.manager.inserts_row("People", 5, ["ANA ROSSI", "rossi@example.org", "rossi", "Rep"])

    assert judged_anew(s) == ["By name."]


def test_somebody_who_is_called_like_another_ones_row_makes_it_be_judged_anew(s: Story):
    both = {"reporter": "Annie <ana@example.org>", "text": "Name and address."}
    settled_story(s, BY_NAME, both)

    s.manager.inserts_row("People", 5, ["Annie", "annie@example.org", "annie", "Rep"])

    assert judged_anew(s) == ["Name and address."]


def test_the_rows_of_somebody_whose_place_another_one_of_that_name_takes_are_judged_anew(s: Story):
    settled_story(s, BY_NAME, BY_USERNAME)

    s.manager.deletes_row("People", 2)
    s.manager.inserts_row("People", 2, ["Ana Rossi", "other@example.org", "other", "Rep, Mentor"])

    assert judged_anew(s) == ["By name."]


def test_a_name_with_a_comma_is_split_anew_when_somebody_is_called_so(s: Story):
    settled_story(s, BY_USERNAME, ABOUT_TWO)

    s.manager.inserts_row("People", 5, ["Rossi, Ana", "other@example.org", "other", "Rep"])

    assert judged_anew(s) == ["About two."]


def test_rows_without_a_mentor_are_judged_anew_when_their_writer_has_one(s: Story):
    s.manager.inserts_row("People", 5, ["Dora Lund", "dora@example.org", "dora", "Rep"])
    settled_story(s, BY_NAME, {"reporter": "dora", "text": "Without a mentor."})

    s.manager.inserts_row("Mentors", 2, ["dora", "ben"])
    assert judged_anew(s) == ["Without a mentor."]

    s.sync()
    assert s.shows("Reports", "text", "mentor")[1] == ("Without a mentor.", "Ben Okafor")


def test_the_first_person_of_a_roster_makes_every_row_be_judged_anew(tmp_path: Path):
    with story(tmp_path, people=False) as told:
        settled_story(told, BY_NAME, BY_USERNAME)

        told.manager.inserts_row("People", 2, ["Ben Okafor", "ben@example.org", "ben", "Rep"])

        assert judged_anew(told) == ["By name.", "By username."]


WORDS = {
    "name": ("Ana Rossi", "Ben Okafor", "Cho Min", "Rossi, Ana", "ana", None),
    "email": ("ana@example.org", "ben@example.org", "new@example.org", None),
    "username": ("ana", "ben", "cho", "new", None),
}
SOMEBODY = ("ana", "ben", "cho", "Ana Rossi", "Cho Min", "new", "ben@example.org", "Ana Lima")


def edit_of_people(told: Story, chance: random.Random) -> None:
    """Do something to People or Mentors."""
    manager = told.manager
    person = chance.randint(2, len(manager.cells("People")))
    pair = chance.randint(2, len(manager.cells("Mentors")))
    column = chance.choice(list(WORDS))
    somebody = [chance.choice(WORDS[name]) for name in WORDS]
    acts = (
        lambda: manager.types("People", person, column, chance.choice(WORDS[column])),
        lambda: manager.inserts_row("People", person, [*somebody, "Rep, Mentor"]),
        lambda: manager.types("People", person, "groups", chance.choice(["Rep", "Alumni"])),
        lambda: manager.sorts("People", "name", descending=True),
        lambda: len(manager.cells("People")) > 3 and manager.deletes_row("People", person),
        lambda: manager.inserts_row("Mentors", pair, chance.sample(SOMEBODY, 2)),
        lambda: manager.types("Mentors", pair, "mentor", chance.choice(SOMEBODY)),
        lambda: len(manager.cells("Mentors")) > 3 and manager.deletes_row("Mentors", pair),
    )  # fmt: skip
    chance.choice(acts)()


def edit(told: Story, chance: random.Random) -> None:
    """Do something to the spreadsheet that managers do."""
    manager, rows = told.manager, len(told.manager.cells("Reports"))
    row = chance.randint(2, rows)
    acts = (
        lambda: manager.types("Reports", row, "text", f"Typed {chance.random()}"),
        lambda: manager.types("Reports", row, "tags", chance.choice(["press", "new-tag", None])),
        lambda: manager.types("Reports", row, "reporter", chance.choice([*SOMEBODY, None])),
        lambda: manager.types("Reports", row, "about", ", ".join(chance.sample(SOMEBODY, 2))),
        lambda: manager.types("Reports", row, "decision", chance.choice(["ok", "hide", None])),
        lambda: manager.types("Reports", row, "id", chance.choice(["new", None, "r-0000000000"])),
        lambda: manager.types("Reports", row, "status", "mine"),
        lambda: manager.copies_row("Reports", row, chance.randint(2, rows)),
        lambda: manager.moves_row("Reports", row, chance.randint(2, rows)),
        lambda: manager.deletes_row("Reports", row),
        lambda: manager.sorts("Reports", "text", descending=True),
        lambda: manager.types("Tags", 2, "same as", chance.choice(["italy", "press", None])),
        lambda: manager.adds_column("Reports", f"mine {chance.random()}", ["x"]),
        lambda: told.posts("ana", "Posted."),
        lambda: told.pass_time(days=1),
    )  # fmt: skip
    chance.choice(acts)()


def found(told: Story) -> str:
    """Return what a sync would find and do now; new ids are all alike."""
    outcome: Outcome = told.sync(dry_run=True)
    known = {*told.state.base.known(), *(one.id for one in told.state.base.acquaintances())}
    people = outcome.community.people
    problems = sorted(problem.text() for problem in outcome.problems)
    whole = repr((outcome.changes, people, problems, outcome.community.tags, outcome.notes))
    return ANY_ID.sub(lambda id: id[0] if id[0] in known else "new", whole)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_looking_at_all_rows_finds_the_same_whatever_managers_do(s: Story, seed: int):
    chance = random.Random(seed)
    spared = 0
    for _ in range(7):
        for _ in range(chance.randint(1, 2)):
            chance.choice((edit, edit_of_people))(s, chance)
        remembered = s.state.base.get(KEPT)
        quick = found(s)
        s.state.base.put(KEPT, "")
        s.state.base.put("quiet", "")

        assert found(s) == quick

        s.state.base.put(KEPT, remembered)
        s.sync()
        spared += len(looked_at(s))
    assert spared
