"""A state from an old backup meets a spreadsheet that a newer one has written to (fault 75).

The first of these stories was found by the simulated year.
"""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.google_sheets.town import Town, Towns, prepared
from tests.google_standin.faults import Kind

WRITE, GIVE_BACK = 2, 4
"""Which call of a run is its write; which takes that back, where a header was renamed meanwhile."""


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    with prepared(tmp_path_factory.mktemp("town")) as towns:
        yield towns


def _stops(town: Town, *, at: int, after: bool) -> None:
    """Let a run stop before it knows what became of what it wrote."""
    town.shared.world.fails(Kind.RESET, call=at, after_effect=after, times=1000)
    assert "try again later" in town.runs()
    town.shared.world.forget_plans()


def _newer_writes(town: Town, backup: Path) -> list[object]:
    """Keep a copy of the state, go on with the newest, put the copy back; return the reports."""
    shutil.copytree(town.folder, backup)
    assert town.runs() == ""
    town.posts("dan", "Painted the fence", "3")
    assert town.runs() == ""
    shutil.rmtree(town.folder)
    shutil.copytree(backup, town.folder)
    return list(town.person.cells("Reports"))


def test_what_an_old_state_did_not_check_is_left_alone(towns: Towns, tmp_path: Path) -> None:
    town = towns.new()
    _stops(town, at=WRITE, after=True)
    before = _newer_writes(town, tmp_path / "backup")

    line = town.runs()

    assert "the spreadsheet is newer than the state" in line
    assert "Nothing was changed" in line
    assert town.person.cells("Reports") == before


def test_what_an_old_state_was_taking_back_is_left_alone(towns: Towns, tmp_path: Path) -> None:
    town = towns.new()
    renames = partial(town.person.renames_header, "Reports", "status", "Status today")
    town.shared.world.between(WRITE - 1, renames)
    _stops(town, at=GIVE_BACK, after=False)
    before = _newer_writes(town, tmp_path / "backup")
    assert [text for (text,) in town.reports("text")].count("Mentored Ben") == 1

    assert "Nothing was changed" in town.runs()

    assert town.person.cells("Reports") == before
