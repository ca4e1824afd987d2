"""The browser reads filter expressions as the mails do: same trees, same faults, same answers."""

import random
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from digests.archive.index import WORDS
from digests.archive.rendering import ASSETS
from digests.filters import FilterError, Names, parse
from digests.wanted import View
from sheets_sync.headers import plain
from sheets_sync.roster import Roster
from sheets_sync.tags import key
from tests import test_filters as in_python
from tests.digest_story import person

PEOPLE = [
    person("ana", "Ana Silva", email="", mentor="cho"),
    person("ben", "בן כהן", email="", mentor="ana"),
    person("cho", "Cho Min", email="", mentor=""),
    person("dia", "Dia Straße", email="", username="", mentor="cho"),
    person("eli", "Sam Lee", email="", username="eli_lee", mentor=""),
    person("fay", "Sam Lee", email="", username="", mentor="ana"),
]
MEANINGS = {"mentoring": "mentorship", "italia": "italy", "constructor": "maker"}
NAMES = Names(Roster(PEOPLE), MEANINGS)
TAGS = ["mentorship", "italy", "spain", "new-york", "strasse", "本地化", "c++", "and", "maker"]
ROWS = [[one.id, one.name, one.username, one.mentor] for one in PEOPLE]
IN_BROWSER = {"people": ROWS, "mentors": ROWS, "meanings": MEANINGS, "words": WORDS}
READ = """([expressions, names, keys, writers, views]) => {
  const mentors = new Map(names.people.map((one) => [one[0], one[3]]));
  return expressions.map((expression) => {
    try {
      const test = window.filters.compile(
        window.filters.parse(expression, names), keys, writers, mentors);
      return views.map(([tags, writer]) => test(tags, writer));
    } catch (fault) {
      if (!(fault instanceof window.filters.FilterFault)) throw fault;
      return [fault.column, fault.message];
    }
  });
}"""


def views() -> list[View]:
    chance = random.Random(3)
    mentors = {one.id: one.mentor for one in PEOPLE} | {"": ""}
    writers = [*mentors]
    chosen = [(chance.sample(TAGS, chance.choice((0, 0, 1, 2, 3))), w) for w in writers * 6]
    return [View(frozenset(tags), writer, mentors[writer]) for tags, writer in chosen]


VIEWS = views()
WRITERS = sorted({view.writer for view in VIEWS})
NUMBERED = [[[TAGS.index(t) for t in view.tags], WRITERS.index(view.writer)] for view in VIEWS]


def in_mails(expression: str) -> list[Any]:
    """Return which reports the mails' own reading wants, or where and what its fault is."""
    try:
        wanted = parse(expression, names=NAMES)
    except FilterError as error:
        return [error.column, error.fault()]
    return [wanted.matches(view) for view in VIEWS]


@pytest.fixture(scope="module")
def page(browser: Browser, serve: Callable[[Path], str]) -> Iterator[Page]:
    opened = browser.new_page()
    opened.goto(f"{serve(ASSETS)}/archive.css")
    opened.evaluate("async () => { window.filters = await import('/filters.js'); }")
    yield opened
    opened.close()


def in_browser(page: Page, expressions: Sequence[str]) -> list[Any]:
    told: list[Any] = page.evaluate(READ, [expressions, IN_BROWSER, TAGS, WRITERS, NUMBERED])
    return told


SPECIAL = [
    "Straße and STRASSE", "by:'ana'", "by:@ANA", 'by:"sam lee"', "by:eli-lee", "by:eli_lee",
    "mentor:me", "by: ana", "by:ana silva", 'by:"Dia Strasse"', "by:", "mentor:,", "by:nobody",
    "“new york”", "new york", '"new york" and not 本地化', "a、b；c", "(italy, spain)", "（italy）",
    '"and"', "not not italy", "(" * 31 + "a" + ")" * 31, "not " * 31 + "a", "a" * 2001, "##", '""',
    "constructor", "__proto__", "ＢＹ：ana", "by：ana", "#New_York", "c++", "\u200bitaly", "\ufeff",
    "a\u0085b", "a\x1fb", "😀 b", "unread \"x", "k\u2126", "\u0130taly", "İ", "ŉ", "ſpain",
]  # fmt: skip


