"""Tags as typed -> keys that can be compared, and the Tags tab's meaning of them."""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from forms.rules import clean
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
    visible = "".join(c for c in clean(folded) if unicodedata.category(c) not in {"Cf", "Cc"})
    words = visible.replace("#", " ").replace("_", " ").replace("-", " ").split()
    return "-".join(words)


def meanings(tags: Sequence[Tag]) -> dict[str, str]:
    """Return for each key in the Tags tab the key that it means, `same as` followed to its end.

    In a circle each tag means itself, and so does one that leads into a circle; sync lists both.
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
