"""The commands digest and run: what is due is made and sent, previewed, or only told."""

import webbrowser
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forms.plural import counted
from sheets_sync.cli.commands import DRY_RUN, tell_outcome
from sheets_sync.cli.operating import is_asked, operate, operating
from sheets_sync.cli.saying import LOG, aside, counting, say
from sheets_sync.cli.shell import Shell

if TYPE_CHECKING:
    from sheets_sync.mailing import Mailed
    from sheets_sync.project import Project

CLOCK_IS_RIGHT = click.option(
    "--clock-is-right", is_flag=True, help="Go on although the clock jumped since the last run."
)
FIRST = "whoever comes first"
UNFINISHED = "Not finished:"


@click.command()
@click.option(
    "--preview",
    metavar="[PERSON]",
    is_flag=False,
    flag_value=FIRST,
    help="Show the very mail in the browser; whose, by username, name or address.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the preview here instead."
)
@click.option("--early", is_flag=True, help="Make the next issue now; run then finds it made.")
@click.option("--to", metavar="ADDRESS", help="Send one test copy there; it counts for nothing.")
@click.option(
    "--now",
    "pretended",
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d"]),
    help="Stands in for the clock, in the community's zone.",
)
@DRY_RUN
@CLOCK_IS_RIGHT
@operating
@click.option(
    "--accept-old-state",
    is_flag=True,
    help="Go on with a state older than the spreadsheet; all so far counts as sent.",
)
@click.pass_obj
def digest(
    shell: Shell,
    /,
    preview: str | None,
    out: Path | None,
    early: bool,
    to: str | None,
    pretended: datetime | None,
    dry_run: bool,
    clock_is_right: bool,
    accept_old_state: bool,
    **asked: str | bool | None,
) -> int:
    """Make the digest that is due and send it; or show it."""
    from sheets_sync.mailing import Wish, preview_for, send_copy, sync_and_mail
    from sheets_sync.project import open_project

    if out and preview is None:
        raise click.UsageError("--out is for a preview; add --preview")
    operates = is_asked(asked)
    person = "" if preview in (None, FIRST) else preview or ""
    with open_project(shell.folder, shell.environment) as project:
        now = _moment(pretended, project) or shell.now()
        if operates:
            return operate(shell, project, asked, now, _tell_mailed)
        if to:
            say(f"Sent a test copy to {to}: {send_copy(project, person, to, now=now)}")
        elif preview is not None:
            _show(preview_for(project, person, now=now, early=early), out, shell.folder)
        elif dry_run:
            say("\n".join(_plan(project, now, early)))
        else:
            # A pretended clock is not doubted.
            wish = Wish(early, clock_is_right or pretended is not None, accept_old_state)
            with counting("Mailing") as told:
                outcome, mailed = sync_and_mail(
                    project, wish, now=now, alone=shell.alone(project), progress=told
                )
            for note in outcome.notes:
                say(f"Note: {note}")
            return _tell_mailed(mailed, project)
    return 0


@click.command()
@DRY_RUN
@CLOCK_IS_RIGHT
@click.pass_obj
def run(shell: Shell, dry_run: bool, clock_is_right: bool) -> int:
    """Do all that is due: sync, then the digest. This is what cron calls."""
    from sheets_sync.project import AnotherRunError, open_project

    with open_project(shell.folder, shell.environment) as project:
        if dry_run:
            _say_plan(project, shell.now())
            return 0
        try:
            code = _run(shell, project, clock_is_right)
        except AnotherRunError:
            # The other one will tell how it ended.
            raise
        except Exception:
            _beat(project, failed=True)
            raise
        _beat(project, failed=code == 3)
        return code


def _run(shell: Shell, project: "Project", clock_is_right: bool) -> int:
    from sheets_sync.cli.logs import log_run
    from sheets_sync.cli.plans import sync_line
    from sheets_sync.confirming import send_confirmations
    from sheets_sync.mailing import Wish, sync_and_mail

    wish, now = Wish(clock_is_right=clock_is_right), shell.now()
    alone = shell.alone(project)
    with counting("Mailing") as told:
        outcome, mailed = sync_and_mail(project, wish, now=now, alone=alone, progress=told)
    send_confirmations(project, now=now)
    with alone():
        published = _publish(project, now)
    if shell.logs:
        log_run(outcome, mailed, published)
        return 3 if mailed.delivered.stopped else 0
    say(sync_line(outcome))
    tell_outcome(outcome.notes, [problem.text() for problem in outcome.problems])
    # Done is done, whatever there is to look at: cron must not cry each hour.
    unfinished = _tell_mailed(mailed, project) == 3
    if published:
        say(published)
    return 3 if unfinished or published.startswith(UNFINISHED) else 0


