"""Which tags may be spellings of each other, and which are different words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_sync.likeness import look_alikes
from sheets_sync.tags import key


def test_near_duplicates_point_at_the_first():
    tags = ["mentorship", "mentroship", "mentorships", "italy", "íntaly", "press", "planning"]

    assert look_alikes(tags) == {
        "mentroship": "mentorship",
        "mentorships": "mentorship",
        "íntaly": "italy",
    }


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ("planning", "Planning"),
        ("tradução", "traducao"),
        ("working-group", "workinggroup"),
        ("working-group", "Working Groups"),
        ("tag", "tags"),
        ("story", "stories"),
        ("traducción", "traducciones"),
        ("Übersetzung", "Übersetzungen"),
        ("evento", "eventi"),
        ("press", "рrеss"),  # two Cyrillic letters
        ("meteo", "МЕТЕО"),
        ("كتاب", "کتاب"),  # Arabic and Persian kaf
        ("ひらがな", "ヒラガナ"),
        ("translation", "translatoin"),
        ("translation", "transltion"),
        ("translation", "translattion"),
        ("translation", "trans1ation".replace("1", "i")),
    ],
)
def test_these_are_spellings_of_one_tag(known, typed):
    found = look_alikes([key(known), key(typed)])

    assert found == ({} if key(known) == key(typed) else {key(typed): key(known)})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("week-1", "week-2"),  # a series
        ("2025", "2026"),
        ("test", "text"),  # short: a letter makes another word
        ("press", "planning"),
        ("abcdef", "bcdefa"),  # two typos that leave the same letters
        ("がく", "かく"),  # another syllable, not an accent
        ("번역", "번영"),
    ],
)
def test_these_are_different_tags(one, other):
    assert look_alikes([key(one), key(other)]) == {}


WORDS = st.text(alphabet="abcdefgéñ-", min_size=5, max_size=9).map(key).filter(lambda k: len(k) > 5)


@given(WORDS, st.integers(0, 8), st.sampled_from("abcxyz"))
def test_every_typo_of_a_long_word_is_found(word, at, letter):
    at = at % len(word)
    typos = {
        key(word[:at] + letter + word[at:]),
        key(word[:at] + letter + word[at + 1 :]),
        key(word[:at] + word[at + 1 :]),
        key(word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]) if at else "",
    }

    for typo in typos - {word, ""}:
        if min(len(typo.replace("-", "")), len(word.replace("-", ""))) >= 5:
            assert look_alikes([word, typo]) == {typo: word}


@given(st.lists(WORDS, max_size=20))
def test_only_later_tags_point_and_never_at_themselves(words):
    order = list(dict.fromkeys(words))

    found = look_alikes(words)

    assert all(order.index(other) < order.index(one) for one, other in found.items())
