"""The command form: the Google Form is made of form.toml."""

import click

from sheets_sync.cli.commands import DRY_RUN
from sheets_sync.cli.saying import say, stage
from sheets_sync.cli.shell import Shell


@click.group()
def form() -> None:
    """Keep a Google Form that asks what form.toml asks."""


@form.command()
@DRY_RUN
@click.pass_obj
def publish(shell: Shell, dry_run: bool) -> int:
    """Make the Google Form, or bring it in line, and let people answer it."""
    from sheets_sync.form_workflow import publish_form
    from sheets_sync.project import one_run, open_project

    with (
        open_project(shell.folder, shell.environment) as project,
        one_run(project, patience=shell.patience_seconds),
        stage("Asking Google …"),
    ):
        published = publish_form(project, now=shell.now(), dry_run=dry_run)
        named = project.settings.form.google
    if dry_run:
        say("Nothing was written. The plan:" if published.done else "There is nothing to write.")
    else:
        say("Done:" if published.done else "The form is as form.toml wants it.")
    for line in published.done:
        say(f"  {line}")
    if published.memory.id and not named:
        say(
            f'The id of the form: {published.memory.id}; write google = "{published.memory.id}" '
            "under [form] in tidings.toml, so that it outlives the state"
        )
    if published.to_do:
        say("What only a person can do, once:")
    for line in published.to_do:
        say(f"  {line}")
    if published.memory.address:
        say(f"The form: {published.memory.address}")
    return 0
