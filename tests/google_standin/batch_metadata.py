"""Requests about developer metadata: what a program notes about a row, a sheet, a spreadsheet."""

from typing import Any

from tests.google_standin import datafilters, masks, render
from tests.google_standin.book import Book
from tests.google_standin.wire import Json, invalid

VISIBILITIES = ("DOCUMENT", "PROJECT")


def create(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Note something; an id that is in use refuses the whole batch."""
    asked = dict(given.get("developerMetadata") or {})
    if not asked.get("metadataKey"):
        raise invalid("developerMetadata.metadataKey must be specified.")
    if asked.get("visibility") not in VISIBILITIES:
        raise invalid("developerMetadata.visibility must be specified.")
    asked["location"] = _location(book, asked.get("location") or {})
    asked.setdefault("metadataId", book.new_number())
    if any(entry["metadataId"] == asked["metadataId"] for entry in book.metadata):
        raise invalid(f"Developer metadata with ID {asked['metadataId']} already exists.")
    book.metadata.append(asked)
    return {"developerMetadata": render.metadata(asked)}


def _location(book: Book, asked: Json) -> dict[str, Any]:
    """Return where a note hangs, with its kind; of rows or columns it takes exactly one."""
    if asked.get("spreadsheet"):
        return {"locationType": "SPREADSHEET", "spreadsheet": True}
    if "dimensionRange" not in asked:
        if "sheetId" not in asked:
            raise invalid("developerMetadata.location must be specified.")
        return {"locationType": "SHEET", "sheetId": book.sheet(asked["sheetId"]).id}
    place = asked["dimensionRange"]
    start, end = place.get("startIndex", 0), place.get("endIndex", 0)
    sheet = book.sheet(place.get("sheetId") or 0)
    size = sheet.row_count if place.get("dimension") == "ROWS" else sheet.column_count
    if end - start != 1 or end > size:
        raise invalid("A dimensionRange of developer metadata must be one row or column.")
    kind = "ROW" if place["dimension"] == "ROWS" else "COLUMN"
    span = {
        "sheetId": sheet.id,
        "dimension": place["dimension"],
        "startIndex": start,
        "endIndex": end,
    }
    return {"locationType": kind, "dimensionRange": span}


def update(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Change what the mask names of all notes that filters find."""
    asked = dict(given.get("developerMetadata") or {})
    tree = masks.parse(given.get("fields", ""))
    if "location" in asked:
        asked["location"] = _location(book, asked["location"])
    changed = []
    for entry in _found(book, given.get("dataFilters", [])):
        new = masks.merged(tree, entry, asked) | {"metadataId": entry["metadataId"]}
        book.metadata[book.metadata.index(entry)] = new
        changed.append(render.metadata(new))
    return {"developerMetadata": changed} if changed else {}


def delete(book: Book, given: Json, user: str) -> dict[str, Any]:
    """Forget the notes that a filter finds."""
    gone = _found(book, [given.get("dataFilter") or {}])
    book.metadata = [entry for entry in book.metadata if entry not in gone]
    return {"deletedDeveloperMetadata": [render.metadata(entry) for entry in gone]} if gone else {}


def _found(book: Book, filters: list[Json]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for given in filters:
        found += [entry for entry in datafilters.entries(book, given) if entry not in found]
    return found


KINDS = {
    "createDeveloperMetadata": create,
    "updateDeveloperMetadata": update,
    "deleteDeveloperMetadata": delete,
}
