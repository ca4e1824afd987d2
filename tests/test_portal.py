"""The invented archive of the benchmark has the statistics of the real one's sample."""

import json
import os
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from benchmarks.portal import make_portal
from sheets_sync.reps_records import load_records

SAMPLE = Path(os.environ.get("TIDINGS_TEST_DATA", "/nowhere")) / "data" / "reps-archive"


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portal")
    make_portal(folder, 3000)
    return folder


def activities(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "ACTIVITIES.json").read_text("utf-8"))
    return found


def shares(records: list[dict[str, Any]]) -> dict[str, float]:
    """Return what is compared, as parts of all."""
    count = len(records)
    texts = [one["activity_description"] or "" for one in records]
    years = Counter((one["report_date"] or "")[:4] for one in records)
    keys = ("user", "activity", "report_date", "activity_description")
    alike = len({json.dumps([one[key] for key in keys]) for one in records})
    return {
        "automatic": sum(one["passive_report"] for one in records) / count,
        "empty": sum(not text for text in texts) / count,
        "with line breaks": sum("\n" in text for text in texts) / count,
        "with a link": sum(bool(one["link"]) for one in records) / count,
        "with several areas": sum(len(one["functional_areas"] or ()) > 1 for one in records)
        / count,
        "repeated": (count - alike) / count,
        **{f"of {year}": years[str(year)] / count for year in range(2012, 2021)},
    }


def lengths(records: list[dict[str, Any]], *, made: bool) -> float:
    texts = (o["activity_description"] for o in records if o["passive_report"] is made)
    return median(len(text) for text in texts if text)


def test_every_record_is_usable(invented: Path):
    records = load_records(invented)

    assert len(records.reports) == 3000
    assert len(records.people) == 729
    assert records.left_out == ()


def test_the_same_seed_makes_the_same(invented: Path, tmp_path: Path):
    make_portal(tmp_path, 3000)

    for name in ("ACTIVITIES.json", "REPS.json"):
        assert (tmp_path / name).read_bytes() == (invented / name).read_bytes()


@pytest.mark.skipif(
    not (SAMPLE / "REPS.json").exists(), reason="TIDINGS_TEST_DATA has no data/reps-archive"
)
def test_it_is_as_varied_as_the_sample(invented: Path):
    real, ours = activities(SAMPLE), activities(invented)

    assert shares(ours) == pytest.approx(shares(real), abs=0.03)
    for made in (True, False):
        assert lengths(ours, made=made) == pytest.approx(lengths(real, made=made), rel=0.2)
