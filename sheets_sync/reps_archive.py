"""The old Reps portal's records -> rows of People, Mentors and Reports.

Pure. The columns that hold the portal's own answers stand at the right of Reports.
"""

import textwrap
from collections.abc import Mapping
from datetime import date

from forms.rules import EARLIEST, LONGEST_TAG, MOST_TAGS, one_line
from sheets_sync.community import Report
from sheets_sync.layout import Column, Owner
from sheets_sync.reps_records import Activity, Rep
from sheets_sync.spreadsheet import Value

SOURCE = "archive"
AUTOMATIC = "automatic"
"""Tag of the reports that the portal's event system made; nobody typed them."""

PORTAL_COLUMNS = (
    Column("activity", Owner.MANAGER, "What kind the portal called it.", width=24),
    Column("initiative", Owner.MANAGER, "The portal's initiative.", width=24),
    Column("functional areas", Owner.MANAGER, "The portal's areas, all of them.", width=24),
    Column("location", Owner.MANAGER, "Where it was.", width=24),
    Column("link description", Owner.MANAGER, "What the link was said to be.", width=24),
    Column("portal page", Owner.MANAGER, "Its page on the old portal.", width=28),
)
"""What the portal asked and our form does not; `import` adds them at the right of Reports."""


def is_automatic(report: Report) -> bool:
    """Tell whether the portal's event system made a report; nobody typed it."""
    return report.source == SOURCE and AUTOMATIC in report.tags


def person_row(rep: Rep) -> dict[str, Value]:
    """Return someone's cells on the People tab; the portal gave no addresses."""
    groups = [one_line(group.name) for group in rep.groups]
    if rep.alumni and "Alumni" not in groups:
        groups.append("Alumni")
    return _filled(
        {
            "name": rep.shown_name,
            "username": rep.key,
            "groups": ", ".join(filter(None, groups)),
            "joined": _day(rep.date_joined_program),
            "left": _day(rep.date_left_program),
            "country": one_line(rep.country),
        }
    )


def mentorship_row(rep: Rep) -> dict[str, Value]:
    """Return the cells on the Mentors tab; since when, the portal did not tell."""
    mentor = rep.mentor.reference if rep.mentor else ""
    return _filled({"mentee": rep.key, "mentor": mentor, "note": "from the Reps portal"})


def report_row(one: Activity) -> dict[str, Value]:
    """Return a report's cells; `mentor` is the one whom the reporter had then."""
    return _filled(
        {
            "date": _day(one.report_date),
            "reporter": one.user.reference if one.user else "",
            # A report without words says what it was all the same: the portal asked for that.
            "text": one.activity_description or one.activity,
            "tags": ", ".join(_tags(one)),
            "link": one_line(one.link),
            "id": one.key,
            "source": SOURCE,
            "mentor": (one.mentor.name or one.mentor.reference) if one.mentor else "",
            "activity": one.activity,
            "initiative": one.initiative,
            "functional areas": ", ".join(area.name for area in one.functional_areas),
            "location": one.location,
            "link description": one.link_description,
            "portal page": one.remo_url,
        }
    )


def _filled(cells: Mapping[str, Value]) -> dict[str, Value]:
    return {header: value for header, value in cells.items() if value not in ("", None)}


def _day(typed: str) -> date | str:
    """Return the day of an ISO date or moment; anything else as typed, for the sync to name."""
    try:
        day = date.fromisoformat(typed.partition("T")[0])
    except ValueError:
        return typed
    return day if day >= EARLIEST else typed


def _tags(one: Activity) -> list[str]:
    # "Other" was the answer of those whose answer was not offered; it tells nothing.
    initiative = "" if one.initiative == "Other" else one.initiative
    marks = [one.activity, initiative, AUTOMATIC if one.passive_report else ""]
    tags = {
        tag.casefold(): tag
        for tag in map(as_tag, [*marks, *(area.name for area in one.functional_areas)])
        if tag
    }
    return list(tags.values())[:MOST_TAGS]


_BETWEEN_TAGS = str.maketrans(dict.fromkeys(",\uff0c\u3001\u060c;\uff1b\u061b\n", " "))


def as_tag(name: str) -> str:
    """Return a name as one tag: nothing in it that would split it, cut where it is too long."""
    return textwrap.shorten(name.translate(_BETWEEN_TAGS), LONGEST_TAG, placeholder="…")
