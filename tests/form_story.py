"""A community with a Google Form, for tests that tell a story: publish, answer, collect, look."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

from forms.definition import Form, read_form
from forms.submission import Submission
from sheets_sync.erased import Erased
from sheets_sync.form_collecting import Collected, Intake, collect
from sheets_sync.form_memory import NAME, FormMemory, recall, remember
from sheets_sync.form_publishing import Order, Published, publish
from sheets_sync.google_access import open_session
from sheets_sync.google_forms import TO_COLLECT, TO_PUBLISH, GoogleForms
from sheets_sync.google_sheets.calls import Patience
from sheets_sync.settings import FormSettings
from tests.google_standin.clock import HeldClock
from tests.google_standin.paper import Paper
from tests.google_standin.server import Standin, serving
from tests.story import FORM, MONDAY, Story


def _patient() -> Patience:
    """Return patience that waits on a clock of its own, which costs no time."""
    clock = HeldClock(MONDAY)
    return Patience(timeout=(2, 2), clock=lambda: clock.now().timestamp(), sleep=clock.advances)


class FormStory(Story):
    """A story in which people answer a Google Form."""

    def __init__(self, folder: Path, standin: Standin) -> None:
        super().__init__(folder)
        self.standin = standin
        self.world = standin.world
        self.settings = FormSettings()
        self.page = 5000
        self.key = folder / "credentials.json"
        self.key.write_text(json.dumps(standin.credentials()))
        self.key.chmod(0o600)
        self._session = cache(lambda scopes: open_session(self.key, *scopes))

    def google(self, scopes: Sequence[str] = TO_COLLECT) -> GoogleForms:
        """Return Google's forms, as a service account sees them."""
        return GoogleForms(
            lambda: self._session(tuple(scopes)),
            emulator=self.standin.url,
            patience=_patient(),
            page=self.page,
        )

    @property
    def form(self) -> Form:
        return self.rules.form

    def asks(self, text: str) -> None:
        """Let somebody write another form.toml."""
        self.rules = replace(self.rules, form=read_form(text, name="form.toml"))

    def publish(self, *, dry_run: bool = False) -> Published:
        """Publish form.toml."""
        order = Order(self.form, "Riverside: reports", self.settings.answered_by)
        memory = recall(self.state.base, self.settings.google)
        return publish(self.google(TO_PUBLISH), order, memory, self._keep, dry_run=dry_run)

    def starts_anew(self) -> None:
        """Forget every form, at Google and in the state."""
        self.world.forms.clear()
        self.world.files.clear()
        self.state.base.put(NAME, "")

    def _keep(self, memory: FormMemory) -> FormMemory:
        return remember(self.state.base, memory, self.now)

    @property
    def memory(self) -> FormMemory:
        return recall(self.state.base, self.settings.google)

    @property
    def paper(self) -> Paper:
        """Return the form at Google."""
        found: Paper = self.world.forms[self.memory.id]
        return found

    def answers(self, reporter: str, text: str, *, respondent: str = "", **more: str) -> str:
        """Let somebody answer the form; returns Google's id of the response."""
        return self.paper.answer(self.now, self._titled(reporter, text, more), email=respondent)

    def edits(self, response: str, reporter: str, text: str, **more: str) -> None:
        """Let somebody edit what they answered."""
        self.paper.edit_answer(response, self.now, self._titled(reporter, text, more))

    def _titled(self, reporter: str, text: str, more: dict[str, str]) -> dict[str, str]:
        named = {"reporter": reporter, "text": text, **more}
        questions = {question.name: question.label for question in self.form.questions}
        return {questions[name]: answer for name, answer in named.items()}

    def collect(self) -> Collected:
        """Collect what was answered."""
        erased = Erased(self.rules.secret, self.state.erasing.prints())
        intake = Intake(self.form, self.settings, self.state, self.rules.zone, self.now, erased)
        return collect(self.google(), intake)

    def journal(self) -> list[Submission]:
        """Return what is in the journal and not in the sheet yet."""
        return [entry.submission for entry in self.state.journal.unwritten()]


@contextmanager
def form_story(folder: Path, *, published: bool = True) -> Iterator[FormStory]:
    """Open a story over a stand-in of Google; its form is published already, or not."""
    with serving() as standin:
        told = FormStory(folder, standin)
        try:
            if published:
                told.publish()
            yield told
        finally:
            told.state.close()


__all__ = ["FORM", "FormStory", "form_story"]
