"""The sync as a manager and a reporter live it, on a real workbook and a real database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sheets_sync.community import Status
from sheets_sync.layout import TABS
from sheets_sync.spreadsheet import SheetError
from sheets_sync.state import open_state
from sheets_sync.sync import sync
from sheets_sync.xlsx import Workbook
from tests.story import Interrupted, Story, story

pytestmark = [pytest.mark.usefixtures("on_either_database"), pytest.mark.sampled]


@pytest.fixture
def s(tmp_path: Path) -> Iterator[Story]:
    with story(tmp_path) as told:
        yield told


def lines(told: Story) -> list[str]:
    return [problem.text() for problem in told.sync().problems]


def test_a_typed_row_becomes_a_report_and_a_second_sync_writes_nothing(s: Story):  # fault 48
    s.types_report(
        reporter="ben", text="one and one is two", tags="Press; #italy", date=date(2026, 11, 20)
    )

    first = s.sync()
    saved = s.path.read_bytes()
    second = s.sync()

    assert (first.written, second.written, s.path.read_bytes() == saved) == (True, False, True)
    assert not second.changes
    assert s.shows("Reports", "reporter", "text", "source", "status", "problem", "mentor") == [
        ("ben", "one and one is two", "sheet", "ok", None, "Ana Rossi")
    ]
    ((id, received),) = s.shows("Reports", "id", "received")
    assert received == datetime(2026, 11, 23, 8, 0)  # noqa: DTZ001 - the zone's own clock
    report = s.report(str(id))
    assert (report.name, report.tags, report.date) == (
        "Ben Okafor",
        ("Press", "#italy"),
        date(2026, 11, 20),
    )
    assert s.shows("Tags", "tag", "uses") == [("italy", 1), ("Press", 1)]
    assert s.shows("People", "mentor", "last report") == [
        ("Cho Min", None),
        ("Ana Rossi", datetime(2026, 11, 20)),  # noqa: DTZ001
        ("Ana Rossi", None),
    ]


def test_a_post_becomes_a_row_of_text(s: Story):  # faults 7, 9
    id = s.posts("Ana Rossi", "=1+1 is two\nsecond line", date="2026-11-22", link="-x", about="@")

    s.sync()

    assert s.shows("Reports", "id", "date", "text", "link", "about", "source", "status") == [
        (id, datetime(2026, 11, 22), "=1+1 is two\nsecond line", "-x", "@", "form", "check")  # noqa: DTZ001
    ]
    assert s.manager.is_text("Reports", 2, "text")
    assert s.manager.is_text("Reports", 2, "link")


def test_each_bad_row_is_named_and_the_others_go_through(s: Story):
    s.types_report(reporter="ben", text="fine")
    s.types_report(reporter="ben", text="when?", date="31/02/2026")
    s.types_report(reporter="zoe", text="who am I")
    s.types_report(text="nobody tells this")
    s.types_report(reporter="ben", tags="alone")
    s.types_report(reporter="ben", text="ok?", decision="perhaps")
    s.types_report(reporter="Ana Rossi <ben@example.org>", text="two people", link="nowhere at all")

    assert lines(s) == [
        "Reports row 3, date: “31/02/2026” is not a date; write year, month and day like this: "
        "2026-11-23",
        "Reports row 4, reporter: nobody on the People tab is called so; only coordinators see "
        "this report; correct it, add the person to People, or write ok into decision",
        "Reports row 5, reporter: nobody is named; write who reports, or ok into decision",
        "Reports row 6, text: there is neither text nor link; write what happened",
        "Reports row 7, decision: this is not a decision; write ok or hide, or empty the cell",
        "Reports row 8, link: “nowhere at all” is not a link; write one web address that begins "
        "with https://; more of them fit in the text",
        "Reports row 8, reporter: the address is Ben Okafor's, the name Ana Rossi's; the address "
        "counts; correct one of them",
        "Mentors row 3, mentor: they mentor each other in a circle: Ana Rossi → Cho Min → "
        "Ana Rossi; correct one of the rows",
    ]
    assert s.shows("Reports", "status") == [
        ("ok",),
        ("check",),
        ("unmatched",),
        ("held",),
        ("held",),
        ("check",),
        ("check",),
    ]
    assert [row for (row,) in s.shows("Problems", "row")] == [3, 4, 5, 6, 7, 8, 8, 3]
    accepted = [r.text for r in s.state.base.accepted_above(0)]
    assert accepted == ["fine", "when?", "ok?", "two people"]


def test_a_managers_decision_counts_at_the_next_sync(s: Story):
    id = s.posts("Zoe", "who am I", held="it has 9 links")
    s.types_report(reporter="ben", text="secret")
    s.sync()
    assert s.shows("Reports", "status") == [("ok",), ("held",)]

    s.manager.types("Reports", 2, "decision", "hide")
    s.manager.types("Reports", 3, "decision", "OK")
    s.sync()

    assert s.shows("Reports", "status", "problem") == [("hidden", None), ("ok", None)]
    assert [r.id for r in s.state.base.accepted_above(0)] == [id]


def test_an_unmatched_report_is_accepted_once_its_writer_is_on_the_roster(s: Story):
    id = s.posts("Zoe Novak", "hello")
    s.sync()
    assert s.shows("Reports", "status") == [("unmatched",)]
    assert [r.id for r in s.state.base.unmatched()] == [id]

    s.manager.types("People", 5, "name", "Zoé  NOVAK")
    s.sync()

    assert s.shows("Reports", "status") == [("ok",)]
    assert (s.report(id).accepted, s.report(id).name) == (1, "Zoé NOVAK")


def test_while_there_is_no_roster_everyone_counts_as_known(tmp_path: Path):
    with story(tmp_path, people=False) as s:
        s.posts("zoe@example.org", "hello")
        s.sync()

        assert s.shows("Reports", "status") == [("ok",)]
        assert [r.name for r in s.state.base.accepted_above(0)] == ["a member"]


def test_a_copied_row_is_a_report_of_its_own(s: Story):  # fault 28
    id = s.posts("ben", "one")
    s.sync()
    s.manager.copies_row("Reports", 2, 3)

    s.sync()

    (upper, _), (lower, problem) = s.shows("Reports", "id", "problem")
    assert upper == id
    assert lower not in (id, None)
    assert problem == (
        f"id: copied from {id}; this row is a report of its own; remove the row, or write ok into "
        "decision"
    )
    assert s.sync().written is False


def test_a_cleared_id_is_put_back(s: Story):  # fault 29
    id = s.posts("ben", "one")
    s.sync()
    s.manager.types("Reports", 2, "id", None)

    s.sync()

    assert s.shows("Reports", "id") == [(id,)]
    assert s.report(id).accepted == 1


def test_ids_cleared_of_equal_reports_are_asked_about_and_answered_in_the_row(s: Story):  # fault 29
    ids = [s.posts("ben", "same"), s.posts("ben", "same")]
    s.sync()
    for row in (2, 3):
        s.manager.types("Reports", row, "id", None)
    s.sync()
    first, second = sorted(ids)
    question = (
        f"id: this may be {first} or {second}, whose own row is gone; retype the old id if it is "
        "the same report, or type new if it is another"
    )
    assert s.shows("Reports", "id", "status", "problem") == [(None, "held", question)] * 2

    s.manager.types("Reports", 2, "id", second)
    s.manager.types("Reports", 3, "id", "new")
    s.sync()

    (a, status_a), (b, status_b) = s.shows("Reports", "id", "status")
    assert (a, status_a, status_b) == (second, "ok", "ok")
    assert b not in (*ids, None, "new")


def test_a_deleted_row_stays_out_and_pasted_back_it_is_the_same(s: Story):  # fault 30
    id = s.posts("ben", "one")
    s.posts("ana", "two")
    s.sync()
    s.manager.deletes_row("Reports", 2)
    s.sync()
    assert [r.text for r in s.state.base.accepted_above(0)] == ["two"]

    row = s.types_report(reporter="ben", text="one", id=id)
    s.sync()

    assert s.shows("Reports", "id", "source")[row - 2] == (id, "form")
    assert [(r.text, r.accepted) for r in s.state.base.accepted_above(0)] == [
        ("one", 1),
        ("two", 2),
    ]


def test_an_edited_row_is_the_same_report(s: Story):  # fault 31
    id = s.posts("ben", "one")
    s.sync()
    s.manager.types("Reports", 2, "text", "one, and more")

    s.sync()

    assert (s.report(id).text, s.report(id).accepted) == ("one, and more", 1)


def test_a_correction_replaces_what_the_form_wrote_and_keeps_what_a_manager_typed(s: Story):
    id = s.posts("ben", "one", tags="press", date="2026-11-20")
    s.sync()
    s.manager.types("Reports", 2, "tags", "press, italy")

    s.posts("ben", "one!", id=id, tags="planning", date="2026-11-21")
    s.sync()

    assert s.shows("Reports", "text", "tags", "date", "status", "problem") == [
        (
            "one!",
            "press, italy",
            datetime(2026, 11, 21),  # noqa: DTZ001
            "check",
            "tags: the reporter corrected this to “planning”; the edit made here was kept; type "
            "the correction, or write ok into decision",
        )
    ]
    assert s.sync().written is False
    s.manager.types("Reports", 2, "tags", "planning")
    s.sync()
    assert s.shows("Reports", "status", "problem") == [("ok", None)]


def test_a_correction_never_overwrites_what_a_person_typed(s: Story):
    s.types_report(reporter="ben", text="typed by hand")
    s.sync()
    ((id,),) = s.shows("Reports", "id")

    s.posts("ben", "corrected", id=str(id), outcome="it worked")
    s.sync()

    assert s.shows("Reports", "text", "outcome", "status") == [
        ("typed by hand", "it worked", "check")
    ]


def test_a_correction_before_the_first_sync_is_one_row(s: Story):
    id = s.posts("ben", "one")
    s.posts("ben", "two", id=id)
    s.sync()

    assert s.shows("Reports", "id", "text", "status") == [(id, "two", "ok")]


def test_a_withdrawn_report_stays_in_the_sheet_and_out_of_all_else(s: Story):
    id = s.posts("ben", "one")
    s.sync()
    s.withdraws(id)
    s.sync()

    assert s.shows("Reports", "text", "status") == [("one", "withdrawn")]
    assert s.state.base.accepted_above(0) == []


def test_rows_of_the_first_sync_are_considered_unless_a_week_young(s: Story):
    s.types_report(reporter="ben", text="old", date=date(2026, 11, 16))
    s.types_report(reporter="ben", text="young", date=date(2026, 11, 17))
    s.types_report(reporter="zoe", text="old and unmatched", date=date(2026, 1, 1))
    s.sync()
    s.types_report(reporter="ben", text="late", date=date(2026, 1, 1))
    s.manager.types("Reports", 4, "decision", "ok")
    s.sync()

    assert [r.text for r in s.state.base.accepted_above(0)] == ["young", "late"]


def test_a_report_keeps_the_mentor_that_it_had_when_first_seen(s: Story):
    id = s.posts("ben", "one")
    s.sync()
    s.manager.types("Mentors", 2, "mentor", "cho")
    s.sync()

    assert s.shows("Reports", "mentor") == [("Ana Rossi",)]
    community = s.state.base.community()
    assert community is not None
    by_id = {p.id: p for p in community.people}
    ben = by_id[s.report(id).person]
    assert (by_id[ben.mentor].name, by_id[s.report(id).mentor].name) == ("Cho Min", "Ana Rossi")


def test_in_another_zone_the_moment_that_it_came_stays(s: Story):  # fault 27
    id = s.posts("ben", "one")
    s.sync()
    before = s.report(id).received
    s.rules = replace(s.rules, zone=ZoneInfo("Pacific/Apia"))

    s.sync()

    assert (s.report(id).received, s.report(id).accepted) == (before, 1)
    assert s.shows("Reports", "received") == [(datetime(2026, 11, 23, 20, 0),)]  # noqa: DTZ001
    assert s.sync().written is False


def test_a_person_stays_the_same_through_one_change_at_a_time(s: Story):  # fault 53
    id = s.posts("ben", "one")
    s.sync()
    before = s.report(id).person
    s.manager.types("People", 3, "email", "ben.okafor@example.com")
    s.sync()
    s.manager.types("People", 3, "name", "Benedict Okafor")
    s.sync()

    assert (s.report(id).person, s.report(id).name) == (before, "Benedict Okafor")

    s.manager.types("People", 3, "email", "x@example.org")
    s.manager.types("People", 3, "name", "Somebody Else")
    question = (
        "People row 3, email: changed at once: email, name (ben.okafor@example.com, Benedict "
        "Okafor before); taken for the same person; if it is, put one of them back, sync, and "
        "change it again; if it is somebody else, remove the row, sync, and add it again"
    )
    assert question in lines(s)
    s.pass_time(days=1)
    assert question in lines(s)
    s.manager.types("People", 3, "name", "Benedict Okafor")
    assert question not in lines(s)


def test_over_a_fifth_gone_at_once_is_not_believed(s: Story):  # fault 20
    for number in range(20):
        s.posts("ben", f"report {number}")
    s.sync()
    full = s.path.read_bytes()
    with s.manager.editing():
        for _ in range(10):
            s.manager.deletes_row("Reports", 2)
    short = s.manager.cells("Reports")

    id = s.posts("ana", "meanwhile")
    outcome = s.sync()

    assert "10 of 20 reports are suddenly gone" in outcome.notes[0]
    assert s.manager.cells("Reports") == short
    assert len(s.state.base.accepted_above(0)) == 21
    assert s.report(id).accepted == 21

    s.pass_time(hours=25)
    s.sync()
    assert len(s.manager.cells("Reports")) == 12
    assert len(s.state.base.accepted_above(0)) == 11

    s.path.write_bytes(full)


def test_rows_moved_to_another_tab_are_no_loss(s: Story):  # fault 20
    for number in range(10):
        s.posts("ben", f"report {number}")
    s.sync()
    with s.manager.editing() as book:
        book["Reports"].title = "Last year"
        book.copy_worksheet(book["Last year"]).title = "Reports"
        for _ in range(10):
            s.manager.deletes_row("Reports", 2)

    outcome = s.sync()

    assert outcome.notes == ()
    assert s.state.base.accepted_above(0) == []


def test_a_correction_waits_for_a_row_that_is_asked_about(s: Story):
    ids = [s.posts("ben", "same"), s.posts("ben", "same")]
    s.sync()
    for row in (2, 3):
        s.manager.types("Reports", row, "id", None)
    s.posts("ben", "corrected", id=ids[0])
    s.sync()
    s.pass_time(minutes=10)
    s.sync()
    assert [e.submission.answers["text"] for e in s.state.journal.unwritten()] == ["corrected"]

    for row, id in zip((2, 3), ids, strict=True):
        s.manager.types("Reports", row, "id", id)
    s.sync()

    assert s.shows("Reports", "id", "text") == [(ids[0], "corrected"), (ids[1], "same")]
    assert s.state.journal.unwritten() == []


def test_a_loss_is_believed_at_once_when_told_so(s: Story):  # fault 20
    for number in range(10):
        s.posts("ben", f"report {number}")
    s.sync()
    with s.manager.editing():
        for _ in range(10):
            s.manager.deletes_row("Reports", 2)

    outcome = s.sync(accept_removals=True)

    assert outcome.notes == ()
    assert s.state.base.accepted_above(0) == []


def test_rows_that_an_older_copy_lacked_are_put_back_once(s: Story):  # fault 43
    s.posts("ben", "old")
    s.sync()
    stale = s.path.read_bytes()
    id = s.posts("ana", "new", tags="press")
    s.sync()
    s.path.write_bytes(stale)

    outcome = s.sync()

    assert outcome.notes == (
        "An older copy of the spreadsheet was saved over ours; the reports that it lacked were put "
        "back: 1",
    )
    assert s.shows("Reports", "text", "tags", "status")[1:] == [("new", "press", "ok")]
    assert s.report(id).accepted == 2

    s.manager.deletes_row("Reports", 3)
    assert s.sync().notes == ()
    assert len(s.shows("Reports", "text")) == 1


def test_a_spreadsheet_of_another_installation_is_refused(s: Story, tmp_path: Path):  # fault 47
    s.posts("ben", "one")
    s.sync()
    saved = s.path.read_bytes()
    other = open_state("sqlite:other.db", folder=tmp_path, create=True)

    with pytest.raises(SheetError, match=r"another installation .* tidings sync --take-over"):
        sync(s.book, other, s.rules, now=s.now)
    taken = sync(s.book, other, s.rules, now=s.now, take_over=True)
    again = sync(s.book, other, s.rules, now=s.now)
    other.close()

    assert (taken.written, again.written) == (False, False)
    assert s.path.read_bytes() == saved


@pytest.mark.parametrize("state_url", ["sqlite:tidings.db"])
def test_a_state_from_an_old_backup_is_refused(s: Story):  # fault 75
    s.posts("ben", "one")
    s.sync()
    s.state.engine.dispose()  # the last connection to close moves all into the one file
    old = (s.folder / "tidings.db").read_bytes()
    s.posts("ben", "two")
    s.sync()
    s.state.close()
    for path in s.folder.glob("tidings.db-*"):
        path.unlink()
    (s.folder / "tidings.db").write_bytes(old)
    restored = open_state("sqlite:tidings.db", folder=s.folder)

    with pytest.raises(SheetError, match="newer than the state"):
        sync(s.book, restored, s.rules, now=s.now)
    restored.close()


def test_a_dry_run_plans_and_changes_nothing(s: Story):
    s.posts("ben", "one")
    saved = s.path.read_bytes()

    outcome = s.sync(dry_run=True)

    assert [append.tab for append in outcome.changes.appends] == ["Reports"]
    assert s.path.read_bytes() == saved
    assert len(s.state.journal.unwritten()) == 1
    assert s.state.base.community() is None


def test_someone_who_saves_in_the_middle_of_a_sync_loses_nothing(s: Story):  # faults 35, 46
    s.types_report(reporter="ben", text="one")
    s.types_report(reporter="ana", text="two")
    book = Interrupted(s.path, [lambda: s.manager.sorts("Reports", "reporter")])

    outcome = sync(book, s.state, s.rules, now=s.now)

    assert outcome.written
    assert len(book.writes) == 1
    assert s.shows("Reports", "reporter", "text", "mentor") == [
        ("ana", "two", "Cho Min"),
        ("ben", "one", "Ana Rossi"),
    ]


def test_someone_who_never_stops_saving_is_named(s: Story):  # fault 46
    s.types_report(reporter="ben", text="one")
    saves = [lambda n=n: s.manager.types("Reports", 9, "text", f"{n}") for n in range(3)]

    with pytest.raises(SheetError, match="saved by someone meanwhile"):
        sync(Interrupted(s.path, saves), s.state, s.rules, now=s.now)


def test_the_file_may_be_open_meanwhile(s: Story):  # fault 41
    s.posts("ben", "before")
    s.sync()
    lock = s.path.with_name(f".~lock.{s.path.name}#")
    lock.write_text("Mara,mara,desk,23.11.2026 07:55,file:///home/mara/.config/libreoffice/4;")
    saved = s.path.read_bytes()
    s.manager.types("Reports", 2, "tags", "press")
    opened = s.path.read_bytes()
    s.types_report(reporter="ana", text="typed meanwhile")
    id = s.posts("ana", "posted meanwhile")

    outcome = s.sync()

    assert saved != opened
    assert (outcome.written, "Mara" in outcome.notes[0]) == (False, True)
    assert [r.text for r in s.state.base.accepted_above(0)] == ["before", "posted meanwhile"]
    accepted = s.report(id).accepted

    s.pass_time(hours=25)
    s.sync()
    community = s.state.base.community()
    assert community is not None
    assert "Mara" in community.notes[-1].text()

    lock.unlink()
    s.sync()
    assert s.shows("Reports", "text", "status") == [
        ("before", "ok"),
        ("typed meanwhile", "ok"),
        ("posted meanwhile", "ok"),
    ]
    assert s.report(id).accepted == accepted
    assert s.sync().written is False


def test_a_header_typed_over_in_its_place_is_followed(s: Story):  # fault 22
    s.posts("ben", "one", tags="press")
    s.sync()
    s.manager.renames_header("Reports", "tags", "labels")
    s.manager.renames_header("Reports", "reporter", "who")
    s.manager.renames_header("Reports", "status", "state of things")

    outcome = s.sync()

    assert outcome.notes == (
        "Reports: the column 'reporter' is now called 'who'",
        "Reports: the column 'tags' is now called 'labels'",
        "Reports: the column 'status' is now called 'state of things'",
    )
    s.posts("ana", "two", tags="italy")
    assert s.sync().notes == ()
    assert s.shows("Reports", "who", "labels", "state of things") == [
        ("ben", "press", "ok"),
        ("ana", "italy", "ok"),
    ]
    assert s.sync().written is False


def test_a_header_that_a_column_bore_once_may_stand_above_another(s: Story):  # fault 22
    s.posts("ben", "one", about="cho")
    s.sync()
    s.manager.renames_header("Reports", "text", "What happened?")
    s.sync()
    s.manager.renames_header("Reports", "What happened?", "text")
    assert s.sync().notes == ()

    s.manager.renames_header("Reports", "about", "What happened?")
    s.manager.moves_column("Reports", "What happened?", 0)
    s.sync()

    assert s.shows("Reports", "What happened?", "text", "status") == [("cho", "one", "ok")]
    asked = next(line for line in lines(s) if "the column 'about' is gone" in line)
    assert asked.startswith("Reports row 1, about: ")


def test_a_header_renamed_and_moved_is_asked_about(s: Story):  # fault 22
    s.posts("ben", "one", tags="press")
    s.sync()
    s.manager.renames_header("Reports", "tags", "labels")
    s.manager.moves_column("Reports", "labels", 0)

    assert (
        "Reports row 1, tags: the column 'tags' is gone; if one of these is it, name it so again "
        "or map its header in tidings.toml; if not, add an empty column of that name"
    ) in lines(s)
    assert "tags" not in s.manager.cells("Reports")[0]

    s.manager.renames_header("Reports", "labels", "Tags ")
    s.sync()
    assert s.shows("Reports", "Tags ", "status") == [("press", "ok")]


@pytest.mark.parametrize("name", ["tags", "id", "status", "mentor"])
def test_an_emptied_header_is_put_back_above_what_it_named(s: Story, name: str):  # fault 22
    id = s.posts("ben", "one", tags="press")
    s.sync()
    before = s.manager.cells("Reports")
    s.manager.types("Reports", 1, name, None)

    outcome = s.sync()

    assert outcome.notes == (f"Reports: the header {name!r} had been emptied, and was put back",)
    assert s.manager.cells("Reports") == before
    assert s.report(id).tags == ("press",)
    assert s.sync().written is False


def test_a_header_emptied_and_moved_is_asked_about(s: Story):  # fault 22
    s.posts("ben", "one", tags="press")
    s.sync()
    s.manager.types("Reports", 1, "tags", None)
    s.manager.moves_column("Reports", 3, 0)

    assert (
        "Reports row 1, tags: the column 'tags' is gone; if one of these is it, name it so again "
        "or map its header in tidings.toml; if not, add an empty column of that name"
    ) in lines(s)
    assert s.manager.cells("Reports")[0].count("tags") == 0


def test_of_two_columns_of_one_name_the_leftmost_counts(s: Story):  # fault 22
    s.posts("ben", "one", tags="press")
    s.sync()
    s.manager.adds_column("Reports", " TAGS", ["mine"])

    assert (
        "Reports row 1, tags: there are 2 columns of this name; the leftmost counts; rename the "
        "others"
    ) in lines(s)
    assert s.shows("Reports", "tags", " TAGS", "status") == [("press", "mine", "ok")]


def test_a_lost_required_header_stops_with_a_guess(s: Story):  # fault 22
    s.posts("ben", "one")
    s.sync()
    s.manager.renames_header("Reports", "reporter", "reporters")
    s.manager.moves_column("Reports", "reporters", 0)
    saved = s.path.read_bytes()

    with pytest.raises(SheetError, match=r"no column 'reporter' \(perhaps 'reporters'\?\)"):
        s.sync()
    assert s.path.read_bytes() == saved


def test_a_renamed_tab_stops_with_a_guess(s: Story):  # fault 22
    s.posts("ben", "one")
    s.sync()
    with s.manager.editing() as book:
        book["Reports"].title = "Berichte"

    with pytest.raises(SheetError, match=r"no tab 'Reports' \(perhaps 'Berichte'\?\) any more"):
        s.sync()


def test_columns_may_be_moved_and_missing_ones_are_added(s: Story):
    s.posts("ben", "one")
    s.sync()
    s.manager.moves_column("Reports", "id", 0)
    s.manager.moves_column("Reports", "text", 9)
    s.manager.adds_column("Reports", "budget", [5])
    assert s.sync().written is False

    header = s.manager.cells("Reports")[0]
    assert header[0] == "id"
    assert header[-1] == "budget"


def test_a_tab_of_the_managers_own_is_filled_in(tmp_path: Path):
    path = tmp_path / "workbook.xlsx"
    with story(
        tmp_path / "elsewhere" if (tmp_path / "elsewhere").mkdir() is None else tmp_path
    ) as s:
        s.book = Workbook(path)
        s.manager.path = path
        s.path = path
        s.book.create((TABS[1],), {})
        s.manager.adds_tab("Reports")
        s.manager.holds(
            "Reports",
            """
            | Spring campaign reports |
            |                         |
            | Reporter | Téxt         | mentor      | my notes |
            | ben      | hello        | Mr Nobody   | keep     |
            """,
        )

        s.sync()

        assert s.manager.cells("Reports")[0] == ["Spring campaign reports"]
        header, row = s.manager.cells("Reports")[2:4]
        assert header[:4] == ["Reporter", "Téxt", "mentor", "my notes"]
        assert row[:4] == ["ben", "hello", "Mr Nobody", "keep"]
        assert "mentor (Tidings)" in header
        assert s.sync().written is False
        assert set(s.manager.tabs()) == {tab.title for tab in TABS}


def test_other_headers_are_mapped_by_the_settings(s: Story):
    s.manager.renames_header("Reports", "text", "What did you do?")
    s.rules = type(s.rules)(
        s.rules.form,
        s.rules.zone,
        s.rules.check_filter,
        headers={"Reports": {"What did you do?": "text"}},
    )
    s.posts("ben", "one")
    s.sync()

    assert s.shows("Reports", "What did you do?", "status") == [("one", "ok")]


def test_stray_text_and_blank_rows_below_the_table_harm_nothing(s: Story):  # fault 23
    s.types_report(reporter="ben", text="one")
    s.manager.types("Reports", 9, "about", "see also last year's sheet")
    s.sync()
    s.posts("ana", "two")
    s.sync()

    shown = s.shows("Reports", "text", "about", "status")
    assert shown[0] == ("one", None, "ok")
    assert shown[7] == (None, "see also last year's sheet", "held")
    assert shown[8] == ("two", None, "ok")
    assert s.sync().written is False


def test_a_formula_error_keeps_the_last_good_value(s: Story):  # fault 25
    id = s.posts("ben", "one")
    s.sync()
    s.manager.types("Reports", 2, "text", "=NA()")

    outcome = s.sync()

    assert s.report(id).text == "one"
    (problem,) = [p for p in outcome.problems if p.tab == "Reports"]
    assert (problem.row, problem.column) == (2, "text")
    assert "the last good value is kept" in problem.message
    assert s.manager.cells("Reports")[1][2] == "=NA()"


def test_a_reporter_whose_cell_shows_an_error_is_whom_it_meant(s: Story):  # fault 25
    id = s.posts("ben", "one")
    s.sync()
    before = s.report(id)
    s.manager.types("Reports", 2, "reporter", "=NA()")

    outcome = s.sync()

    assert s.report(id) == replace(before, status=Status.CHECK)
    (problem,) = [p for p in outcome.problems if p.tab == "Reports"]
    assert (problem.row, problem.column) == (2, "reporter")
    assert "the last good value is kept" in problem.message
    assert s.shows("Reports", "mentor") == [("Ana Rossi",)]


def test_the_mentor_sheet_gone_the_last_good_copy_serves(s: Story):  # fault 52
    s.posts("ben", "one")
    s.sync()
    with s.manager.editing() as book:
        del book["Mentors"]

    s.pass_time(hours=3)
    outcome = s.sync()

    assert s.shows("People", "mentor") == [("Cho Min",), ("Ana Rossi",), ("Ana Rossi",)]
    assert outcome.notes == (
        "Mentors: it cannot be read; the copy of 2026-11-23 07:00 (UTC) is used and nothing is "
        "written there. The Problems tab says why",
    )
    assert (
        "Mentors: there is no tab 'Mentors' any more; name it so again, or make an empty one"
    ) in lines(s)


def test_a_roster_that_suddenly_shrinks_is_not_believed_until_told_so(s: Story):
    # faults 20 and 52
    with s.manager.editing():
        for number in range(5, 15):
            s.manager.types("People", number, "name", f"Person {number}")
    s.sync()
    with s.manager.editing():
        for _ in range(10):
            s.manager.deletes_row("People", 5)
    short = s.manager.cells("People")

    assert s.sync().notes == (
        "People: it suddenly misses much of what was there; the copy of 2026-11-23 07:00 (UTC) is "
        "used and nothing is written there. If it is right so, run: tidings sync "
        "--accept-removals",
    )
    assert s.manager.cells("People") == short
    community = s.state.base.community()
    assert community is not None
    assert len(community.people) == 13

    assert s.sync(accept_removals=True).notes == ()
    community = s.state.base.community()
    assert community is not None
    assert len(community.people) == 3


@pytest.mark.parametrize(("tab", "name"), [("People", "name"), ("Mentors", "mentor")])
def test_a_tab_without_what_it_needs_is_named_and_its_copy_serves(s: Story, tab: str, name: str):
    # faults 22 and 52
    s.posts("ben", "one")
    s.sync()
    s.manager.types(tab, 1, name, None)

    assert (
        f"{tab}: no column {name!r}. Nothing was written. Name the column so again, or map its "
        f"header in tidings.toml under [spreadsheet.headers.{tab}]"
    ) in lines(s)
    assert s.shows("Reports", "status", "mentor") == [("ok", "Ana Rossi")]

    s.manager.types(tab, 1, 0 if tab == "People" else 1, name)
    assert s.sync().notes == ()


def test_subscriptions_are_read_and_their_faults_named(s: Story):
    s.manager.holds(
        "Subscriptions",
        """
        | email | filter | frequency | paused until | status | problem |
        | ana@example.org | press | stop | | | |
        | ben@example.org | new york | often | | | |
        | not an address  | | | | | |
        | Ana@Example.org | | | | | |
        | x@example.org   | | | 2026-12-24 | | |
        """,
    )
    s.sync()

    assert s.shows("Subscriptions", "status", "problem") == [
        ("stopped", None),
        (
            "weekly",
            "frequency: this is not a frequency; weekly is used; write one of: weekly, "
            "monthly, stop, bounced\nfilter: two words side by side; correct the filter",
        ),
        (
            "not used",
            "email: “not an address” is not an e-mail address; write one like ana@example.org",
        ),
        (
            "not used",
            "email: row 2 has the same address; that row counts; remove one of the two rows",
        ),
        ("paused until 2026-12-24", None),
    ]


def test_hashtags_in_the_text_count_where_nobody_typed_tags(s: Story):
    s.types_report(reporter="ana", text="Opened the #workshop in #Rome.")
    s.types_report(reporter="ben", text="Not #this one.", tags="planning")
    s.sync()

    def tags():
        return [report.tags for report in s.state.base.accepted_above(-1)]

    assert sorted(tags()) == [("#workshop", "#Rome"), ("planning",)]
    assert s.shows("Reports", "tags") == [(None,), ("planning",)]
    assert {("workshop", 1), ("Rome", 1), ("planning", 1)} <= set(s.shows("Tags", "tag", "uses"))

    s.rules = replace(s.rules, hashtags=False)
    s.sync()

    assert sorted(tags()) == [(), ("planning",)]
