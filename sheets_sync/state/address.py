"""What `state` in the settings says -> the database that it means."""

import hashlib
import re
import ssl
import unicodedata
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from sheets_sync.database_address import database_address
from sheets_sync.state.kind import Kind
from sheets_sync.state.postgresql import PostgreSQL
from sheets_sync.state.refusal import StateError
from sheets_sync.state.sqlite import SQLite

SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,50}")
HERE = ("", "localhost", "127.0.0.1", "::1")


def locate(url: str, folder: Path, *, community: str = "", password: str = "") -> Kind:
    """Return the database that a URL means; raises StateError.

    A relative `sqlite:` path is taken from `folder`. Without `?schema=` PostgreSQL's is named
    after the community, so that two projects in one database keep apart.
    """
    if url.startswith("sqlite:"):
        return SQLite(folder / url.removeprefix("sqlite:").removeprefix("///"))
    try:
        parsed = make_url(database_address(url))
    except (ValueError, ArgumentError) as error:
        raise StateError(f"the address of the state {error}") from error
    return _on_postgresql(parsed, community, password)


def _on_postgresql(url: URL, community: str, password: str) -> PostgreSQL:
    named = url.query.get("schema")
    schema = str(named) if named else schema_for(community)
    if not SCHEMA.fullmatch(schema):
        raise StateError(
            f"state: {schema!r} cannot be the name of a schema; take small letters, digits and _"
        )
    url = url.difference_update_query(["schema"])
    if password:
        url = url.set(password=password)
    if not _is_here(url) and "sslmode" not in url.query:
        # As with mail: the server must prove who it is, and nothing leaves in the clear.
        trusted = ssl.get_default_verify_paths().cafile or "system"
        known = {"sslmode": "verify-full", "sslrootcert": trusted}
        url = url.update_query_dict({**known, **url.query})
    return PostgreSQL(url, schema)


def _is_here(url: URL) -> bool:
    host = str(url.query.get("host", "")) or url.host or ""
    return host in HERE or host.startswith("/")


def schema_for(community: str) -> str:
    """Return the schema of a community that names none: `tidings_riverside`."""
    plain = unicodedata.normalize("NFKD", community).encode("ascii", "ignore").decode().casefold()
    words = "_".join(re.findall(r"[a-z0-9]+", plain))[:40].strip("_")
    # A name in another script leaves no letters; its print is as good a name.
    return f"tidings_{words or hashlib.blake2b(community.encode(), digest_size=6).hexdigest()}"
