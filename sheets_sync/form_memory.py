"""What the state remembers of the Google Form: where it is, what it asks, how far it was read."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter

from forms.google_answers import moment
from forms.google_form import Asked
from forms.phrase import Phrase
from forms.plural import counted
from forms.wording import N_
from sheets_sync.community import Note, note
from sheets_sync.state.base import Base

NAME = "google form"
OVERLAP = timedelta(hours=1)
"""So far behind the newest response reading begins: clocks differ, and repeats are told by it."""
PATIENCE = timedelta(hours=24)
"""After so long, coordinators are told that answers cannot be read."""
WHOLE = timedelta(hours=24)
"""So often all responses are read, whatever the overlap."""


@dataclass(frozen=True, slots=True)
class FormMemory:
    """One Google Form, as last seen."""

    id: str = ""
    address: str = ""
    """Where people answer."""
    asked: Asked = field(default_factory=Asked)
    since: str = ""
    """When (UTC) we first had to do with it; older responses are no news."""
    newest: str = ""
    """The moment of the newest response that is in the journal, in Google's words."""
    whole: str = ""
    """When (UTC) all responses were last read."""
    failing_since: str = ""
    """When (UTC) reading first failed, and was not done to its end since; else empty."""
    trouble: str | Phrase = ""

    def lasting_trouble(self, now: datetime) -> tuple[Note, ...]:
        """Return what coordinators are to be told, once reading has failed for a day."""
        if not self.failing_since or now - moment(self.failing_since) < PATIENCE:
            return ()
        since = self.failing_since[:16].replace("T", " ")
        told = N_("The Google Form has not been read since {since} (UTC): {trouble}")
        return (note(told, since=since, trouble=self.trouble),)

    def begin(self, now: datetime) -> str:
        """Return from which moment on to read responses; empty for all of them."""
        if not self.newest or not self.whole or now - moment(self.whole) >= WHOLE:
            return ""
        begin = (moment(self.newest) - OVERLAP).astimezone(UTC)
        return begin.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(slots=True)
class Collected:
    """What was new."""

    reports: int = 0
    corrections: int = 0
    foreign: int = 0
    strange: int = 0
    trouble: str = ""

    def text(self) -> str:
        """Say in a line what came; empty where nothing did."""
        came = ((self.reports, "report"), (self.corrections, "correction"))
        counts = " and ".join(counted(number, word) for number, word in came if number)
        return f"From the Google Form: {counts}." if counts else ""

    def notes(self) -> Iterator[str]:
        """Yield what somebody should look at."""
        if self.trouble:
            yield f"the Google Form was not read to its end: {self.trouble}"
        if self.foreign:
            yield (
                f"{counted(self.foreign, 'answer')} to questions that form.toml does not have: "
                "kept in the journal, not in the spreadsheet; see: tidings form publish --dry-run"
            )
        if self.strange:
            yield (
                f"{counted(self.strange, 'response')} of the Google Form made no sense and will "
                "be looked at again tomorrow"
            )


MEMORY: TypeAdapter[FormMemory] = TypeAdapter(FormMemory)


def recall(base: Base, named: str) -> FormMemory:
    """Return what is known of the form that the settings name, or else of the one we made."""
    if named == "none":
        return FormMemory()
    kept = base.get(NAME)
    memory = MEMORY.validate_json(kept) if kept else FormMemory()
    return memory if named in ("", memory.id) else FormMemory(id=named)


def remember(base: Base, memory: FormMemory, now: datetime) -> FormMemory:
    """Keep what is known of the form."""
    memory = memory if memory.since else replace(memory, since=now.astimezone(UTC).isoformat())
    base.put(NAME, MEMORY.dump_json(memory).decode())
    return memory
