"""A tab that a Google Form fills is one more source of reports; its rows are the form's."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook as Book

from sheets_sync.cli.ending import status
from sheets_sync.cli.shell import Shell
from sheets_sync.settings import SettingsError, read_settings
from sheets_sync.sync import Outcome
from tests.people import Manager, Typed
from tests.story import Interrupted, Story, story

TAB = "Form responses 1"
HEADERS = {
    "Timestamp": "received",
    "Your name": "reporter",
    "What did you do?": "text",
    "Topics": "tags",
}
ANSWERED = datetime(2026, 11, 22, 20, 15, 30)  # noqa: DTZ001 - as the form writes it
OURS = ("date", "link", "about", "outcome", "decision", "id", "received", "source", "status")
OURS += ("problem", "mentor")


@pytest.fixture
def s(tmp_path: Path) -> Iterator[Story]:
    with story(tmp_path) as told:
        told.rules = replace(told.rules, linked=(TAB,), headers={TAB: HEADERS})
        with told.manager.editing() as book:
            book.create_sheet(TAB).append(list(HEADERS))
        told.sync()
        yield told


def answers(s: Story, name: str, text: str, tags: str = "", *, at: datetime = ANSWERED) -> int:
    """Send the Google Form; returns the row that it fills, the first free one."""
    row = len(s.manager.cells(TAB)) + 1
    overwrites(s, row, at, name, text, tags or None)
    return row


def overwrites(s: Story, row: int, *cells: Typed) -> None:
    """Do what Google does with an answer: fill the form's own columns, in place."""
    with s.manager.editing():
        for column, value in enumerate(cells):
            s.manager.types(TAB, row, column, value)


def linked_problems(outcome: Outcome) -> list[str]:
    return [problem.text() for problem in outcome.problems if problem.tab == TAB]


def test_an_answer_in_the_linked_tab_is_a_report(s: Story):
    answers(s, "ben", "Met two newcomers", "mentorship")
    post = s.posts("ana", "Wrote a post")

    outcome = s.sync()

    assert s.shows(TAB, *HEADERS) == [(ANSWERED, "ben", "Met two newcomers", "mentorship")]
    ((id, *shown),) = s.shows(TAB, "id", "received", "source", "status", "problem", "mentor")
    assert shown == [ANSWERED, "linked form", "ok", None, "Ana Rossi"]
    assert s.shows("Reports", "id", "text") == [(post, "Wrote a post")]
    report = s.report(str(id))
    assert (report.text, report.tags, str(report.date)) == (
        "Met two newcomers",
        ("mentorship",),
        "2026-11-22",
    )
    assert report.received == datetime(2026, 11, 22, 19, 15, 30, tzinfo=UTC)
    assert {one.id for one in s.state.base.accepted_above(0)} == {id, post}
    assert linked_problems(outcome) == []
    assert outcome.community.tags[0].key == "mentorship"
    assert s.shows("People", "username", "last report")[1][1] == datetime(2026, 11, 22)  # noqa: DTZ001


def test_our_columns_stand_at_the_right_and_nothing_else_changes(s: Story):
    answers(s, "ben", "one")
    before = s.shows(TAB, *HEADERS)

    s.sync()
    s.posts("cho", "a post")
    s.sync()

    assert s.manager.cells(TAB)[0] == [*HEADERS, *OURS]
    assert s.shows(TAB, *HEADERS) == before


def test_a_second_sync_writes_nothing(s: Story):
    answers(s, "ben", "one")
    s.sync()
    saved = s.path.read_bytes()

    s.pass_time(minutes=10)
    outcome = s.sync()

    assert (outcome.written, bool(outcome.changes)) == (False, False)
    assert s.path.read_bytes() == saved


