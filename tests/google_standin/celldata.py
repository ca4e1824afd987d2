"""CellData and a mask → the cell they make of another; colours as Google keeps them."""

from typing import Any

from tests.google_standin import entering, masks
from tests.google_standin.cells import Cell, Format
from tests.google_standin.display import shown
from tests.google_standin.masks import Tree
from tests.google_standin.wire import Json, invalid


def changed(old: Cell, data: Json, tree: Tree, locale: str) -> Cell:
    """Return the cell with the masked fields taken from the data."""
    cell = old
    for name in tree or _PARTS:
        if name == "userEnteredValue":
            cell = with_value(cell, data.get(name), locale)
        elif name == "userEnteredFormat":
            new = masks.merged((tree or {}).get(name, {}), cell.format, data.get(name))
            cell = reshown(cell._replace(format=kept_format(new)), locale)
        elif name == "note":
            cell = cell._replace(note=data.get(name) or "")
        elif name == "dataValidation":
            cell = cell._replace(validation=data.get(name))
    return cell


_PARTS = ("userEnteredFormat", "userEnteredValue", "note", "dataValidation")


def with_value(cell: Cell, given: Json, locale: str) -> Cell:
    """Return the cell with an ExtendedValue entered, as it is."""
    if not given:
        return entering.holding(None, cell, locale)
    if len(given) != 1:
        raise invalid("An ExtendedValue must set exactly one of its fields.")
    ((kind, value),) = given.items()
    if kind == "formulaValue":
        return entering.user_entered(value, cell, locale)
    return entering.raw(value, cell, locale)


def reshown(cell: Cell, locale: str) -> Cell:
    """Return the cell with what it shows worked out again."""
    return cell._replace(shown=cell.error or shown(cell.value, cell.pattern, locale))


def kept_format(given: Json) -> Format | None:
    """Return a format as Google keeps it: colours of 8 bits, each beside its style."""
    if not given:
        return None
    result: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        if name.endswith("Color") and name != "rgbColor":
            result[name] = kept_color(value)
            result[f"{name}Style"] = {"rgbColor": kept_color(value)}
        elif name.endswith("ColorStyle"):
            result[name] = kept_style(value)
            if "rgbColor" in value:
                result[name.removesuffix("Style")] = kept_color(value["rgbColor"])
        elif isinstance(value, dict):
            result[name] = kept_format(value) or {}
        else:
            result[name] = value
    return result


def kept_style(given: Json) -> dict[str, Any]:
    """Return a ColorStyle as Google keeps it."""
    return {"rgbColor": kept_color(given["rgbColor"])} if "rgbColor" in given else given


def kept_color(given: Json) -> dict[str, Any]:
    """Return a colour rounded down to 8 bits; parts that are 0 are left out."""
    parts = {name: int(value * 255 + 1e-9) / 255 for name, value in (given or {}).items() if value}
    return {name: 1 if value == 1 else round(value, 8) for name, value in parts.items() if value}
