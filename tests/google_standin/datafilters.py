"""A DataFilter → the metadata it finds, and the places it means."""

from typing import Any

from tests.google_standin import values
from tests.google_standin.a1 import Area
from tests.google_standin.book import Book
from tests.google_standin.grid import Sheet
from tests.google_standin.wire import Json, invalid

Place = tuple[Sheet, Area]
Entry = dict[str, Any]


def areas(book: Book, given: Json) -> list[Place]:
    """Return the places of one filter, in the order of the metadata."""
    if "a1Range" in given:
        return [book.area(given["a1Range"])]
    if "gridRange" in given:
        return [book.range_area(given["gridRange"])]
    found = [_area(book, entry) for entry in entries(book, given)]
    return [place for place in found if place is not None]


def matches(book: Book, filters: list[Json]) -> list[tuple[Place, list[Json]]]:
    """Return each place that a filter means, with the filters that do."""
    found: list[tuple[Place, list[Json]]] = []
    for given in filters:
        for place in areas(book, given):
            same = [known for known in found if known[0][0] is place[0] and known[0][1] == place[1]]
            if same:
                same[0][1].append(given)
            else:
                found.append((place, [given]))
    return found


def entries(book: Book, given: Json) -> list[Entry]:
    """Return the metadata that a lookup finds."""
    lookup = given.get("developerMetadataLookup")
    if lookup is None:
        raise invalid("A DataFilter must set exactly one of its fields.")
    return [entry for entry in book.metadata if _fits(entry, lookup)]


def _fits(entry: Entry, lookup: Json) -> bool:
    for name in ("metadataId", "metadataKey", "metadataValue", "visibility"):
        if name in lookup and entry.get(name) != lookup[name]:
            return False
    location = entry["location"]
    kind = lookup.get("locationType")
    if kind and location.get("locationType") != kind:
        return False
    wanted = lookup.get("metadataLocation")
    if not wanted:
        return True
    if lookup.get("locationMatchingStrategy") == "EXACT_LOCATION":
        return _is_at(location, wanted)
    return _meets(location, wanted)


def _is_at(location: Json, wanted: Json) -> bool:
    return all(location.get(name) == value for name, value in wanted.items())


def _meets(location: Json, wanted: Json) -> bool:
    if wanted.get("spreadsheet"):
        return True
    place, span = location.get("dimensionRange"), wanted.get("dimensionRange")
    sheet = location.get("sheetId", (place or {}).get("sheetId", 0) if place else None)
    if span is None:
        return bool(sheet == wanted.get("sheetId", 0))
    if sheet != span.get("sheetId", 0):
        return False
    if place is None or place["dimension"] != span["dimension"]:
        return True
    start, end = span.get("startIndex", 0), span.get("endIndex", 10**9)
    return bool(place["startIndex"] < end and start < place["endIndex"])


def _area(book: Book, entry: Entry) -> Place | None:
    location = entry["location"]
    if place := location.get("dimensionRange"):
        sheet = book.sheet(place.get("sheetId", 0))
        whole, first, last = sheet.whole, place["startIndex"], place["endIndex"]
        if place["dimension"] == "ROWS":
            return sheet, whole._replace(top=first, bottom=last)
        return sheet, whole._replace(left=first, right=last)
    if "sheetId" in location:
        sheet = book.sheet(location["sheetId"])
        return sheet, sheet.whole
    return None


def check_fits(name: str, area: Area, rows: values.Rows) -> None:
    """Refuse values that reach beyond the place a filter means."""
    if len(rows) > area.bottom - area.top or any(len(r) > area.right - area.left for r in rows):
        raise invalid(f"Requested writing within range [{name}], but the values exceed it")
