"""The rules that page and sync share, as tables."""

from datetime import date

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from forms.definition import DEFAULT, Kind, Question, load_form
from forms.rules import (
    Checked,
    Fault,
    check,
    check_address,
    check_link,
    clean,
    complete_link,
    read_date,
    split_name_and_address,
    split_tags,
)

TODAY = date(2026, 11, 23)
FORM = load_form(DEFAULT)


def refusal(name: str, value: str) -> list[tuple[str, str]]:
    question = FORM.question(name)
    assert question is not None
    return [fault.text() for fault in check(question, value, today=TODAY).faults]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Hello \n", "Hello"),
        ("a\r\nb\rc\vd\u2028e", "a\nb\nc\nd\ne"),
        ("N\0UL and \x1bESC", "NUL and ESC"),
        ("half \ud83d, none \ufffe, mark \ufeff", "half , none , mark"),
        ("\u200b\u2063 \u3164", ""),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("שלום\u200f!", "שלום\u200f!"),
        ("\u202eevil\u202c \u2069\u2067out", "evil out"),
        ("=1+1", "=1+1"),
        ("a\n\n  b\tc", "a\n\n  b\tc"),
    ],
)
def test_cleaning_keeps_words_and_drops_what_no_sheet_can_hold(typed: str, kept: str):
    # faults 8, 9, 10
    assert clean(typed) == kept


@given(st.text(st.characters(exclude_categories=())))
def test_anything_cleaned_fits_a_workbook_and_cleaning_again_changes_nothing(typed: str):
    # fault 8
    kept = clean(typed)

    kept.encode("utf-8")
    assert ILLEGAL_CHARACTERS_RE.search(kept) is None
    assert clean(kept) == kept


@given(st.text(st.characters(exclude_categories=())), st.sampled_from(FORM.questions))
def test_any_text_is_an_answer_or_a_fault(typed: str, question: Question):
    checked = check(question, typed, today=TODAY)

    assert clean(checked.value) == checked.value
    for fault in checked.faults:
        assert all(fault.text())


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-23", TODAY),
        (" 2011-02-28 ", date(2011, 2, 28)),
        ("2026-11-24", date(2026, 11, 24)),
    ],
)
def test_iso_dates_are_read(typed: str, day: date):
    assert read_date(typed, today=TODAY) == day


@pytest.mark.parametrize(
    ("typed", "what"),
    [
        ("7/8/2020", "“7/8/2020” is not a date"),
        ("31/02/2026", "“31/02/2026” is not a date"),
        ("2026-02-30", "“2026-02-30” is not a date"),
        ("20261123", "“20261123” is not a date"),
        ("2026-W48-1", "“2026-W48-1” is not a date"),
        ("yesterday", "“yesterday” is not a date"),
        ("2026-11-25", "2026-11-25 is still to come (today is 2026-11-23)"),
        ("0226-11-23", "0226-11-23 is too long ago"),
    ],
)
def test_other_dates_are_refused_and_never_guessed(typed: str, what: str):
    # fault 26
    fault = read_date(typed, today=TODAY)

    assert isinstance(fault, Fault)
    assert fault.text()[0] == what
    assert not fault.held


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("#a,#b;#c  \uff0c\uff03d", ("#a", "#b", "#c", "\uff03d")),
        ("#mentoring, Italy; planning", ("#mentoring", "Italy", "planning")),
        ("#one #two", ("#one", "#two")),
        ("#one two", ("#one two",)),
        ("New  York\nRome", ("New York", "Rome")),
        ("تعليم، ترجمة؛ لقاء", ("تعليم", "ترجمة", "لقاء")),
        ("会議、翻訳\uff1b東京", ("会議", "翻訳", "東京")),
        (" ,, ; # ##", ()),
        ("a, a, b", ("a", "b")),
        ("", ()),
    ],
)
def test_tags_are_split_by_the_documented_rule(typed: str, tags: tuple[str, ...]):
    # fault 11
    assert split_tags(typed) == (tags, ())


