"""A response -> the same with the headers that protect it; on every answer (fault 14)."""

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
