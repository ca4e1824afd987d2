"""Tag keys -> for each the more used one that it may be a spelling of; nothing is merged by it.

Keys meet in buckets of what is left of them without case, accents, hyphens, plural endings, other
scripts' look-alike letters and one letter, so that only those which share a bucket are compared.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from rapidfuzz.distance import OSA

SHORTEST = 5
"""Below so many letters one typo makes another word: `press` and `dress` are long enough."""
ENDINGS = (("ies", "y"), ("es", ""), ("en", ""), ("s", ""), ("n", ""))
"""Of plurals, and what stands there in the singular."""
FULL_BUCKET = 64
"""So many keys in one bucket are a series, such as numbers, and not spellings of each other."""

# Letters that look like another script's, or that one keyboard has for the other's: Cyrillic and
# Greek beside Latin, Arabic beside Persian.
_LOOKS_LIKE = str.maketrans(
    "аеорсухіјѕԁһԛԝвкмнтαορνιυκτχγىيكةۀ",
    "aeopcyxijsdhqwbkmhtaopviuktxyییکهه",  # noqa: RUF001 - it is an Arabic letter
)
_KANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_VOICED = frozenset("\u3099\u309a")
"""Marks that make another syllable in Japanese, not an accent."""
_DIGITS = re.compile(r"\d+")


def look_alikes(keys: Iterable[str]) -> dict[str, str]:
    """Return for each key the first one before it that it may be a spelling of.

    Give the most used ones first. Close to linear: only keys that share a bucket are compared.
    """
    buckets: dict[str, list[str]] = {}
    found: dict[str, str] = {}
    order: dict[str, int] = {}
    for one in keys:
        if one in order:
            continue
        order[one] = len(order)
        near = _met(buckets, one)
        if near and (alike := [other for other in near if is_alike(one, other)]):
            found[one] = min(alike, key=order.__getitem__)
    return found


def _met(buckets: dict[str, list[str]], one: str) -> set[str]:
    """Put a key into its buckets; return those that were in one of them before."""
    near: set[str] = set()
    for trace in _traces(one):
        if (bucket := buckets.get(trace)) is None:
            buckets[trace] = [one]
            continue
        near.update(bucket)
        if len(bucket) < FULL_BUCKET:
            bucket.append(one)
    return near


def is_alike(one: str, other: str) -> bool:
    """Tell whether two keys may be spellings of one tag; other numbers are other tags."""
    if _DIGITS.findall(one) != _DIGITS.findall(other):
        return False
    first, second = bare(one), bare(other)
    if not _singulars(first).isdisjoint(_singulars(second)):
        return True
    long_enough = min(len(first), len(second)) >= SHORTEST
    return long_enough and OSA.distance(first, second, score_cutoff=1) <= 1


@lru_cache(maxsize=65536)
def bare(key: str) -> str:
    """Return a key without accents and hyphens, in one script where letters look alike."""
    if key.isascii():
        return key.replace("-", "")
    letters = unicodedata.normalize("NFKD", key.translate(_KANA))
    kept = (c for c in letters if not unicodedata.combining(c) or c in _VOICED)
    plain = "".join(kept).translate(_LOOKS_LIKE).replace("-", "").replace("ー", "")
    return unicodedata.normalize("NFC", plain)  # a syllable of Hangul is one letter again


@lru_cache(maxsize=65536)
def _singulars(word: str) -> frozenset[str]:
    """Return a word and what it may be the plural of."""
    return frozenset(_each_singular(word))


def _each_singular(word: str) -> Iterator[str]:
    yield word
    for ending, instead in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            yield word[: -len(ending)] + instead


def _traces(key: str) -> set[str]:
    """Return what two keys have in common, some of it, where they are alike."""
    word = bare(key)
    traces = set(_singulars(word))
    if len(word) >= SHORTEST:
        traces |= {word[:at] + word[at + 1 :] for at in range(len(word))}
    return traces
