"""A project folder and somebody's traces -> its files without them, and where they still stand."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sheets_sync.settings import Settings
from sheets_sync.spreadsheet import SheetError
from sheets_sync.state.scrubbing import is_in_mail
from sheets_sync.traces import Traces
from sheets_sync.xlsx.forgetting import places
from sheets_sync.xlsx.package import open_package

LARGEST = 512 << 20
"""A larger file is not looked through."""


@dataclass(frozen=True, slots=True)
class Files:
    """Files beside spreadsheet and state that hold something of somebody."""

    gone: list[Path] = field(default_factory=list)
    """Mails and previews: they go as a whole."""
    logs: list[Path] = field(default_factory=list)
    """They lose the lines that name them."""

    def lines(self, folder: Path) -> Iterator[str]:
        """Say what goes."""
        yield from (f"{_within(path, folder)}: the file" for path in self.gone)
        yield from (f"{_within(path, folder)}: the lines that name them" for path in self.logs)


def find_files(folder: Path, settings: Settings, traces: Traces) -> Files:
    """Look through mails in a folder, previews and logs."""
    found = Files()
    scheme, _, outbox = settings.mail.url.partition(":")
    # Also where mails went before they went elsewhere.
    folders = {folder, *([folder / outbox] if scheme == "folder" else [])}
    mails = {path.resolve() for one in folders for path in _mails(one, traces)}
    found.gone.extend(sorted(mails))
    for path in sorted(folder.glob("*.html")):
        if traces.is_in(_text(path)):
            found.gone.append(path)
    for path in sorted(folder.glob("*.log")):
        if traces.is_in(_text(path)):
            found.logs.append(path)
    return found


def erase_files(files: Files, traces: Traces) -> None:
    """Delete the files, and the lines of logs."""
    for path in files.gone:
        path.unlink(missing_ok=True)
    for path in files.logs:
        # Into the same file: whoever writes a log keeps it open, and adds at its end.
        lines = _text(path).splitlines(keepends=True)
        left = "".join(line for line in lines if not traces.is_in(line))
        with path.open("r+", encoding="utf-8", errors="replace") as file:
            file.write(left)
            file.truncate()


def still_there(folder: Path, traces: Traces) -> Iterator[str]:
    """Yield each file below the folder in which a word of theirs stands, looked at byte by byte."""
    for path in sorted(folder.rglob("*")):
        if traces.is_in(path.name):
            yield f"{_within(path, folder)} (its name)"
        if not path.is_file() or path.is_symlink() or path.stat().st_size > LARGEST:
            continue
        if path.suffix == ".xlsx":
            parts = _parts(path, traces)
        elif path.suffix == ".eml":
            parts = [""] if is_in_mail(path.read_bytes(), traces) else []
        else:
            parts = [""] if traces.is_in(_text(path)) else []
        for part in parts:
            yield f"{_within(path, folder)}{f' ({part})' if part else ''}"


def _mails(folder: Path, traces: Traces) -> Iterator[Path]:
    for path in folder.rglob("*.eml"):
        named = any(path.stem.endswith(id) for id in traces.ids)
        if named or is_in_mail(path.read_bytes(), traces):
            yield path


def _parts(path: Path, traces: Traces) -> list[str]:
    try:
        return places(open_package(path, pause=0), traces.words)
    except SheetError:
        return [""] if traces.is_in(_text(path)) else []


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def _within(path: Path, folder: Path) -> str:
    root, path = folder.resolve(), path.resolve()
    return str(path.relative_to(root) if path.is_relative_to(root) else path)
