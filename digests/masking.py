"""What people wrote -> what readers may see: without addresses of anybody we know.

Other addresses in a text (`write to events@example.org`) were put there to be read, and stay in
mails. On public pages no address stays at all.
"""

import re
from collections.abc import Iterable

from sheets_sync.community import Person, Report

_ADDRESS = re.compile(r"[^\s@＠<>()\[\],;:\"“”«»]{1,64}(?:@|＠|%40)[\w-]+(?:\.[\w-]+)+", re.I)  # noqa: RUF001 - the wide @ of CJK keyboards
_ANY_ADDRESS = re.compile(
    r"(?:\"[^\"\n]{1,64}\"|[^\s@＠﹫<>()\[\],;:\"“”«»/=?&#|]{1,64})(?:@|＠|﹫|%40)"  # noqa: RUF001
    r"\[?[\w-]+(?:[.。．][\w-]+)+\]?",  # noqa: RUF001
    re.I,
)
_AT = re.compile(r"＠|%40")  # noqa: RUF001
_BOUNDARY = re.compile(r"[^\w+.-]")


class Mask:
    """Hides the addresses of reporters and of people on the roster."""

    def __init__(self, people: Iterable[Person], reports: Iterable[Report]) -> None:
        typed = (found for one in reports for found in _ADDRESS.findall(one.reporter))
        emails = (person.email for person in people if person.email)
        self._private = frozenset(_plain(address) for address in (*emails, *typed))

    def text(self, written: str, instead: str) -> str:
        """Return a text with `instead` in place of each private address."""
        if "@" not in written and "＠" not in written and "%40" not in written:  # noqa: RUF001
            return written
        return _ADDRESS.sub(lambda found: self._hidden(found.group(), instead), written)

    def _hidden(self, candidate: str, instead: str) -> str:
        if _plain(candidate) in self._private:
            return instead
        for boundary in _BOUNDARY.finditer(candidate):
            if _plain(candidate[boundary.end() :]) in self._private:
                return candidate[: boundary.end()] + instead
        return candidate


def masked(text: str, instead: str) -> str:
    """Return a text with `instead` in place of whatever looks like an address."""
    if "@" not in text and "＠" not in text and "﹫" not in text and "%40" not in text:  # noqa: RUF001
        return text
    return _ANY_ADDRESS.sub(instead, text)


def without_addresses(name: str) -> str:
    """Return a name without anything that looks like an address."""
    return " ".join(_ADDRESS.sub("", name).replace("<>", "").replace("()", "").split())


def _plain(address: str) -> str:
    return _AT.sub("@", address).casefold().strip(".'")
