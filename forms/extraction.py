"""The default `form.toml` -> its words for translators; Babel calls this, see pyproject.toml."""

import json
from collections.abc import Iterator
from typing import BinaryIO

from forms.definition import WORDING


def extract(
    fileobj: BinaryIO, keywords: object, comment_tags: object, options: object
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Return each message with its line, as Babel's extraction interface wants it."""
    text = fileobj.read().decode("utf-8")
    for found in WORDING.finditer(text):
        yield text.count("\n", 0, found.start()) + 1, "", json.loads(found[2]), []
