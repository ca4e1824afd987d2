"""Tabs -> requests: what a new tab gets, and that nothing is asked for twice."""

import re

from sheets_sync.google_sheets.columns import There
from sheets_sync.google_sheets.making import complete_tab, make_tab
from sheets_sync.google_sheets.questions import common_questions
from sheets_sync.layout import MENTORS, PEOPLE, PROBLEMS, REPORTS, TABS, TAGS, Owner, Tab
from sheets_sync.look import note
from sheets_sync.preparation import Standing

VIEWS = common_questions(mentorship="mentorship", alumni="Alumni")


def kinds(requests: list[dict]) -> list[str]:
    return [next(iter(request)) for request in requests]


def parts(requests: list[dict], kind: str) -> list[dict]:
    return [request[kind] for request in requests if kind in request]


def headers(requests: list[dict]) -> dict[int, tuple[str, str]]:
    """Return text and note of each header, by column."""
    return {
        part["start"]["columnIndex"]: (
            part["rows"][0]["values"][0]["userEnteredValue"]["stringValue"],
            part["rows"][0]["values"][0]["note"],
        )
        for part in parts(requests, "updateCells")
        if part["fields"] == "userEnteredValue,note,userEnteredFormat"
    }


def all_there(tab: Tab) -> tuple[There, Standing]:
    """Return a tab as a person finds it after `init`."""
    made = {c.name: at for at, c in enumerate(c for c in tab.columns if not c.optional)}
    ours = [c for c in tab.columns if c.owner is Owner.TIDINGS]
    there = There(
        7,
        len(made),
        frozen=1,
        notes=frozenset(made.values()),
        lists=frozenset(made[c.name] for c in tab.columns if c.choices and c.name in made),
        formats=dict.fromkeys(made.values(), frozenset({"numberFormat", "backgroundColorStyle"})),
        protected=frozenset(f"Tidings writes this column: {c.name}" for c in ours),
        views=frozenset(view.title for view in VIEWS),
        coloured=frozenset({made["status"]} if "status" in made else ()),
        is_filtered=True,
    )
    return there, Standing(1, made, {})


def test_a_new_tab_has_all_its_headers_with_the_notes_of_the_workbook():
    for tab in TABS:
        made = [column for column in tab.columns if not column.optional]
        assert headers(make_tab(tab, 7)) == {
            at: (column.name, note(column)) for at, column in enumerate(made)
        }


def test_the_header_stays_in_sight_and_can_be_filtered():
    requests = make_tab(MENTORS, 7)

    assert parts(requests, "addSheet")[0]["properties"]["title"] == "Mentors"
    assert parts(requests, "updateSheetProperties") == [
        {
            "properties": {"sheetId": 7, "gridProperties": {"frozenRowCount": 1}},
            "fields": "gridProperties.frozenRowCount",
        }
    ]
    assert parts(requests, "setBasicFilter") == [
        {"filter": {"range": {"sheetId": 7, "startRowIndex": 0}}}
    ]


def test_a_list_offers_and_does_not_forbid():
    (offer,) = parts(make_tab(REPORTS, 7), "setDataValidation")

    assert offer == {
        "range": {"sheetId": 7, "startRowIndex": 1, "startColumnIndex": 7, "endColumnIndex": 8},
        "rule": {
            "condition": {
                "type": "ONE_OF_LIST",
                "values": [{"userEnteredValue": "ok"}, {"userEnteredValue": "hide"}],
            },
            "inputMessage": "Tidings understands: ok, hide, or nothing.",
            "strict": False,
            "showCustomUi": True,
        },
    }


def test_exactly_our_columns_are_shaded_and_warn():
    for tab in TABS:
        made = [column for column in tab.columns if not column.optional]
        ours = [at for at, column in enumerate(made) if column.owner is Owner.TIDINGS]
        requests = make_tab(tab, 7)
        protected = [part["protectedRange"] for part in parts(requests, "addProtectedRange")]
        shaded = [
            part["range"]["startColumnIndex"]
            for part in parts(requests, "repeatCell")
            if "backgroundColorStyle" in part["cell"]["userEnteredFormat"]
        ]

        assert shaded == ours
        assert [one["range"]["startColumnIndex"] for one in protected] == ours
        assert {one["warningOnly"] for one in protected} == {True}


def test_dates_look_like_dates_in_every_locale():
    formats = {
        part["range"]["startColumnIndex"]: part["cell"]["userEnteredFormat"]["numberFormat"]
        for part in parts(make_tab(REPORTS, 7), "repeatCell")
    }

    assert formats[0] == {"type": "DATE", "pattern": "yyyy-mm-dd"}
    assert formats[9] == {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}
    assert formats[2] == {"type": "TEXT", "pattern": "@"}


