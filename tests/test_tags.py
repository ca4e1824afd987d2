"""Tags compared by key, joined by `same as`, and near-duplicates pointed out."""

from hypothesis import given
from hypothesis import strategies as st

from sheets_sync.community import Tag
from sheets_sync.layout import TAGS
from sheets_sync.taglist import list_tags
from sheets_sync.tags import key, meanings
from tests.tables import table


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


NAMES = "abcdef"
JOINED = st.dictionaries(st.sampled_from(NAMES), st.sampled_from([*NAMES, "gone", ""]))


@given(JOINED, st.randoms(use_true_random=False))
def test_what_a_tag_means_does_not_depend_on_the_order_of_rows(joined, chance):
    tags = [Tag(one, one, other) for one, other in joined.items()]
    shuffled = list(tags)
    chance.shuffle(shuffled)

    assert meanings(tags) == meanings(shuffled)


@given(JOINED)
def test_what_a_tag_means_means_itself(joined):
    found = meanings([Tag(one, one, other) for one, other in joined.items()])

    assert found.keys() == joined.keys()
    for one, end in found.items():
        assert found.get(end, end) == end, (one, end)
        assert end == one or not joined.get(end) or joined[end] == end


def expected(one: str, joined: dict[str, str]) -> str:
    """Return what should be said of a tag's `same as`, found by walking."""
    way = [one]
    while (following := joined.get(way[-1], "")) and following != way[-1]:
        if following in way:
            return "circle"
        way.append(following)
    if len(way) > 1 and way[1] not in joined:
        return "no such tag"
    return "chain" if len(way) > 2 and way[-1] in joined else ""


@given(JOINED)
def test_chains_circles_and_what_is_not_there_are_problems_and_nothing_else(joined):
    rows = "".join(f"| {one} | {other} |\n" for one, other in joined.items())

    told = list_tags(table(TAGS, f"| tag | same as |\n{rows}"), []).problems

    said = {problem.row: problem.message for problem in told}
    assert len(said) == len(told)
    for row, one in enumerate(joined, 2):
        fault = expected(one, joined)
        assert fault in said.get(row, "")
        assert bool(fault) == (row in said)
