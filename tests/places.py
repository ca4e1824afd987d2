"""Where the state of a folder is in a test, also for the processes that work in that folder."""

from pathlib import Path

from sheets_sync.founding import found
from sheets_sync.settings import FILE as SETTINGS
from sheets_sync.state import State, open_state

FILE = "state-url"


def choose(folder: Path, state_url: str) -> None:
    """Say where the state of a folder is."""
    (folder / FILE).write_text(state_url)


def open_at(folder: Path) -> State:
    """Open the state of a folder; where nothing was chosen it is a file there."""
    chosen = folder / FILE
    url = chosen.read_text() if chosen.exists() else "sqlite:tidings.db"
    return open_state(url, folder=folder, create=True)


def move(project: Path) -> None:
    """Let a project that was founded just now have its state where it was chosen."""
    chosen = project / FILE
    if chosen.exists():
        settings = project / SETTINGS
        settings.write_text(f'state = "{chosen.read_text()}"\n{settings.read_text()}')
        (project / "tidings.db").unlink()
        found(project, None, {})
