"""What Mentors says of somebody, what People says, and what was last agreed -> who mentors them.

A three-way merge. Pure. What only one place says is taken; where the two contradict each other,
the one that changed since they last agreed counts, and Mentors when both did.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter

KEPT = "mentors agreed"


@dataclass(frozen=True, slots=True)
class Agreed:
    """A mentee's mentor as last agreed, and what each place said then: internal ids."""

    mentor: str = ""
    sheet: str = ""
    sheet_seen: date | None = None
    """The day on which Mentors was first seen to say so."""
    people: str = ""
    people_seen: date | None = None


_AGREED: TypeAdapter[dict[str, Agreed]] = TypeAdapter(dict[str, Agreed])


def load_agreed(kept: str) -> dict[str, Agreed]:
    """Return what was last agreed, by mentee, from the state's single value."""
    return _AGREED.validate_json(kept) if kept else {}


def dump_agreed(agreed: Mapping[str, Agreed]) -> str:
    """Return it as the state keeps it."""
    return _AGREED.dump_json(dict(agreed), exclude_defaults=True).decode()


def agree(sheet: str, people: str, before: Agreed | None, *, is_over: bool, today: date) -> Agreed:
    """Return what counts from now on. `is_over`: Mentors says that what People says has ended."""
    was = before or Agreed()
    changed = (sheet != was.sheet, people != was.people)
    if before is None:
        changed = (True, True)
    return Agreed(
        _counts(sheet, people, was.mentor, changed, is_over=is_over),
        sheet,
        today if changed[0] else was.sheet_seen,
        people,
        today if changed[1] else was.people_seen,
    )


def _counts(
    sheet: str, people: str, agreed: str, changed: tuple[bool, bool], *, is_over: bool
) -> str:
    if sheet == people or not people:
        return sheet
    if not sheet and not is_over:
        return people
    if changed == (False, True):
        return people
    if changed == (False, False) and agreed in (sheet, people):
        return agreed
    return sheet
