"""A community with a Google Form, for tests that tell a story: publish, answer, collect, look."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from pathlib import Path

from google.auth.transport.requests import AuthorizedSession
from google.oauth2.service_account import Credentials

from forms.definition import Form, read_form
from forms.submission import Submission
from sheets_sync.form_collecting import Collected, Intake, collect
from sheets_sync.form_memory import FormMemory, recall, remember
from sheets_sync.form_publishing import Order, Published, publish
from sheets_sync.google_forms import TO_COLLECT, TO_PUBLISH, GoogleForms
from sheets_sync.google_sheets.calls import Patience
from sheets_sync.settings import FormSettings
from tests.google_standin.forms import Paper
from tests.google_standin.server import Standin, serving
from tests.story import FORM, Story

PATIENT = Patience(seconds=100, timeout=(2, 2), sleep=lambda _: None)


class FormStory(Story):
    """A story in which people answer a Google Form."""

    def __init__(self, folder: Path, standin: Standin) -> None:
        super().__init__(folder)
        self.standin = standin
        self.world = standin.world
        self.settings = FormSettings()
        self.page = 5000
        self.keys = standin.credentials()

    def google(self, scopes: Sequence[str] = TO_COLLECT) -> GoogleForms:
        """Return Google's forms, as a service account sees them."""
        credentials = Credentials.from_service_account_info(self.keys, scopes=scopes)
        return GoogleForms(
            AuthorizedSession(credentials),
            account=self.keys["client_email"],
            emulator=self.standin.url,
            patience=PATIENT,
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

    def answers(self, reporter: str, text: str, *, email: str = "", **more: str) -> str:
        """Let somebody answer the form; returns Google's id of the response."""
        return self.paper.answer(self.now, self._titled(reporter, text, more), email=email)

    def edits(self, response: str, reporter: str, text: str, **more: str) -> None:
        """Let somebody edit what they answered."""
        self.paper.edit_answer(response, self.now, self._titled(reporter, text, more))

    def _titled(self, reporter: str, text: str, more: dict[str, str]) -> dict[str, str]:
        named = {"reporter": reporter, "text": text, **more}
        questions = {question.name: question.label for question in self.form.questions}
        return {questions[name]: answer for name, answer in named.items()}

    def collect(self) -> Collected:
        """Collect what was answered."""
        self.collected_now = self.now.astimezone(UTC)
        intake = Intake(self.form, self.settings, self.state, self.rules.zone, self.now)
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
