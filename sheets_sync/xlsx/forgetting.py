"""An openpyxl workbook and words that are to go -> the workbook keeps them in no hidden place.

Cells are edited by whoever knows what they mean; these are the places that no cell shows.
"""

from collections.abc import Mapping
from typing import Any

from openpyxl import Workbook as Book

from sheets_sync.traces import pattern
from sheets_sync.xlsx.package import Package

_PROPERTIES = ("creator", "lastModifiedBy", "title", "subject", "description", "keywords")


def forget(book: Book, words: tuple[str, ...]) -> None:
    """Drop the notes, links and properties of the file that hold one of the words."""
    wanted = pattern(words)
    for sheet in book.worksheets:
        for cell in sheet._cells.values():
            if cell.comment is not None and wanted.search(_note(cell.comment)):
                cell.comment = None
            if cell.hyperlink is not None and wanted.search(_link(cell.hyperlink)):
                cell.hyperlink = None
    for name in _PROPERTIES:
        if wanted.search(str(getattr(book.properties, name) or "")):
            setattr(book.properties, name, None)


def without_results(
    results: Mapping[str, dict[bytes, bytes]], words: tuple[str, ...]
) -> dict[str, dict[bytes, bytes]]:
    """Return the stored results of formulas, by tab, without those that hold one of the words."""
    wanted = pattern(words)
    return {
        title: {
            place: stored
            for place, stored in of_tab.items()
            if not wanted.search(stored.decode("utf-8", "replace"))
        }
        for title, of_tab in results.items()
    }


def holds(package: Package, words: tuple[str, ...]) -> bool:
    """Tell whether any part of a workbook file holds one of the words."""
    return bool(places(package, words))


def places(package: Package, words: tuple[str, ...]) -> list[str]:
    """Return the parts of a workbook file that hold one of the words."""
    wanted = pattern(words)
    parts = [name for name in package.parts() if not name.endswith("/")]
    return [n for n in parts if wanted.search(package.part(n).decode("utf-8", "replace"))]


def _note(comment: Any) -> str:
    return f"{comment.text} {comment.author}"


def _link(link: Any) -> str:
    return " ".join(filter(None, (link.target, link.location, link.tooltip, link.display)))
