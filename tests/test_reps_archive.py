"""The old portal's archive -> rows, and what is left out with its reason."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from forms.definition import DEFAULT, load_form
from forms.rules import split_tags
from sheets_sync.given import Rules
from sheets_sync.imports import Import, plan_import
from sheets_sync.reps_archive import mentorship_row, person_row, report_row
from sheets_sync.reps_records import ArchiveError, load_records, read_records, report_id
from sheets_sync.spreadsheet import Cell, Snapshot, Stamp, Worksheet

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)

ACTIVITY = {
    "user": {"first_name": "Ana", "last_name": "Silva", "display_name": "anasilva", "_url": ""},
    "activity": "Recruitment effort",
    "initiative": "Campus Clubs",
    "functional_areas": [{"name": "People"}, {"name": "User Support (SUMO)"}],
    "activity_description": "Met two students.\r\nThey want to help.",
    "report_date": "2016-04-25",
    "mentor": {"first_name": "Bo", "last_name": "Lind", "display_name": "bolind", "_url": ""},
    "location": "Porto, Portugal",
    "link": "https://example.org/porto",
    "link_description": "Pictures",
    "passive_report": False,
    "remo_url": "https://reps.mozilla.org/u/anasilva/r/2016/April/25/38050/",
}
REP = {
    "first_name": "Ana",
    "last_name": "Silva",
    "display_name": "anasilva",
    "date_joined_program": "2014-01-02",
    "date_left_program": None,
    "country": "Portugal",
    "mentor": {"first_name": "Bo", "last_name": "Lind", "display_name": "bolind"},
    "groups": [{"name": "Rep"}, {"name": "Mentor"}],
}
ALUMNUS = {
    "alumni": True,
    "full_name": "Bo Lind",
    "display_name": "bolind",
    "date_joined_program": "2011-06-11T00:00:00",
    "date_left_program": "2017-06-06T00:00:00",
    "country": "Sweden",
}


def numbered(number: int, **changed: object) -> dict[str, object]:
    return {**ACTIVITY, "remo_url": f"https://reps.mozilla.org/u/x/r/{number}/", **changed}


def test_a_report_becomes_a_row() -> None:
    (report,) = read_records([ACTIVITY], []).reports

    assert report_row(report) == {
        "date": date(2016, 4, 25),
        "reporter": "anasilva",
        "text": "Met two students.\nThey want to help.",
        "tags": "Recruitment effort, Campus Clubs, People, User Support (SUMO)",
        "link": "https://example.org/porto",
        "id": report_id(38050),
        "source": "archive",
        "mentor": "Bo Lind",
        "activity": "Recruitment effort",
        "initiative": "Campus Clubs",
        "functional areas": "People, User Support (SUMO)",
        "location": "Porto, Portugal",
        "link description": "Pictures",
        "portal page": "https://reps.mozilla.org/u/anasilva/r/2016/April/25/38050/",
    }


def test_an_id_is_the_same_at_every_import_and_never_a_number() -> None:
    assert report_id(38050) == "r-vjby6rjqnv"
    assert len({report_id(number) for number in range(60_000)}) == 60_000


def test_people_are_reps_and_alumni() -> None:
    rep, alumnus = read_records([], [REP, ALUMNUS]).people

    assert person_row(rep) == {
        "name": "Ana Silva",
        "username": "anasilva",
        "groups": "Rep, Mentor",
        "joined": date(2014, 1, 2),
        "country": "Portugal",
    }
    assert person_row(alumnus) == {
        "name": "Bo Lind",
        "username": "bolind",
        "groups": "Alumni",
        "joined": date(2011, 6, 11),
        "left": date(2017, 6, 6),
        "country": "Sweden",
    }
    assert mentorship_row(rep) == {
        "mentee": "anasilva",
        "mentor": "bolind",
        "note": "from the Reps portal",
    }
    assert not alumnus.mentored


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "- no plan -", "@example tweeted", '=HYPERLINK("x")']
)
def test_a_text_like_a_formula_stays_as_typed(text: str) -> None:  # fault 9
    (report,) = read_records([numbered(1, activity_description=text)], []).reports
    assert report_row(report)["text"] == text


def test_a_report_without_words_tells_what_kind_it_was() -> None:
    (report,) = read_records([numbered(1, activity_description="")], []).reports
    assert report_row(report)["text"] == "Recruitment effort"


def test_the_portals_answers_make_tags_that_stay_whole() -> None:
    areas = [{"name": f"Area {number}"} for number in range(30)]
    report, crowded = read_records(
        [
            numbered(
                1,
                activity="Worked on program duties: Reviewed swag, budget, requests",
                initiative="Other",
                passive_report=True,
                functional_areas=[{"name": "Community support / participation"}, {"name": ""}],
            ),
            numbered(2, functional_areas=areas),
        ],
        [],
    ).reports

    typed = str(report_row(report)["tags"])
    assert split_tags(typed) == (
        (
            "Worked on program duties: Reviewed swag budget…",
            "automatic",
            "Community support / participation",
        ),
        (),
    )
    tags, faults = split_tags(str(report_row(crowded)["tags"]))
    assert (len(tags), faults) == (20, ())
    assert str(report_row(crowded)["functional areas"]).endswith("Area 29")


def test_a_date_that_is_none_is_kept_for_a_person_to_mend() -> None:
    (report,) = read_records([numbered(1, report_date="2016-02-31")], []).reports
    assert report_row(report)["date"] == "2016-02-31"


def test_every_unusable_record_is_listed_with_its_reason() -> None:
    activities = [
        "not a record",
        numbered(1),
        numbered(1),
        numbered(1, activity_description="Other words"),
        numbered(2, user=None),
        numbered(3, activity_description="x" * 32_001),
        numbered(4, activity_description=["a", "list"]),
        {**ACTIVITY, "remo_url": ""},
        numbered(5, mentor=None, functional_areas=None, link=None, location=None),
        {"user": {"display_name": "anasilva"}, "remo_url": "https://reps.mozilla.org/u/a/r/6"},
    ]
    reps = [REP, {**REP, "country": "Spain"}, {**REP, "display_name": " "}, None]

    records = read_records(activities, reps)

    assert [one.key for one in records.reports] == [report_id(1), report_id(5), report_id(6)]
    assert [one.key for one in records.people] == ["anasilva"]
    assert [one.text() for one in records.left_out] == [
        "REPS.json, record 2: an earlier record has the same name (anasilva); the first counts",
        "REPS.json, record 3: it has no display_name, so nobody could be matched to it",
        "REPS.json, record 4: it is not an object with names and values",
        "ACTIVITIES.json, record 1: it is not an object with names and values",
        f"ACTIVITIES.json, record 3: it repeats an earlier record ({report_id(1)}) word for word",
        f"ACTIVITIES.json, record 4: an earlier record has the same name ({report_id(1)}); "
        "the first counts",
        "ACTIVITIES.json, record 5: it names no user who reported it",
        "ACTIVITIES.json, record 6: activity_description: this is longer than 32,000 characters, "
        "which no sheet holds",
        "ACTIVITIES.json, record 7: activity_description: this is not text",
        "ACTIVITIES.json, record 8: its remo_url ends with no number, so it cannot be known again",
    ]


def test_characters_that_no_sheet_can_hold_are_dropped(tmp_path: Path) -> None:  # fault 8
    (tmp_path / "REPS.json").write_text("[]")
    text = json.dumps([numbered(1, activity_description="a\x00b\ud800c\ufffe")])
    (tmp_path / "ACTIVITIES.json").write_text(text)

    (report,) = load_records(tmp_path).reports

    assert report.activity_description == "abc"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (None, "is not there; give the folder that holds ACTIVITIES.json and REPS.json"),
        ("[{", "is not whole JSON"),
        ("[" * 100_000, "is not whole JSON"),
        ("{}", "holds no list of records"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str | None, fault: str) -> None:
    if text is not None:
        (tmp_path / "ACTIVITIES.json").write_text(text)
    with pytest.raises(ArchiveError, match=fault) as raised:
        load_records(tmp_path)
    assert str(raised.value).startswith(str(tmp_path / "ACTIVITIES.json"))


# What is there already


PEOPLE = ["name", "email", "username", "groups"]
MENTORS = ["mentee", "mentor"]
REPORTS = ["date", "reporter", "text", "tags", "link", "id", "source"]


def plan(
    people: list[list[Cell]],
    mentors: list[list[Cell]],
    reports: list[list[Cell]],
    tags: Sequence[list[Cell]] = (),
    **known: str,
) -> Import:
    sheet = Snapshot(
        (
            Worksheet("Reports", [REPORTS, *reports]),
            Worksheet("People", [PEOPLE, *people]),
            Worksheet("Mentors", [MENTORS, *mentors]),
            Worksheet("Tags", [["tag", "same as"], *tags]),
        ),
        stamp=Stamp("ours", 3),
    )
    records = read_records([numbered(1), numbered(2)], [REP, {**ALUMNUS, "mentor": REP}])
    rules = Rules(load_form(DEFAULT), UTC, lambda text: None)
    return plan_import(
        sheet, records, rules, known=set(known.values()), values={"instance": "ours"}, now=NOW
    )


def test_into_an_empty_workbook_everything_is_added() -> None:
    planned = plan([], [], [])

    assert {tab: len(rows) for tab, rows in planned.added.items()} == {
        "People": 2,
        "Mentors": 2,
        "Reports": 2,
        "Tags": 7,
    }
    assert not planned.changes.edits
    assert [append.tab for append in planned.changes.appends] == ["People"] * 2 + [
        "Mentors"
    ] * 2 + ["Reports"] * 2 + ["Tags"] * 7
    assert planned.text().splitlines() == [
        "People: 2 new, 0 there already",
        "Mentors: 2 new, 0 there already",
        "Reports: 2 new, 0 there already",
        "Tags: 7 new, 0 there already",
        "Left out: 0",
    ]


def test_what_is_there_is_left_alone() -> None:
    planned = plan(
        [["Ana S.", "ana@example.org", "AnaSilva", "Council"], ["Bo  Lind", "bo@example.org"]],
        [["ana@example.org", "someone else"], ["Bo Lind", ""]],
        [["", "anasilva", "changed by hand", "", "", report_id(1), "archive"]],
        [
            *(["Recruitment effort"], ["Campus Clubs", "clubs"], ["People"]),
            *(["User Support (SUMO)"], ["recruiting"], ["clubs"], ["support"]),
        ],
        gone=report_id(2),
    )

    assert not planned.changes
    assert planned.text().splitlines() == [
        "People: 0 new, 2 there already",
        "Mentors: 0 new, 2 there already",
        "Reports: 0 new, 1 there already",
        "Tags: 0 new, 7 there already",
        "Reports: 1 whose rows were removed before stay out",
        "Left out: 0",
    ]


def test_only_what_is_missing_is_added() -> None:
    planned = plan([["Ana S.", "", "anasilva"]], [["anasilva", "x"]], [["", "", "", "", "", "r-1"]])

    assert [row["username"] for row in planned.added["People"]] == ["bolind"]
    assert [row["mentee"] for row in planned.added["Mentors"]] == ["bolind"]
    assert [row["id"] for row in planned.added["Reports"]] == [report_id(1), report_id(2)]
