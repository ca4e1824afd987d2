"""Pages -> files in a folder: only those that changed, each whole at any moment.

A file of prints, `.tidings-archive.json`, lies among the pages. It tells which files are ours, and
what each was made from, so that a page is not even made when nothing it depends on has changed.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digests.archive.page import Page

PRINTS = ".tidings-archive.json"
UNSURE = ".tidings-archive.unsure.json"
"""Names the files that a build is about to write; still there when it was cut off."""


class ArchiveFolderError(Exception):
    """The archive's folder cannot be used; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the last build left in the folder."""

    files: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """Path -> print and size in bytes."""
    revisions: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """What a build wrote, or would write."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    pages: int
    """In all."""

    def __bool__(self) -> bool:
        return bool(self.written or self.removed)


def load_manifest(folder: Path) -> Manifest:
    """Read what the last build left; a damaged file counts as none.

    What a build that was cut off may have written is ours, and made anew whatever stands in it.
    """
    read = _read(folder / PRINTS)
    files, revisions = read.get("files", {}), read.get("revisions", {})
    unsure = dict.fromkeys(_read(folder / UNSURE).get("files", ()), ("", 0))
    # The folder may be written by others, and what is listed here may be removed.
    ours = {path: known for path, known in {**files, **unsure}.items() if _is_within(path)}
    return Manifest(ours, revisions)


def _is_within(path: str) -> bool:
    return not Path(path).is_absolute() and ".." not in Path(path).parts


def _read(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return {}


def write_pages(
    folder: Path,
    pages: Iterable[Page],
    before: Manifest,
    revisions: Mapping[str, Sequence[str]],
    *,
    dry_run: bool = False,
) -> Written:
    """Write what changed, then remove what is no longer due; raises ArchiveFolderError.

    `revisions` is read once all pages are known: to find them may fill it.
    """
    due = {page.path: page for page in pages}
    changed = [page for page in due.values() if not _is_there(folder, page, before)]
    removed = tuple(sorted(path for path in before.files if path not in due))
    done = Written(tuple(page.path for page in changed), removed, len(due))
    if dry_run or not (done or revisions != before.revisions):
        return done
    _refuse_foreign(folder, changed, before)
    _make_folder(folder)
    _keep(folder / UNSURE, {"files": [page.path for page in changed]})
    sizes = _write_all(folder, changed)
    _remove_all(folder, removed)
    kept = {path: (due[path].print, sizes.get(path, _known_size(before, path))) for path in due}
    _keep(folder / PRINTS, {"files": kept, "revisions": revisions})
    (folder / UNSURE).unlink()
    return done


def _is_there(folder: Path, page: Page, before: Manifest) -> bool:
    known = before.files.get(page.path)
    if not known or known[0] != page.print:
        return False
    try:
        return os.stat(f"{folder}/{page.path}").st_size == int(known[1])
    except OSError:
        return False


def _known_size(before: Manifest, path: str) -> int:
    return int(before.files[path][1]) if path in before.files else 0


def _refuse_foreign(folder: Path, changed: Sequence[Page], before: Manifest) -> None:
    for page in changed:
        if page.path not in before.files and (folder / page.path).exists():
            raise ArchiveFolderError(
                f"{folder / page.path} is there already, and this archive did not make it. Nothing "
                "was written. Name an empty folder as archive.folder in tidings.toml, or move "
                "what is there away"
            )


def _write_all(folder: Path, pages: Iterable[Page]) -> dict[str, int]:
    """Write these pages; return their sizes."""
    sizes, ready = {}, set()
    for page in pages:
        place = folder / page.path
        if place.parent not in ready:
            _make_folder(place.parent)
            ready.add(place.parent)
        content = page.make()
        _write(place, content)
        sizes[page.path] = len(content)
    return sizes


def _make_folder(place: Path) -> None:
    """Make a folder and those above it, for the web server to read."""
    if not place.is_dir():
        _make_folder(place.parent)
        place.mkdir()
        place.chmod(0o755)


def _write(place: Path, content: bytes) -> None:
    """Put a file in place at once: a reader sees the old one or the new one."""
    beside = _beside(place)
    opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
    with open(opened, "wb") as file:
        os.fchmod(opened, 0o644)
        file.write(content)
    os.replace(beside, place)


def _beside(place: Path) -> Path:
    # The same name each time, so that a crash leaves nothing that the next build does not use.
    return place.with_name(f".{place.name}.new")


def _remove_all(folder: Path, paths: Iterable[str]) -> None:
    """Remove files, and the folders that become empty."""
    for path in paths:
        place = folder / path
        for file in (place, _beside(place)):
            file.unlink(missing_ok=True)
        for parent in list(Path(path).parents)[:-1]:
            try:
                (folder / parent).rmdir()
            except OSError:
                break


def _keep(file: Path, content: Mapping[str, object]) -> None:
    _write(file, json.dumps(content, separators=(",", ":")).encode())
