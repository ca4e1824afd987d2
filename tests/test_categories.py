"""Under which heading a report stands, and that a category given today counts for old ones too."""

from hypothesis import given
from hypothesis import strategies as st

from sheets_sync.categories import Categories
from sheets_sync.community import Tag

TAGS = (
    Tag("mentoring", "mentoring", "mentorship", "ignored"),
    Tag("press", "Press", "", "Outreach"),
    Tag("mentorship", "mentorship", "", "People"),
    Tag("onboarding", "onboarding", "", "#people"),
    Tag("radio", "radio", "press"),
    Tag("tv", "tv", "screen", "Outreach"),
    Tag("screen", "screen", ""),
    Tag("italy", "italy", "", " - "),
)


def test_a_tag_stands_where_the_tag_that_it_means_does():
    categories = Categories(TAGS)

    found = {tag: categories.of_tag(tag) for tag in ("#Mentoring", "RADIO", "tv", "italy", "new")}
    assert found == {
        "#Mentoring": "People",
        "RADIO": "Outreach",
        "tv": "Outreach",
        "italy": "",
        "new": "",
    }


def test_things_are_grouped_in_the_order_of_the_tab_and_each_stands_once():
    tags = {
        "a": ["italy", "onboarding", "press"],
        "b": ["Press"],
        "c": [],
        "d": ["press", "mentorship"],
        "e": ["italy"],
    }

    assert Categories(TAGS).names == ("People", "Outreach")
    assert Categories(TAGS).grouped("abcde", lambda one: tags[one]) == [
        ("People", ["a"]),
        ("Outreach", ["b", "d"]),
        ("", ["c", "e"]),
    ]
    assert Categories(()).grouped("abc", lambda one: tags[one]) == [("", ["a", "b", "c"])]


@given(st.lists(st.lists(st.sampled_from([tag.key for tag in TAGS] + ["new"]))))
def test_nothing_is_lost_or_doubled_by_grouping(things):
    numbered = list(enumerate(things))

    grouped = Categories(TAGS).grouped(numbered, lambda thing: thing[1])

    assert sorted(thing for _, those in grouped for thing in those) == numbered
    assert all(those == sorted(those) for _, those in grouped)
