"""What the old portal's words mean today: rows of the Tags tab, never another word in a report."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from sheets_sync.community import Tag
from sheets_sync.reps_records import Activity, Named, load_records
from sheets_sync.reps_tags import portal_meanings, tag_rows
from sheets_sync.tags import key, meanings

FOLDER = Path(os.environ.get("TIDINGS_TEST_DATA", "/nowhere")) / "data" / "reps-archive"

REPORTS = [
    Activity(activity="Communicated with my mentee/mentor", initiative="Other"),
    Activity(activity="Bug fixed", functional_areas=(Named(name="Public Relations"),)),
    Activity(activity="Something that nobody foresaw", passive_report=True),
    Activity(activity="Bug fixed", initiative="Campus Clubs"),
]


def test_each_name_gets_a_row_and_so_does_what_it_means():
    assert tag_rows(REPORTS, [Tag("mentorship", "mentorship", "")]) == [
        {
            "tag": "Bug fixed",
            "description": "an activity of the Reps portal",
            "same as": "code",
        },
        {
            "tag": "Communicated with my mentee/mentor",
            "description": "an activity of the Reps portal",
            "same as": "mentorship",
        },
        {
            "tag": "Something that nobody foresaw",
            "description": "an activity of the Reps portal",
        },
        {
            "tag": "Campus Clubs",
            "description": "an initiative of the Reps portal",
            "same as": "campus",
        },
        {
            "tag": "Public Relations",
            "description": "an area of the Reps portal",
            "same as": "press",
        },
        {
            "tag": "automatic",
            "description": "a report by the event system of the Reps portal",
        },
        {"tag": "code"},
        {"tag": "campus"},
        {"tag": "press"},
    ]


def test_what_managers_wrote_stays_and_is_followed():
    present = [
        Tag("bug-fixed", "Bug fixed", "", "Work"),
        Tag("press", "press", "media"),
        Tag("media", "media", ""),
    ]

    rows = {str(row["tag"]): row.get("same as") for row in tag_rows(REPORTS, present)}

    assert rows["Public Relations"] == "media"
    assert not {"Bug fixed", "press", "media"} & rows.keys()


@pytest.mark.skipif(not FOLDER.exists(), reason="TIDINGS_TEST_DATA has no data/reps-archive")
def test_every_activity_initiative_and_area_of_the_archive_has_its_meaning():
    told = json.loads((FOLDER / "ACTIVITIES.json").read_text())
    activities = Counter(one["activity"] for one in told)
    reports = load_records(FOLDER).reports

    rows = tag_rows(reports, ())
    found = {one.kind: {m.means for m in portal_meanings(reports) if m.kind == one.kind}
             for one in portal_meanings(reports)}  # fmt: skip
    means = meanings([Tag(key(str(r["tag"])), "", str(r.get("same as", ""))) for r in rows])

    assert len({key(str(row["tag"])) for row in rows}) == len(rows)
    assert set(means.values()) <= {key(str(row["tag"])) for row in rows}
    assert all(
        means.get(key(name), "own") != "own" and means[key(name)] != key(name)
        for name in activities
        if len(name) < 50 and "," not in name
    )
    assert len(found["an activity"]) < len(activities) == 33
    assert means[key("Communicated with my mentee/mentor")] == "mentorship"