def test_an_edited_answer_is_the_same_report(s: Story):  # fault 32
    row = answers(s, "ben", "Met two newcomers")
    s.sync()
    ((id, received),) = s.shows(TAB, "id", "received")
    s.pass_time(days=1)

    overwrites(s, row, ANSWERED + timedelta(days=1), "ben", "Met three newcomers", "mentorship")
    s.sync()

    later = ANSWERED + timedelta(days=1)
    assert s.shows(TAB, "Timestamp", "id", "received") == [(later, id, received)]
    assert s.report(str(id)).text == "Met three newcomers"
    assert [one.accepted for one in s.state.base.accepted_above(0)] == [1]


def test_an_answer_that_comes_in_while_we_write_keeps_its_row(s: Story):  # fault 32
    answers(s, "ben", "one")
    book = Interrupted(s.path, [lambda: answers(s, "cho", "two")])
    s.book = book

    s.sync()

    assert s.shows(TAB, "Your name", "What did you do?", "mentor") == [
        ("ben", "one", "Ana Rossi"),
        ("cho", "two", "Ana Rossi"),
    ]
    assert [append.tab for changes in book.writes for append in changes.appends] == []


def test_equal_answers_are_reports_of_their_own_even_after_one_was_removed(s: Story):
    answers(s, "ben", "Same")
    s.sync()
    s.manager.deletes_row(TAB, 2)
    s.sync()

    answers(s, "ben", "Same", at=ANSWERED + timedelta(minutes=1))
    s.sync()

    assert len(s.state.base.known()) == 2
    assert [one.accepted for one in s.state.base.accepted_above(0)] == [2]


def test_a_cleared_id_comes_back(s: Story):  # fault 29
    for minute in range(2):
        answers(s, "ben", "Same", at=ANSWERED + timedelta(minutes=minute))
    s.sync()
    ids = s.shows(TAB, "id")
    for row in (2, 3):
        s.manager.types(TAB, row, "id", None)

    s.sync()

    assert s.shows(TAB, "id") == ids


def test_a_row_moved_to_another_tab_is_the_same_report(s: Story):
    answers(s, "ben", "one")
    s.sync()
    ((id,),) = s.shows(TAB, "id")
    s.manager.deletes_row(TAB, 2)
    s.types_report(reporter="ben", text="one", id=id)

    s.sync()

    assert s.shows("Reports", "id", "source") == [(id, "linked form")]
    known = s.state.base.known()
    assert [(one.tab, one.missing_since) for one in known.values()] == [("Reports", None)]
    assert [one.accepted for one in s.state.base.accepted_above(0)] == [1]


def test_of_a_row_copied_to_another_tab_the_copy_gets_a_new_id(s: Story):  # fault 28
    answers(s, "ben", "one")
    s.sync()
    ((id,),) = s.shows(TAB, "id")
    s.types_report(reporter="ben", text="one", id=id)  # Reports is read first

    s.sync()

    assert s.shows(TAB, "id", "problem") == [(id, None)]
    ((copy, source, problem),) = s.shows("Reports", "id", "source", "problem")
    assert (copy != id, source) == (True, "sheet")
    assert problem == (
        f"id: copied from {id}; this row is a report of its own; remove the row, or write ok into "
        "decision"
    )


def test_problems_name_the_linked_tab(s: Story):
    answers(s, "ben", "")  # neither text nor link
    answers(s, "somebody", "two")
    s.types_report(reporter="nobody", text="three")

    s.sync()

    assert s.shows(TAB, "status") == [("held",), ("unmatched",)]
    assert s.shows("Problems", "tab", "row", "column")[:3] == [
        ("Reports", 2, "reporter"),
        (TAB, 2, "text"),
        (TAB, 3, "reporter"),
    ]
    s.manager.types(TAB, 3, "decision", "ok")
    s.sync()
    assert s.shows(TAB, "status", "problem")[1] == ("ok", None)


