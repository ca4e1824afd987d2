"""What is said when Google says no, and what is repeated: never blindly, never for ever."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sheets_sync.google_access import open_session
from sheets_sync.google_sheets import Calls, GoogleSpreadsheet
from sheets_sync.google_sheets.known import OneRun
from sheets_sync.layout import TABS
from sheets_sync.spreadsheet import (
    Append,
    Changes,
    Edit,
    SheetChanged,
    SheetError,
    SheetUnwritable,
)
from tests.google_sheets.opening import ACCOUNT, Shared, plain_session, sharing

CY = Changes(appends=(Append("Tags", {0: "Cy"}),))


@pytest.fixture(scope="module")
def google() -> Iterator[Shared]:
    with sharing() as shared:
        shared.opened().create(TABS, {})
        yield shared


@pytest.fixture
def shared(google: Shared) -> Iterator[Shared]:
    start = google.book.saved()
    google.world.forget_plans()
    google.world.calls.clear()
    google.time.pauses.clear()
    google.time.seconds = 0.0
    yield google
    google.book.restore(start)
    google.world.disabled_apis.clear()
    google.world.checks_tokens = False
    google.world.files[google.book.id].role = "writer"


def signed_in(shared: Shared, folder: Path, **changes: str) -> GoogleSpreadsheet:
    """Return our side with google-auth and a key file, as in a real project."""
    path = folder / "credentials.json"
    path.write_text(json.dumps(shared.standin.credentials() | changes))
    path.chmod(0o600)
    calls = Calls(
        lambda: open_session(path),
        shared.book.id,
        base_url=shared.standin.url,
        patience=shared.time.patience(),
    )
    return GoogleSpreadsheet(calls, now=shared.time.now)


def tags(shared: Shared) -> list[object]:
    return [row[0] for row in shared.person.cells("Tags")[1:]]


def test_a_key_file_signs_in(shared: Shared, tmp_path: Path) -> None:
    shared.world.checks_tokens = True
    google = signed_in(shared, tmp_path)

    google.write(google.read(), CY)

    assert tags(shared) == ["Cy"]
    only_scope = "https://www.googleapis.com/auth/spreadsheets"
    assert set(shared.world.tokens.values()) == {(ACCOUNT, only_scope)}


def test_a_key_that_was_deleted_is_told_with_its_account(shared: Shared, tmp_path: Path) -> None:
    # fault 21
    google = signed_in(shared, tmp_path, private_key_id="0" * 40)

    with pytest.raises(SheetError, match=rf"does not accept the key of {ACCOUNT}.*Make a new key"):
        google.read()


def test_a_spreadsheet_that_is_not_shared_is_told_with_whom_to_share_it(shared: Shared) -> None:
    # fault 21
    shared.world.files[shared.book.id].role = ""

    with pytest.raises(SheetError, match=rf"share it with {ACCOUNT} as Editor"):
        shared.opened().read()


def test_a_spreadsheet_that_may_only_be_read_is_told_at_the_write(shared: Shared) -> None:
    # fault 21
    google = shared.opened()
    base = google.read()
    shared.world.files[shared.book.id].role = "reader"

    with pytest.raises(SheetError, match=rf"share it with {ACCOUNT} as Editor"):
        google.write(base, CY)
    assert google.read().worksheet("Tags")
    assert tags(shared) == []


def test_an_api_that_is_not_enabled_is_told(shared: Shared) -> None:
    shared.world.disabled_apis.add("sheets")

    with pytest.raises(SheetError, match="API is not enabled in the service account's project"):
        shared.opened().read()


def test_one_that_does_not_exist_is_told(shared: Shared) -> None:
    calls = Calls(
        plain_session,
        "no-such-spreadsheet",
        base_url=shared.standin.url,
        patience=shared.time.patience(),
    )
    with pytest.raises(SheetError, match="there is no spreadsheet no-such-spreadsheet"):
        GoogleSpreadsheet(calls).read()


def test_pauses_grow_and_end(shared: Shared) -> None:
    shared.world.fails("503", times=1000)

    with pytest.raises(SheetError, match=r"error of its own \(503\).*try again later"):
        shared.opened().read()
    assert shared.time.pauses == [1, 2, 4, 8, 16, 32, 32]


def test_google_says_how_long_to_wait(shared: Shared) -> None:
    shared.world.fails("429 with Retry-After", retry_after=45)

    assert shared.opened().read().worksheet("Tags")
    assert shared.time.pauses == [45]


def test_nothing_is_changed_without_quota_and_that_is_said(shared: Shared) -> None:
    google = shared.opened()
    base = google.read()
    shared.world.fails("429", times=1000)

    with pytest.raises(
        SheetError, match=r"quota of calls a minute is used up\. Nothing was changed"
    ):
        google.write(base, CY)
    assert tags(shared) == []


def test_a_batch_that_arrives_again_much_later_fails_as_a_whole(shared: Shared) -> None:
    google = shared.opened()
    google.write(google.read(), CY)
    late = shared.sent[-1]

    assert shared.arrives(late) == 400
    assert tags(shared) == ["Cy"]


def test_a_batch_of_which_nothing_was_heard_cannot_arrive_after_the_next_one(
    shared: Shared,
) -> None:
    memory = OneRun()
    google = shared.opened(memory)
    base = google.read()
    shared.world.fails("reset", times=1000)
    with pytest.raises(SheetError, match="looked up at the next run"):
        google.write(base, CY)
    shared.world.forget_plans()
    lost = shared.sent[-1]
    again = shared.opened(memory)
    again.write(again.read(), Changes(appends=(Append("Tags", {0: "Di"}),)))

    assert shared.arrives(lost) == 400
    assert tags(shared) == ["Di"]


def test_numbers_of_batches_do_not_pile_up(shared: Shared) -> None:
    google = shared.opened()
    for at in range(26):
        google.write(google.read(), Changes(appends=(Append("Tags", {0: f"t{at}"}),)))

    assert len(shared.book.metadata) <= 24
    assert len(tags(shared)) == 26


def test_an_outcome_that_is_unclear_is_looked_up_and_not_repeated(shared: Shared) -> None:
    google = shared.opened()
    base = google.read()
    shared.world.fails("502 as HTML", after_effect=True)
    shared.world.calls.clear()

    google.write(base, CY)

    assert [call.method for call in shared.world.calls] == ["POST", "GET", "GET"]
    assert tags(shared) == ["Cy"]


@pytest.mark.parametrize(
    "text", ["0042", "1e5", "TRUE", "2,5", "+49 30 1234", "0123456789abcdef", "=1+1", "'x", "RAW"]
)
def test_what_looks_like_something_else_stays_the_text_it_is(shared: Shared, text: str) -> None:
    # faults 9 and 24
    google = shared.opened()
    shared.book.locale = "de_DE"

    google.write(google.read(), Changes(appends=(Append("Tags", {0: text, 1: text}),)))
    google.write(google.read(), Changes(edits=(Edit("Tags", 2, 3, text),)))

    found = google.read().worksheet("Tags")
    assert found is not None
    assert [found.rows[1][at] for at in (0, 1, 3)] == [text, text, text]
    assert shared.person.is_text("Tags", 2, 0)
    assert shared.person.is_text("Tags", 2, 3)


def test_a_text_that_no_cell_holds_is_named_before_anything_is_sent(shared: Shared) -> None:
    # fault 7
    google = shared.opened()
    base = google.read()
    shared.world.calls.clear()

    with pytest.raises(SheetUnwritable, match=r"Tags!D7: the text has 50,001 characters"):
        google.write(base, Changes(edits=(Edit("Tags", 7, 3, "x" * 50_001),)))
    assert shared.world.calls == []


def test_a_check_that_was_cut_off_is_finished_by_the_next_run(shared: Shared) -> None:
    memory = OneRun()
    google = shared.opened(memory)
    google.write(
        google.read(), Changes(appends=(Append("Tags", {0: "a"}), Append("Tags", {0: "b"})))
    )
    base = google.read()
    shared.world.between(0, lambda: shared.person.sorts("Tags", 0, descending=True))
    shared.world.fails("reset", call=2, times=1000)
    with pytest.raises(SheetError, match="try again later"):
        google.write(base, Changes(edits=(Edit("Tags", 2, 3, "of a"),)))
    assert [row[:4] for row in shared.person.cells("Tags")[1:]] == [
        ["b", None, None, "of a"],
        ["a"],
    ]
    shared.world.forget_plans()

    shared.opened(memory).read()

    assert [row[:4] for row in shared.person.cells("Tags")[1:]] == [["b"], ["a"]]


def test_dates_do_not_depend_on_the_locale(shared: Shared) -> None:
    google = shared.opened()
    shared.book.locale = "de_DE"
    shared.person.types("Tags", 2, 5, shared.time.now().replace(tzinfo=None))

    found = google.read().worksheet("Tags")

    assert found is not None
    assert found.rows[1][5] == pytest.approx(46349 + 7 / 24)


def test_a_base_that_another_write_has_overtaken_is_refused_without_a_call(shared: Shared) -> None:
    google = shared.opened()
    base = google.read()
    google.write(base, CY)
    shared.world.calls.clear()

    with pytest.raises(SheetChanged):
        google.write(base, CY)
    assert shared.world.calls == []
