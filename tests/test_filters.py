"""Filter expressions: what they mean, how they are written, and what is wrong with bad ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.filters import (
    And,
    By,
    Everything,
    Filter,
    FilterError,
    MentoredBy,
    Names,
    Not,
    Or,
    Tagged,
    Untagged,
    View,
    all_of,
    any_of,
    check_filter,
    parse,
)
from sheets_sync.community import Person
from sheets_sync.roster import Roster
from sheets_sync.tags import key


def person(id: str, name: str, username: str = "") -> Person:
    return Person(id, name, "", username, (), frozenset(), "", "")


ANA, MARIA, MARIA_TOO, ME = (
    person("p-1", "Ana Silva", "ana"),
    person("p-2", "María Pérez", "mperez"),
    person("p-3", "Maria Perez"),
    person("p-4", "Me", "me"),
)
NAMES = Names(Roster([ANA, MARIA, MARIA_TOO, ME]), meanings={"mentoring": "mentorship"}, me="p-9")
a, b, c, d = (Tagged(letter) for letter in "abcd")


@pytest.mark.parametrize(
    ("expression", "meaning"),
    [
        ("", Everything()),
        ("  ", Everything()),
        ("everything", Everything()),
        ("UNTAGGED", Untagged()),
        ("a", a),
        ("#A", a),
        ("a and b, c", Or((And((a, b)), c))),
        ("a, b and c", Or((a, And((b, c))))),
        ("a or b and not c, d", Or((a, And((b, Not(c))), d))),
        ("a and (b or c)", And((a, Or((b, c))))),
        ("not a and b", And((Not(a), b))),
        ("not (a, b)", Not(Or((a, b)))),
        ("not not a", Not(Not(a))),
        ("A AND NOT B Or c", Or((And((a, Not(b))), c))),
        ("a or a", a),
        ("a and b and a", And((a, b))),
        ("a；b، c", Or((a, b, c))),
        ('"new york"', Tagged("new-york")),
        ("“New York”", Tagged("new-york")),
        ('"and" or "by:ana"', Or((Tagged("and"), Tagged("by:ana")))),
        ('"say ""hi"""', Tagged('say-"hi"')),
        ("mentoring", Tagged("mentorship")),
        ("by:ana", By("p-1", "")),
        ("BY: @Ana", By("p-1", "")),
        ('by:"ana silva"', By("p-1", "")),
        ("mentor:mperez", MentoredBy("p-2", "")),
        ("mentor:me", MentoredBy("p-9", "")),
        ('mentor:"me"', MentoredBy("p-4", "")),
        ("standby:x", Tagged("standby:x")),
    ],
)
def test_what_an_expression_means(expression: str, meaning: Filter) -> None:
    assert parse(expression, names=NAMES) == meaning


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        (
            "new york",
            "column 5: two words side by side; write new-york for one tag, or new and york "
            "for reports with both",
        ),
        (
            "by:ana silva",
            'column 8: a name of several words goes in quotes: by:"ana silva"',
        ),
        ("a and", "column 6: expected a tag, found the end"),
        ("a,,b", "column 3: expected a tag, found “,”"),
        ("and a", "column 1: expected a tag, found “and”"),
        ("a not b", "column 3: expected and, or, a comma, or the end, found “not”"),
        (
            "(a or b",
            "column 8: expected and, or, a comma, or the closing parenthesis, found the end",
        ),
        ("a)", "column 2: expected and, or, a comma, or the end, found “)”"),
        ('a or "b', "column 6: this quotation mark has no second one"),
        ("#", "column 1: expected a tag, found “#”"),
        (
            "by: or a",
            "column 5: expected a username or a full name in quotes after by:, found “or”",
        ),
        (
            "by:nobody",
            "column 4: “nobody” is nobody on the roster; write a username, or a full name in "
            "quotes",
        ),
        (
            'a, mentor:"maria perez"',
            "column 11: “maria perez” is the name of several people; write the username of one: "
            "mperez, Maria Perez",
        ),
        ("(" * 31 + "a", "column 32: more than 30 parentheses or nots inside each other"),
        ("not " * 5000 + "a", "column 2001: a filter has at most 2000 characters"),
        ("not " * 400 + "a", "column 125: more than 30 parentheses or nots inside each other"),
    ],
)
def test_what_is_wrong_is_said_with_its_column(expression: str, said: str) -> None:
    with pytest.raises(FilterError) as raised:
        parse(expression, names=NAMES)
    assert str(raised.value) == said
    assert said.startswith(f"column {raised.value.column}: ")


