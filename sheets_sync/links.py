"""Signed links: an id and a purpose -> a token that only we can make, and back.

A token holds internal ids only, never an address. Each purpose has its own salt, so that a
link for one thing opens nothing else. SHA-256 throughout (fault 85).
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import quote, unquote

from itsdangerous import BadSignature, Signer

_BETWEEN = ":"
"""Quoted within a part, so that it stands between parts only."""


class Purpose(StrEnum):
    """What a link lets its holder do."""

    CORRECT = "correct a report"
    PERSONAL = "report as a person"
    FORM = "fill in the form"
    LEAVE = "leave the digest"
    PREFERENCES = "choose what the digest brings"
    REPORTS = "read the reports"
    CONFIRM = "confirm an address"
    STILL_IN = "say whether one is still in"
    DECIDE = "hold an issue or let it go"


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads signed links below one public address."""

    secret: str
    public_url: str = ""
    """Without a trailing slash; empty when the page is not reached from outside."""

    def sign(self, purpose: Purpose, *parts: str) -> str:
        """Return the token for these parts."""
        value = _BETWEEN.join(quote(part, safe="") for part in parts)
        return _signer(self.secret, purpose).sign(value).decode()

    def read(self, purpose: Purpose, token: str) -> tuple[str, ...] | None:
        """Return the parts of a token, or None when it is not ours or for another purpose."""
        try:
            value = _signer(self.secret, purpose).unsign(token).decode()
        except BadSignature:
            return None
        return tuple(unquote(part) for part in value.split(_BETWEEN))

    def correct(self, report: str) -> str:
        """Return the address where this report is corrected or withdrawn."""
        return f"{self.public_url}/correct/{self.sign(Purpose.CORRECT, report)}"

    def personal_form(self, person: str) -> str:
        """Return the form's address with the person's identity filled in."""
        return f"{self.public_url}/for/{self.sign(Purpose.PERSONAL, person)}"

    def leave(self, subscriber: str) -> str:
        """Return the address where a subscriber leaves; it works for ever."""
        return f"{self.public_url}/leave/{self.sign(Purpose.LEAVE, subscriber)}"

    def preferences(self, subscriber: str, generation: int) -> str:
        """Return the address of a subscriber's settings, until a later generation of links."""
        token = self.sign(Purpose.PREFERENCES, subscriber, str(generation))
        return f"{self.public_url}/preferences/{token}"

    def reports(self, subscriber: str, generation: int) -> str:
        """Return the address where a subscriber reads the reports, until a later generation."""
        return (
            f"{self.public_url}/reports/{self.sign(Purpose.REPORTS, subscriber, str(generation))}"
        )

    def still_in(self, subscriber: str, generation: int, reply: str) -> str:
        """Return the address where somebody says whether they are still in."""
        token = self.sign(Purpose.STILL_IN, subscriber, str(generation), reply)
        return f"{self.public_url}/still-in/{token}"

    def decide(self, subscriber: str, generation: int, issue: str, decision: str) -> str:
        """Return the address where a coordinator holds an issue, or lets it go."""
        token = self.sign(Purpose.DECIDE, subscriber, str(generation), issue, decision)
        return f"{self.public_url}/decide/{token}"

    def confirm(self, number: int) -> str:
        """Return the address where the owner of a mail address confirms a wish."""
        return f"{self.public_url}/confirm/{self.sign(Purpose.CONFIRM, str(number))}"


@lru_cache(maxsize=16)
def _signer(secret: str, purpose: Purpose) -> Signer:
    deriving = Signer(
        secret,
        salt=f"tidings: {purpose.value}",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )
    return Signer(deriving.derive_key(), key_derivation="none", digest_method=hashlib.sha256)