def test_a_form_that_asks_for_the_mentor_keeps_its_column(s: Story, tmp_path: Path):
    told = s
    told.rules = replace(told.rules, linked=(TAB, "Second form"))
    with told.manager.editing() as book:
        sheet = book.create_sheet("Second form")
        sheet.append(["Timestamp", "reporter", "text", "Mentor", "Status"])  # no answer yet

    told.sync()
    with told.manager.editing() as book:
        for at, value in enumerate((ANSWERED, "ben", "one", "Cho", "done"), start=1):
            book["Second form"].cell(2, at).value = value
    told.sync()

    header, row = told.manager.cells("Second form")
    assert header[:5] == ["Timestamp", "reporter", "text", "Mentor", "Status"]
    assert row[:5] == [ANSWERED, "ben", "one", "Cho", "done"]
    shown = told.shows("Second form", "status (Tidings)", "mentor (Tidings)", "received")
    assert shown == [("ok", "Ana Rossi", ANSWERED)]


def test_what_stood_there_when_the_tab_was_linked_is_old_news(tmp_path: Path):
    with story(tmp_path) as s:
        s.sync()
        with s.manager.editing() as book:
            sheet = book.create_sheet(TAB)
            sheet.append(list(HEADERS))
            sheet.append([ANSWERED - timedelta(days=30), "ben", "last month"])
            sheet.append([ANSWERED - timedelta(days=3), "ben", "this week"])
        s.rules = replace(s.rules, linked=(TAB,), headers={TAB: HEADERS})

        s.sync()
        answers(s, "ben", "sent late", at=ANSWERED - timedelta(days=20))
        s.sync()

        texts = [one.text for one in s.state.base.accepted_above(0)]
        assert texts == ["this week", "sent late"]
        assert s.shows(TAB, "status") == [("ok",)] * 3


def test_what_stood_there_is_old_news_also_if_it_could_not_be_written_at_once(tmp_path: Path):
    with story(tmp_path) as s:
        s.types_report(reporter="ben", text="old", date=datetime(2026, 1, 1))  # noqa: DTZ001
        lock = tmp_path / ".~lock.workbook.xlsx#"
        lock.write_text(",ana,desk,23.11.2026 08:00,;")
        assert s.sync().written is False
        lock.unlink()

        assert s.sync().written is True

        assert s.state.base.accepted_above(0) == []


def test_a_correction_replaces_what_the_form_wrote_and_keeps_a_managers_edit(s: Story):
    answers(s, "ben", "one", "press")
    s.sync()
    ((id,),) = s.shows(TAB, "id")
    s.manager.types(TAB, 2, "Topics", "press, italy")

    s.posts("ben", "one, and more", id=str(id), tags="planning", date="2026-11-20")
    s.sync()

    day = datetime(2026, 11, 20)  # noqa: DTZ001
    assert s.shows(TAB, "What did you do?", "Topics", "date", "status", "problem") == [
        (
            "one, and more",
            "press, italy",
            day,
            "check",
            "tags: the reporter corrected this to “planning”; the edit made here was kept; type "
            "the correction, or write ok into decision",
        )
    ]
    assert s.state.journal.unwritten() == []
    assert s.shows("Reports", "id") == []


def test_an_answer_edited_after_a_correction_can_be_corrected_again(s: Story):
    answers(s, "ben", "one")
    s.sync()
    ((id,),) = s.shows(TAB, "id")
    s.posts("ben", "two", id=str(id))
    s.sync()
    overwrites(s, 2, ANSWERED + timedelta(hours=1), "ben", "three")
    s.sync()
    assert s.report(str(id)).text == "three"

    s.posts("ben", "four", id=str(id))
    s.sync()

    assert s.shows(TAB, "What did you do?", "status") == [("four", "ok")]


def test_a_withdrawn_answer_stays_for_the_manager(s: Story):
    answers(s, "ben", "one")
    s.sync()
    ((id,),) = s.shows(TAB, "id")

    s.withdraws(str(id))
    s.sync()

    assert s.shows(TAB, "What did you do?", "status") == [("one", "withdrawn")]


def test_the_brake_stops_only_the_tab_that_lost_rows(s: Story):  # fault 20
    for number in range(10):
        answers(s, "ben", f"answer {number}")
    s.sync()
    with s.manager.editing():
        for _ in range(8):
            s.manager.deletes_row(TAB, 2)
        s.manager.types(TAB, 2, "status", "?")
    short = s.manager.cells(TAB)
    post = s.posts("ana", "meanwhile")

    outcome = s.sync()

    assert outcome.notes == (
        f"{TAB}: 8 of 10 reports are suddenly gone; nothing is written here; bring them back, or "
        "run: tidings sync --accept-removals",
    )
    assert s.manager.cells(TAB) == short
    assert s.shows("Reports", "id", "status") == [(post, "ok")]
    assert s.state.journal.unwritten() == []
    assert len(s.state.base.accepted_above(0)) == 11

    s.pass_time(hours=25)
    s.sync()
    assert len(s.state.base.accepted_above(0)) == 3
    assert s.shows(TAB, "status") == [("ok",), ("ok",)]


def test_many_deletions_in_a_small_tab_show_beside_a_large_one(s: Story):  # fault 20
    for number in range(60):
        s.posts("ana", f"post {number}")
    for number in range(8):
        answers(s, "ben", f"answer {number}")
    s.sync()
    with s.manager.editing():
        for _ in range(8):
            s.manager.deletes_row(TAB, 2)

    outcome = s.sync()

    assert "8 of 8 reports are suddenly gone" in outcome.notes[0]
    assert len(s.state.base.accepted_above(0)) == 68


def test_a_missing_linked_tab_stops_only_itself(s: Story):
    answers(s, "ben", "one")
    s.sync()
    ((id,),) = s.shows(TAB, "id")
    with s.manager.editing() as book:
        book[TAB].title = "Form Responses 2"
    s.posts("ben", "corrected", id=str(id))
    post = s.posts("ana", "a post")
    s.types_report(reporter="ben", text="one")  # looks like the report that is out of sight

    s.pass_time(days=3)
    outcome = s.sync()

    assert linked_problems(outcome) == [
        f"{TAB}: there is no tab {TAB!r} (perhaps 'Form Responses 2'?); name it so again, or "
        "correct spreadsheet.linked_tabs in tidings.toml. Its reports stay as they were last seen"
    ]
    assert TAB not in s.manager.tabs()
    assert len(s.state.base.accepted_above(0)) == 3
    assert s.report(str(id)).text == "one"
    assert post in [row[0] for row in s.shows("Reports", "id")]
    assert [e.submission.report for e in s.state.journal.unwritten()] == [id]

    with s.manager.editing() as book:
        book["Form Responses 2"].title = TAB
    s.sync()
    assert s.shows(TAB, "id", "What did you do?") == [(id, "corrected")]
    assert s.state.journal.unwritten() == []


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (
            lambda s: s.manager.adds_column(TAB, "Text", ["doubled"]),
            "2 columns stand for 'text' ('What did you do?', 'Text'); rename all but one, or "
            "map their headers in tidings.toml to 'ignored'. Nothing of this tab was used",
        ),
        (
            lambda s: s.manager.holds(TAB, "| Timestamp | Your name | Something else |"),
            "no column 'text'. Nothing was written. Name the column so again, or map its header "
            'in tidings.toml under [spreadsheet.headers."Form responses 1"]',
        ),
        (lambda s: s.manager.holds(TAB, ""), "nothing stands there, not even a header"),
        (
            lambda s: setattr(s, "rules", replace(s.rules, headers={TAB: HEADERS | {"X": "id"}})),
            "the settings map the header 'X' to 'id'; it can be one of: about, date, decision, "
            "email, ignored, link, outcome, portal page, received, reporter, tags, text",
        ),
    ],
    ids=["doubled header", "no text", "empty", "bad map"],
)
def test_what_is_wrong_with_a_linked_tab_stops_only_that_tab(s: Story, break_it, reason: str):
    answers(s, "ben", "one")
    s.sync()
    break_it(s)
    broken = s.manager.cells(TAB)
    post = s.posts("ana", "a post")

    outcome = s.sync()

    assert linked_problems(outcome) == [f"{TAB}: {reason}"]
    assert s.manager.cells(TAB) == broken
    assert s.shows("Reports", "id", "status") == [(post, "ok")]
    assert len(s.state.base.accepted_above(0)) == 2


