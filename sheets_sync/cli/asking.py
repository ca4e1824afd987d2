"""The commands tags and reports: what the last sync found, for those who keep the spreadsheet."""

import click

from sheets_sync.cli.saying import aside
from sheets_sync.cli.shell import Shell
from sheets_sync.cli.tabular import FORMAT, tell_rows


@click.command()
@click.option(
    "--new", "new", flag_value="new", help="Only tags that nobody used before this month."
)
@click.option(
    "--rising", flag_value="rising", help="Only tags used more than in the months before."
)
@click.option("--looks-like", flag_value="looks like", help="Only those that look like another.")
@FORMAT
@click.pass_obj
def tags(
    shell: Shell, new: str | None, rising: str | None, looks_like: str | None, shape: str
) -> None:
    """Show the tags: how they are used, and what they may be spellings of."""
    from sheets_sync.answering import TAG_COLUMNS, last_found, tag_rows
    from sheets_sync.project import open_project

    only = frozenset(filter(None, (new, rising, looks_like)))
    with open_project(shell.folder, shell.environment) as project:
        rows = tag_rows(last_found(project.state), only)
    tell_rows(TAG_COLUMNS, rows, shape)
    _count(len(rows), "tag")


@click.command()
@click.option("--tags", "expression", default="", metavar="FILTER", help="As in Subscriptions.")
@click.option("--by", multiple=True, metavar="PERSON", help="Who wrote it: a username or a name.")
@click.option("--mentor", multiple=True, metavar="PERSON", help="Who mentors the writer today.")
@click.option("--since", default="", metavar="DAY", help="2026-11-23, or 10d, 8w, 6m, 1y ago.")
@click.option("--until", default="", metavar="DAY", help="The last day, in the same way.")
@FORMAT
@click.pass_obj
def reports(
    shell: Shell,
    expression: str,
    by: tuple[str, ...],
    mentor: tuple[str, ...],
    since: str,
    until: str,
    shape: str,
) -> None:
    """Find reports, the latest first: "mentorship and not event" and the like.

    What is hidden, withdrawn, held or not matched to anybody is in no mail, and is not found.
    """
    from digests.search import Search, SearchError, find, understand
    from sheets_sync.answering import BRIEF_COLUMNS, REPORT_COLUMNS, last_found, report_rows
    from sheets_sync.project import open_project

    search = Search(expression, by, mentor, since, until)
    with open_project(shell.folder, shell.environment) as project:
        community = last_found(project.state)
        today = shell.now().astimezone(project.settings.zone).date()
        try:
            asked = understand(search, community, today)
        except SearchError as error:
            raise click.UsageError(str(error)) from error
        found = find(asked, project.state.base.accepted_above(-1), community)
    columns = BRIEF_COLUMNS if shape == "table" else REPORT_COLUMNS
    tell_rows(columns, report_rows(community, found), shape)
    _count(len(found), "report")


def _count(number: int, word: str) -> None:
    """Say how many there are, beside what another program may read."""
    from forms.plural import counted

    aside(f"{counted(number, word)}.")
