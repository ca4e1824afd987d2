"""The old Reps portal's records -> those without people who were erased. Pure."""

from dataclasses import replace
from typing import TypeVar

from sheets_sync.erased import Erased
from sheets_sync.reps_records import Activity, Records, Rep, User

Mentored = TypeVar("Mentored", Activity, Rep)


def without_erased(records: Records, erased: Erased) -> tuple[Records, int]:
    """Return the records without those of people who were erased, and how many that leaves out."""
    if not erased:
        return records, 0
    people = tuple(
        _unmentored(rep, erased)
        for rep in records.people
        if not erased.any(rep.key, rep.shown_name)
    )
    reports = tuple(
        _unmentored(one, erased)
        for one in records.reports
        if not erased.any(one.key, *_words(one.user))
    )
    gone = len(records.people) - len(people) + len(records.reports) - len(reports)
    return replace(records, people=people, reports=reports), gone


def _unmentored(record: Mentored, erased: Erased) -> Mentored:
    """Return a record that names no mentor who was erased."""
    gone = record.mentor is not None and erased.any(*_words(record.mentor))
    return record.model_copy(update={"mentor": None}) if gone else record


def _words(user: User | None) -> tuple[str, ...]:
    """Return the words by which a record names somebody."""
    return (user.reference, user.name) if user else ()
