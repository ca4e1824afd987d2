"""Tags as typed -> keys that can be compared, and the Tags tab's meaning of them."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from sheets_sync.community import Tag

MENTORSHIP_TAGS = ("mentoring", "mentorship", "mentor", "mentee")
"""Tags of reports that tell of mentoring, where the settings name no others."""


@lru_cache(maxsize=65536)
def key(tag: str) -> str:
    """Return what is compared: NFKC, case folded, without `#`, blanks as `-`, nothing invisible.

    `key(key(tag)) == key(tag)` (fault 10).
    """
    folded = tag
    for _ in range(3):  # NFKC and casefold can each undo the other's work once
        folded = unicodedata.normalize("NFKC", folded.casefold())
    visible = "".join(c for c in folded if unicodedata.category(c) not in {"Cf", "Cc"})
    words = visible.replace("#", " ").replace("_", " ").replace("-", " ").split()
    return "-".join(words)


def meanings(tags: Sequence[Tag]) -> dict[str, str]:
    """Return for each key in the Tags tab the key that it means, `same as` followed to its end.

    A circle means its members themselves; sync lists it as a Problem.
    """
    step = {tag.key: tag.same_as or tag.key for tag in tags}
    return {start: _end(start, step) for start in step}


def _end(start: str, step: Mapping[str, str]) -> str:
    seen = {start}
    at = start
    while (following := step.get(at, at)) != at:
        if following in seen:
            return start
        seen.add(following)
        at = following
    return at


def look_alikes(keys: Iterable[str]) -> dict[str, str]:
    """Return for each key another one that it may be a spelling of: a typo, accent or plural away.

    Linear: keys meet in buckets of what is left after dropping one letter.
    """
    buckets: dict[str, str] = {}
    found: dict[str, str] = {}
    for one in keys:
        plain = _plain(one)
        for trace in _traces(plain):
            other = buckets.setdefault(trace, one)
            if other != one and one not in found:
                found[one] = other
    return found


def _plain(tag: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", tag) if not unicodedata.combining(c))
    return bare.replace("-", "")


def _traces(plain: str) -> set[str]:
    if len(plain) < 5:
        return {plain}
    return {plain, *(plain[:i] + plain[i + 1 :] for i in range(len(plain)))}
