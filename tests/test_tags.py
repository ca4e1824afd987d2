"""Tags compared by key, joined by `same as`, and near-duplicates pointed out."""

from hypothesis import given
from hypothesis import strategies as st

from sheets_sync.community import Tag
from sheets_sync.tags import key, meanings


def test_spellings_of_one_tag_have_one_key():  # fault 10
    spellings = [
        "local-community",
        "Local Community",
        "#local_community",
        " local  community ",
        "LOCAL-COMMUNITY",
        "local\u00a0community",
        "lo\u200bcal-community",
        "lo\u00adcal-community",
        "ｌｏｃａｌ community",
        "local-\u202ecommunity",
        "＃local community",
        "local\ufeff community",
        "Local–community".replace("–", "-"),
        "local--community",
    ]

    assert {key(one) for one in spellings} == {"local-community"}


def test_different_tags_have_different_keys():
    assert len({key(one) for one in ["italy", "italia", "ítaly", "mentor", "mentors", "مدرب"]}) == 6


@given(st.text())
def test_a_key_is_its_own_key(text):
    assert key(key(text)) == key(text)


def test_same_as_is_followed_to_its_end():
    tags = [Tag("a", "a", "b"), Tag("b", "b", "c"), Tag("c", "c", ""), Tag("d", "d", "gone")]

    assert meanings(tags) == {"a": "c", "b": "c", "c": "c", "d": "gone"}


def test_a_circle_means_its_members_themselves():
    tags = [Tag("a", "a", "b"), Tag("b", "b", "a"), Tag("c", "c", "a")]

    found = meanings(tags)

    assert (found["a"], found["b"]) == ("a", "b")
