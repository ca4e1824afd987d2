"""Responses of the Google Form -> submissions in the journal, each once, corrections after it.

The journal is committed first, then the mark moves: a stop between the two costs a second look
and nothing else. A response is known by its id and the moment of its last edit.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from forms.definition import Form
from forms.google_answers import Answered, Response, moment, read_answers, read_responses
from forms.google_form import Json, recognise
from forms.phrase import Phrase, phrase
from forms.submission import Act, Submission
from forms.wording import N_
from sheets_sync.erased import NOBODY, Erased
from sheets_sync.form_memory import Collected, FormMemory, recall, remember
from sheets_sync.google_forms import GoogleForms
from sheets_sync.identity import report_id_for
from sheets_sync.settings import FormSettings
from sheets_sync.spreadsheet import SheetError
from sheets_sync.state import State, draft
from sheets_sync.web.doorkeeping import Doorkeeper

SOURCE = "google form"
EARLIER = "earlier google form"
"""From before the form was ours, and older than a week: kept, and news to nobody."""
RECENT = timedelta(days=7)
AT_ONCE = 200
"""Submissions committed together."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What collecting depends on besides Google."""

    form: Form
    settings: FormSettings
    state: State
    zone: tzinfo
    now: datetime
    erased: Erased = NOBODY
    """What must not come back."""


def collect(google: GoogleForms, intake: Intake) -> Collected:
    """Take in what people answered. What Google does not give is a note, and comes next time."""
    collected = Collected()
    try:
        memory = _acquainted(google, intake, recall(intake.state.base, intake.settings.google))
        desk = _Desk(intake, memory, collected)
        begin = memory.begin(intake.now)
        for page in google.responses(memory.id, begin):
            desk.take(page)
    except SheetError as error:
        collected.trouble = str(error)
        _note_trouble(intake, error.told)
        return collected
    whole = memory.whole if begin else intake.now.astimezone(UTC).isoformat()
    later = replace(memory, newest=desk.newest, whole=whole, failing_since="", trouble="")
    if later != memory:
        remember(intake.state.base, later, intake.now)
    return collected


def _note_trouble(intake: Intake, trouble: Phrase) -> None:
    memory = recall(intake.state.base, intake.settings.google)
    since = memory.failing_since or intake.now.astimezone(UTC).isoformat()
    remember(intake.state.base, replace(memory, failing_since=since, trouble=trouble), intake.now)


def _acquainted(google: GoogleForms, intake: Intake, memory: FormMemory) -> FormMemory:
    """Return what the form asks, as remembered or else as it is. Raises SheetError.

    Nothing is read before the required questions are found: what is at Google stays there.
    """
    if not memory.address:
        existing = google.get(memory.id)
        asked = recognise(intake.form, existing, memory.asked)
        memory = replace(memory, address=existing.get("responderUri", ""), asked=asked)
        missing = [
            question.label
            for question in intake.form.questions
            if question.required and question.name not in asked.items
        ]
        if missing:
            told = N_("it does not ask “{question}”; run: tidings form publish")
            raise SheetError(phrase(told, question=missing[0]))
        memory = remember(intake.state.base, memory, intake.now)
    return memory


class _Desk:
    """Takes pages of responses, and remembers within the hour what came before."""

    def __init__(self, intake: Intake, memory: FormMemory, collected: Collected) -> None:
        self.newest = memory.newest
        self._intake = intake
        self._memory = memory
        self._collected = collected
        self._doors = Doorkeeper(intake.settings)
        self._today = intake.now.astimezone(intake.zone).date()

    def take(self, page: Sequence[Json]) -> None:
        """Commit what is new of a page."""
        journal = self._intake.state.journal
        responses, strange = read_responses(page)
        self._collected.strange += strange
        known = journal.known_keys([self._key(one) for one in responses])
        there = journal.known_reports([self._report(one) for one in responses])
        new = []
        for one in responses:
            answered = read_answers(one, self._intake.form, self._memory.asked, today=self._today)
            if self._key(one) not in known and not self._is_erased(one, answered):
                new.append(self._submission(one, answered, self._report(one) not in there))
            self._doors.accepted(answered.answers, block=_who(one, answered), at=_seconds(one))
        for start in range(0, len(new), AT_ONCE):
            journal.commit([draft(one) for one in new[start : start + AT_ONCE]])
        latest = max(responses, key=lambda one: one.submitted, default=None)
        if latest and (not self.newest or latest.submitted > moment(self.newest)):
            self.newest = latest.last_submitted_time

    def _submission(self, response: Response, answered: Answered, first: bool) -> Submission:
        self._collected.reports += first
        self._collected.corrections += not first
        self._collected.foreign += answered.foreign
        moment_of = response.created if first else response.submitted
        return Submission(
            key=self._key(response),
            report=self._report(response),
            act=Act.REPORT if first else Act.CORRECTION,
            answers=answered.answers,
            source=EARLIER if self._is_old(response) else SOURCE,
            received=min(moment_of, self._intake.now).astimezone(UTC),
            held="; ".join(self._why_held(response, answered, first)),
        )

    def _why_held(self, response: Response, answered: Answered, first: bool) -> list[str]:
        # How long somebody took, and the trap, are the page's own.
        doubts = self._doors.reasons(answered.answers, seconds=math.inf, trap="")
        if first:
            who, at = _who(response, answered), _seconds(response)
            doubts += self._doors.repetition(answered.answers, block=who, at=at)
        return [*answered.doubts, *doubts]

    def _is_erased(self, response: Response, answered: Answered) -> bool:
        """Tell whether it is an answer that was erased, or one from before of who was erased."""
        who = answered.answers.get("reporter", "")
        erased = self._intake.erased
        return erased.any(self._report(response)) or erased.before(
            response.created, response.respondent_email, who
        )

    def _is_old(self, response: Response) -> bool:
        since = moment(self._memory.since)
        return response.created < since and response.created < self._intake.now - RECENT

    def _report(self, response: Response) -> str:
        return report_id_for(f"{SOURCE} {self._memory.id} {response.response_id}")

    def _key(self, response: Response) -> str:
        edition = f"{response.response_id} {response.last_submitted_time}"
        return f"{SOURCE} {self._memory.id} {edition}"


def _who(response: Response, answered: Answered) -> str:
    """Return who it is from: Google tells no address, so what people say of themselves counts."""
    named = response.respondent_email or answered.answers.get("reporter", "")
    return " ".join(named.casefold().split())


def _seconds(response: Response) -> float:
    return response.created.timestamp()
