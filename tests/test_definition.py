"""A form file is read whole or refused with all its faults."""

from pathlib import Path

import pytest

from forms.definition import (
    DEFAULT,
    KINDS,
    RESERVED,
    Form,
    FormError,
    Kind,
    Question,
    default_form_text,
    load_form,
    read_form,
)
from sheets_sync.layout import REPORTS, Owner

SMALLEST = """
title = "What happened?"

[[questions]]
name = "reporter"
label = "Who?"
required = true

[[questions]]
name = "text"
kind = "paragraph"
label = "What?"
required = true
"""


def faults(text: str) -> list[str]:
    with pytest.raises(FormError) as caught:
        read_form(text, name="form.toml")
    return str(caught.value).splitlines()


def test_the_smallest_form_is_two_questions():
    assert read_form(SMALLEST, name="form.toml") == Form(
        "What happened?",
        "",
        (
            Question("reporter", Kind.TEXT, "Who?", required=True, maximum=100, column="reporter"),
            Question("text", Kind.PARAGRAPH, "What?", "", True, (), 10_000, "text"),
        ),
    )


def test_the_default_form_asks_for_what_the_reports_tab_keeps():
    form = load_form(DEFAULT)

    assert [(one.name, one.kind.value, one.required) for one in form.questions] == [
        ("reporter", "text", True),
        ("text", "paragraph", True),
        ("outcome", "paragraph", False),
        ("date", "date", False),
        ("tags", "tags", False),
        ("about", "text", False),
        ("link", "url", False),
    ]
    assert form.question("nothing") is None


def test_the_default_form_is_written_in_the_communitys_language():
    spoken = read_form(default_form_text(lambda text: f'"{text}"\\'), name="form.toml")
    english = load_form(DEFAULT)

    assert [one.label for one in spoken.questions] == [
        f'"{one.label}"\\' for one in english.questions
    ]


def test_the_default_form_in_english_is_the_file_itself():
    assert default_form_text() == DEFAULT.read_text("utf-8")


def test_all_faults_of_shape_are_told_at_once():
    # fault 79
    text = 'tilte = "x"\n' + SMALLEST.replace('kind = "paragraph"', 'kind = "long"\nmaxmum = 3')

    assert faults(text + '[[questions]]\nname = "My tag"\n') == [
        "form.toml has 5 faults:",
        "  question 'text', kind: is not a kind; use one of text, paragraph, date, choice, tags, "
        "email, url",
        "  question 'text', maxmum: is not known here; check its spelling or remove it",
        "  question 'My tag', name: use a to z, 0 to 9 and _ only, beginning with a letter",
        "  question 'My tag', label: is missing; add it",
        "  tilte: is not known here; check its spelling or remove it",
    ]


def test_all_faults_of_meaning_are_told_at_once():
    text = """
title = "x"
[[questions]]
name = "text"
label = "What?"
[[questions]]
name = "topic"
kind = "choice"
label = "Topic"
column = "Status"
[[questions]]
name = "topic"
label = "Topic"
choices = ["a", "a"]
[[questions]]
name = "date"
label = "When?"
"""
    assert faults(text) == [
        "form.toml has 8 faults:",
        "  there is no question 'reporter'; add one, with required = true",
        "  question 'text': must be required; write required = true",
        "  question 'topic': is there 2 times; give each another name",
        "  question 'topic': column 'Status' is not the reporter's; choose another with column = …",
        '  question \'topic\': has no choices; add choices = ["…"] or write kind = "text"',
        "  question 'topic': has choices but another kind; write kind = \"choice\" or remove them",
        "  question 'topic': an empty or doubled choice; remove it",
        "  question 'date': column 'date' holds another kind; write kind = \"date\"",
    ]


def test_a_file_that_is_missing_or_not_text_is_named(tmp_path: Path):
    (tmp_path / "form.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(FormError, match=r"none\.toml is not there; .* tidings init"):
        load_form(tmp_path / "none.toml")
    with pytest.raises(FormError, match=r"form\.toml is not UTF-8 text"):
        load_form(tmp_path / "form.toml")
    assert faults("title = ") == [
        "form.toml is not TOML: Invalid value (at end of document)",
    ]


def test_reserved_columns_are_those_that_reporters_do_not_own():
    others = {one.name for one in REPORTS.columns if one.owner is not Owner.REPORTER}

    assert others == RESERVED
    assert set(KINDS) <= {one.name for one in REPORTS.columns} - RESERVED
