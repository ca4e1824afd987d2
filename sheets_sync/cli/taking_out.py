"""What is taken out of a project: the command stats counts, and says nothing of people."""

import click

from sheets_sync.cli.saying import say
from sheets_sync.cli.shell import Shell


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="How the figures are written.",
)
@click.option("--automatic", is_flag=True, help="Count what a machine wrote, too, apart.")
@click.pass_obj
def stats(shell: Shell, form: str, automatic: bool) -> None:
    """Count reports: over time, by tag, of mentoring, by country. People are not counted."""
    from sheets_sync.project import open_project
    from sheets_sync.stats import count_reports, written

    with open_project(shell.folder, shell.environment) as project:
        found = count_reports(project, now=shell.now(), automatic=automatic)
    if form == "table":
        say(written(found, form).rstrip("\n"))
    else:
        # As it is: other programs read it.
        click.echo(written(found, form), nl=False)
