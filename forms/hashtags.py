"""A tag as it was typed -> how it is shown; a text -> the hashtags in it."""

import re
import unicodedata
from itertools import takewhile

from forms.rules import HASHES, LONGEST_TAG, MOST_TAGS

# A # begins a tag where a word could begin: not within one, as in the addresses of pages.
_HASHTAG = re.compile(rf"(?:^|(?<=[\s({{\[\"'«“„]))[{HASHES}]([^\s{HASHES}]+)")
_JOINERS = "\u200c\u200d"


def spelling(typed: str) -> str:
    """Return a tag as it is shown: as somebody typed it, but for a hash before it."""
    return typed.lstrip(f"{HASHES} ").rstrip()


def hashtag(typed: str) -> str:
    """Return a tag as it is shown among other words."""
    return f"#{spelling(typed)}"


def find_hashtags(text: str) -> tuple[str, ...]:
    """Return the hashtags in a text as they are written, each once, as many as tags may be.

    They stand for the tags that nobody typed. One holds letters, so that `#1` is a number; it ends
    where something other than letters, digits, hyphens and underscores begins.
    """
    if not any([sign in text for sign in HASHES]):
        return ()
    words = (_word(found[1]) for found in _HASHTAG.finditer(text))
    fitting = (f"#{word}" for word in words if word and len(word) < LONGEST_TAG)
    return tuple(dict.fromkeys(fitting))[:MOST_TAGS]


def _word(run: str) -> str:
    """Return what of a run of characters is a hashtag's word; empty where no letter is in it."""
    kept = "".join(takewhile(_is_in_word, run)).rstrip("-_")
    return kept if any(character.isalpha() for character in kept) else ""


def _is_in_word(character: str) -> bool:
    # Marks are vowels in some scripts, and joiners belong to the letters beside them.
    return character in "-_" or character in _JOINERS or unicodedata.category(character)[0] in "LMN"
