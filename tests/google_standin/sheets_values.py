"""spreadsheets.values of the Sheets API v4: its paths, and what each of them answers."""

from typing import Any

from tests.google_standin import a1, datafilters, values
from tests.google_standin.a1 import Area
from tests.google_standin.book import Book
from tests.google_standin.grid import Sheet
from tests.google_standin.masks import masked
from tests.google_standin.wire import Json, Request, Route, named
from tests.google_standin.world import World

Answer = dict[str, Any]


def values_get(world: World, request: Request, spreadsheet: str, range: str) -> Answer:
    """spreadsheets.values.get"""
    sheet, area = world.book(spreadsheet).area(range)
    return masked(request, values.read(sheet, area, **_how(request)))


def _how(request: Request) -> dict[str, str]:
    return {
        "render": request.one("valueRenderOption"),
        "dates": request.one("dateTimeRenderOption"),
        "major": request.one("majorDimension"),
    }


def values_batch_get(world: World, request: Request, spreadsheet: str) -> Answer:
    """spreadsheets.values.batchGet"""
    book, how = world.book(spreadsheet), _how(request)
    found = [book.area(text) for text in request.query.get("ranges", [])]
    read = [values.read(sheet, area, **how) for sheet, area in found]
    return masked(request, {"spreadsheetId": book.id, "valueRanges": read})


def values_batch_get_by_filter(world: World, request: Request, spreadsheet: str) -> Answer:
    """spreadsheets.values.batchGetByDataFilter"""
    book, given = world.book(spreadsheet), request.json()
    how = _how_said(given)
    matched = [
        {"valueRange": values.read(sheet, area, **how), "dataFilters": filters}
        for (sheet, area), filters in datafilters.matches(book, given.get("dataFilters", []))
    ]
    answer: Answer = {"spreadsheetId": book.id}
    return masked(request, answer | {"valueRanges": matched} if matched else answer)


def _how_said(given: Json) -> dict[str, str]:
    return {
        "render": given.get("valueRenderOption", ""),
        "dates": given.get("dateTimeRenderOption", ""),
        "major": given.get("majorDimension") or "",
    }


def values_update(world: World, request: Request, spreadsheet: str, range: str) -> Answer:
    """spreadsheets.values.update"""
    given = request.json()
    rows = values.rows_of(given.get("values"), given.get("majorDimension"))
    book = world.book(spreadsheet, to_write=True)
    option = request.one("valueInputOption")
    how = {"responseValueRenderOption": request.one("responseValueRenderOption")}
    include = request.is_set("includeValuesInResponse")
    answer = _all_or_nothing(
        world, book, lambda: _write(book, range, rows, option, how if include else None)
    )
    return masked(request, answer)


def _write(book: Book, text: str, rows: values.Rows, option: str, how: Json | None) -> Answer:
    sheet, rect = book.place(text)
    answer = values.write(book, sheet, rect, rows, values.enter(option))
    book.recalculate()
    if how is not None:
        answer["updatedData"] = _written(book, answer["updatedRange"], how)
    return answer


def _written(book: Book, name: str, how: Json) -> Answer:
    sheet, area = book.area(name)
    return values.read(sheet, area, how.get("responseValueRenderOption", ""), "", "")


def _all_or_nothing(world: World, book: Book, act: Any) -> Answer:
    saved = book.saved()
    try:
        answer: Answer = act()
    except Exception:
        book.restore(saved)
        raise
    world.changed(book.id)
    return answer


def values_append(world: World, request: Request, spreadsheet: str, range: str) -> Answer:
    """spreadsheets.values.append"""
    given = request.json()
    rows = values.rows_of(given.get("values"), given.get("majorDimension"))
    book = world.book(spreadsheet, to_write=True)
    take = values.enter(request.one("valueInputOption"))

    def act() -> Answer:
        sheet, rect = book.place(range)
        insert = request.one("insertDataOption") == "INSERT_ROWS"
        answer, area = values.append(book, sheet, rect, rows, take, insert=insert)
        book.recalculate()
        if request.is_set("includeValuesInResponse"):
            answer["updates"]["updatedData"] = _written(book, a1.name(sheet.title, area), {})
        return answer

    return masked(request, _all_or_nothing(world, book, act))


def values_batch_update(world: World, request: Request, spreadsheet: str) -> Answer:
    """spreadsheets.values.batchUpdate"""
    book, given = world.book(spreadsheet, to_write=True), request.json()
    data = [
        (
            part["range"],
            values.rows_of(
                part.get("values"), part.get("majorDimension"), name=f"data[{i}].values"
            ),
        )
        for i, part in enumerate(given.get("data", []))
    ]
    how = given if given.get("includeValuesInResponse") else None

    def act() -> Answer:
        option = given.get("valueInputOption")
        responses = [_write(book, text, rows, option, how) for text, rows in data]
        return {"spreadsheetId": book.id, **_totals(book, responses, data)}

    return masked(request, _all_or_nothing(world, book, act))