def test_a_column_mapped_to_ignored_is_left_out(s: Story):
    answers(s, "ben", "one")
    s.manager.adds_column(TAB, "Text", ["something else"])
    s.rules = replace(s.rules, headers={TAB: {**HEADERS, "Text": "ignored"}})

    outcome = s.sync()

    assert linked_problems(outcome) == []
    assert s.shows(TAB, "What did you do?", "status") == [("one", "ok")]


def test_a_reworded_question_is_followed(s: Story):
    answers(s, "ben", "one")
    s.sync()
    s.manager.renames_header(TAB, "What did you do?", "What have you been up to?")

    outcome = s.sync()

    assert f"{TAB}: the column 'text' is now called 'What have you been up to?'" in outcome.notes
    assert [one.text for one in s.state.base.accepted_above(0)] == ["one"]
    answers(s, "cho", "two")
    s.sync()
    assert s.shows(TAB, "status") == [("ok",), ("ok",)]


def test_a_lost_state_finds_the_ids_in_the_linked_tab(s: Story, tmp_path: Path):
    answers(s, "ben", "one")
    s.sync()
    ids = s.shows(TAB, "id")
    header = s.manager.cells(TAB)[0]
    (tmp_path / "other").mkdir()

    with story(tmp_path / "other") as fresh:
        fresh.book, fresh.manager, fresh.rules = s.book, s.manager, s.rules
        fresh.sync(take_over=True)

    assert s.shows(TAB, "id") == ids
    assert s.manager.cells(TAB)[0] == header


def test_answers_name_people_without_proof(s: Story):
    s.rules = replace(s.rules, trust="personal")
    answers(s, "ben", "one")

    s.sync()

    assert s.shows(TAB, "status") == [("unmatched",)]


@pytest.mark.parametrize("titles", ['["Reports"]', '["people "]', '["Answers", "answers"]'])
def test_a_tab_of_our_own_cannot_be_linked(titles: str):
    with pytest.raises(SettingsError, match="name the tab with a form's answers, once"):
        read_settings(f"[spreadsheet]\nlinked_tabs = {titles}\n", name="tidings.toml")


def test_the_settings_reach_the_sync(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    def tidings(*words: str) -> int:
        return status(["--project", str(tmp_path / "town"), *words], Shell(environment={}))

    assert tidings("init", "--name", "Town", "--coordinator", "ana@example.org") == 0
    path = tmp_path / "town" / "tidings.toml"
    told = path.read_text("utf-8").replace('# linked_tabs = ["Form', 'linked_tabs = ["Form')
    path.write_text(f'''{told}
[spreadsheet.headers."{TAB}"]
"Your name" = "reporter"
[mentors]
file = "council.xlsx"
''')
    manager = Manager(tmp_path / "town" / "workbook.xlsx")
    manager.holds(
        "People", "| name | username | groups |\n| Ben | ben | Rep |\n| Cho | cho | Mentor |"
    )
    manager.holds(TAB, "| Timestamp | Your name | text |\n| | ben | one |")
    book = Book()
    book.active.title = "Mentors"
    book.save(tmp_path / "town" / "council.xlsx")
    Manager(tmp_path / "town" / "council.xlsx").holds(
        "Mentors", "| mentee | mentor |\n| ben | cho |"
    )

    assert tidings("sync") == 0, capsys.readouterr()

    header, row = manager.cells(TAB)
    shown = dict(zip(header, row, strict=False))
    assert (shown["status"], shown["mentor"], shown["source"]) == ("ok", "Cho", "linked form")
    with manager.editing() as book:
        book[TAB].title = "Form Responses 2"
    capsys.readouterr()
    assert tidings("check") == 1
    said = capsys.readouterr().out
    assert f"! workbook.xlsx, {TAB}: there is no tab" in " ".join(said.split())
