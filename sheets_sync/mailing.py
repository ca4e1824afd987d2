"""A project -> its digest: planned, previewed, or made and delivered."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from digests import due as when
from digests.delivery import Progress, deliver
from digests.doorkeeper import Doorkeeper
from digests.due import Due
from digests.edition import DigestRules
from digests.frame import Masthead
from digests.issue import (
    Made,
    PlannedMail,
    accept_old_state,
    fence_fault,
    make,
    plan,
    preview,
    send_test_copy,
)
from digests.message import Letterhead
from digests.press import DigestError, Press
from digests.render import Renderer
from digests.send import open_transport
from digests.settling import Delivered
from digests.subscribers import Subscriber
from digests.transport import Transport
from forms.google_form import prefilled_link
from sheets_sync.backing_up import back_up_today
from sheets_sync.cells import as_text
from sheets_sync.decisions import SILENCE
from sheets_sync.form_memory import FormMemory
from sheets_sync.form_workflow import collect_answers, form_of
from sheets_sync.headers import plain
from sheets_sync.links import Links
from sheets_sync.overdue import hold_what_is_overdue
from sheets_sync.project import AnotherRunError, Project
from sheets_sync.spreadsheet import Snapshot
from sheets_sync.sync import Outcome, sync

Alone = Callable[[], AbstractContextManager[None]]
"""Waits until no other run is at work, and keeps others waiting; raises AnotherRunError."""


@dataclass(frozen=True, slots=True)
class Mailed:
    """What came of a digest: the issue that was made, what was sent, and when the next is due."""

    made: Made | None
    delivered: Delivered
    next: Due
    folder: Path | None = None
    """Where the mails are, when they go into a folder."""

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to look at."""
        return self.delivered.is_clean and not (self.made and self.made.unusable)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked of the digest."""

    early: bool = False
    clock_is_right: bool = False
    """Do not doubt the clock, whatever the last run's said."""
    accept_old_state: bool = False
    make: bool = True
    """Make what is due; otherwise only what waits is sent."""


def due_issue(project: Project, now: datetime, *, early: bool = False) -> Due | None:
    """Return the issue to make now; None when there is none."""
    digest, base = project.settings.digest, project.state.base
    first = base.get("first sync")
    choose = when.early if early else when.due
    return choose(
        now,
        weekday=digest.weekday,
        hour=digest.hour,
        zone=project.settings.zone,
        made=project.state.outbox.made(),
        first_sync=datetime.fromisoformat(first) if first else None,
    )


def next_issue(project: Project, now: datetime) -> Due:
    """Return the issue that will be due next."""
    digest = project.settings.digest
    return when.next_due(
        now,
        weekday=digest.weekday,
        hour=digest.hour,
        zone=project.settings.zone,
        made=project.state.outbox.made(),
    )


def make_due(project: Project, wish: Wish, *, now: datetime) -> Made | None:
    """Make the issue that is due; None when none is. Raises DigestError.

    Call it after a sync, so that today's subscriptions and holds count.
    """
    _refuse_clock(project, wish, now)
    press = open_press(project)
    _refuse_old_state(project, press, wish, now)
    due = due_issue(project, now, early=wish.early) if wish.make else None
    made = make(press, due, now=now) if due else None
    hold_what_is_overdue(project, made, now=now)
    return made


def send_waiting(
    project: Project, *, now: datetime, progress: Progress = lambda done, total: None
) -> Delivered:
    """Send what waits; another run may do so at the same time."""
    press = open_press(project)
    delivered = deliver(
        project.state.outbox,
        transport(project),
        Doorkeeper(press, now),
        sender=press.letterhead.bounces_to,
        now=now,
        per_minute=project.settings.mail.per_minute,
        progress=progress,
    )
    project.state.base.put("last digest", now.isoformat())
    return delivered


def sync_and_mail(
    project: Project,
    wish: Wish,
    *,
    now: datetime,
    alone: Alone = nullcontext,
    progress: Progress = lambda done, total: None,
) -> tuple[Outcome, Mailed]:
    """Collect and sync, mail what is due, and write the issue's line into the Digests tab.

    Within `alone` no other run is at work; while mails leave, others may sync and send too.
    """
    with alone():
        trouble = back_up_today(project, now)
        collected = collect_answers(project, now=now)
        outcome = sync_project(project, now)
        outcome = replace(outcome, notes=(*trouble, *collected.notes(), *outcome.notes))
        held = project.state.base.get(SILENCE)
        made = make_due(project, wish, now=now)
        holds = project.state.base.get(SILENCE) != held
    delivered = send_waiting(project, now=now, progress=progress)
    # Whoever is at work now writes these lines too, or the next run does.
    with suppress(AnotherRunError):
        if made or holds or delivered != Delivered():
            with alone():
                sync_project(project, now)
    return outcome, Mailed(made, delivered, next_issue(project, now), _folder(project))