def _totals(book: Book, responses: list[Answer], data: list[tuple[str, values.Rows]]) -> Answer:
    """Return the totals: a row or column that two parts share counts once."""
    written: set[tuple[int, int, int]] = set()
    for response, (_, rows) in zip(responses, data, strict=True):
        sheet, area = book.area(response["updatedRange"])
        for number, line in enumerate(rows, start=area.top):
            for index, value in enumerate(line, start=area.left):
                if value is not None:
                    written.add((sheet.id, number, index))
    counts = {
        "totalUpdatedRows": len({(sheet, row) for sheet, row, _ in written}),
        "totalUpdatedColumns": len({(sheet, column) for sheet, _, column in written}),
        "totalUpdatedCells": sum(response.get("updatedCells", 0) for response in responses),
        "totalUpdatedSheets": len({sheet for sheet, _, _ in written}),
    }
    totals: Answer = {name: count for name, count in counts.items() if count}
    return totals | {"responses": responses} if responses else totals


def values_batch_update_by_filter(world: World, request: Request, spreadsheet: str) -> Answer:
    """spreadsheets.values.batchUpdateByDataFilter"""
    book, given = world.book(spreadsheet, to_write=True), request.json()

    def act() -> Answer:
        responses, data = [], []
        for part in given.get("data", []):
            rows = values.rows_of(part.get("values"), part.get("majorDimension"))
            for sheet, area in datafilters.areas(book, part["dataFilter"]):
                data.append(("", rows))
                name = a1.name(sheet.title, area)
                datafilters.check_fits(name, area, rows)
                answer = _write(book, name, rows, given.get("valueInputOption"), None)
                del answer["spreadsheetId"]
                responses.append(answer | {"dataFilter": part["dataFilter"]})
        return {"spreadsheetId": book.id, **_totals(book, responses, data)}

    return masked(request, _all_or_nothing(world, book, act))


def values_clear(world: World, request: Request, spreadsheet: str, range: str) -> Answer:
    """spreadsheets.values.clear"""
    book = world.book(spreadsheet, to_write=True)
    sheet, area = book.area(range)
    book.check_open(sheet, area)
    cleared = values.clear(sheet, area, book.locale)
    book.recalculate()
    world.changed(spreadsheet)
    return {"spreadsheetId": book.id, "clearedRange": cleared}


def values_batch_clear(world: World, request: Request, spreadsheet: str) -> Answer:
    """spreadsheets.values.batchClear"""
    book, given = world.book(spreadsheet, to_write=True), request.json()
    return _cleared(world, book, [book.area(text) for text in given.get("ranges", [])])


def values_batch_clear_by_filter(world: World, request: Request, spreadsheet: str) -> Answer:
    """spreadsheets.values.batchClearByDataFilter"""
    book, given = world.book(spreadsheet, to_write=True), request.json()
    return _cleared(
        world, book, [a for f in given.get("dataFilters", []) for a in datafilters.areas(book, f)]
    )


def _cleared(world: World, book: Book, places: list[tuple[Sheet, Area]]) -> Answer:
    for sheet, area in places:
        book.check_open(sheet, area)
    names = [values.clear(sheet, area, book.locale) for sheet, area in places]
    book.recalculate()
    world.changed(book.id)
    return {"spreadsheetId": book.id, "clearedRanges": names}


def _route(method: str, path: str, handler: Any, cost: str) -> Route:
    return Route(method, named(f"/v4/spreadsheets/{{spreadsheet}}/values{path}"), handler, cost)


ROUTES = (
    _route("GET", ":batchGet", values_batch_get, "read"),
    _route("POST", ":batchGetByDataFilter", values_batch_get_by_filter, "read"),
    _route("POST", ":batchUpdate", values_batch_update, "write"),
    _route("POST", ":batchUpdateByDataFilter", values_batch_update_by_filter, "write"),
    _route("POST", ":batchClear", values_batch_clear, "write"),
    _route("POST", ":batchClearByDataFilter", values_batch_clear_by_filter, "write"),
    _route("POST", "/{range}:append", values_append, "write"),
    _route("POST", "/{range}:clear", values_clear, "write"),
    _route("GET", "/{range}", values_get, "read"),
    _route("PUT", "/{range}", values_update, "write"),
)
