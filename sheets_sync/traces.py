"""Who somebody is -> whether a text names them, and the text without them.

Pure. A whole cell names somebody by name, address or username. Within a longer text only what can
hardly mean anybody else counts: the address, and a name of several words.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from forms.rules import split_name_and_address
from sheets_sync.headers import plain

ERASED = "[erased]"
"""Stands in texts of others where the name stood."""


@dataclass(frozen=True)
class Traces:
    """One person, by everything that they were ever known by."""

    names: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    usernames: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    """Internal ids, as a person and as a subscriber."""
    shared: frozenset[str] = field(default=frozenset())
    """Names that somebody else bears, too: they say nothing."""

    @cached_property
    def keys(self) -> frozenset[str]:
        """Return what a whole cell is compared with."""
        found = {plain(one) for one in (*self.names, *self.addresses, *self.usernames)}
        return frozenset(found - {plain(one) for one in self.shared} - {""})

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Return what may stand nowhere, within no text either."""
        whole = (one for one in self.names - self.shared if _is_telling(one))
        return tuple(sorted({*self.addresses, *whole}))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return pattern(self.words)

    def is_named(self, cell: str) -> bool:
        """Tell whether a whole cell means them: `Ana`, `ana@example.org`, `Ana <ana@…>`, `@ana`."""
        if plain(cell).removeprefix("@") in self.keys:
            return True
        name, address = split_name_and_address(cell)
        if address:
            return address.casefold() in {one.casefold() for one in self.addresses}
        return plain(name) in self.keys

    def is_in(self, text: str) -> bool:
        """Tell whether a text holds a word of theirs."""
        return bool(self._pattern.search(text))

    def without(self, text: str) -> str:
        """Return a text with nothing of theirs in it."""
        return self._pattern.sub(ERASED, text)


@lru_cache(maxsize=64)
def pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds these words, but not within longer ones.

    In any case, with accents, without, or composed in another way, whatever stands between parts.
    """
    parts = [
        _loose(form) for form in dict.fromkeys(form for word in words for form in _forms(word))
    ]
    # Without words it finds nothing.
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Scripts that put no spaces between words, or let particles follow a name at once."""
_UNSPACED_NAME = re.compile(f"[{_UNSPACED}]{{2,}}")


def _is_telling(name: str) -> bool:
    """Tell whether a name can hardly mean anything else within a text."""
    return len(name.split()) > 1 or bool(_UNSPACED_NAME.fullmatch(name))


def _forms(word: str) -> Iterator[str]:
    decomposed = unicodedata.normalize("NFD", word)
    yield unicodedata.normalize("NFC", word)
    yield decomposed
    yield "".join(c for c in decomposed if not unicodedata.combining(c))


def _loose(word: str) -> str:
    if "@" in word:
        return rf"(?<![\w.+-]){re.escape(word)}(?![\w-]|\.\w)"
    if re.search(f"[{_UNSPACED}]", word):
        return r"\s*".join(map(re.escape, word.split()))
    between = r"[\s_.\-]+"
    return rf"(?<!\w){between.join(map(re.escape, word.split()))}(?!\w)"


def known_as(cells: Iterable[str]) -> frozenset[str]:
    """Return the words without blank ones, each on one line."""
    return frozenset(" ".join(cell.split()) for cell in cells if cell.strip())
