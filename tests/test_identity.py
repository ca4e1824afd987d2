"""Which row is which report: faults 28 to 30."""

from hypothesis import given
from hypothesis import strategies as st

from sheets_sync.identity import (
    WELL_FORMED,
    Found,
    Identity,
    identify,
    new_report_id,
    report_id_for,
)

keys = st.text(st.characters(exclude_categories=["Cs"]))
A, B, C = "r-aaaaaaaaaa", "r-bbbbbbbbbb", "r-cccccccccc"


def test_fresh_id_is_never_a_number_to_a_spreadsheet():
    ids = {new_report_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert all(WELL_FORMED.fullmatch(id) for id in ids)


@given(keys, keys)
def test_a_submission_key_always_gives_the_same_id_and_another_gives_another(key: str, other: str):
    # fault 2
    assert WELL_FORMED.fullmatch(report_id_for(key))
    assert (report_id_for(key) == report_id_for(other)) == (key == other)


def test_known_rows_keep_their_ids_in_any_order():
    rows = [Found(B, "two"), Found(A, "one")]

    assert identify(rows, known={A: "one", B: "two"}) == [Identity(B), Identity(A)]


def test_of_two_rows_with_one_id_the_lower_is_a_new_report():  # fault 28
    upper, lower = identify([Found(A, "one"), Found(A, "one")], known={A: "one"})

    assert upper == Identity(A)
    assert (lower.fresh, lower.copied_from) == (True, A)
    assert lower.id not in ("", A)


def test_a_cleared_id_is_found_again_by_unique_content():  # fault 29
    rows = [Found("", "one"), Found(B, "two")]

    assert identify(rows, known={A: "one", B: "two"}) == [Identity(A), Identity(B)]


def test_an_overtyped_id_is_found_again_by_unique_content():  # fault 29
    assert identify([Found("oops", "one")], known={A: "one"}) == [Identity(A)]


def test_cleared_ids_of_equal_reports_are_asked_about():  # fault 29
    rows = [Found("", "same"), Found("", "same")]

    first, second = identify(rows, known={A: "same", B: "same"})

    assert first == second == Identity("", question=f"{A} or {B}")


def test_typing_new_answers_the_question():
    (row,) = identify([Found("new", "same")], known={A: "same", B: "same"})

    assert (row.fresh, row.copied_from, row.question) == (True, "", "")
    assert row.id not in ("", A, B)


def test_retyping_the_old_id_answers_the_question():
    rows = [Found(B, "same"), Found("", "same")]

    assert identify(rows, known={A: "same", B: "same"}) == [Identity(B), Identity(A)]


def test_a_deleted_row_pasted_back_is_the_same_report():  # fault 30
    assert identify([Found(A, "edited")], known={A: "one"}) == [Identity(A)]


def test_an_unknown_id_of_ours_is_adopted():
    assert identify([Found(C, "three")], known={}) == [Identity(C, fresh=True)]


def test_an_unknown_id_copied_is_adopted_once():
    upper, lower = identify([Found(C, "three"), Found(C, "three")], known={})

    assert upper == Identity(C, fresh=True)
    assert (lower.fresh, lower.copied_from) == (True, C)


@given(st.lists(st.tuples(st.sampled_from(["", "new", "x", A, B, C]), st.sampled_from("pqr"))))
def test_no_two_rows_ever_share_an_id(cells):
    rows = [Found(id, content) for id, content in cells]

    found = identify(rows, known={A: "p", B: "p", C: "q"})

    ids = [one.id for one in found if one.id]
    assert len(ids) == len(set(ids))
    assert all(bool(one.id) != bool(one.question) for one in found)
