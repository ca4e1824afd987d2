"""What somebody typed to name a spreadsheet -> its id, or what to type instead."""

import re

_ID = re.compile(r"[A-Za-z0-9_-]{20,}")
_IN_ADDRESS = re.compile(r"docs\.google\.com/(?:a/[^/]+/)?spreadsheets/(?:u/\d+/)?d/([^/?#\s]+)")
WHERE = (
    "open the spreadsheet and copy the whole address from the browser's address bar, such as "
    "https://docs.google.com/spreadsheets/d/1AbC…/edit"
)


def spreadsheet_id(typed: str) -> str:
    """Return the id in an address or an id itself; raises ValueError."""
    text = typed.strip()
    if found := _IN_ADDRESS.search(text):
        text = found[1]
    if text == "e":
        raise ValueError(f"{typed!r} is the address of a published page; {WHERE}")
    if not _ID.fullmatch(text):
        raise ValueError(f"{typed!r} names no spreadsheet on Google; {WHERE}")
    return text


def address(spreadsheet_id: str) -> str:
    """Return where a person opens it."""
    return f"https://docs.google.com/spreadsheets/d/{spreadsheet_id}/edit"
