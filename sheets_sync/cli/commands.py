"""The commands init, demo, serve, sync and check: parse, call one function, print."""

import gc
import os
import shutil
import sys
from pathlib import Path

import click

from sheets_sync.cli.saying import say, say_some, stage
from sheets_sync.cli.shell import Shell

DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
MOST_LINES = 10


@click.command()
@click.option("--name", help="The community's name.")
@click.option(
    "--coordinator",
    "coordinators",
    multiple=True,
    metavar="ADDRESS",
    help="E-mail address of a coordinator; may be given several times.",
)
@click.option("--timezone", default="UTC", show_default=True, help="Such as Europe/Berlin.")
@click.option("--language", default="en", show_default=True, help="Of pages and mails.")
@click.option(
    "--google",
    metavar="SPREADSHEET",
    help="Prepare this spreadsheet on Google, its address or id, in place of a workbook.",
)
@DRY_RUN
@click.pass_obj
def init(
    shell: Shell,
    name: str | None,
    coordinators: tuple[str, ...],
    timezone: str,
    language: str,
    google: str | None,
    dry_run: bool,
) -> None:
    """Make a project folder: settings, form, workbook, state. Replaces nothing."""
    from sheets_sync.founding import Answers, founded, needs_answers, parts
    from sheets_sync.google_address import address

    id = _spreadsheet_id(google) if google else ""
    answers = None
    if needs_answers(shell.folder):
        name = name or _asked("Name of the community", "--name")
        coordinators = coordinators or (_asked("E-mail address of a coordinator", "--coordinator"),)
        answers = Answers(name, coordinators, timezone, language, id)
    make = parts if dry_run else founded
    for line in make(shell.folder, answers, shell.environment, google=id):
        say(line)
    if dry_run:
        return
    where = "" if shell.folder == Path() else f" --project {shell.folder}"
    tab = f"the People tab of {address(id)}" if id else "the People tab"
    say(f"Next: fill in {tab}, then run: tidings{where} sync, and tidings{where} serve")


def _spreadsheet_id(typed: str) -> str:
    from sheets_sync.google_address import spreadsheet_id

    try:
        return spreadsheet_id(typed)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _asked(question: str, option: str) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(f"{question} is missing; add {option} …")
    return str(click.prompt(question)).strip()


@click.command()
@click.argument(
    "folder", default="demo", type=click.Path(path_type=Path, file_okay=False), required=False
)
@click.option("--serve/--no-serve", default=None, help="Serve the pages afterwards, or not.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535))
@click.pass_obj
def demo(shell: Shell, folder: Path, serve: bool | None, port: int) -> None:
    """Show the whole way of a report, with an invented community, in FOLDER.

    On a terminal it then serves the form, the mails and the next steps until Ctrl-C.
    """
    from sheets_sync.demo.run import run as run_demo

    on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    run_demo(
        shell.folder / folder,
        serve=on_terminal if serve is None else serve,
        port=port,
        command="tidings" if shutil.which("tidings") else sys.argv[0],
    )


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535))
@click.pass_obj
def serve(shell: Shell, host: str, port: int) -> None:
    """Serve the form page until Ctrl-C."""
    from sheets_sync.cli.logs import begin_logging
    from sheets_sync.confirming import postman
    from sheets_sync.project import open_project
    from sheets_sync.web import Server, create_app
    from sheets_sync.workflow import open_desk

    begin_logging(shell)
    with (
        open_project(shell.folder, shell.environment) as project,
        postman(project, shell.now) as knock,
    ):
        try:
            server = Server(create_app(open_desk(project, shell.now, knock)), host=host, port=port)
        except OSError as error:
            raise click.UsageError(
                f"{host} port {port}: {os.strerror(error.errno or 0)}; is the page served there "
                "already? If not, choose another one with --port, or an address with --host"
            ) from error
        shown = f"[{host}]" if ":" in host else host
        say(f"The form is at http://{shown}:{server.port}/ — stop with Ctrl-C.")
        # Answers leave hardly any cycles behind; to look for them 30 times less often makes
        # a post a twentieth faster.
        gc.set_threshold(20_000)
        try:
            server.run()
        except KeyboardInterrupt:
            say("\nStopped.")
        finally:
            server.close()


@click.command()
@DRY_RUN
@click.option(
    "--accept-removals", is_flag=True, help="Believe that all the rows that vanished were removed."
)
@click.option(
    "--take-over", is_flag=True, help="Go on with a spreadsheet that another state wrote last."
)
@click.option("--new-state", is_flag=True, help="Start with an empty state where none is left.")
@click.pass_obj
def sync(
    shell: Shell, dry_run: bool, accept_removals: bool, take_over: bool, new_state: bool
) -> int:
    """Bring form submissions and the spreadsheet together."""
    from sheets_sync.backing_up import back_up_today
    from sheets_sync.cli.plans import plan_lines, sync_line
    from sheets_sync.form_memory import Collected
    from sheets_sync.form_workflow import collect_answers
    from sheets_sync.project import one_run, open_project
    from sheets_sync.sync import sync as sync_now

    with (
        open_project(shell.folder, shell.environment, new_state=new_state) as project,
        one_run(project, patience=shell.patience_seconds),
        stage(f"Reading {project.spreadsheet.name} …"),
    ):
        trouble = () if dry_run else back_up_today(project, shell.now())
        collected = Collected() if dry_run else collect_answers(project, now=shell.now())
        outcome = sync_now(
            project.spreadsheet,
            project.state,
            project.rules,
            mentors=project.mentors,
            now=shell.now(),
            dry_run=dry_run,
            accept_removals=accept_removals,
            take_over=take_over or new_state,
        )
    if dry_run:
        say("\n".join(["Nothing was written. The plan:", *plan_lines(outcome.changes)]))
    else:
        say("\n".join(filter(None, [collected.text(), sync_line(outcome)])))
    return tell_outcome(
        (*trouble, *collected.notes(), *outcome.notes),
        [problem.text() for problem in outcome.problems],
    )


def tell_outcome(notes: tuple[str, ...], problems: list[str]) -> int:
    """Say what a sync found, in short; returns the exit status."""
    for note in notes:
        say(f"Note: {note}")
    if problems:
        say(f"To look at: {len(problems)}")
        say_some(problems, most=MOST_LINES, rest="in the Problems tab")
    return 1 if notes or problems else 0


@click.command()
@click.pass_obj
def check(shell: Shell) -> int:
    """Look for trouble: settings, secrets, state, spreadsheet, mail."""
    from sheets_sync.checks import check_project

    findings = list(check_project(shell.folder, shell.environment, now=shell.now()))
    for finding in findings:
        say(finding.text())
    faults = sum(finding.is_fault for finding in findings)
    say(f"{faults} to mend." if faults else "Nothing to mend.")
    return 1 if faults else 0
