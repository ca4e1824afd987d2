"""The settings of mail -> Findings: who reads, who sends, and whether the server answers."""

import socket
from collections.abc import Iterator
from datetime import datetime
from email.utils import parseaddr
from urllib.parse import urlsplit

from sheets_sync.findings import Finding
from sheets_sync.project import Project
from sheets_sync.settings import MailSettings


def look_at_ways_out(project: Project, _now: datetime) -> Iterator[Finding]:
    """Look whether readers find their own pages, and a way to stop the mail."""
    community = project.settings.community
    if not community.public_url:
        yield Finding(
            "community.public_url",
            "is not set, so mails carry no personal links",
            "set it once the form page can be reached from outside",
            is_fault=False,
        )
        if project.settings.digest.renewal_months:
            yield Finding(
                "digest.renewal_months",
                "nobody is asked whether they are still in: it needs links, and so a public_url",
                "set community.public_url, or renewal_months = 0",
            )
    mail = project.settings.mail
    reads = mail.unsubscribe or mail.reply_to or community.coordinators
    if not reads and not mail.url.startswith("folder:"):
        yield Finding(
            "mail.unsubscribe",
            "readers have no way to stop the mail",
            "name a mailbox that a person reads, here or in community.coordinators",
        )


def look_at_mail(project: Project, _now: datetime) -> Iterator[Finding]:
    """Look whether mail leaves, from whom, and whether its server can be reached."""
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


def look_at_suspended(project: Project, _now: datetime) -> Iterator[Finding]:
    """Tell whose mail is not sent any more, since two issues were refused for good."""
    community = project.state.base.community()
    for address in community.suspended if community else ():
        yield Finding(
            "mail",
            f"{address} was refused in two issues and gets no more",
            "see the Problems tab for what the server said, and how to let it back in",
        )


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
