"""Hashtags in a text: found where people mean them, in every script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.hashtags import find_hashtags
from forms.rules import split_tags


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("We met. #Campus, #campus and (#Italy)!", ("#Campus", "#campus", "#Italy")),
        ("＃mentoring", ("#mentoring",)),
        ("#हिन्दी #می‌خواهم #日本語、", ("#हिन्दी", "#می‌خواهم", "#日本語")),
        ("#new_york-city- and #30days", ("#new_york-city", "#30days")),
        ("#1 of #2, room#b, https://example.org/#top and x/y#z", ()),
        ("# A heading, ## another, #", ()),
        ("#a#b", ("#a",)),
        (f"#{'a' * 50} #{'b' * 49}", (f"#{'b' * 49}",)),
        (" ".join(f"#t{number}" for number in range(30)), tuple(f"#t{n}" for n in range(20))),
        ("no sign at all", ()),
    ],
)
def test_hashtags_in_a_text_are_found(text, tags):
    assert find_hashtags(text) == tags


@given(st.text(alphabet="#＃ab1 ,-_/.é\n"))
def test_hashtags_are_tags_as_people_type_them(text):
    found = find_hashtags(text)

    assert split_tags(" ".join(found)) == (found, ())
