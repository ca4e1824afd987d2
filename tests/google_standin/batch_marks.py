"""Requests about what lies over cells: names, merges, protection, conditional formats, filters."""

from collections.abc import Callable
from typing import Any

from tests.google_standin import celldata, masks, ranges, render
from tests.google_standin.a1 import Area
from tests.google_standin.book import Book
from tests.google_standin.grid import Sheet
from tests.google_standin.ranges import Range
from tests.google_standin.wire import Json, invalid

Holder = dict[str, Any]


def add_named_range(book: Book, given: Json, user: str) -> Holder:
    """Name a range."""
    asked = dict(given.get("namedRange") or {})
    if any(n["name"].casefold() == asked.get("name", "").casefold() for n in book.named_ranges):
        raise invalid(f'A named range with name "{asked["name"]}" already exists.')
    asked.setdefault("namedRangeId", str(book.new_number()))
    book.range_area(asked["range"])
    book.named_ranges.append(asked)
    return {"namedRange": render.named_range(asked)}


def update_named_range(book: Book, given: Json, user: str) -> Holder:
    """Change what the mask names of a named range."""
    asked = given.get("namedRange") or {}
    _update(book.named_ranges, "namedRangeId", asked, given)
    return {}


def delete_named_range(book: Book, given: Json, user: str) -> Holder:
    """Forget a name."""
    _delete(book.named_ranges, "namedRangeId", given.get("namedRangeId"))
    return {}


def _found(holders: list[Holder], key: str, wanted: object) -> int:
    for index, holder in enumerate(holders):
        if holder.get(key) == wanted:
            return index
    raise invalid(f"No {key} with id: {wanted}")


def _update(holders: list[Holder], key: str, asked: Json, given: Json) -> Holder:
    index = _found(holders, key, asked.get(key))
    tree = masks.parse(given.get("fields", ""))
    holders[index] = masks.merged(tree, holders[index], asked) | {key: asked[key]}
    return holders[index]


def _delete(holders: list[Holder], key: str, wanted: object) -> None:
    del holders[_found(holders, key, wanted)]


def merge_cells(book: Book, given: Json, user: str) -> Holder:
    """Merge a range whole, by rows or by columns; merges inside it are replaced."""
    sheet, area = book.range_area(given["range"])
    _take_apart(sheet, area)
    kind, parts = given.get("mergeType", "MERGE_ALL"), [area]
    if kind == "MERGE_ROWS":
        parts = [area._replace(top=r, bottom=r + 1) for r in range(area.top, area.bottom)]
    elif kind == "MERGE_COLUMNS":
        parts = [area._replace(left=c, right=c + 1) for c in range(area.left, area.right)]
    sheet.merges += [ranges.of_area(sheet.id, part) for part in parts]
    return {}


def unmerge_cells(book: Book, given: Json, user: str) -> Holder:
    """Take apart the merges in a range."""
    _take_apart(*book.range_area(given["range"]))
    return {}


def _take_apart(sheet: Sheet, area: Area) -> None:
    inside = [m for m in sheet.merges if ranges.overlaps(sheet.area(m), area)]
    if not all(ranges.holds(area, sheet.area(merge)) for merge in inside):
        raise invalid("You must select all cells in a merged range to merge or unmerge them.")
    sheet.merges = [merge for merge in sheet.merges if merge not in inside]


def add_protected(book: Book, given: Json, user: str) -> Holder:
    """Protect a range; who protects it may edit it."""
    asked = {n: v for n, v in (given.get("protectedRange") or {}).items() if v or n == "editors"}
    asked.setdefault("protectedRangeId", book.new_number())
    asked["requestingUserCanEdit"] = True
    sheet = book.sheet((asked.get("range") or {}).get("sheetId") or 0)
    editors = {n: v for n, v in (asked.pop("editors", None) or {}).items() if v}
    held = dict(asked)
    if not asked.get("warningOnly"):
        held["editors"] = editors | {"users": [*editors.get("users", []), user]}
        asked["editors"] = editors
    sheet.protected.append(held)
    return {"protectedRange": render.protected(asked)}


def update_protected(book: Book, given: Json, user: str) -> Holder:
    """Change what the mask names of a protected range."""
    asked = given.get("protectedRange") or {}
    _update(
        _holding(book, "protected", "protectedRangeId", asked), "protectedRangeId", asked, given
    )
    return {}


def delete_protected(book: Book, given: Json, user: str) -> Holder:
    """Lift a protection."""
    holders = _holding(book, "protected", "protectedRangeId", given)
    _delete(holders, "protectedRangeId", given.get("protectedRangeId"))
    return {}


def _holding(book: Book, name: str, key: str, asked: Json) -> list[Holder]:
    """Return the list, of the sheet that has it, which holds the one asked for."""
    for sheet in book.sheets:
        holders: list[Holder] = getattr(sheet, name)
        if any(holder.get(key) == asked.get(key) for holder in holders):
            return holders
    raise invalid(f"No {key} with id: {asked.get(key)}")


