"""The command state: what Tidings remembers moves to another database."""

import click

from sheets_sync.cli.commands import DRY_RUN
from sheets_sync.cli.saying import say, stage
from sheets_sync.cli.shell import Shell


def _address(_context: click.Context, _parameter: click.Parameter, typed: str) -> str:
    from sheets_sync.database_address import database_address

    try:
        return database_address(typed)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.group()
def state() -> None:
    """Look after the database that remembers what was sent to whom."""


@state.command()
@click.argument("source", metavar="FROM", callback=_address)
@click.argument("target", metavar="TO", callback=_address)
@DRY_RUN
@click.pass_obj
def copy(shell: Shell, source: str, target: str, dry_run: bool) -> None:
    """Move the state to another database, compared row by row.

    FROM and TO are addresses as `state` in tidings.toml has them, such as sqlite:tidings.db or
    postgresql+psycopg://user@host/database. Nothing can be written to FROM afterwards.
    """
    from sheets_sync.project import state_place
    from sheets_sync.settings import FILE, load_settings
    from sheets_sync.state.copying import copy_state

    settings = load_settings(shell.folder / FILE)
    here, there = (
        state_place(shell.folder, settings, shell.environment, url=url) for url in (source, target)
    )
    with stage(f"Copying {here.place} …"):
        counts = copy_state(here, there, dry_run=dry_run)
    rows = ", ".join(f"{count} of {table}" for table, count in counts.items() if count)
    if dry_run:
        say(f"Nothing was copied. The plan: {rows or 'no rows'},")
        say(f"from {here.place} to {there.place}")
        return
    say(f"Copied and compared: {rows or 'no rows'}.")
    say(f'Next: write  state = "{target}"  into {FILE}, and start the form page anew.')
