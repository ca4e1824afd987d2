"""What somebody typed to name a spreadsheet or a form -> its id, or what to type instead."""

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


def form_id(typed: str) -> str:
    """Return the id in the address of a form's editor; raises ValueError."""
    if "/forms/d/e/" in typed:
        raise ValueError(
            "that is the address for answering; copy that of the editor, …/forms/d/ID/edit"
        )
    found = re.search(r"/forms/d/([\w-]+)", typed)
    id = found[1] if found else typed.strip()
    if not re.fullmatch(r"[\w-]+", id):
        raise ValueError(f"{typed!r} is not a form; write the id in its address, …/forms/d/ID/edit")
    return id


def form_editor(form_id: str) -> str:
    """Return where a person edits a form."""
    return f"https://docs.google.com/forms/d/{form_id}/edit"
