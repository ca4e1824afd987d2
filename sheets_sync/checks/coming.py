"""The state -> Findings: people, the last sync, and whether the digest keeps coming."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from digests.due import due
from forms.plural import counted
from sheets_sync.community import Community, Role
from sheets_sync.findings import Finding
from sheets_sync.project import Project
from sheets_sync.state.database import is_durable

LATE = timedelta(days=1)


def look_at_people(project: Project, _now: datetime) -> Iterator[Finding]:
    """Look who would hear of what needs a person, and who gets no mail."""
    community = project.state.base.community()
    if not project.settings.community.coordinators and not _has_coordinator(community):
        yield Finding(
            "community.coordinators",
            "nobody would hear of what needs a person",
            "name at least one address, or put somebody into the group Coordinator",
        )
    if community is None:
        return
    without = sum(not one.email and Role.ALUMNI not in one.roles for one in community.people)
    if without:
        yield Finding(
            "People",
            f"{without} of {len(community.people)} have no address and get no mail",
            is_fault=False,
        )
    if community.problems:
        yield Finding(
            "Problems",
            f"{len(community.problems)} to look at",
            "they stand in the Problems tab",
            is_fault=False,
        )


def _has_coordinator(community: Community | None) -> bool:
    people = community.people if community else ()
    return any(Role.COORDINATOR in one.roles and one.email for one in people)


def look_at_state(project: Project, now: datetime) -> Iterator[Finding]:
    """Look whether the state keeps what it is given, and when the last sync was."""
    if not is_durable(project.state.engine):
        yield Finding(
            "state",
            "its writes are not synced to the disk",
            "on a server, have fsync and synchronous_commit switched on; else report it as a fault",
        )
    if project.state.erasing.is_unfinished():
        yield Finding(
            "state",
            "somebody was being erased when that was stopped, and may still stand in free pages",
            "run the same once more: tidings erase PERSON",
        )
    last = project.state.base.get("last sync")
    if not last:
        yield Finding("sync", "there was none yet", "run: tidings sync")
        return
    age = now - datetime.fromisoformat(last)
    if age > LATE:
        yield Finding(
            "sync",
            f"the last one was {counted(age.days, 'day')} ago",
            "let cron call: tidings run (see the README)",
        )
    yield Finding("sync", f"the last one was on {last[:16]} UTC", is_fault=False)


def look_at_digest(project: Project, now: datetime) -> Iterator[Finding]:
    """Look for an issue that nobody made, and for deliveries that are unclear."""
    outbox, digest = project.state.outbox, project.settings.digest
    first = project.state.base.get("first sync")
    late = due(
        now - LATE,
        weekday=digest.weekday,
        hour=digest.hour,
        zone=project.settings.zone,
        made=outbox.made(),
        first_sync=datetime.fromisoformat(first) if first else None,
    )
    if late:
        yield Finding(
            "digest",
            f"issue {late.name} was due on {late.at:%Y-%m-%d %H:%M} UTC and is not made",
            "let cron call: tidings run (see the README)",
        )
    if latest := outbox.latest():
        when = f"{latest.frozen_at:%Y-%m-%d %H:%M}"
        yield Finding("digest", f"the last issue, {latest.name}, is of {when} UTC", is_fault=False)
    for one in outbox.unclear():
        yield Finding(
            "digest",
            f"nobody knows whether delivery {one.number} of issue {one.issue} arrived",
            "look into the mail server's log",
        )
