"""The look of the spreadsheet, whatever program shows it: words of the notes, colours, formats."""

from sheets_sync.layout import Column, Holds, Owner

DATE_FORMAT = "yyyy-mm-dd"
MOMENT_FORMAT = "yyyy-mm-dd hh:mm"
TEXT_FORMAT = "@"
FORMATS = {
    Holds.TEXT: TEXT_FORMAT,
    Holds.DATE: DATE_FORMAT,
    Holds.MOMENT: MOMENT_FORMAT,
    Holds.NUMBER: "0",
}

COLOURS = {Owner.REPORTER: "1F4E5F", Owner.MANAGER: "2E6B4F", Owner.TIDINGS: "6B7280"}
"""Of headers and tabs, by whose they are."""
HEADER_TEXT = "FFFFFF"
SHADE = "F1F2F4"
"""Of the columns that Tidings writes."""
LINE = "D7DADF"
STATUS_COLOURS = {
    "Reports": {
        "ok": "E2F0E5",
        "check": "FFF0C7",
        "unmatched": "E3EBFA",
        "held": "FBE0DB",
        "hidden": "E6E8EB",
        "withdrawn": "E6E8EB",
    },
    "Subscriptions": {"stopped": "E6E8EB", "bounced": "FBE0DB"},
}
"""By tab: the words of its `status` column that are coloured."""

_WHOSE = {
    Owner.REPORTER: "The reporters' column: filled from the form, and yours to correct.",
    Owner.MANAGER: "Your column: Tidings reads it and leaves it as it is.",
    Owner.TIDINGS: "Tidings writes this column; what you type here may be replaced.",
}


def note(column: Column) -> str:
    """Return the note on a header: what goes in, and whose column it is."""
    choices = f"\nOne of: {', '.join(column.choices)}." if column.choices else ""
    return f"{column.note}{choices}\n\n{_WHOSE[column.owner]}"


def understood(column: Column) -> str:
    """Return what is said to somebody who types something else into a column with choices."""
    return f"Tidings understands: {', '.join(column.choices)}, or nothing."
