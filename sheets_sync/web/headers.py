"""A response -> the same with the headers that protect it; on every answer (fault 14)."""

from collections.abc import Callable
from typing import Any, Final

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


def protecting(start: Callable[..., Any]) -> Callable[..., Any]:
    """Return a WSGI `start_response` that adds what the application did not set itself."""

    def start_protected(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        set_already = {name for name, _ in headers}
        return start(status, headers + [p for p in ALWAYS if p[0] not in set_already], *rest)

    return start_protected
