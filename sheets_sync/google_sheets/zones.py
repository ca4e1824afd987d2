"""The zone of a spreadsheet and that of its community -> a note where they are two."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from forms.wording import N_
from sheets_sync.community import Note, note
from sheets_sync.google_sheets.known import Known


def zone_note(known: Known, zone: str) -> tuple[Note, ...]:
    """Point out a spreadsheet that lives in another zone than its community (fault 27)."""
    if not zone or not known.zone or _are_one(known.zone, zone, known.at.year):
        return ()
    told = N_(
        "{title}: the spreadsheet's time zone is {theirs} and the community's is {ours}, so a time "
        "that somebody types there means another moment; set it under File > Settings"
    )
    return (note(told, title=known.title, theirs=known.zone, ours=zone),)


def _are_one(one: str, other: str, year: int) -> bool:
    """Tell whether two zones show the same time in summer and in winter: Etc/GMT is UTC."""
    if one == other:
        return True
    try:
        zones = ZoneInfo(one), ZoneInfo(other)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    moments = [datetime(year, month, 1) for month in (1, 4, 7, 10)]  # noqa: DTZ001 - in each zone
    return all(zones[0].utcoffset(at) == zones[1].utcoffset(at) for at in moments)
