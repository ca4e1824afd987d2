"""A text -> its bytes in the body of a mail, just as `EmailMessage` would make them.

Most lines are the same in the mails of many readers, so each is encoded once.
"""

from base64 import encodebytes
from email.policy import SMTP
from email.quoprimime import body_encode
from functools import lru_cache

QUOTED, BASE64 = "quoted-printable", "base64"
BYTES_IN_A_LINE = 57
LINES_KEPT = 1 << 14
LINE_END = b"\r\n"


def encoded(text: str) -> tuple[str, bytes]:
    """Return the transfer encoding in which a text is shorter, and its bytes.

    Latin text stays readable so, and other scripts stay small.
    """
    # Lone surrogates cannot be encoded at all.
    lines = text.encode("utf-8", "replace").splitlines() or [b""]
    quoted = b"".join(map(_quoted, lines))
    size = sum(map(len, lines)) + len(LINE_END) * len(lines)
    if len(quoted) <= 4 * -(-size // 3) + len(LINE_END) * -(-size // BYTES_IN_A_LINE):
        return QUOTED, quoted
    whole = LINE_END.join(lines) + LINE_END
    return BASE64, encodebytes(whole).replace(b"\n", LINE_END)


@lru_cache(LINES_KEPT)
def _quoted(line: bytes) -> bytes:
    longest = SMTP.max_line_length or 0
    said = body_encode(line.decode("latin-1"), longest)
    return said.encode("ascii").replace(b"\n", LINE_END) + LINE_END
