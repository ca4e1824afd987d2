"""Form and Google Form -> the fewest requests: pure, so any two forms may be tried."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from forms.definition import Form, Kind, Question
from forms.google_form import Asked, entry, plan, prefilled_link
from tests.google_standin.forms import apply
from tests.google_standin.paper import Paper

KINDS = st.sampled_from(list(Kind))


def question(name: str, kind: Kind, label: str, required: bool) -> Question:
    choices = ("yes", "no", label) if kind is Kind.CHOICE else ()
    return Question(name, kind, label, required=required, choices=choices, column=name)


QUESTIONS = st.lists(
    st.builds(
        question,
        st.sampled_from(["reporter", "text", "tags", "date", "link", "mood", "place"]),
        KINDS,
        st.sampled_from(["Who?", "What?", "Where?", "When?", "How was it?"]),
        st.booleans(),
    ),
    max_size=7,
    unique_by=(lambda one: one.name, lambda one: one.label),
)


def carried_out(paper: Paper, form: Form, asked: Asked) -> Asked:
    """Plan, let Google do it, and return what is asked where."""
    planned = plan(form, paper.resource(), asked)
    for number, request in enumerate(planned.requests):
        apply(paper, number, copy.deepcopy(request))
    return planned.asked


def ids(paper: Paper) -> list[str]:
    return [one["questionItem"]["question"]["questionId"] for one in paper.items]


@given(forms=st.lists(QUESTIONS, min_size=1, max_size=4), by_hand=st.integers(0, 7))
def test_whatever_changes_the_form_comes_in_line_and_then_stays(forms, by_hand):
    paper, asked = Paper("id", "Reports", "Reports"), Asked()
    for number, questions in enumerate(forms):
        form = Form("Reports", "", tuple(questions))
        if number == 1:
            paper.add_by_hand("T-shirt size", at=min(by_hand, len(paper.items)))

        asked = carried_out(paper, form, asked)

        shown = [title for title in paper.titles() if title != "T-shirt size"]
        assert shown == [one.label for one in questions]
        assert ("T-shirt size" in paper.titles()) == (number > 0)
        assert plan(form, paper.resource(), asked).requests == []
        assert [asked.questions[id] for id in ids(paper) if id in asked.questions] == [
            one.name for one in questions
        ]


@given(
    questions=QUESTIONS, order=st.randoms(use_true_random=False), word=st.text("abc", min_size=1)
)
def test_rewording_and_reordering_keep_every_question_s_id(questions, order, word):
    paper = Paper("id", "Reports", "Reports")
    asked = carried_out(paper, Form("Reports", "", tuple(questions)), Asked())
    before = {asked.questions[id]: id for id in ids(paper)}
    moved = [
        Question(q.name, q.kind, f"{q.label} {word}", choices=q.choices, column=q.column)
        for q in questions
    ]
    order.shuffle(moved)

    after = carried_out(paper, Form("Reports", "", tuple(moved)), asked)

    assert {after.questions[id]: id for id in ids(paper)} == before


@given(questions=QUESTIONS)
def test_with_the_state_lost_every_question_is_known_again(questions):
    paper, form = Paper("id", "Reports", "Reports"), Form("Reports", "", tuple(questions))
    asked = carried_out(paper, form, Asked())

    planned = plan(form, paper.resource(), Asked())

    assert (planned.requests, planned.asked) == ([], asked)


def test_moving_one_to_the_end_is_one_request():
    names = ["a", "b", "c", "d"]
    questions = [Question(name, Kind.TEXT, name, column=name) for name in names]
    paper = Paper("id", "Reports", "Reports")
    asked = carried_out(paper, Form("Reports", "", tuple(questions)), Asked())

    form = Form("Reports", "", (*questions[1:], questions[0]))

    assert [list(one) for one in plan(form, paper.resource(), asked).requests] == [["moveItem"]]


def test_a_link_fills_answers_in_by_the_question_s_number():
    asked = Asked(questions={"0000001f": "reporter", "7fffffff": "tags"})
    link = prefilled_link("https://docs.google.com/f/viewform", {"reporter": "Ana & Bo"}, asked)

    assert entry("7fffffff") == "entry.2147483647"
    assert link == "https://docs.google.com/f/viewform?usp=pp_url&entry.31=Ana+%26+Bo"
