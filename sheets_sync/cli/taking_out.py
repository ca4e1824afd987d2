"""What is taken out of a project: stats counts, export copies, erase makes a person be gone."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forms.plural import counted
from sheets_sync.cli.commands import DRY_RUN, MOST_LINES
from sheets_sync.cli.saying import say, say_some, stage
from sheets_sync.cli.shell import Shell

if TYPE_CHECKING:
    from sheets_sync.erasing import Plan


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


@click.command()
@click.option(
    "--what",
    type=click.Choice(["reports", "people", "tags", "subscriptions", "digests"]),
    default="reports",
    show_default=True,
    help="Which table.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl", "xlsx"]),
    help="How it is written.  [default: as the file is called, else csv]",
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="The file; else it is printed."
)
@click.pass_obj
def export(shell: Shell, what: str, form: str | None, out: Path | None) -> None:
    """Copy a table, as of the last sync, for another program.

    Withdrawn reports are left out. E-mail addresses are in it: take care whom you give it to.
    """
    from sheets_sync.exporting import as_csv, as_lines, write_workbook
    from sheets_sync.exporting import export as exported
    from sheets_sync.project import open_project

    form = form or (out.suffix.removeprefix(".").lower() if out else "csv")
    if form not in ("csv", "jsonl", "xlsx"):
        raise click.UsageError(f"{out}: what is that? Add --format csv, jsonl or xlsx")
    if form == "xlsx" and out is None:
        raise click.UsageError("a workbook is not printed; add --out FILE.xlsx")
    with open_project(shell.folder, shell.environment) as project:
        table = exported(project, what, now=shell.now())
    if out is None:
        click.echo(as_csv(table) if form == "csv" else as_lines(table), nl=False)
        return
    if form == "xlsx":
        write_workbook(table, out)
    else:
        # Excel takes a file for UTF-8 only where it begins with a mark.
        code, text = ("utf-8-sig", as_csv(table)) if form == "csv" else ("utf-8", as_lines(table))
        _write(out, text.encode(code, "replace"))
    say(f"{counted(len(table.rows), 'row')} of {what} written to {out}.")


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    waiting = path.with_name(f".{path.name}.tidings-tmp")
    waiting.write_bytes(content)
    waiting.replace(path)


@click.command()
@click.argument("person")
@DRY_RUN
@click.option("--yes", is_flag=True, help="Do not ask whether to go on.")
@click.option("--readmit", "comes_back", is_flag=True, help="Let who was erased come back.")
@click.pass_obj
def erase(shell: Shell, person: str, dry_run: bool, yes: bool, comes_back: bool) -> int:
    """Erase a PERSON, by address, username or name, from everything that Tidings keeps.

    It cannot be undone. Stop the page (tidings serve) meanwhile.
    """
    from sheets_sync.erasing import carry_out, look, readmit
    from sheets_sync.project import one_run, open_project

    with (
        open_project(shell.folder, shell.environment) as project,
        one_run(project, patience=shell.patience_seconds),
    ):
        if comes_back:
            was = readmit(project, person)
            say("They may come back." if was else "Nobody was erased under that word.")
            return 0
        with stage("Looking …"):
            plan = look(project, person)
        _tell_plan(plan, project.folder)
        if dry_run or plan.is_empty():
            return 0
        if not yes and not _agreed():
            say("Nothing was erased.")
            return 0
        with stage("Erasing …"):
            done = carry_out(project, plan, now=shell.now())
    say("Erased.")
    for name in done.deleted:
        say(f"Deleted, since it could not be changed: the backup {name}")
    for line in done.left:
        say(f"Still there: {line}")
    say("What only a person can delete:")
    for line in plan.to_do:
        say(f"  {line}")
    return 1 if done.left else 0


def _tell_plan(plan: "Plan", folder: Path) -> None:
    if plan.before:
        say(f"They were erased on {plan.before:%Y-%m-%d}; what came back since, or was left:")
    lines = [] if plan.is_empty() else list(plan.lines(folder))
    say("What goes:" if lines else "Nothing of them was found.")
    for line in lines:
        say(f"  {line}")
    if plan.sheet.perhaps:
        say("These cells may mean them, or somebody else; they stay, look at them:")
        say_some(plan.sheet.perhaps, most=MOST_LINES, rest="which a search in the sheet finds")


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError("it cannot be undone; look with --dry-run, then add --yes")
    return click.confirm("This cannot be undone. Erase?")
