"""The command people: who mentors whom, as the last sync found it."""

import click

from sheets_sync.cli.saying import aside
from sheets_sync.cli.shell import Shell
from sheets_sync.cli.tabular import FORMAT, tell_rows


@click.command()
@click.option("--mentor", default="", metavar="PERSON", help="Only their mentees.")
@click.option("--without-mentor", is_flag=True, help="Only those who have no mentor.")
@click.option("--group", default="", metavar="GROUP", help="Only people in it, such as Mentor.")
@click.option("--country", default="", metavar="COUNTRY", help="Only people there.")
@click.option(
    "--quiet",
    is_flag=False,
    flag_value=0,
    type=click.IntRange(min=0),
    metavar="[WEEKS]",
    help="Only those of whom no report was seen for so long; alone: digest.quiet_weeks.",
)
@click.option("--alumni", is_flag=True, help="Also those who left.")
@FORMAT
@click.pass_obj
def people(
    shell: Shell,
    mentor: str,
    without_mentor: bool,
    group: str,
    country: str,
    quiet: int | None,
    alumni: bool,
    shape: str,
) -> None:
    """Show who mentors whom, and when a report of each was last seen.

    CSV and JSON have a row for each person; no row holds an address.
    """
    from forms.plural import counted
    from sheets_sync.listing import (
        COLUMNS,
        TREE_COLUMNS,
        ListingError,
        Wanted,
        find_people,
        person_rows,
        tree_rows,
    )
    from sheets_sync.project import open_project

    wanted = Wanted(mentor, without_mentor, group, country, quiet, alumni)
    with open_project(shell.folder, shell.environment) as project:
        try:
            found = find_people(project, wanted, shell.now())
        except ListingError as error:
            raise click.UsageError(str(error)) from error
    if shape == "table":
        tell_rows(TREE_COLUMNS, tree_rows(found), shape)
    else:
        tell_rows(COLUMNS, person_rows(found), shape)
    aside(f"{counted(len(found.chosen), 'person', 'people')}.")
