"""Signed links: an id and a purpose -> a token that only we can make, and back.

A token holds internal ids only, never an address. Each purpose has its own salt, so that a
link for one thing opens nothing else. SHA-256 throughout (fault 85).
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from itsdangerous.encoding import base64_encode


class Purpose(StrEnum):
    """What a link lets its holder do."""

    CORRECT = "correct a report"
    PERSONAL = "report as a person"
    FORM = "fill in the form"


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads signed links below one public address."""

    secret: str
    public_url: str = ""
    """Without a trailing slash; empty when the page is not reached from outside."""

    def sign(self, purpose: Purpose, *parts: str) -> str:
        """Return the token for these parts."""
        return str(_serializer(self.secret, purpose).dumps(list(parts)))

    def read(self, purpose: Purpose, token: str) -> tuple[str, ...] | None:
        """Return the parts of a token, or None when it is not ours or for another purpose."""
        try:
            parts = _serializer(self.secret, purpose).loads(token)
        except BadSignature:
            return None
        return tuple(str(part) for part in parts)

    def correct(self, report: str) -> str:
        """Return the address where this report is corrected or withdrawn."""
        return f"{self.public_url}/correct/{self.sign(Purpose.CORRECT, report)}"

    def personal_form(self, person: str) -> str:
        """Return the form's address with the person's identity filled in."""
        return f"{self.public_url}/for/{self.sign(Purpose.PERSONAL, person)}"


class _Serializer(URLSafeSerializer):
    """Without the attempt to compress: our parts are too short for it to gain anything."""

    def dump_payload(self, obj: Any) -> bytes:
        return base64_encode(self.serializer.dumps(obj, **self.serializer_kwargs).encode())


@lru_cache(maxsize=16)
def _serializer(secret: str, purpose: Purpose) -> _Serializer:
    return _Serializer(
        secret,
        salt=f"tidings: {purpose.value}",
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )
