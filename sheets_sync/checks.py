"""A project folder -> Findings: what is wrong with it, what to do, and what is good to know."""

import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from digests.due import due
from forms.definition import FormError
from forms.plural import counted
from sheets_sync.community import Community, Role
from sheets_sync.project import Project, open_project
from sheets_sync.settings import FILE, MailSettings, SettingsError, load_settings
from sheets_sync.spreadsheet import SheetError
from sheets_sync.state import StateError
from sheets_sync.state.database import is_durable
from sheets_sync.sync import sync
from sheets_sync.xlsx.locks import find_lock, is_abandoned, refuse_lock
from sheets_sync.xlsx.losses import refuse_losses
from sheets_sync.xlsx.package import open_package

LATE = timedelta(days=1)
NETWORK_KINDS = ("nfs", "cifs", "smb", "fuse.sshfs", "9p", "afs", "fuse.rclone", "fuse.davfs")
SYNCED_FOLDERS = ("dropbox", "nextcloud", "onedrive", "google drive", "syncthing")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: where, what, and what to do. Not a fault: good to know."""

    about: str
    message: str
    remedy: str = ""
    is_fault: bool = True

    def text(self) -> str:
        """Return it as one line."""
        mark = "!" if self.is_fault else "·"
        return f"{mark} {self.about}: {self.message}" + (f"; {self.remedy}" if self.remedy else "")


def check_project(
    folder: Path,
    environment: Mapping[str, str],
    *,
    now: datetime,
    mounts: Path = Path("/proc/self/mounts"),
) -> Iterator[Finding]:
    """Look at everything; what cannot be opened is a Finding, too."""
    try:
        load_settings(folder / FILE)
        with open_project(folder, environment) as project:
            for look in LOOKS:
                yield from look(project, now)
    except (SettingsError, FormError) as error:
        yield Finding("settings", str(error))
    except StateError as error:
        yield Finding("state", str(error))
    yield from _place(folder, mounts)


def _settings(project: Project, _now: datetime) -> Iterator[Finding]:
    community = project.settings.community
    if not community.public_url:
        yield Finding(
            "community.public_url",
            "is not set, so mails carry no personal links",
            "set it once the form page can be reached from outside",
            is_fault=False,
        )
    mail = project.settings.mail
    reads = mail.unsubscribe or mail.reply_to or community.coordinators
    if not reads and not mail.url.startswith("folder:"):
        yield Finding(
            "mail.unsubscribe",
            "readers have no way to stop the mail",
            "name a mailbox that a person reads, here or in community.coordinators",
        )


def _people(project: Project, _now: datetime) -> Iterator[Finding]:
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


def _state(project: Project, now: datetime) -> Iterator[Finding]:
    if not is_durable(project.state.engine):
        yield Finding("state", "its writes are not synced to the disk", "report this as a fault")
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


def _digest(project: Project, now: datetime) -> Iterator[Finding]:
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


def _spreadsheet(project: Project, now: datetime) -> Iterator[Finding]:
    name = project.spreadsheet.name
    try:
        outcome = sync(
            project.spreadsheet,
            project.state,
            project.rules,
            mentors=project.mentors,
            now=now,
            dry_run=True,
        )
    except SheetError as error:
        yield Finding(name, str(error))
        return
    for column in outcome.changes.columns:
        yield Finding(
            f"{name}, {column.tab}",
            f"the column {column.header} is missing; the next sync adds it",
            is_fault=False,
        )
    for note in outcome.notes:
        yield Finding(name, note)
    for problem in outcome.problems:  # of a tab as a whole; the notes tell of some of them
        if problem.row is None and not any(problem.message in note for note in outcome.notes):
            yield Finding(f"{name}, {problem.tab}", problem.message, problem.remedy)
    yield from _writable(project.folder / project.settings.spreadsheet.file, now)


def _writable(path: Path, now: datetime) -> Iterator[Finding]:
    try:
        lock = find_lock(path, now=now.timestamp())
        if lock and not is_abandoned(lock):
            refuse_lock(path, lock)
        refuse_losses(open_package(path, pause=0))
    except SheetError as error:
        yield Finding(path.name, str(error))


def _mail(project: Project, _now: datetime) -> Iterator[Finding]:
    mail = project.settings.mail
    if mail.url.startswith("folder:"):
        yield Finding(
            "mail.url",
            f"mails go into the folder {mail.url.removeprefix('folder:')}, to nobody",
            "name a mail server when you are ready",
            is_fault=False,
        )
        return
    if parseaddr(mail.sender)[1].endswith("@localhost"):
        yield Finding("mail.sender", "is nobody's address", "write the address that mail is from")
    yield from _reachable(mail)


def _reachable(mail: MailSettings) -> Iterator[Finding]:
    address = urlsplit(mail.url)
    port = address.port or (465 if address.scheme == "smtps" else 587)
    try:
        socket.create_connection((address.hostname or "", port), timeout=5).close()
    except OSError as error:
        yield Finding(
            "mail.url",
            f"{address.hostname}:{port} cannot be reached ({error.strerror or error})",
            "mails wait until it can; look at the name, the port and the network",
        )


def _place(folder: Path, mounts: Path) -> Iterator[Finding]:
    """Warn of a folder in which file locks do not hold (fault 78); best effort."""
    here = folder.resolve()
    kind = _kind_of_place(here, mounts)
    synced = [part for part in here.parts if part.casefold().startswith(SYNCED_FOLDERS)]
    if kind.startswith(NETWORK_KINDS) or synced:
        yield Finding(
            "project folder",
            f"{here} is shared over a network ({synced[0] if synced else kind}), where a database "
            "can be damaged",
            "keep the folder on a disk of this machine; the workbook alone may be shared",
        )


def _kind_of_place(folder: Path, mounts: Path) -> str:
    try:
        lines = [line.split() for line in mounts.read_text("utf-8").splitlines()]
    except OSError:
        return ""
    around = [(len(line[1]), line[2]) for line in lines if folder.is_relative_to(line[1])]
    return max(around, default=(0, ""))[1]


LOOKS: tuple[Callable[[Project, datetime], Iterator[Finding]], ...] = (
    _settings,
    _people,
    _state,
    _digest,
    _spreadsheet,
    _mail,
)
