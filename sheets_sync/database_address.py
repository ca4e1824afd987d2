"""The address of a database, as typed -> the same, or why it cannot be used."""

from urllib.parse import parse_qs, urlsplit

ON_POSTGRESQL = "postgresql+psycopg"
REMEDY = f"write sqlite:tidings.db or {ON_POSTGRESQL}://user@host/database"


def database_address(typed: str) -> str:
    """Return the address; raises ValueError where it names no database, or holds a password."""
    if typed.startswith("sqlite:") and typed.removeprefix("sqlite:").strip("/"):
        return typed
    try:
        parts = urlsplit(typed)
        whole = bool(parts.path.strip("/")) and parts.port != 0
    except ValueError:
        whole = False
    if not whole or parts.scheme != ON_POSTGRESQL:
        fault = "is not a database"
    elif parts.password or {"password", "passfile"} & set(parse_qs(parts.query)):
        fault = (
            "holds a password, which goes into the file state-password or into "
            "TIDINGS_STATE_PASSWORD"
        )
    else:
        return typed
    # The value is not repeated: it may hold a password (fault 81).
    raise ValueError(f"{fault}; {REMEDY}")
