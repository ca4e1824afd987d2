"""What names somebody: whole cells, and what within a text can hardly mean anybody else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from sheets_sync.traces import ERASED, Traces, pattern

ANA = Traces(
    names=frozenset({"Ána  Rossi", "Ana"}),
    addresses=frozenset({"ana@example.org"}),
    usernames=frozenset({"anarossi"}),
)
KIM = Traces(names=frozenset({"김철수", "王 小明"}))


@pytest.mark.parametrize(
    "cell",
    ["Ána Rossi", "ana  ROSSI", "@anarossi", "Ana@Example.org", "A. R. <ana@example.org>", "ana"],
)
def test_a_whole_cell_names_them(cell: str):
    assert ANA.is_named(cell)


@pytest.mark.parametrize(
    "cell", ["", "Anna Rossi", "Ana Rossi <bo@example.org>", "diana@example.org", "Ana and Bo"]
)
def test_another_cell_does_not(cell: str):
    assert not ANA.is_named(cell)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I met Ána Rossi.", f"I met {ERASED}."),
        ("with ANA\nROSSI, and Bo", f"with {ERASED}, and Bo"),
        ("A\u0301na Rossi", ERASED),
        ("tagged #ana-rossi", f"tagged #{ERASED}"),
        ("write to <ana@example.org>.", f"write to <{ERASED}>."),
    ],
)
def test_a_text_loses_their_name_and_address(text: str, left: str):
    assert ANA.is_in(text)
    assert ANA.without(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "Ana was there",
        "Diana Rossi, Ana Rossini",
        "diana@example.org",
        "ana@example.org.uk",
        "ana@example.organic",
    ],
)
def test_a_text_keeps_what_may_mean_others(text: str):
    assert not ANA.is_in(text)
    assert ANA.without(text) == text


def test_names_in_scripts_without_spaces_are_found_within_a_sentence():
    assert KIM.without("어제 김철수가 왔다") == f"어제 {ERASED}가 왔다"
    assert KIM.without("昨天王小明来了") == f"昨天{ERASED}来了"


def test_a_name_that_others_bear_says_nothing():
    shared = Traces(names=frozenset({"Ana Rossi"}), shared=frozenset({"Ana Rossi"}))

    assert not shared.is_named("Ana Rossi")
    assert not shared.is_in("Ana Rossi")


@settings(max_examples=50)
@given(some.text(), some.lists(some.text(min_size=1).filter(str.strip), max_size=3))
def test_afterwards_a_text_never_holds_a_word(text: str, names: list[str]):
    traces = Traces(names=frozenset(names))

    assert not pattern(traces.words).search(traces.without(text).replace(ERASED, " "))
