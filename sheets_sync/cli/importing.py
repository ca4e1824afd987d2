"""The command import: what an older place kept, into the spreadsheet."""

from pathlib import Path

import click

from sheets_sync.cli.commands import DRY_RUN
from sheets_sync.cli.saying import say, stage
from sheets_sync.cli.shell import Shell

FIRST_ROWS = 3


@click.group("import")
def import_records() -> None:
    """Bring in what an older place kept."""


@import_records.command("reps-archive")
@click.argument("archive", metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False))
@DRY_RUN
@click.pass_obj
def reps_archive(shell: Shell, archive: Path, dry_run: bool) -> int:
    """Add the old Reps portal's people, mentors and reports; they are never mailed.

    FOLDER holds ACTIVITIES.json and REPS.json. Importing again adds only what is missing.
    """
    from sheets_sync.imports import import_archive
    from sheets_sync.project import one_run, open_project

    with (
        stage(f"Reading {archive} …"),
        open_project(shell.folder, shell.environment) as project,
        one_run(project, patience=shell.patience_seconds),
    ):
        done = import_archive(
            project.spreadsheet,
            project.state,
            project.rules,
            archive,
            now=shell.now(),
            mentors=project.mentors,
            dry_run=dry_run,
        )
    say("Nothing was written. The plan:" if dry_run else "Imported:")
    say(done.text(rows=FIRST_ROWS if dry_run else 0))
    return 1 if done.left_out else 0
