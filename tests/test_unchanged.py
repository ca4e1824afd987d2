"""A sync looks only at rows about which something may have changed, and finds the same."""

import os
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sheets_sync.spreadsheet import CellFault
from sheets_sync.sync import Outcome
from sheets_sync.unchanged import KEPT, row_print
from tests.story import Story, story

SEEDS = 40 if os.environ.get("TIDINGS_SOAK") else 3
ID = re.compile(r"r-[0-9a-z]{10}")


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
    assert s.shows("Reports", "id")[0][0] not in looked_at(s)

    (s.folder / ".~lock.workbook.xlsx#").unlink()
    s.sync()
    assert s.shows("Reports", "status")[0] == ("ok",)


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


def edit(told: Story, chance: random.Random) -> None:
    """Do something to the spreadsheet that managers do."""
    manager, rows = told.manager, len(told.manager.cells("Reports"))
    row = chance.randint(2, rows)
    acts = (
        lambda: manager.types("Reports", row, "text", f"Typed {chance.random()}"),
        lambda: manager.types("Reports", row, "tags", chance.choice(["press", "new-tag", None])),
        lambda: manager.types("Reports", row, "reporter", chance.choice(["ana", "nobody", None])),
        lambda: manager.types("Reports", row, "decision", chance.choice(["ok", "hide", None])),
        lambda: manager.types("Reports", row, "id", chance.choice(["new", None, "r-0000000000"])),
        lambda: manager.types("Reports", row, "status", "mine"),
        lambda: manager.copies_row("Reports", row, chance.randint(2, rows)),
        lambda: manager.moves_row("Reports", row, chance.randint(2, rows)),
        lambda: manager.deletes_row("Reports", row),
        lambda: manager.sorts("Reports", "text", descending=True),
        lambda: manager.types("People", 2, "name", f"Ana {chance.choice(['Rossi', 'Lima'])}"),
        lambda: manager.types("Mentors", 2, "mentor", chance.choice(["ana", "cho"])),
        lambda: manager.adds_column("Reports", f"mine {chance.random()}", ["x"]),
        lambda: told.posts("ana", "Posted."),
        lambda: told.pass_time(days=1),
    )  # fmt: skip
    chance.choice(acts)()


def found(told: Story) -> str:
    """Return what a sync would find and do now; new ids are all alike."""
    outcome: Outcome = told.sync(dry_run=True)
    known = set(told.state.base.known())
    people = sorted(map(repr, outcome.community.people))
    problems = sorted(problem.text() for problem in outcome.problems)
    whole = repr((outcome.changes, people, problems, outcome.community.tags, outcome.notes))
    return ID.sub(lambda id: id[0] if id[0] in known else "r-new", whole)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_looking_at_all_rows_finds_the_same_whatever_managers_do(s: Story, seed: int):
    chance = random.Random(seed)
    spared = 0
    for _ in range(7):
        for _ in range(chance.randint(1, 2)):
            edit(s, chance)
        remembered = s.state.base.get(KEPT)
        quick = found(s)
        s.state.base.put(KEPT, "")
        s.state.base.put("quiet", "")

        assert found(s) == quick

        s.state.base.put(KEPT, remembered)
        s.sync()
        spared += len(looked_at(s))
    assert spared