def test_me_outside_the_roster() -> None:
    with pytest.raises(FilterError, match="column 8: “me” has to be somebody on the roster"):
        parse("mentor:me", names=Names())


def test_a_line_for_the_sync() -> None:
    said = [
        wrong and wrong.text()
        for expression, people in [
            ("mentor:me or italy", [ANA]),
            ("by:bob", [ANA]),
            ("by:bob", []),
            ("by:bob bob", []),
        ]
        for wrong in [check_filter(expression, people=people)]
    ]

    assert said == [
        None,
        "column 4: “bob” is nobody on the roster; write a username, or a full name in quotes",
        None,
        'column 8: a name of several words goes in quotes: by:"bob bob"',
    ]


def test_equal_filters_are_one_key() -> None:
    spellings = ["by:ana or Mentoring", 'by:"Ana Silva" OR #mentorship', "(by:ANA), mentorship"]

    assert len({parse(expression, names=NAMES) for expression in spellings}) == 1


TAGS = st.sampled_from(["a", "b", "c", "and", "new-york", "by:x", 'q"', "me", "日本", "x,y", "(z"])
LEAVES: st.SearchStrategy[Filter] = st.one_of(
    st.builds(Tagged, TAGS.map(key)),
    st.just(Untagged()),
    st.just(Everything()),
    st.sampled_from([By("p-1", "ana"), By("p-9", "me"), MentoredBy("p-4", '"me"')]),
)
FILTERS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, min_size=2, max_size=4).map(all_of),
        st.lists(inner, min_size=2, max_size=4).map(any_of),
    ),
    max_leaves=12,
)
VIEWS = st.builds(
    View,
    st.frozensets(TAGS.map(key), max_size=4),
    st.sampled_from(["", "p-1", "p-9"]),
    st.sampled_from(["", "p-4"]),
)


@given(FILTERS)
def test_a_filter_reads_back_as_itself(one: Filter) -> None:
    assert parse(str(one), names=NAMES) == one


def as_python(one: Filter, view: View) -> str:
    match one:
        case Not(part):
            return f"(not {as_python(part, view)})"
        case And(parts):
            return "(" + " and ".join(as_python(part, view) for part in parts) + ")"
        case Or(parts):
            return "(" + " or ".join(as_python(part, view) for part in parts) + ")"
        case Tagged(tag):
            return str(tag in view.tags)
        case Untagged():
            return str(view.tags == frozenset())
        case By(id, _):
            return str(view.writer == id)
        case MentoredBy(id, _):
            return str(view.mentor == id)
    return "True"


@given(FILTERS, VIEWS)
def test_a_filter_agrees_with_python(one: Filter, view: View) -> None:
    assert one.matches(view) is eval(as_python(one, view))  # noqa: S307 - of our own making


OPERATORS = st.lists(
    st.tuples(st.sampled_from([" and ", " or ", ", "]), st.sampled_from(["", "not "])),
    min_size=1,
    max_size=7,
)


@given(OPERATORS, st.lists(st.booleans(), min_size=8, max_size=8))
def test_precedence_is_pythons(operators: list[tuple[str, str]], values: list[bool]) -> None:
    letters = "abcdefgh"
    expression = "a" + "".join(
        f"{operator}{negated}{letter}"
        for (operator, negated), letter in zip(operators, letters[1:], strict=False)
    )
    known = dict(zip(letters, values, strict=True))
    view = View(frozenset(letter for letter, value in known.items() if value))

    wanted = eval(expression.replace(",", " or "), {}, known)  # noqa: S307 - of our own making
    assert parse(expression, names=NAMES).matches(view) is wanted


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(typed: str) -> None:
    try:
        found = parse(typed, names=NAMES)
    except FilterError:
        return
    assert parse(str(found), names=NAMES) == found
