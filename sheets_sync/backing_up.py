"""A project -> the day's copy of its state, beside those of the workbook."""

from datetime import datetime
from pathlib import Path

from sheets_sync.project import Project, state_file
from sheets_sync.state import StateError
from sheets_sync.state.backup import FOLDER, back_up_state, state_backups


def back_up_today(project: Project, now: datetime) -> tuple[str, ...]:
    """Copy the state unless that day's copy is there; returns what went wrong, which stops nothing.

    A state on a server is left to those who keep the server.
    """
    file = state_file(project.folder, project.settings)
    if file is None:
        return ()
    day = f"{now.astimezone(project.settings.zone):%Y-%m-%d}"
    keep = project.settings.spreadsheet.backups
    try:
        back_up_state(file, project.folder / FOLDER, day=day, keep=keep)
    except StateError as error:
        return (str(error),)
    return ()


def copies_of_state(project: Project) -> list[Path]:
    """Return the copies of the state, oldest first."""
    file = state_file(project.folder, project.settings)
    return state_backups(file, project.folder / FOLDER) if file else []
