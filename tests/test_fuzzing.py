"""Anything at all is thrown at what reads from outside: it gives a value, or an error of our own.

Short here, long in `make soak`. A megabyte takes less than a second of the processor.
"""

import os
import smtplib
import socket
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from digests.filters import FilterError, Names, parse
from digests.send_line import SmtpLine
from digests.transport import Letter, SendError, Stage
from forms.definition import DEFAULT, FormError, default_form_text, load_form, read_form
from sheets_sync.headers import find_table
from sheets_sync.layout import TABS
from sheets_sync.links import Links
from sheets_sync.settings import FormSettings
from sheets_sync.spreadsheet import CellFault, SheetError, Worksheet
from sheets_sync.state import open_state
from sheets_sync.web import Desk, create_app
from sheets_sync.xlsx import Workbook
from tests.pace import less_than_a_second

SOAK = bool(os.environ.get("TIDINGS_SOAK"))
MEGABYTE = 1_000_000
FORM = "application/x-www-form-urlencoded"
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def fuzz(examples: int) -> settings:
    """Return how long to try: the same each time in the tests, ever anew and longer in soak."""
    return settings(
        max_examples=examples * 50 if SOAK else examples,
        deadline=None,
        derandomize=not SOAK,
        phases=[Phase.generate, Phase.shrink] if SOAK else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def mangled(text: str) -> st.SearchStrategy[str]:
    """Return a text with some of it cut out and something else put in."""
    places = st.integers(0, len(text))
    return st.builds(
        lambda at, end, new: text[: min(at, end)] + new + text[max(at, end) :],
        places,
        places,
        st.text(max_size=30),
    )


# -- the form ------------------------------------------------------------------------------------


@fuzz(60)
@given(mangled(default_form_text()) | st.text())
def test_any_form_file_is_a_form_or_a_fault(text: str) -> None:
    try:
        assert read_form(text, name="form.toml").questions
    except FormError as fault:
        assert str(fault).startswith("form.toml")  # noqa: PT017 - either is right


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    state = open_state("sqlite:tidings.db", folder=tmp_path_factory.mktemp("page"), create=True)
    desk = Desk(
        form=load_form(DEFAULT),
        journal=state.journal,
        links=Links("a secret for tests"),
        settings=FormSettings(per_address_hour=10**6, in_all_hour=10**6),
        name="Northern Circle",
        community=lambda: None,
        now=lambda: MONDAY,
        zone=UTC,
    )
    with closing(state):
        yield create_app(desk).test_client()


fields = st.lists(
    st.tuples(st.sampled_from(("text", "reporter", "form-token", "tags", "date")), st.binary())
)


@fuzz(60)
@given(body=st.binary() | fields.map(lambda all: b"&".join(n.encode() + b"=" + v for n, v in all)))
def test_any_post_gets_a_page(page: FlaskClient, body: bytes) -> None:
    answer = page.post("/", data=body, content_type=FORM)

    assert answer.status_code in (303, 413, 422)


@pytest.mark.parametrize("body", [b"x", b"&", b"text=%ff", b"text=" + b"%", b"tags=," * 9])
def test_a_megabyte_of_a_post_is_refused_at_once(page: FlaskClient, body: bytes) -> None:
    with less_than_a_second():
        answer = page.post("/", data=body * (MEGABYTE // len(body)), content_type=FORM)

    assert answer.status_code == 413


# -- the spreadsheet -----------------------------------------------------------------------------

HEADERS = [column.name for tab in TABS for column in tab.columns]
cells = (
    st.none()
    | st.sampled_from([*HEADERS, "Text ", "DATE", "#REF!"])
    | st.text(max_size=20)
    | st.floats()
    | st.integers()
    | st.booleans()
    | st.builds(CellFault, st.text(max_size=5))
)


@fuzz(150)
@given(
    tab=st.sampled_from(TABS),
    rows=st.lists(st.lists(cells, max_size=12), max_size=25),
    aliases=st.dictionaries(
        st.text(max_size=9), st.sampled_from([*HEADERS, "ignored"]), max_size=4
    ),
    kept=st.dictionaries(st.sampled_from(HEADERS), st.text(max_size=9), max_size=4),
    ours=st.booleans(),
    foreign=st.booleans(),
)
def test_any_header_is_mapped_or_named(tab, rows, aliases, kept, ours, foreign) -> None:
    try:
        table = find_table(
            Worksheet(tab.title, rows),
            replace(tab, foreign=foreign),
            aliases=aliases,
            ours=ours,
            kept=kept,
        )
    except SheetError as fault:
        assert tab.title in str(fault)  # noqa: PT017 - either is right
        return
    found = table.columns.keys() | table.theirs.keys()
    assert set(tab.required) <= found or not any(map(any, rows))


def test_a_megabyte_of_headers_is_mapped_at_once() -> None:
    wide = Worksheet("Reports", [["é" * 50] * (MEGABYTE // 1000)] * 20)
    with less_than_a_second(), pytest.raises(SheetError, match="no column"):
        find_table(wide, TABS[0], aliases={}, ours=True, kept={})


def _parts() -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        Workbook(path).create(TABS, {"Reports": [[None, "ben", "=1+1 came", "tea"]] * 3})
        with zipfile.ZipFile(path) as book:
            return {name: book.read(name) for name in book.namelist()}


PARTS = _parts()
damage = st.tuples(
    st.sampled_from(sorted(PARTS)),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 60),
    st.binary(max_size=30)
    | st.sampled_from([b"<", b"&lol;", b"<!DOCTYPE x>", b"99999999999", b'"']),
)


def _packed(parts: dict[str, bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return made.getvalue()


@fuzz(60)
@given(st.lists(damage, min_size=1, max_size=3))
def test_a_workbook_with_damaged_parts_is_read_or_named(damages) -> None:
    parts = dict(PARTS)
    for name, place, cut, new in damages:
        at = int(place * len(parts[name]))
        parts[name] = parts[name][:at] + new + parts[name][at + cut :]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        path.write_bytes(_packed(parts))
        try:
            Workbook(path).read()
        except SheetError as fault:
            assert "book.xlsx" in str(fault)  # noqa: PT017 - either is right


# -- filters -------------------------------------------------------------------------------------

words = st.sampled_from(
    ["and", "or", "not", "(", ")", ",", '"', "by:", "mentor:me", "untagged", "x"]
)


@fuzz(150)
@given(st.lists(words | st.text(max_size=5)).map(" ".join))
def test_any_filter_is_read_or_refused_with_its_column(text: str) -> None:
    try:
        parse(text, names=Names())
    except FilterError as fault:
        assert "column" in str(fault)  # noqa: PT017 - either is right


@pytest.mark.parametrize("part", ["(", "not ", "a and ", "a,", '"', "by:x or ", "é", "a " * 5])
def test_a_megabyte_of_a_filter_is_refused_at_once(part: str) -> None:
    with less_than_a_second(), pytest.raises(FilterError):
        parse(part * (MEGABYTE // len(part)) + ")", names=Names())


# -- the mail server -----------------------------------------------------------------------------

LETTER = Letter("2026-W48-p", "a@example.org", "b@example.org", b"Subject: x\r\n\r\nBody\r\n")
answers = st.sampled_from(
    [
        b"250 ok\r\n",
        b"250-more\r\n",
        b"354 go\r\n",
        b"421 bye\r\n",
        b"550 no\r\n",
        b"45",
        b"\r\n",
        b"-1 ",
    ]
)


@contextmanager
def talking_to(said: bytes, *, pipelining: bool) -> Iterator[SmtpLine]:
    """Open a line to a server that says this, whatever it hears, and hangs up."""
    ours, theirs = socket.socketpair()
    client = smtplib.SMTP()
    client.sock, client.does_esmtp = ours, True
    client.esmtp_features = {"pipelining": ""} if pipelining else {}
    speaker = threading.Thread(target=_say, args=(theirs, said))
    speaker.start()
    try:
        yield SmtpLine(client, ours, "relay.test:25", seconds=5, seconds_for_the_dot=5)
    finally:
        ours.close()
        speaker.join()
        theirs.close()


def _say(theirs: socket.socket, said: bytes) -> None:
    try:
        theirs.sendall(said)
        theirs.shutdown(socket.SHUT_WR)
    except OSError:
        return  # the line was closed on us


def _talk(line: SmtpLine) -> str:
    """Send a letter; return how that ended."""
    line.begin(LETTER)
    ending = time.monotonic() + 20
    while time.monotonic() < ending:
        try:
            stage = line.advance()
        except SendError as fault:
            return str(fault)
        if stage is Stage.TAKEN:
            return line.words
        if stage is Stage.AT_DOT:
            line.end()
    raise AssertionError("it never ends")


@fuzz(60)
@given(st.lists(answers | st.binary(max_size=40), max_size=9).map(b"".join), st.booleans())
def test_whatever_a_mail_server_answers_has_an_end(said: bytes, pipelining: bool) -> None:
    with talking_to(said, pipelining=pipelining) as line:
        assert _talk(line)


@pytest.mark.parametrize("part", [b"x", b"250-a\r\n", b"\r\n", b"250 ok\r\n", b"\xff\x00"])
def test_a_megabyte_from_a_mail_server_has_an_end_at_once(part: bytes) -> None:
    with talking_to(part * (MEGABYTE // len(part)), pipelining=False) as line, less_than_a_second():
        assert _talk(line)
