"""The command archive: the public pages of the reports."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from forms.plural import counted
from sheets_sync.cli.commands import DRY_RUN
from sheets_sync.cli.saying import say, say_some, stage
from sheets_sync.cli.shell import Shell

if TYPE_CHECKING:
    from digests.archive.writing import Written

MOST_LINES = 10


@click.group()
def archive() -> None:
    """Make public pages of the reports, for any web server to serve."""


@archive.command()
@click.option(
    "--folder",
    "elsewhere",
    type=click.Path(path_type=Path, file_okay=False),
    help="Build into this folder.  [default: archive.folder of the settings]",
)
@DRY_RUN
@click.pass_obj
def build(shell: Shell, elsewhere: Path | None, dry_run: bool) -> None:
    """Bring the archive up to date with the last sync; only what changed is written."""
    from sheets_sync.archiving import archive_folder, build_archive
    from sheets_sync.project import one_run, open_project

    with open_project(shell.folder, shell.environment) as project:
        folder = elsewhere or archive_folder(project)
        with (
            one_run(project, patience=shell.patience_seconds),
            stage(f"Building the archive in {folder} …"),
        ):
            done = build_archive(project, folder, now=shell.now(), dry_run=dry_run)
    if dry_run:
        say("Nothing was written. The plan:")
        for word, paths in (("write", done.written), ("remove", done.removed)):
            say_some([f"{word} {path}" for path in paths], most=MOST_LINES, rest=f"to {word}")
    say(archive_line(done, folder, dry_run=dry_run))


def archive_line(done: "Written", folder: Path, *, dry_run: bool = False) -> str:
    """Return in a line what a build did."""
    if not done:
        return f"Archive: nothing {'to change' if dry_run else 'changed'} in {folder}."
    would = "would be " if dry_run else ""
    written = f"{len(done.written):,} of {counted(done.pages, 'file')} {would}written"
    removed = f", {len(done.removed):,} {would}removed" if done.removed else ""
    return f"Archive: {written}{removed} in {folder}."
