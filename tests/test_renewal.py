"""What an answer and a manager's words come to in one cell, whoever was there first."""

from datetime import UTC, date, datetime

import pytest

from sheets_sync.choices import Choice, ChoiceAct
from sheets_sync.headers import find_table
from sheets_sync.layout import PEOPLE
from sheets_sync.people import Listed
from sheets_sync.renewal import Answer, read_answer, settle_answers
from sheets_sync.spreadsheet import Worksheet
from tests.digest_story import person

YES, PAUSE, WORDS = "yes 2026-11-21", "pause or stop 2026-11-21", "told me on the phone"
ANA = [Listed(2, person("ana", "Ana Silva"))]


def settle(cell: str, kept: str = "", *, new: str = "", behind: bool = False, column=True):
    header = ["name", "still in"] if column else ["name"]
    sheet = Worksheet("People", [header, ["Ana Silva", cell or None]])
    table = find_table(sheet, PEOPLE, aliases={}, ours=True, kept={})
    at = datetime(2026, 11, 21, 9, tzinfo=UTC)
    chosen = {"still in": new.removesuffix(" 2026-11-21")}
    queue = [Choice("k", ChoiceAct.ANSWER, "ana", "ana@example.org", chosen, "page", at)]
    return settle_answers(table, ANA, queue if new else [], kept, zone=UTC, behind=behind)


def kept(answer: str, stands: str) -> str:
    return f'{{"ana": ["{answer}", "{stands}"]}}'


@pytest.mark.parametrize(
    ("cell", "before", "new", "counts", "written", "problems"),
    [
        ("", "", "", "", {}, 0),
        ("", "", YES, YES, {2: YES}, 0),
        (YES, kept(YES, YES), "", YES, {}, 0),
        (YES, kept(YES, YES), PAUSE, PAUSE, {2: PAUSE}, 0),
        (WORDS, "", "", WORDS, {}, 0),
        (WORDS, "", YES, YES, {}, 1),
        (WORDS, kept(YES, WORDS), "", YES, {}, 1),
        ("", kept(YES, WORDS), "", YES, {2: YES}, 0),
        (WORDS, kept(YES, YES), "", WORDS, {}, 0),
        (WORDS, kept(YES, YES), PAUSE, PAUSE, {}, 1),
        ("", kept(YES, YES), "", "", {}, 0),
        ("", kept(YES, YES), PAUSE, PAUSE, {2: PAUSE}, 0),
        (YES, "", YES, YES, {}, 0),
    ],
)
def test_what_counts_and_what_is_written(cell, before, new, counts, written, problems):
    found = settle(cell, before, new=new)

    assert (found.said["ana"], found.written, len(found.problems)) == (counts, written, problems)
    again = settle(written.get(2, cell), found.kept)
    assert (again.said["ana"], again.written) == (counts, {})


def test_what_an_older_copy_lost_comes_back():
    assert settle("", kept(YES, YES), behind=True).written == {2: YES}


def test_without_the_column_answers_are_known_and_wait():
    found = settle("", kept(YES, YES), column=False)

    assert (found.said, found.written, found.kept) == ({"ana": YES}, {}, kept(YES, YES))
    assert not found.are_shown
    assert settle("", "", new=PAUSE, column=False).said == {"ana": PAUSE}


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("", None),
        (YES, Answer(date(2026, 11, 21), True, "")),
        ("Yes, told me 2026-10-02", Answer(date(2026, 10, 2), True, "")),
        (
            "pause or stop 2026-11-21: until: March",
            Answer(date(2026, 11, 21), False, "until: March"),
        ),
        ("maybe", Answer(None, False, "")),
        ("yes 2026-13-45", Answer(None, True, "")),
    ],
)
def test_a_cell_is_read_whoever_wrote_it(cell: str, answer: Answer | None):
    assert read_answer(cell) == answer
