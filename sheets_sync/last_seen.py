"""Reports -> the day of each person's latest one. Pure.

Only what somebody typed counts: the old portal's event system also wrote reports, about people who
may have done nothing that week.
"""

from collections.abc import Iterable
from datetime import date

from sheets_sync.community import Report
from sheets_sync.reps_archive import AUTOMATIC
from sheets_sync.settle import is_accepted
from sheets_sync.tags import key


def last_reports(reports: Iterable[Report]) -> dict[str, date]:
    """Return the day of the latest report for each internal id of a person."""
    last: dict[str, date] = {}
    for report in reports:
        if report.person and is_accepted(report) and is_typed(report):
            last[report.person] = max(last.get(report.person, report.date), report.date)
    return last


def is_typed(report: Report) -> bool:
    """Tell whether a person wrote the report, and no machine."""
    return report.source != "archive" or AUTOMATIC not in map(key, report.tags)
