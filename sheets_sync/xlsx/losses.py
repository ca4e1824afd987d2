"""A workbook's package → what openpyxl would lose by saving it, in the words of people.

Fault 45. Charts, formats, lists, comments, tables, pivot tables, outside links and rich text in
cells survive and are not named here.
"""

import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile

from sheets_sync.spreadsheet import SheetUnwritable
from sheets_sync.xlsx.package import Package

_SHAPES = {
    "sp": "a text box or shape",
    "cxnSp": "a line",
    "grpSp": "grouped shapes",
    "pic": "an image",
    "contentPart": "a drawing by hand",
    "userShapes": "shapes on a chart",
}
_EXTENSIONS = {
    "sparklineGroups": "sparklines",
    "conditionalFormattings": "conditional formats of the newer kind (bars, icons)",
    "dataValidations": "a drop-down list that takes its choices from another tab",
    "slicerList": "slicers",
    "timelineRefs": "timelines",
}
_IN_SHEET = {
    "controls": "form controls",
    "oleObjects": "embedded objects",
    "legacyDrawingHF": "a picture in the header or footer",
    "customSheetViews": "custom views",
}
_PARTS = {
    "threadedcomment": "threaded comments",
    "chartex": "a chart of the newer kind",
    "media": "an image",
    "ctrlprop": "form controls",
    "slicer": "slicers",
    "timeline": "timelines",
    "embedding": "embedded objects",
    "richdata": "pictures or data types in cells",
    "querytable": "a query",
    "connections": "a data connection",
    "diagrams": "a diagram",
}
# Rebuilt by the editor, or nothing that a person made; drawings are judged by what is in them.
_REBUILT = re.compile(
    r"calcchain|printersettings|sharedstrings|customxml|docmetadata|docprops|persons?/|thumbnail"
    r"|drawings/|comments|\.rels$|/$|theme|charts/(style|colors)|metadata|revisions",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")


def refuse_losses(package: Package) -> None:
    """Raise SheetUnwritable when saving would lose something, naming tab and thing."""
    found = list(dict.fromkeys(_losses(package)))
    if found:
        raise SheetUnwritable(
            f"{package.name} is not written, because this would be lost: {'; '.join(found)}. "
            "Move it to a workbook of its own, and writing goes on"
        )


def refuse_missing_parts(package: Package, saved: bytes) -> None:
    """Raise SheetUnwritable when the saved workbook has fewer parts of any kind than before."""
    with ZipFile(BytesIO(saved)) as after:
        missing = _kinds(package.parts()) - _kinds(after.namelist())
    if missing:
        raise SheetUnwritable(
            f"{package.name} is not written, because this would be lost: "
            f"{', '.join(sorted(missing))}. Move what needs it to a workbook of its own"
        )


def _losses(package: Package) -> Iterator[str]:
    for title, part in package.sheets().items():
        if part not in package.parts():
            continue
        for thing in _in_sheet(package, part):
            yield f"{thing} in the tab {title!r}"
    for name in package.parts():
        for sign, thing in _PARTS.items():
            if f"/{sign}" in name.lower() and not _belongs_to_sheet(name):
                yield thing


def _belongs_to_sheet(name: str) -> bool:
    return "/media/" in name


def _in_sheet(package: Package, part: str) -> Iterator[str]:
    xml = package.part(part)
    # Only what stands beside the cells: the cells themselves may be very many.
    beside = xml[: xml.find(b"<sheetData")] + xml[xml.rfind(b"sheetData>") :]
    for tag, thing in _IN_SHEET.items():
        if _has(beside, tag):
            yield thing
    for extension in re.findall(rb"<(?:\w+:)?ext .*?</(?:\w+:)?ext>", beside, re.DOTALL):
        known = [thing for tag, thing in _EXTENSIONS.items() if _has(extension, tag)]
        yield from known or ["a newer feature of Excel"]
    for target in package.targets(part).values():
        yield from _in_drawing(package, target)


def _has(xml: bytes, tag: str) -> bool:
    return re.search(rb"[<:]" + tag.encode() + rb"[\s>/]", xml) is not None


def _in_drawing(package: Package, part: str) -> Iterator[str]:
    if part.endswith(".vml") and part in package.parts():
        kinds = set(re.findall(rb'ObjectType="(\w+)"', package.part(part)))
        if kinds - {b"Note"}:
            yield "form controls"
    elif "/drawings/" in part and part in package.parts():
        for name in package.elements(part):
            if name in _SHAPES:
                yield _SHAPES[name]
        for chart in package.targets(part).values():
            if "userShapes" in set(package.elements(chart)) and "/charts/" in chart:
                yield _SHAPES["userShapes"]


def _kinds(parts: list[str]) -> Counter[str]:
    return Counter(_DIGITS.sub("", part.lower()) for part in parts if not _REBUILT.search(part))
