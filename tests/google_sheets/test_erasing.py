"""A person is erased from a spreadsheet on Google: no cell, note or hidden row holds them."""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sheets_sync.erasing import carry_out, look
from sheets_sync.project import open_project
from tests.google_sheets.town import MONDAY, Town, Towns, prepared


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    with prepared(tmp_path_factory.mktemp("towns")) as towns:
        yield towns


@pytest.fixture
def town(towns: Towns) -> Town:
    return towns.new()


def erase(town: Town, who: str) -> tuple[str, ...]:
    """Erase in a process of its own; returns what only a person can delete."""
    with open_project(town.folder, {}) as project:
        google = town.shared.opened(project.state.base, zone="Europe/Berlin")
        project = replace(project, spreadsheet=google)
        plan = look(project, who)
        assert carry_out(project, plan, now=MONDAY).left == ()
        return plan.to_do


def everything(town: Town) -> str:
    """Return all that Google holds of the spreadsheet: cells, notes, hidden tabs."""
    return repr(town.shared.book.saved())


def test_nothing_of_them_stands_in_any_tab_the_hidden_one_too(town: Town):
    # fault 84
    town.person.types("Reports", 3, "about", "Ana Rossi; Ben Okafor")
    town.runs()
    assert "Ana Rossi" in everything(town)

    to_do = erase(town, "ana@example.org")

    after = everything(town)
    assert [
        word for word in ("Ana Rossi", "ana@example.org", "Opened the caf") if word in after
    ] == []
    assert "Ben Okafor" in after
    assert any("Version history" in line for line in to_do)


def test_rows_stay_where_they_are(town: Town):
    town.runs()
    before = town.person.cells("People")

    erase(town, "ana@example.org")

    after = town.person.cells("People")
    assert [row[:1] for row in after] == [["name"], [], *([row[0]] for row in before[2:])]


@pytest.mark.parametrize("gap", range(1, 8) if os.environ.get("TIDINGS_SOAK") else (2, 4))
def test_a_manager_who_sorts_in_that_very_moment_loses_nothing(town: Town, gap: int):
    town.runs()
    others = {str(row[0]) for row in town.person.cells("People")[2:]}
    before = len(town.shared.world.calls)
    act = town.person.sorts
    town.shared.world.between(gap, lambda: act("People", "name", descending=True))

    erase(town, "ana@example.org")

    assert len(town.shared.world.calls) - before > gap
    assert {str(row[0]) for row in town.person.cells("People")[1:] if row} == others
    assert "ana@example.org" not in everything(town)
