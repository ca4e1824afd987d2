"""What an operator asks of the latest issue: `digest --status`, `--resend`, `--retry`, `--hold`."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from sheets_sync.cli.saying import counting, say
from sheets_sync.cli.shell import Shell

if TYPE_CHECKING:
    from sheets_sync.mailing import Mailed
    from sheets_sync.project import Project

LATEST = "the latest"
OPTIONS = (
    click.option("--status", is_flag=True, help="Say how the latest issue fares, and stop."),
    click.option("--everybody", is_flag=True, help="With --status: a line for each person."),
    click.option("--resend", metavar="PERSON", help="Send the latest issue's mail there again."),
    click.option("--retry", is_flag=True, help="Try now what was refused of the latest issue."),
    click.option(
        "--hold",
        metavar="[ISSUE]",
        is_flag=False,
        flag_value=LATEST,
        help="Keep what waits of an issue from leaving.",
    ),
    click.option(
        "--release",
        metavar="[ISSUE]",
        is_flag=False,
        flag_value=LATEST,
        help="Let a held issue, or one under review, go.",
    ),
)
Asked = dict[str, str | bool | None]
Tell = Callable[["Mailed", "Project"], int]


def operating(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; the command gets them as keywords."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def is_asked(asked: Asked) -> bool:
    """Tell whether anything was asked; raises UsageError for two things at once."""
    given = [name for name, value in asked.items() if value and name != "everybody"]
    if len(given) > 1:
        raise click.UsageError(f"one at a time: {' or '.join(f'--{name}' for name in given)}")
    if asked["everybody"] and not asked["status"]:
        raise click.UsageError("--everybody is for --status")
    return bool(given)


def operate(shell: Shell, project: "Project", asked: Asked, now: datetime, tell: Tell) -> int:
    """Do what was asked of the latest issue."""
    from sheets_sync.mailing import Wish, sync_and_mail, sync_project
    from sheets_sync.operating import decide, retry, send_again, status_lines

    if asked["status"]:
        for line in status_lines(project, everybody=bool(asked["everybody"])):
            say(line)
        return 0
    alone = shell.alone(project)
    with alone():
        if named := asked["hold"] or asked["release"]:
            issue = "" if named == LATEST else str(named)
            say(decide(project, issue, "hold" if asked["hold"] else "send"))
            sync_project(project, now)
            return 0
        # So that today's subscriptions count.
        sync_project(project, now)
        resend = asked["resend"]
        say(send_again(project, str(resend), now=now) if resend else retry(project, now=now))
    wish = Wish(make=False)
    with counting("Mailing") as told:
        _, mailed = sync_and_mail(project, wish, now=now, alone=alone, progress=told)
    return tell(mailed, project)
