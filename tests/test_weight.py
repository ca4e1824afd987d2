"""What a text weighs in a mail, against what the encoders really make of it."""

from base64 import encodebytes
from quopri import encodestring

from hypothesis import given
from hypothesis import strategies as st

from digests.weight import Weight, weigh

TEXTS = st.lists(
    st.sampled_from(["word ", "= a=b", "\n", "\n\n", "x" * 200, "é", "ليلى ", "日本語", "🎉"]),
    max_size=60,
).map("".join)


@given(TEXTS)
def test_a_text_weighs_no_less_than_it_will(text: str) -> None:
    raw = text.encode()
    quoted = encodestring(raw).replace(b"\n", b"\r\n")
    base64 = encodebytes(raw.replace(b"\n", b"\r\n")).replace(b"\n", b"\r\n")

    weight = weigh(text)

    assert weight.quoted * 1.05 + 10 >= len(quoted)
    assert weight.base64 + 4 >= len(base64)


def test_weights_add_up() -> None:
    assert Weight(1, 5) + Weight(2, 1) == Weight(3, 6)
    assert Weight(3, 6).least == 4
