"""The command `tidings` and its commands, by name."""

from pathlib import Path

import click

from sheets_sync.cli.archive import archive
from sheets_sync.cli.asking import reports, tags
from sheets_sync.cli.commands import check, demo, init, serve, sync
from sheets_sync.cli.digest import digest, run
from sheets_sync.cli.form import form
from sheets_sync.cli.importing import import_records
from sheets_sync.cli.listing import people
from sheets_sync.cli.saying import LOG
from sheets_sync.cli.shell import Shell
from sheets_sync.cli.state import state
from sheets_sync.cli.taking_out import erase, export, stats


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--project",
    "folder",
    metavar="FOLDER",
    default=".",
    type=click.Path(path_type=Path, file_okay=False),
    help="The project folder.  [default: the one you are in]",
)
@click.version_option(package_name="tidings", message="tidings %(version)s")
@click.pass_obj
def tidings(shell: Shell, folder: Path) -> None:
    """One shared form, one spreadsheet, one weekly e-mail for each reader.

    Every command may be run at any time, any number of times. Exit status: 0 done, 1 done but
    there is something to look at, 2 wrong use or settings, 3 could not finish (nothing is lost;
    try again).
    """
    shell.folder = folder
    LOG.disabled = not shell.logs
    if shell.logs:
        # Settings, which are heavy, know the secrets that must not be logged.
        from sheets_sync.cli.logs import begin_logging

        begin_logging(shell)


COMMANDS = (
    init,
    demo,
    serve,
    sync,
    digest,
    run,
    check,
    form,
    import_records,
    archive,
    tags,
    reports,
    stats,
    export,
    erase,
    state,
)
for command in COMMANDS:
    tidings.add_command(command)
tidings.add_command(people)