def cases_of(test: Any) -> list[str]:
    """Return the expressions that a test of the mails' own reading tries."""
    return [case[0] for case in test.pytestmark[0].args[1]]


def test_the_same_cases_have_the_same_answers(page: Page):
    good = cases_of(in_python.test_what_an_expression_means)
    bad = cases_of(in_python.test_what_is_wrong_is_said_with_its_column)
    expressions = [*good, *bad, *SPECIAL]
    answers = in_browser(page, expressions)

    expected = [in_mails(expression) for expression in expressions]
    assert dict(zip(expressions, answers, strict=True)) == dict(
        zip(expressions, expected, strict=True)
    )
    assert len({str(one) for one in expected}) > 40


WORDS_OF_FILTERS = st.sampled_from(
    ["and", "or", "not", "AND", "Or", ",", "，", ";", "(", ")", "（", "）", "untagged",
     "everything", "by:", "mentor:", "By :", "mentor：", "ana", "eli_lee", '"sam lee"',
     '"Cho Min"', "me", '"me"',
     "“", '"', '""', "italy", "ITALY", "Italia", "mentoring", "new york", '"new york"', "本地化",
     "#c++", "Straße", "<x>", "dia straße"]
)  # fmt: skip
NOISE = st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=4)
EXPRESSIONS = st.lists(st.one_of(WORDS_OF_FILTERS, WORDS_OF_FILTERS, NOISE), max_size=9).flatmap(
    lambda words: st.sampled_from([" ", " ", ""]).map(lambda blank: blank.join(words))
)
LEAVES = st.sampled_from(["italy", "spain", "mentoring", '"new york"', "untagged", "by:ana",
                          "mentor:cho", "everything", "by:eli_lee"])  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda one: f"not {one}"),
        inner.map(lambda one: f"({one})"),
        st.tuples(inner, st.sampled_from([" and ", " or ", ", "]), inner).map("".join),
    ),
    max_leaves=12,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(expressions=st.lists(st.one_of(EXPRESSIONS, TREES), min_size=25, max_size=25))
def test_any_expression_has_the_same_answer(page: Page, expressions: list[str]):
    answers = in_browser(page, expressions)

    for expression, answer in zip(expressions, answers, strict=True):
        assert answer == in_mails(expression), expression


def test_every_letter_is_folded_alike(page: Page):
    """A newer browser knows letters that Python does not know yet; those are not compared."""
    told = page.evaluate(
        """() => {
          const found = {};
          for (let code = 0; code < 0x110000; code++) {
            if (code >= 0xd800 && code < 0xe000) continue;
            const letter = String.fromCodePoint(code);
            const folded = window.filters.fold(letter);
            if (folded !== letter) found[code] = folded;
          }
          return found;
        }"""
    )
    known = [c for c in range(sys.maxunicode + 1) if unicodedata.category(chr(c))[0] != "C"]
    ours = {c: chr(c).casefold() for c in known if chr(c).casefold() != chr(c)}
    theirs = {int(c): folded for c, folded in told.items()}

    assert {c: theirs.get(c) for c in ours} == ours
    assert {c for c in theirs if c in set(known)} == set(ours)


@pytest.mark.parametrize("typed", ["Éva_Nagy", "ＡＢＣ", "Straße", "#Ünïcode  tag", "ǅ", "ﬁx"])
def test_keys_and_names_are_compared_alike(page: Page, typed: str):
    told = page.evaluate("t => [window.filters.key(t), window.filters.plain(t)]", typed)

    assert told == [key(typed), plain(typed)]
