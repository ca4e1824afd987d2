"""The Tags tab: what each tag means, how it is used, and which rows it lacks."""

from datetime import UTC, date, datetime

from sheets_sync.community import Report, Status
from sheets_sync.layout import TAGS
from sheets_sync.taglist import list_tags
from tests.tables import table


def report(day: int, *tags: str, status: Status = Status.OK) -> Report:
    moment = datetime(2026, 11, day, tzinfo=UTC)
    return Report(
        id=f"r-{day}", date=moment.date(), reporter="ana", person="p", name="Ana", text="t",
        tags=tags, link="", about=(), outcome="", status=status, mentor="", received=moment,
        source="form", accepted=1,
    )  # fmt: skip


REPORTS = [
    report(1, "Press", "#italy"),
    report(3, "press", "Italy"),
    report(5, "press", "new york"),
    report(7, "secret", status=Status.HELD),
]


def test_uses_are_counted_by_key_and_new_tags_get_rows():
    sheet = table(TAGS, "| tag | same as | category |\n| #PRESS | | media |")

    found = list_tags(sheet, REPORTS)

    assert found.ours == {
        2: {
            "uses": 3,
            "first used": date(2026, 11, 1),
            "last used": date(2026, 11, 5),
            "looks like": "",
        }
    }
    assert [(row["tag"], row["uses"]) for row in found.missing] == [("Italy", 2), ("new york", 1)]
    assert [(tag.key, tag.shown, tag.category, tag.uses) for tag in found.tags] == [
        ("press", "PRESS", "media", 3),
        ("italy", "Italy", "", 2),
        ("new-york", "new york", "", 1),
    ]
    assert found.problems == ()


def test_near_duplicates_are_pointed_out_until_they_are_joined():
    sheet = """
        | tag        | same as    |
        | mentorship |            |
        | mentroship |            |
        | mentorships| mentorship |
    """

    found = list_tags(table(TAGS, sheet), [])

    assert [ours["looks like"] for ours in found.ours.values()] == ["", "mentorship", ""]


def test_same_as_that_leads_nowhere_or_in_a_circle_is_named():
    sheet = """
        | tag   | same as |
        | a     | b       |
        | b     | A       |
        | c     | gone    |
        | d     | c       |
        | press |         |
        | Press |         |
    """

    found = list_tags(table(TAGS, sheet), [])

    assert [problem.text() for problem in found.problems] == [
        "Tags row 7, tag: the same tag stands in row 6; that row counts; remove one of the two "
        "rows",
        "Tags row 2, same as: these tags mean each other in a circle; empty one of them",
        "Tags row 3, same as: these tags mean each other in a circle; empty one of them",
        "Tags row 4, same as: there is no such tag; correct it, or add that tag",
    ]


def test_a_chain_is_followed_and_named():
    sheet = """
        | tag    | same as |
        | a      | b       |
        | b      | c       |
        | c      |         |
        | x      | y       |
        | y      | z       |
        | z      | y       |
    """

    found = list_tags(table(TAGS, sheet), [])

    assert [problem.text() for problem in found.problems] == [
        "Tags row 2, same as: a chain: it means b → c; c counts; write c here",
        "Tags row 5, same as: it leads into a circle of tags, and means itself; correct the circle",
        "Tags row 6, same as: these tags mean each other in a circle; empty one of them",
        "Tags row 7, same as: these tags mean each other in a circle; empty one of them",
    ]


def test_conflicts_are_named():
    sheet = """
        | tag    | same as | category |
        | press  |         | Media    |
        | Presse | press   | Outreach |
        | stampa | press   | media    |
        | italy  |         | Places   |
        | Italy  | press   | places   |
    """

    found = list_tags(table(TAGS, sheet), [])

    assert [problem.text() for problem in found.problems] == [
        "Tags row 6, tag: the same tag stands in row 5; that row counts, where same as is empty; "
        "remove one of the two rows",
        "Tags row 3, category: press, which it means, has the category 'Media'; that counts; "
        "empty this cell",
    ]


def test_a_tag_that_means_itself_is_no_spelling_of_another():
    sheet = "| tag | same as |\n| planning | |\n| plannings | Plannings |\n| planing | |"

    found = list_tags(table(TAGS, sheet), [])

    assert [ours["looks like"] for ours in found.ours.values()] == ["", "", "planning"]
    assert [tag.same_as for tag in found.tags] == ["", "", ""]
    assert found.problems == ()


def test_the_less_used_spelling_points_at_what_the_more_used_one_means():
    reports = [report(day, "meetups") for day in (1, 2, 3)] + [report(4, "meetup")]
    sheet = "| tag | same as |\n| meetup | |\n| gathering | |"

    found = list_tags(table(TAGS, sheet), reports)
    assert [(tag.shown, tag.looks_like) for tag in found.tags] == [
        ("meetup", "meetups"),
        ("gathering", ""),
        ("meetups", ""),
    ]

    joined = f"{sheet}\n| meetups | gathering |"
    found = list_tags(table(TAGS, joined), reports)
    assert [(tag.shown, tag.looks_like) for tag in found.tags] == [
        ("meetup", "gathering"),
        ("gathering", ""),
        ("meetups", ""),
    ]


def test_a_spelling_that_only_we_chose_follows_the_one_most_used():
    now = [report(day, "PRESS") for day in (1, 2)] + [report(3, "Press"), report(4, "Italy")]
    sheet = table(TAGS, "| tag |\n| Press |\n| ITALY |")

    found = list_tags(sheet, now, {"press": "Press", "italy": "italia"})

    assert [(row, ours.get("tag")) for row, ours in found.ours.items()] == [(2, "PRESS"), (3, None)]
    assert [tag.shown for tag in found.tags] == ["PRESS", "ITALY"]
    assert found.spelled == {"press": "PRESS"}
