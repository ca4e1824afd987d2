"""A project's latest issue -> how it fares, in lines; or: hold it, let it go, send it again."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from digests.doorkeeper import Doorkeeper
from digests.issue import reader
from digests.press import DigestError, Press
from digests.subscribers import Subscriber
from forms.plural import counted
from sheets_sync.mailing import open_press
from sheets_sync.overdue import reason
from sheets_sync.project import Project
from sheets_sync.state.delivery import DeliveryState, Issue, IssueLine
from sheets_sync.state.operating import Standing

WORDS = {
    DeliveryState.SENT: "sent",
    DeliveryState.QUEUED: "waiting",
    DeliveryState.SENDING: "on their way",
    DeliveryState.DEFERRED: "to be tried again",
    DeliveryState.DOT: "unclear",
    DeliveryState.FAILED: "refused",
    DeliveryState.DROPPED: "not sent on purpose",
}
TO_LOOK_AT = (
    DeliveryState.DEFERRED,
    DeliveryState.DOT,
    DeliveryState.FAILED,
    DeliveryState.DROPPED,
)
RELEASE = "let it go with: tidings digest --release"


def status_lines(project: Project, *, everybody: bool = False) -> Iterator[str]:
    """Return the latest issue's counts, and a line for each delivery that needs attention.

    With `everybody`, a line for each delivery. Addresses: for the operator's terminal only.
    """
    issue = latest(project)
    line = _line(project, issue.name)
    standings = project.state.operating.standings(issue.name)
    made = issue.frozen_at.astimezone(project.settings.zone)
    reports = counted(issue.reports, "report")
    people = counted(line.recipients, "person", "people")
    yield f"Issue {issue.name}, made {made:%Y-%m-%d %H:%M}: {reports} to {people}."
    counts = [(word, sum(s.state == state for s in standings)) for state, word in WORDS.items()]
    yield "; ".join(f"{word}: {count}" for word, count in counts if count) or "Nobody gets it."
    yield from _waits(project, issue, line)
    if again := project.state.operating.sent_again(issue.name):
        yield f"Sent again on request: {counted(again, 'mail')}."
    for one in standings:
        if everybody or one.state in TO_LOOK_AT:
            yield _one(project, one)


def latest(project: Project) -> Issue:
    """Return the latest issue; raises DigestError when none was made."""
    issue = project.state.outbox.latest()
    if issue is None:
        raise DigestError("No issue was made yet; make one with: tidings digest --early")
    return issue


def decide(project: Project, name: str, decision: str) -> str:
    """Hold an issue or let it go (empty name: the latest); returns what to say."""
    issue = project.state.outbox.issue(name) if name else latest(project)
    waiting = project.state.operating.standings(issue.name)
    left = sum(s.state in (DeliveryState.QUEUED, DeliveryState.DEFERRED) for s in waiting)
    project.state.outbox.set_decision(issue.name, decision)
    if decision == "hold":
        mails = counted(left, "mail")
        return f"Issue {issue.name} is held; {mails} waiting. {RELEASE[:1].upper()}{RELEASE[1:]}"
    return f"Issue {issue.name} may go; the next run sends what waits of it: {left}."


def send_again(project: Project, person: str, *, now: datetime) -> str:
    """Let a person's mail of the latest issue leave again, as it is; raises DigestError."""
    issue = latest(project)
    press = open_press(project)
    found = reader(press, person, now=now)
    _refuse_unwanted(press, issue, found, now)
    if not project.state.operating.send_again(issue.name, found.id, now):
        raise DigestError(
            f"Issue {issue.name} holds no mail for {person} that can be sent again; see who got "
            "what with: tidings digest --status"
        )
    held = _line(project, issue.name).decision == "hold"
    return f"Issue {issue.name} goes to {found.address} again" + (
        f" once it is released; {RELEASE}" if held else "."
    )


def retry(project: Project, *, now: datetime) -> str:
    """Let what was refused of the latest issue be tried now; returns what to say."""
    issue = latest(project)
    tried = project.state.operating.retry(issue.name, now)
    return f"Issue {issue.name}: {counted(tried, 'mail')} to try again."


def _refuse_unwanted(press: Press, issue: Issue, reader: Subscriber, now: datetime) -> None:
    """Refuse to send somebody again what they would not be sent today."""
    frozen = press.outbox.find(issue.name, reader.id)
    door = Doorkeeper(press, now)
    door.look_again(press.base.moment())
    if frozen and (why := door.objection(frozen)):
        raise DigestError(f"{reader.address} is sent nothing: {why}; see the Subscriptions tab")


def _line(project: Project, name: str) -> IssueLine:
    return next(line for line in project.state.outbox.issue_lines() if line.issue == name)


def _waits(project: Project, issue: Issue, line: IssueLine) -> Iterator[str]:
    if line.decision == "hold":
        why = reason(project, issue.name)
        yield f"It is held{': ' + why if why else ''}; {RELEASE}"
    elif issue.send_after and line.decision != "send":
        until = issue.send_after.astimezone(project.settings.zone)
        yield f"Coordinators see it first; everybody gets it from {until:%Y-%m-%d %H:%M} on."


def _one(project: Project, one: Standing) -> str:
    zone = project.settings.zone
    told: Sequence[str] = [one.answer] if one.answer else []
    if one.state == DeliveryState.DEFERRED and one.next_try:
        told = [*told, f"next try {one.next_try.astimezone(zone):%Y-%m-%d %H:%M}"]
    if one.state == DeliveryState.DOT:
        told = ["nobody knows whether it arrived; look into the mail server's log"]
    at = one.changed_at.astimezone(zone)
    head = f"  {one.address}: {WORDS[one.state]} ({at:%Y-%m-%d %H:%M})"
    return ": ".join([head, *(["; ".join(told)] if told else [])])