def _publish(project: "Project", now: datetime) -> str:
    """Bring the archive up to date where the settings want it; returns what to say of it."""
    if not project.settings.archive.publish:
        return ""
    from digests.archive.writing import ArchiveFolderError
    from sheets_sync.archiving import archive_folder, build_archive
    from sheets_sync.cli.archive import archive_line

    folder = archive_folder(project)
    try:
        done = build_archive(project, folder, now=now)
    except (ArchiveFolderError, OSError) as error:
        # The mail is out all the same; the pages stay as they are.
        return f"{UNFINISHED} the archive in {folder}: {error}"
    return archive_line(done, folder) if done else ""


def _say_plan(project: "Project", now: datetime) -> None:
    from sheets_sync.cli.plans import plan_lines
    from sheets_sync.sync import sync

    outcome = sync(
        project.spreadsheet,
        project.state,
        project.rules,
        mentors=project.mentors,
        now=now,
        dry_run=True,
    )
    say("\n".join(["Nothing was written or sent. The plan:", *plan_lines(outcome.changes)]))
    say("\n".join(_plan(project, now, early=False)))


def _beat(project: "Project", *, failed: bool) -> None:
    """Tell whoever watches for silence how the run ended, when somebody does."""
    from sheets_sync.heartbeat import beat

    url = project.settings.community.heartbeat_url
    if url and (note := beat(url, failed=failed)):
        (say if LOG.disabled else aside)(f"Note: {note}")


def _moment(pretended: datetime | None, project: "Project") -> datetime | None:
    if pretended is None:
        return None
    return pretended.replace(tzinfo=project.settings.zone).astimezone(UTC)


def _plan(project: "Project", now: datetime, early: bool) -> Iterator[str]:
    from sheets_sync.mailing import due_issue, planned

    due = due_issue(project, now, early=early)
    if due is None:
        yield _next(project, now)
        return
    mails = planned(project, due, now=now)
    yield f"Issue {due.name} would go to {counted(len(mails), 'person', 'people')}:"
    for one in mails:
        yield f"  {one.subscriber.address}: {counted(len(one.reports), 'report')}"


def _next(project: "Project", now: datetime) -> str:
    from sheets_sync.mailing import next_issue

    due = next_issue(project, now)
    local = due.at.astimezone(project.settings.zone)
    return f"No issue is due; the next, {due.name}, is on {local:%A %Y-%m-%d at %H:%M}."


def _tell_mailed(mailed: "Mailed", project: "Project") -> int:
    made, done = mailed.made, mailed.delivered
    if made:
        reports = counted(made.issue.reports, "report")
        people = counted(made.recipients, "person", "people")
        say(f"Issue {made.issue.name}: {reports} to {people}.")
        for line in made.unusable:
            say(f"Not usable: {line}")
    else:
        local = mailed.next.at.astimezone(project.settings.zone)
        say(f"No issue is due; the next, {mailed.next.name}, is on {local:%A %Y-%m-%d at %H:%M}.")
    if done.sent or done.dropped:
        place = f" into {mailed.folder}" if mailed.folder else ""
        say(f"Sent: {done.sent}{place}." + (f" Dropped: {done.dropped}." if done.dropped else ""))
    for word, lines in (
        ("Tried again later", done.deferred),
        ("Refused", done.failed),
        ("Repeated after a crash", done.repeated),
        ("Unclear", done.unclear),
    ):
        for line in lines:
            say(f"{word}: {line}")
    if done.stopped:
        say(f"Not finished: {done.stopped}", error=True)
        return 3
    return 0 if mailed.is_clean else 1


def _show(message: bytes, out: Path | None, folder: Path) -> None:
    if out:
        out.write_bytes(message)
        say(f"Written to {out}.")
        return
    from sheets_sync.preview import as_page

    page = (folder / "preview.html").resolve()
    page.write_bytes(as_page(message))
    say(f"The mail is in {page}")
    if not webbrowser.open(page.as_uri()):
        say("No browser can be opened here; open that file yourself, or use --out FILE.")