def add_conditional(book: Book, given: Json, user: str) -> Holder:
    """Add a conditional format, at its index."""
    rule = _rule(given.get("rule") or {})
    sheet = _sheet_of(book, rule)
    sheet.conditional.insert(given.get("index", 0), rule)
    return {}


def _rule(rule: Json) -> Holder:
    kept = dict(rule)
    if "booleanRule" in rule:
        form = celldata.kept_format(rule["booleanRule"].get("format")) or {}
        kept["booleanRule"] = rule["booleanRule"] | {"format": form}
    return kept


def _sheet_of(book: Book, rule: Json) -> Sheet:
    if not rule.get("ranges"):
        raise invalid("A conditional format rule must have at least one range.")
    return book.sheet(rule["ranges"][0].get("sheetId") or 0)


def update_conditional(book: Book, given: Json, user: str) -> Holder:
    """Replace or move a conditional format."""
    index = given.get("index", 0)
    if "rule" in given:
        rule = _rule(given["rule"])
        sheet = _sheet_of(book, rule)
        _check_index(sheet, index)
        old, sheet.conditional[index] = sheet.conditional[index], rule
        return {"oldRule": old, "newRule": rule, "newIndex": index}
    sheet = book.sheet(given.get("sheetId") or 0)
    _check_index(sheet, index)
    rule = sheet.conditional.pop(index)
    sheet.conditional.insert(given.get("newIndex", 0), rule)
    return {
        "oldRule": rule,
        "oldIndex": index,
        "newRule": rule,
        "newIndex": given.get("newIndex", 0),
    }


def delete_conditional(book: Book, given: Json, user: str) -> Holder:
    """Drop a conditional format."""
    sheet, index = book.sheet(given.get("sheetId") or 0), given.get("index", 0)
    _check_index(sheet, index)
    return {"rule": sheet.conditional.pop(index)}


def _check_index(sheet: Sheet, index: int) -> None:
    if not 0 <= index < len(sheet.conditional):
        raise invalid(f"No conditional format on sheet: {sheet.id} at index: {index}")


def _bounded(book: Book, given: Range) -> Range:
    sheet, area = book.range_area(given)
    return ranges.of_area(sheet.id, area)


def set_basic_filter(book: Book, given: Json, user: str) -> Holder:
    """Set the filter of a sheet; its open ends become those of the grid."""
    asked = dict(given.get("filter") or {})
    asked["range"] = _bounded(book, asked.get("range") or {})
    book.sheet(asked["range"]["sheetId"]).basic_filter = asked
    return {}


def clear_basic_filter(book: Book, given: Json, user: str) -> Holder:
    """Drop the filter of a sheet."""
    book.sheet(given.get("sheetId") or 0).basic_filter = None
    return {}


def add_filter_view(book: Book, given: Json, user: str) -> Holder:
    """Add a filter view."""
    asked = dict(given.get("filter") or {})
    asked.setdefault("filterViewId", book.new_number())
    asked["range"] = _bounded(book, asked.get("range") or {})
    book.sheet(asked["range"]["sheetId"]).filter_views.append(asked)
    return {"filter": asked | {"range": ranges.shown(asked["range"])}}


def update_filter_view(book: Book, given: Json, user: str) -> Holder:
    """Change what the mask names of a filter view."""
    asked = given.get("filter") or {}
    _update(_holding(book, "filter_views", "filterViewId", asked), "filterViewId", asked, given)
    return {}


def delete_filter_view(book: Book, given: Json, user: str) -> Holder:
    """Drop a filter view."""
    wanted = {"filterViewId": given.get("filterId")}
    _delete(
        _holding(book, "filter_views", "filterViewId", wanted),
        "filterViewId",
        given.get("filterId"),
    )
    return {}


def add_banding(book: Book, given: Json, user: str) -> Holder:
    """Colour the rows of a range in turn."""
    asked = dict(given.get("bandedRange") or {})
    asked.setdefault("bandedRangeId", book.new_number())
    book.sheet(asked["range"].get("sheetId") or 0).banding.append(asked)
    return {"bandedRange": asked | {"range": ranges.shown(asked["range"])}}


KINDS: dict[str, Callable[[Book, Json, str], Holder]] = {
    "addNamedRange": add_named_range,
    "updateNamedRange": update_named_range,
    "deleteNamedRange": delete_named_range,
    "mergeCells": merge_cells,
    "unmergeCells": unmerge_cells,
    "addProtectedRange": add_protected,
    "updateProtectedRange": update_protected,
    "deleteProtectedRange": delete_protected,
    "addConditionalFormatRule": add_conditional,
    "updateConditionalFormatRule": update_conditional,
    "deleteConditionalFormatRule": delete_conditional,
    "setBasicFilter": set_basic_filter,
    "clearBasicFilter": clear_basic_filter,
    "addFilterView": add_filter_view,
    "updateFilterView": update_filter_view,
    "deleteFilterView": delete_filter_view,
    "addBanding": add_banding,
}