def test_the_colours_of_a_status_can_be_told_apart_and_read():
    rules = [part["rule"] for part in parts(make_tab(REPORTS, 7), "addConditionalFormatRule")]
    words = [rule["booleanRule"]["condition"]["values"][0]["userEnteredValue"] for rule in rules]
    shades = [
        rule["booleanRule"]["format"]["backgroundColorStyle"]["rgbColor"].values() for rule in rules
    ]

    assert set(words) == set(re.findall(r"\w+", REPORTS.column("status").note)) - {"or"}
    # Black on each is far above the 7 to 1 that reads well everywhere.
    assert all(0.2126 * r + 0.7152 * g + 0.0722 * b > 0.8 for r, g, b in shades)


def test_the_common_questions_have_their_filter_views():
    found = {
        part["filter"]["title"]: [
            (spec["columnIndex"], spec["filterCriteria"]["condition"])
            for spec in part["filter"]["filterSpecs"]
        ]
        for tab in (REPORTS, PEOPLE)
        for part in parts(make_tab(tab, 7, views=VIEWS), "addFilterView")
    }

    assert found == {
        "Mentorship, last four weeks": [
            (3, {"type": "TEXT_CONTAINS", "values": [{"userEnteredValue": "mentorship"}]}),
            (9, {"type": "DATE_AFTER", "values": [{"userEnteredValue": "=TODAY()-28"}]}),
        ],
        "Held": [(11, {"type": "TEXT_EQ", "values": [{"userEnteredValue": "held"}]})],
        "No mentor": [
            (0, {"type": "NOT_BLANK"}),
            (3, {"type": "TEXT_NOT_CONTAINS", "values": [{"userEnteredValue": "Alumni"}]}),
            (8, {"type": "BLANK"}),
        ],
    }


def test_first_rows_are_text_and_never_calculated():
    requests = make_tab(TAGS, 7, [["=1+1", None, None, "What it is for."]])

    assert parts(requests, "updateCells")[-1] == {
        "start": {"sheetId": 7, "rowIndex": 1, "columnIndex": 0},
        "rows": [
            {
                "values": [
                    {"userEnteredValue": {"stringValue": "=1+1"}},
                    {},
                    {},
                    {"userEnteredValue": {"stringValue": "What it is for."}},
                ]
            }
        ],
        "fields": "userEnteredValue",
    }


def test_a_tab_that_has_everything_is_left_alone():
    for tab in TABS:
        assert complete_tab(tab, *all_there(tab), views=VIEWS) == []


def test_a_column_that_is_missing_goes_to_the_right_of_a_grid_that_is_full():
    there = There(7, 3, frozen=2, notes=frozenset({0, 1, 2}), is_filtered=True)
    standing = Standing(
        2, {"mentee": 0, "mentor": 2}, {"problem": 3}, {"problem": "problem (Tidings)"}
    )

    requests = complete_tab(MENTORS, there, standing)

    assert kinds(requests) == [
        "appendDimension",
        "updateCells",
        "updateDimensionProperties",
        "repeatCell",
        "addProtectedRange",
    ]
    assert parts(requests, "appendDimension")[0]["length"] == 1
    assert {at: text for at, (text, _) in headers(requests).items()} == {3: "problem (Tidings)"}
    assert parts(requests, "repeatCell")[0]["range"]["startRowIndex"] == 2


def test_a_column_that_people_made_gets_only_what_nobody_gave_it():
    there = There(
        7,
        26,
        frozen=1,
        notes=frozenset({0, 1}),
        formats={2: frozenset({"numberFormat"}), 4: frozenset({"backgroundColorStyle"})},
        is_filtered=True,
    )
    standing = Standing(1, {"mentee": 0, "mentor": 1, "since": 2, "until": 3, "problem": 4}, {})

    requests = complete_tab(MENTORS, there, standing)

    assert [
        (part["start"]["columnIndex"], part["fields"]) for part in parts(requests, "updateCells")
    ] == [(2, "note"), (3, "note"), (4, "note")]
    assert [
        (part["range"]["startColumnIndex"], part["fields"])
        for part in parts(requests, "repeatCell")
    ] == [(3, "userEnteredFormat.numberFormat")]
    assert len(parts(requests, "addProtectedRange")) == 1


def test_a_tab_that_is_wholly_ours_warns_everywhere():
    assert len(parts(make_tab(PROBLEMS, 7), "addProtectedRange")) == len(PROBLEMS.columns)
