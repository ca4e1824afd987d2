"""The old portal's real reports in the archive; needs its sample."""

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from sheets_sync.imports import import_archive
from sheets_sync.reps_archive import is_automatic
from tests.archive.valley import valley

FOLDER = Path(os.environ.get("TIDINGS_TEST_DATA", "/nowhere")) / "data" / "reps-archive"
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")

pytestmark = pytest.mark.skipif(
    not (FOLDER / "REPS.json").exists(), reason="TIDINGS_TEST_DATA has no data/reps-archive"
)


def test_all_that_people_wrote_is_there_under_its_day_and_its_old_address(tmp_path: Path):
    with valley(tmp_path) as here:
        project = here.project
        import_archive(project.spreadsheet, project.state, project.rules, FOLDER, now=here.now)
        here.publishes()

        usable = project.state.base.accepted_above(-1)
        typed = {one.id: one for one in usable if not is_automatic(one)}
        assert {path.name for path in (here.folder / "reports").iterdir()} == set(typed)
        assert len(typed) > 900

        months = Counter(f"{one.date:%Y/%m}" for one in typed.values())
        assert {
            month: sum(
                path.read_text("utf-8").count('<article class="report"')
                for path in (here.folder / month).rglob("index.html")
            )
            for month in months
        } == months

        olds = [path for path in here.folder.glob("u/*/r/**/index.html")]
        led = {re.findall(r"url=[./]*reports/([^/]+)/", one.read_text("utf-8"))[0] for one in olds}
        assert len(led) == len(olds)
        assert led == {one.id for one in typed.values() if one.person}
        files = (path for path in here.folder.rglob("*.*ml"))
        assert [f for f in files if ADDRESS.search(f.read_text("utf-8"))] == []
        assert here.builds().written == ()
