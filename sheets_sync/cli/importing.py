"""The command import: what an older place kept, into the spreadsheet."""

from pathlib import Path

import click

from sheets_sync.cli.commands import DRY_RUN
from sheets_sync.cli.saying import say, stage
from sheets_sync.cli.shell import Shell

FIRST_ROWS = 5


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


@import_records.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--into",
    type=click.Choice(["Reports", "People", "Mentors"], case_sensitive=False),
    default="Reports",
    show_default=True,
    help="The tab that the rows are added to.",
)
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar='"HEADER=COLUMN"',
    help="What a header of the file stands for; may be given several times.",
)
@click.option("--tab", default="", help="Which tab of a workbook.")
@click.option("--encoding", default="", help="Of a CSV file that is not UTF-8, such as cp1252.")
@click.option(
    "--dates", "date_format", default="", metavar="FORMAT", help="Such as %d.%m.%Y, if not ISO."
)
@DRY_RUN
@click.pass_obj
def table(
    shell: Shell,
    file: Path,
    into: str,
    maps: tuple[str, ...],
    tab: str,
    encoding: str,
    date_format: str,
    dry_run: bool,
) -> int:
    """Add the rows of a CSV FILE or a workbook. Importing again adds only what is missing.

    Reports count as read by everybody, except those of the last seven days. Headers that differ
    from ours are mapped with --map, or under [spreadsheet.headers] in tidings.toml.
    """
    from sheets_sync.project import one_run, open_project
    from sheets_sync.table_workflow import Asked, import_table

    asked = Asked(file, into, _mapped(maps), tab, encoding, date_format)
    with (
        stage(f"Reading {file} …"),
        open_project(shell.folder, shell.environment) as project,
        one_run(project, patience=shell.patience_seconds),
    ):
        done = import_table(project, asked, now=shell.now(), dry_run=dry_run)
    say("Nothing was written. The plan:" if dry_run else "Imported:")
    say(done.text(rows=FIRST_ROWS if dry_run else 0))
    return 1 if done.left_out or done.problems else 0


def _mapped(maps: tuple[str, ...]) -> dict[str, str]:
    pairs = [one.rpartition("=") for one in maps]
    for header, sign, name in pairs:
        if not (header.strip() and sign and name.strip()):
            raise click.UsageError(f'--map "{header}{sign}{name}": write it as "header=column"')
    return {header.strip(): name.strip().casefold() for header, _, name in pairs}
