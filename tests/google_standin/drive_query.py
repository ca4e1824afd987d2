"""A Drive search text and a file → whether it is found."""

import re
from datetime import datetime

from tests.google_standin.wire import invalid
from tests.google_standin.world import File

_TERM = re.compile(
    r"""\s*(?:(?P<field>\w+)\s*(?P<how>=|!=|contains|<=|>=|<|>)\s*"""
    r"""(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'|(?P<word>\w+))"""
    r"""|['"](?P<parent>[^'"]*)['"]\s+in\s+parents)\s*(?:(?P<and>and)\s+|$)""",
    re.IGNORECASE,
)


def matches(text: str, file: File, now: datetime) -> bool:
    """Say whether a file meets all terms, joined by `and`."""
    place = 0
    while place < len(text.strip()):
        found = _TERM.match(text, place)
        if not found:
            raise invalid("Invalid Value")
        if not _meets(found, file, now):
            return False
        place = found.end()
    return True


def _meets(found: re.Match[str], file: File, now: datetime) -> bool:
    if found["parent"] is not None:
        return found["parent"] in (file.parents or ["root", "0Aroot"])
    wanted = re.sub(r"\\(.)", r"\1", found["double"] or found["single"] or found["word"] or "")
    held = {
        "name": file.name,
        "title": file.name,
        "mimeType": file.mime_type,
        "trashed": str(file.trashed).lower(),
        "modifiedTime": f"{file.modified(now):%Y-%m-%dT%H:%M:%S}",
    }.get(found["field"])
    if held is None:
        raise invalid("Invalid Value")
    match found["how"]:
        case "=":
            return held == wanted
        case "!=":
            return held != wanted
        case "contains":
            return wanted.casefold() in held.casefold()
        case how:
            return {
                "<": held < wanted,
                ">": held > wanted,
                "<=": held <= wanted,
                ">=": held >= wanted,
            }[how]
