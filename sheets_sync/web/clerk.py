"""A Post -> a Submission in the journal, or the page that says why not, the text still in it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Request, Response

from forms.html_form import Filled, Notice, Pages
from forms.rules import Fault, check
from forms.submission import Act, Submission
from forms.wording import N_, translations
from sheets_sync.state import Conflict, Receipt, StateError, draft
from sheets_sync.web.desk import Desk
from sheets_sync.web.dispatching import together
from sheets_sync.web.doorkeeping import Doorkeeper
from sheets_sync.web.posting import Post, Ticket, new_ticket, prefilled, read_post, sign

FLOODED = Notice(
    N_("Too much at once"),
    N_("Very many reports came from where you are. Yours is still here: please send it later."),
)
FOREIGN = Notice(
    N_("Please send it once more"),
    N_("It seemed to come from another site. What you typed is still here, and not sent yet."),
)
STALE = Notice(
    N_("Please send it once more"),
    N_("This page was no longer valid. What you typed is still here, and not sent yet."),
)
UNWRITABLE = Notice(
    N_("We cannot keep it just now"),
    N_(
        "Something is wrong on our side. What you typed is still here: please send it again in a "
        "few minutes."
    ),
)
CHANGED = Notice(
    N_("You sent this form before, with other words"),
    N_("We keep what you sent first. Below is what you sent now; send it as another report?"),
)


@dataclass(eq=False)
class Refused(Exception):
    """A post that was not stored: the status, and what to say above the form."""

    status: int
    notice: Notice | None = None
    faults: Mapping[str, tuple[Fault, ...]] | None = None
    stored: Submission | None = None
    """What the journal holds for the same key."""


class Clerk:
    """Takes posts in and shows pages, the same way for reports and corrections."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        readers = desk.readership
        self.pages = Pages(
            desk.form,
            translations(desk.language),
            community=desk.name,
            language=desk.language,
            subscribe="/subscribe" if readers and readers.open else "",
        )
        self._doors = Doorkeeper(desk.settings)

    def read(self, request: Request) -> Post:
        """Return what was posted."""
        return read_post(request, self.desk.form, self.desk.links)

    def blank(self, request: Request) -> Filled:
        """Return a form to fill in, prefilled from its address."""
        ticket = new_ticket(self.desk.now().timestamp())
        return Filled(
            sign(self.desk.links, ticket),
            typed=prefilled(request, self.desk.form),
            tags=self.desk.known_tags(),
            categories=self.desk.tag_categories(),
        )

    def admit(self, post: Post) -> Ticket:
        """Return the post's ticket; raises Refused for floods, other sites and foreign tokens."""
        if self._doors.floods(post.block, at=self.desk.now().timestamp()):
            raise Refused(429, FLOODED)
        if post.foreign:
            raise Refused(403, FOREIGN)
        if post.ticket is None:
            raise Refused(422, STALE)
        return post.ticket

    def checked(self, post: Post, *, identity: str = "") -> dict[str, str]:
        """Return the answers as they are stored; raises Refused with every fault."""
        typed = {**post.typed, "reporter": identity} if identity else post.typed
        today = self.desk.today()
        found = {
            question.name: check(question, typed.get(question.name, ""), today=today)
            for question in self.desk.form.questions
            if question.required or question.name in typed
        }
        if faults := {name: one.faults for name, one in found.items() if one.faults}:
            raise Refused(422, faults=faults)
        return {name: one.value for name, one in found.items() if one.value}

    def take(
        self,
        post: Post,
        ticket: Ticket,
        *,
        act: Act,
        report: str,
        answers: Mapping[str, str],
        person: str = "",
    ) -> Submission:
        """Commit the submission and return what is stored; raises Refused."""
        now = self.desk.now()
        held = "; ".join(self._doubts(post, ticket, act, answers, now))
        submission = Submission(ticket.key, report, act, answers, "form", now, held, person)
        try:
            outcome = together(self.desk.journal.commit, draft(submission))
        except StateError as error:
            raise Refused(503, UNWRITABLE) from error
        if isinstance(outcome, Conflict):
            raise Refused(409, CHANGED, stored=outcome.stored)
        self._remember(outcome, post)
        return outcome.submission

    def _doubts(
        self, post: Post, ticket: Ticket, act: Act, answers: Mapping[str, str], now: datetime
    ) -> list[str]:
        """Return why a manager should look first; withdrawing needs nobody's leave."""
        if act is Act.WITHDRAWAL:
            return []
        seconds = now.timestamp() - ticket.opened
        doubts = self._doors.reasons(answers, seconds=seconds, trap=post.trap)
        if act is Act.REPORT:
            doubts += self._doors.repetition(answers, block=post.block, at=now.timestamp())
        return doubts

    def _remember(self, outcome: Receipt, post: Post) -> None:
        stored = outcome.submission
        if outcome.new and stored.act is Act.REPORT:
            self._doors.accepted(stored.answers, block=post.block, at=self.desk.now().timestamp())

    def again(self, post: Post, refused: Refused, filled: Filled) -> Response:
        """Return the form as it was posted, with what is wrong."""
        return html(self.pages.form(self.filled_again(post, refused, filled)), refused.status)

    def filled_again(self, post: Post, refused: Refused, filled: Filled) -> Filled:
        """Return the form with everything typed still there, and a key that can be used."""
        ticket = post.ticket
        if ticket is None or refused.stored is not None:
            # The minimum time has been spent on this form already, so its opening stays.
            ticket = new_ticket(ticket.opened if ticket else self.desk.now().timestamp())
        stored = refused.stored
        mine = stored is not None and stored.act is Act.REPORT
        return replace(
            filled,
            token=sign(self.desk.links, ticket),
            typed=post.typed,
            faults=refused.faults or {},
            notice=refused.notice,
            stored=stored.answers if stored else None,
            correct=self.correct_link(stored.report) if stored and mine else "",
        )

    def correct_link(self, report: str) -> str:
        """Return the address at which a report is corrected."""
        return self.desk.links.correct(report)


def html(text: str, status: int = 200) -> Response:
    """Return a page as an answer."""
    return Response(text, status, mimetype="text/html")