def sync_project(project: Project, now: datetime) -> Outcome:
    """Bring a project's form submissions, spreadsheets and state together."""
    return sync(project.spreadsheet, project.state, project.rules, mentors=project.mentors, now=now)


def planned(project: Project, due: Due, *, now: datetime) -> Sequence[PlannedMail]:
    """Return who would get what."""
    return plan(open_press(project), due, now=now)


def preview_for(project: Project, person: str, *, now: datetime, early: bool) -> bytes:
    """Return the bytes that somebody gets, or got last."""
    return preview(open_press(project), person, due_issue(project, now, early=early), now=now)


def send_copy(project: Project, person: str, address: str, *, now: datetime) -> str:
    """Send one test copy, which counts for nothing; returns the server's words."""
    press = open_press(project)
    due = due_issue(project, now, early=True)
    if due is None:
        due = next_issue(project, now)
    return send_test_copy(press, transport(project), person, address, due, now=now)


def open_press(project: Project) -> Press:
    """Return everything that makes issues of a project."""
    settings, form = project.settings, form_of(project)
    first = project.state.base.get("first sync")
    return Press(
        base=project.state.base,
        outbox=project.state.outbox,
        choices=project.state.choices,
        renewals=project.state.renewals,
        renderer=partial(
            Renderer,
            _masthead(project, form),
            project.links,
            generations=project.state.choices.generations(),
        ),
        letterhead=Letterhead(
            sender=settings.mail.sender,
            key=project.links.secret,
            reply_to=settings.mail.reply_to or next(iter(settings.community.coordinators), ""),
            unsubscribe=contact(project),
            bounces=settings.mail.bounces,
        ),
        zone=settings.zone,
        rules=DigestRules(
            maximum_reports=settings.digest.maximum_reports,
            catch_up_weeks=settings.digest.catch_up_weeks,
            quiet_weeks=settings.digest.quiet_weeks,
            quiet_weeks_coordinators=settings.digest.quiet_weeks_coordinators,
            quiet_months=settings.digest.quiet_months,
            renewal_months=settings.digest.renewal_months if project.links.public_url else 0,
        ),
        opt_in=settings.digest.opt_in,
        coordinators=settings.community.coordinators,
        review_hours=settings.digest.review_hours,
        first_sync=datetime.fromisoformat(first) if first else None,
        notes=form.lasting_trouble,
        unsubscribe_url=partial(_leave_url, project.links),
    )


def _leave_url(links: Links, subscriber: Subscriber) -> str:
    return links.leave(subscriber.id) if links.public_url else ""


def transport(project: Project) -> Transport:
    """Return what carries the project's mails."""
    return project.carrier or open_transport(
        project.settings.mail.url,
        folder=project.folder,
        password=project.password,
        allow_insecure=project.settings.mail.allow_insecure,
        connections=project.settings.mail.connections,
    )


def _masthead(project: Project, elsewhere: FormMemory) -> Masthead:
    community = project.settings.community
    page = f"{community.public_url}/" if community.public_url else ""
    named = prefilled_link(elsewhere.address, {"reporter": ""}, elsewhere.asked)
    return Masthead(
        community=community.name,
        language=community.language,
        form_url=page or elsewhere.address,
        contact=contact(project),
        prefill="" if page or named == elsewhere.address else named,
    )


def contact(project: Project) -> str:
    """Return the mailbox of a person, the same for readers' eyes and for their mail program."""
    community, mail = project.settings.community, project.settings.mail
    contacts = (mail.unsubscribe, mail.reply_to, *community.coordinators)
    return next((one for one in contacts if one), "")


def _folder(project: Project) -> Path | None:
    url = project.settings.mail.url
    return project.folder / url.removeprefix("folder:") if url.startswith("folder:") else None


def _refuse_clock(project: Project, wish: Wish, now: datetime) -> None:
    last = project.state.base.get("last digest")
    fault = when.clock_fault(now, datetime.fromisoformat(last) if last else None)
    if fault and not wish.clock_is_right:
        raise DigestError(fault)


def _refuse_old_state(project: Project, press: Press, wish: Wish, now: datetime) -> None:
    in_sheet = set(_issues_in(project.spreadsheet.read()))
    if wish.accept_old_state:
        accept_old_state(press, in_sheet, now=now)
    elif fault := fence_fault(in_sheet, project.state.outbox.made()):
        raise DigestError(fault)


def _issues_in(sheet: Snapshot) -> Iterator[str]:
    """Return the issues that the Digests tab names."""
    tab = sheet.worksheet("Digests")
    rows = list(tab.rows) if tab else []
    header = next((row for row in rows if "issue" in map(plain, map(as_text, row))), ())
    columns = [at for at, cell in enumerate(header) if plain(as_text(cell)) == "issue"]
    for row in rows:
        yield from (as_text(row[at]) for at in columns if at < len(row))
