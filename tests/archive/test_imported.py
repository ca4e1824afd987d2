"""Reports of the old portal: under their old dates, marked, found at their old addresses."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sheets_sync.imports import import_archive
from tests.archive.valley import Valley, valley

OLD = "https://reps.example.org/u/anasilva/r"


def activity(number: int, day: str, text: str, **more: Any) -> dict[str, Any]:
    at = datetime.fromisoformat(day)
    return {
        "user": {"first_name": "Ana", "last_name": "Silva", "display_name": "anasilva"},
        "activity": "Campus",
        "activity_description": text,
        "report_date": day,
        "remo_url": f"{OLD}/{at:%Y/%B}/{at.day}/{number}/",
        **more,
    }


ACTIVITIES = [
    activity(38050, "2016-04-25", "Visited a campus."),
    activity(38051, "2016-04-25", "Visited another.", activity="Planning"),
    activity(38052, "2016-04-26", "Attended an event.", passive_report=True),
]
REPS = [{"first_name": "Ana", "last_name": "Silva", "display_name": "anasilva", "country": "Peru"}]


def imports(here: Valley) -> None:
    folder = here.project.folder / "portal"
    folder.mkdir()
    (folder / "ACTIVITIES.json").write_text(json.dumps(ACTIVITIES))
    (folder / "REPS.json").write_text(json.dumps(REPS))
    project = here.project
    import_archive(project.spreadsheet, project.state, project.rules, folder, now=here.now)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Valley]:
    with valley(tmp_path) as opened:
        imports(opened)
        yield opened


def test_they_stand_under_their_old_dates_and_say_what_they_are(here: Valley):
    here.types(reporter="ana", text="Something new.")
    here.publishes()

    mark = "imported from an older site"
    assert "Ana Silva April 25, 2016 Visited a campus." in here.words("2016/04/")
    assert here.words("2016/04/").count(mark) == 2
    assert here.words("").partition("The latest ")[2].startswith("Ana Rossi November 20, 2026")
    assert mark not in here.words("2026/11/")


def test_what_a_program_wrote_is_left_out(here: Valley):
    here.publishes()

    assert here.holding("Attended an event") == here.holding("automatic") == []
    assert len(list((here.folder / "reports").iterdir())) == 2


def test_what_a_program_wrote_stands_apart_where_it_is_wanted(tmp_path: Path):
    with valley(tmp_path, "automatic = true") as here:
        imports(here)
        here.publishes()

        assert here.words("automatic/").endswith(
            "Ana Silva April 26, 2016 Attended an event. #Campus #automatic "
            "imported, written by a program of the older site"
        )
        pages = {path for path in here.holding("Attended an event") if "reports/" not in path}
        assert pages == {"automatic/index.html"}


def test_old_addresses_lead_to_the_new_pages(here: Valley):
    here.publishes()

    for number, text in ((38050, "Visited a campus."), (38051, "Visited another.")):
        old = f"u/anasilva/r/2016/April/25/{number}/"
        assert text in here.words(leads_to(here, old))
    assert leads_to(here, "u/anasilva/") == "people/anasilva/"
    assert not (here.folder / "u/anasilva/r/2016/April/26").exists()


def leads_to(here: Valley, old: str) -> str:
    """Return where an old page leads, for a browser and for a search engine."""
    page = here.page(old)
    forward = page.partition('content="0; url=')[2].partition('"')[0]
    to = (here.folder / old / forward).resolve().relative_to(here.folder.resolve())
    assert f'<link rel="canonical" href="https://reports.example.org/{to}/">' in page
    return f"{to}/"


def test_no_old_address_leads_to_who_asked_not_to_be_shown(here: Valley):
    here.syncs()
    _, *rows = here.manager.cells("People")
    row = next(at for at, cells in enumerate(rows, 2) if "anasilva" in cells)
    here.manager.types("People", row, "public", "no")

    here.publishes()

    assert here.holding("anasilva") == here.holding("Silva") == []
    assert "a member April 25, 2016 Visited a campus." in here.words("2016/04/")


@pytest.mark.parametrize(
    "page",
    [
        "https://reps.example.org/u/../r/2016/April/25/1/",
        "https://reps.example.org/u/%2e%2e%2fx/r/2016/April/25/1/",
        "https://reps.example.org/u/a/b/r/2016/April/25/1/",
        "https://reps.example.org/index.html",
        "u/anasilva/r/2016/April/25/1/",
        "https://reps.example.org/u/ana@example.org/r/2016/April/25/1/",
        "https://reps.example.org/u/" + "x" * 300 + "/r/2016/April/25/1/",
    ],
)
def test_no_page_is_made_for_what_is_no_old_address(here: Valley, page: str):
    here.manager.types("Reports", 2, "portal page", page)
    here.publishes()

    made = [path for path in here.holding("") if path.startswith("u") and path.endswith(".html")]
    assert made == ["u/anasilva/index.html", "u/anasilva/r/2016/April/25/38051/index.html"]
