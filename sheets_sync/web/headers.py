"""Headers -> the same with those that protect an answer; on every answer (fault 14)."""

from typing import Final

STRICT: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
PAPER: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
"""For mails, whose styles stand in the text; scripts stay forbidden."""

ALWAYS: Final = (
    ("Content-Security-Policy", STRICT),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    # Not no-referrer: with it browsers post `Origin: null`, and we could not tell our own page.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), browsing-topics=()"),
    ("Cache-Control", "no-store"),
)
OVER_HTTPS: Final = ("Strict-Transport-Security", "max-age=31536000")


Headers = list[tuple[str, str]]


def protected_headers(headers: Headers, *, https: bool) -> Headers:
    """Return an answer's headers, and after them those that it did not set itself."""
    set_already = {name for name, _ in headers}
    adding = (*ALWAYS, OVER_HTTPS) if https else ALWAYS
    return headers + [pair for pair in adding if pair[0] not in set_already]
