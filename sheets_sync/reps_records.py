"""The old Reps portal's ACTIVITIES.json and REPS.json -> its records, and those that are unusable.

Pure but for `load_records`. A record that cannot be used never stops the others.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Protocol, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from forms.rules import SHEET_MAXIMUM, clean, one_line
from sheets_sync.identity import ALPHABET

ACTIVITIES = "ACTIVITIES.json"
REPS = "REPS.json"


class ArchiveError(Exception):
    """The archive cannot be read; the message names the file, the fault and the remedy."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A record that makes no row: its file, its place in there (from 1), and why."""

    file: str
    number: int
    reason: str

    def text(self) -> str:
        """Return it as one line."""
        return f"{self.file}, record {self.number}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Records:
    """What the portal knew, each person and report once, in its order."""

    people: tuple["Rep", ...]
    reports: tuple["Activity", ...]
    left_out: tuple[LeftOut, ...]


def report_id(number: int) -> str:
    """Return the id of the portal's report with this number: the same at every import."""
    print_ = int.from_bytes(hashlib.sha256(f"reps portal, report {number}".encode()).digest())
    return "r-" + "".join(ALPHABET[(print_ >> 5 * place) % 32] for place in range(10))


def _cleaned(value: object) -> object:
    if value is None:
        return ""
    return clean(value) if isinstance(value, str) else value


Words = Annotated[str, Field(max_length=SHEET_MAXIMUM), BeforeValidator(_cleaned)]


class Record(BaseModel):
    """What the portal gave about one thing."""

    # The portal gave many more keys; those that we do not keep are passed over.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Named(Record):
    """A group or an area."""

    name: Words = ""


Names = Annotated[tuple[Named, ...], BeforeValidator(lambda value: value or ())]


class User(Record):
    """A person, as others' records name them."""

    first_name: Words = ""
    last_name: Words = ""
    display_name: Words = ""

    @property
    def name(self) -> str:
        """First and last name."""
        return one_line(f"{self.first_name} {self.last_name}")

    @property
    def reference(self) -> str:
        """What a roster finds them by: the username, else the name."""
        return one_line(self.display_name) or self.name


class Activity(Record):
    """A report."""

    user: User | None = None
    activity: Words = ""
    initiative: Words = ""
    functional_areas: Names = ()
    activity_description: Words = ""
    report_date: Words = ""
    mentor: User | None = None
    location: Words = ""
    link: Words = ""
    link_description: Words = ""
    passive_report: bool | None = None
    remo_url: Words = ""

    @property
    def key(self) -> str:
        """The report's id, always the same for the portal's number; empty when it has none."""
        found = _NUMBER.search(self.remo_url)
        return report_id(int(found[1])) if found else ""


_NUMBER = re.compile(r"/([0-9]{1,18})/?$")


class Rep(User):
    """Someone on the roster: a current Rep's profile, or an alumni stub."""

    full_name: Words = ""
    alumni: bool | None = None
    groups: Names = ()
    mentor: User | None = None
    date_joined_program: Words = ""
    date_left_program: Words = ""
    country: Words = ""

    @property
    def key(self) -> str:
        """The username, by which people and mentors are told apart."""
        return one_line(self.display_name)

    @property
    def shown_name(self) -> str:
        """The name that readers see."""
        return one_line(self.full_name) or self.name or self.key

    @property
    def mentored(self) -> bool:
        """Whether the record names a mentor."""
        return self.mentor is not None and bool(self.mentor.reference)


def load_records(folder: Path) -> Records:
    """Read both files of a folder; raises ArchiveError."""
    return read_records(_load(folder / ACTIVITIES), _load(folder / REPS))


def _load(path: Path) -> list[object]:
    try:
        found = json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise ArchiveError(
            f"{path} is not there; give the folder that holds {ACTIVITIES} and {REPS}"
        ) from error
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ArchiveError(f"{path} is not whole JSON ({error}); fetch it again") from error
    if not isinstance(found, list):
        raise ArchiveError(f"{path} holds no list of records; give the portal's own file")
    return found


def read_records(activities: Sequence[object], reps: Sequence[object]) -> Records:
    """Return the usable records, and the others with their reasons."""
    people, without_people = _sift(REPS, reps, _read_rep)
    reports, without_reports = _sift(ACTIVITIES, activities, _read_activity)
    return Records(tuple(people), tuple(reports), (*without_people, *without_reports))


class _UnusableError(Exception):
    """A record makes no row; the message is the reason."""


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


_One = TypeVar("_One", bound=_Keyed)


def _sift(
    file: str, records: Sequence[object], read: Callable[[object], _One]
) -> tuple[list[_One], list[LeftOut]]:
    kept: dict[str, _One] = {}
    left_out: list[LeftOut] = []
    for number, record in enumerate(records, 1):
        try:
            one = read(record)
            _refuse_second(one, kept.get(one.key.casefold()))
        except _UnusableError as why:
            left_out.append(LeftOut(file, number, str(why)))
        else:
            kept[one.key.casefold()] = one
    return list(kept.values()), left_out


def _refuse_second(one: _Keyed, before: _Keyed | None) -> None:
    if before == one:
        raise _UnusableError(f"it repeats an earlier record ({one.key}) word for word")
    if before is not None:
        raise _UnusableError(f"an earlier record has the same name ({one.key}); the first counts")


def _read_rep(record: object) -> Rep:
    rep = _parsed(Rep, record)
    if not rep.key:
        raise _UnusableError("it has no display_name, so nobody could be matched to it")
    return rep


def _read_activity(record: object) -> Activity:
    activity = _parsed(Activity, record)
    if not activity.key:
        raise _UnusableError("its remo_url ends with no number, so it cannot be known again")
    if activity.user is None or not activity.user.reference:
        raise _UnusableError("it names no user who reported it")
    return activity


_Model = TypeVar("_Model", bound=Record)


def _parsed(model: type[_Model], record: object) -> _Model:
    try:
        return model.model_validate(record)
    except ValidationError as error:
        faults = [
            _dotted(fault["loc"]) + _WORDS.get(fault["type"], fault["msg"])
            for fault in error.errors()
        ]
        raise _UnusableError("; ".join(faults)) from error


_WORDS = {
    "model_type": "it is not an object with names and values",
    "string_type": "this is not text",
    "string_too_long": f"this is longer than {SHEET_MAXIMUM:,} characters, which no sheet holds",
}


def _dotted(loc: tuple[int | str, ...]) -> str:
    return ".".join(map(str, loc)) + ": " if loc else ""
