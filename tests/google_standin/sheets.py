"""The Sheets API v4: its paths, and what each of them answers."""

from typing import Any

from tests.google_standin import batch, datafilters, masks, render, sheets_values
from tests.google_standin.a1 import Area
from tests.google_standin.book import Book
from tests.google_standin.grid import Sheet
from tests.google_standin.masks import masked
from tests.google_standin.wire import Request, Route, invalid, named, not_found
from tests.google_standin.world import SPREADSHEET, World

Answer = dict[str, Any]


def create(world: World, request: Request) -> Answer:
    """spreadsheets.create"""
    given = request.json()
    properties = given.get("properties", {})
    file = world.new_file(properties.get("title", "Untitled spreadsheet"), SPREADSHEET)
    book = world.new_book(
        file,
        locale=properties.get("locale", "en_US"),
        time_zone=properties.get("timeZone", "Etc/GMT"),
    )
    if given.get("sheets"):
        book.sheets = []
        batch.apply(book, [{"addSheet": s} for s in given["sheets"]], world.user(request))
        if all("sheetId" not in s.get("properties", {}) for s in given["sheets"]):
            book.sheets[0].id = 0
    return masked(request, render.spreadsheet(book, {}, None, grid_data=False))


def get(world: World, request: Request, spreadsheet: str) -> Answer:
    """spreadsheets.get"""
    book = world.book(spreadsheet)
    areas = [book.area(text) for text in request.query.get("ranges", [])]
    return _got(book, request, areas or None, grid_data=request.is_set("includeGridData"))


def get_by_filter(world: World, request: Request, spreadsheet: str) -> Answer:
    """spreadsheets.getByDataFilter"""
    book, given = world.book(spreadsheet), request.json()
    areas = [a for f in given.get("dataFilters", []) for a in datafilters.areas(book, f)]
    return _got(book, request, areas, grid_data=bool(given.get("includeGridData")))


def _got(
    book: Book, request: Request, areas: list[tuple[Sheet, Area]] | None, *, grid_data: bool
) -> Answer:
    mask = request.one("fields")
    tree = masks.parse(mask)
    # A mask overrides includeGridData.
    if mask:
        grid_data = masks.wants(tree, "sheets", "data") if "sheets" in tree else False
    return masked(request, render.spreadsheet(book, tree, areas, grid_data=grid_data))


def batch_update(world: World, request: Request, spreadsheet: str) -> Answer:
    """spreadsheets.batchUpdate"""
    book, given = world.book(spreadsheet, to_write=True), request.json()
    if not given.get("requests"):
        raise invalid("Must specify at least one request.")
    replies = batch.apply(book, given["requests"], world.user(request))
    world.files[spreadsheet].name = book.title
    world.changed(spreadsheet)
    answer: Answer = {"spreadsheetId": book.id, "replies": replies}
    if given.get("includeSpreadsheetInResponse"):
        data = bool(given.get("responseIncludeGridData"))
        areas = [book.area(text) for text in given.get("responseRanges", [])] or None
        answer["updatedSpreadsheet"] = render.spreadsheet(book, {}, areas, grid_data=data)
    return masked(request, answer)


def copy_to(world: World, request: Request, spreadsheet: str, sheet: str) -> Answer:
    """spreadsheets.sheets.copyTo"""
    source = world.book(spreadsheet).sheet(int(sheet))
    target_id = request.json().get("destinationSpreadsheetId", "")
    target = world.book(target_id, to_write=True)
    copy = source.copy()
    copy.id, copy.title = target.new_number(), f"Copy of {source.title}"
    target.sheets.append(copy)
    world.changed(target_id)
    return render.sheet_properties(target, copy)


def metadata_get(world: World, request: Request, spreadsheet: str, entry: str) -> Answer:
    """spreadsheets.developerMetadata.get"""
    for found in world.book(spreadsheet).metadata:
        if found["metadataId"] == int(entry):
            return render.metadata(found)
    raise not_found()


def metadata_search(world: World, request: Request, spreadsheet: str) -> Answer:
    """spreadsheets.developerMetadata.search"""
    book = world.book(spreadsheet)
    matched = [
        {"developerMetadata": render.metadata(entry), "dataFilters": [given]}
        for given in request.json().get("dataFilters", [])
        for entry in datafilters.entries(book, given)
    ]
    return {"matchedDeveloperMetadata": matched} if matched else {}


def _route(method: str, path: str, handler: Any, cost: str) -> Route:
    return Route(method, named(f"/v4/spreadsheets{path}"), handler, cost)


_ONE = "/{spreadsheet}"
ROUTES = (
    _route("POST", "", create, "write"),
    _route("POST", f"{_ONE}:batchUpdate", batch_update, "write"),
    _route("POST", f"{_ONE}:getByDataFilter", get_by_filter, "read"),
    _route("POST", f"{_ONE}/sheets/{{sheet}}:copyTo", copy_to, "write"),
    _route("POST", f"{_ONE}/developerMetadata:search", metadata_search, "read"),
    _route("GET", f"{_ONE}/developerMetadata/{{entry}}", metadata_get, "read"),
    _route("GET", _ONE, get, "read"),
    *sheets_values.ROUTES,
)
