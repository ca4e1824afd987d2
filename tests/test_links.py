"""A signed link opens one thing, and only when we made it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_sync.links import Links, Purpose

LINKS = Links("a secret for tests", "https://tidings.example.org")

parts = st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1)


@given(parts)
def test_a_token_gives_back_what_was_signed(signed: list[str]):
    assert LINKS.read(Purpose.FORM, LINKS.sign(Purpose.FORM, *signed)) == tuple(signed)


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "r-0000000000",
        "r-0000000000.",
        "r-0000000000.!!",
        "\u00fc.\u4f60",
        LINKS.sign(Purpose.PERSONAL, "r-0000000000"),
        Links("another secret").sign(Purpose.CORRECT, "r-0000000000"),
        LINKS.sign(Purpose.CORRECT, "r-0000000000").replace("r-0", "r-1"),
        LINKS.sign(Purpose.CORRECT, "r-0000000000")[:-1],
    ],
)
def test_what_we_did_not_sign_for_this_purpose_opens_nothing(token: str):
    assert LINKS.read(Purpose.CORRECT, token) is None


def test_a_link_needs_no_quoting_in_a_mail_or_an_address():
    link = LINKS.correct("r-7k2m9q4t0x")

    assert link.startswith("https://tidings.example.org/correct/r-7k2m9q4t0x.")
    assert link.isascii()
    assert not set(link) & set(" <>\"'()[]&")