def test_of_too_many_or_too_long_tags_those_that_fit_are_used():
    # fault 11
    long, many = "x" * 51, [f"t{number}" for number in range(500)]

    used, faults = split_tags(", ".join([long, *many]))

    assert used == tuple(many[:20])
    assert [fault.text()[0] for fault in faults] == [
        f"the tag “{long}” is 51 characters long, and 50 fit",
        "these are 500 tags, and 20 are used",
    ]


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("HTTP://example.org", "HTTP://example.org"),
        ("example.org/x", "https://example.org/x"),
        ("www.mozilla.org", "https://www.mozilla.org"),
        ("http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080/"),
    ],
)
def test_links_are_web_addresses(typed: str, link: str):
    assert complete_link(typed) == link
    assert check_link(link) is None


@pytest.mark.parametrize(
    "typed",
    [
        *("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ana@example.org"),
        *("https://", "http://[::1", "https://a.org https://b.org", 'https://a.org/"onload="'),
        *(
            "java\tscript:alert(1)",
            "1.5",
            "hello",
            "https://bank.org@evil.org/",
            "http://a:b@c.org",
        ),
    ],
)
def test_anything_else_is_not_a_link(typed: str):
    # fault 15
    assert refusal("link", typed)


def test_required_answers_hold_a_row_and_all_other_faults_only_warn():
    for question in FORM.questions:
        held = [fault.held for fault in check(question, "\u200b ", today=TODAY).faults]
        assert held == ([True] if question.required else [])
    assert [one.held for one in check(FORM.questions[1], "x" * 10_001, today=TODAY).faults] == [
        False
    ]


def test_a_text_too_long_is_refused_with_a_count_and_never_cut():
    # fault 7
    text = FORM.questions[1]

    assert check(text, "x" * 10_000, today=TODAY) == Checked("x" * 10_000)
    assert check(text, "x" * 10_001, today=TODAY).value == "x" * 10_001
    assert refusal("text", "x" * 40_000) == [
        ("this is 40000 characters long, and 10000 fit", "shorten it by 30000")
    ]
    assert check(text, "x" * 32_000, today=TODAY, maximum=32_000).faults == ()


def test_choices_and_addresses():
    topic = Question("topic", Kind.CHOICE, "Topic", choices=("Code", "Press"))
    email = Question("email", Kind.EMAIL, "Address", maximum=254)

    assert check(topic, " Press ", today=TODAY) == Checked("Press")
    assert [one.text() for one in check(topic, "{x}", today=TODAY).faults] == [
        ("“{x}” is not one of the answers", "choose one of: Code, Press")
    ]
    assert check(email, "ana@example.com", today=TODAY) == Checked("ana@example.com")
    assert (
        check(email, "ana@", today=TODAY).faults[0].text()[0] == "“ana@” is not an e-mail address"
    )


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("Ana <ana@example.org>", ("Ana", "ana@example.org")),
        ('"Torres, Ana" <ana@example.org>', ("Torres, Ana", "ana@example.org")),
        ("ana@example.org", ("", "ana@example.org")),
        ("Ana (ana@example.org)", ("Ana", "ana@example.org")),
        ("Ana", ("Ana", "")),
        ("@ana", ("@ana", "")),
        ("a@b.c d@e.f Ana", ("Ana", "a@b.c")),
    ],
)
def test_a_name_and_an_address_are_told_apart(typed: str, parts: tuple[str, str]):
    # fault 16: no name holds an address
    assert split_name_and_address(typed) == parts


LOCAL = st.text(alphabet='abcXYZ019._+-@!"( é', max_size=70)
DOMAIN = st.sampled_from(
    ["example.org", "EXAMPLE.org", "localhost", "x.test", "a..b", "-a.org", "münchen.de", "", "org"]
)


@given(LOCAL, DOMAIN)
def test_an_address_is_one_where_the_library_says_so(local, domain):
    address = f"{local}@{domain}"
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        assert check_address(address) is not None
    else:
        assert check_address(address) is None
