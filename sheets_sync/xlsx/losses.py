"""A workbook's package → what openpyxl would lose by saving it, in the words of people.

Fault 45. Charts, formats, lists, comments, tables, pivot tables, outside links and rich text in
cells survive and are not named here.
"""

import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile

from forms.phrase import Phrase, listed, phrase
from forms.wording import N_
from sheets_sync.spreadsheet import SheetUnwritable
from sheets_sync.xlsx.package import Package

_SHAPES = {
    "sp": N_("a text box or shape"),
    "cxnSp": N_("a line"),
    "grpSp": N_("grouped shapes"),
    "pic": N_("an image"),
    "contentPart": N_("a drawing by hand"),
    "userShapes": N_("shapes on a chart"),
}
_EXTENSIONS = {
    "sparklineGroups": N_("sparklines"),
    "conditionalFormattings": N_("conditional formats of the newer kind (bars, icons)"),
    "dataValidations": N_("a drop-down list that takes its choices from another tab"),
    "slicerList": N_("slicers"),
    "timelineRefs": N_("timelines"),
}
_IN_SHEET = {
    "controls": N_("form controls"),
    "oleObjects": N_("embedded objects"),
    "legacyDrawingHF": N_("a picture in the header or footer"),
    "customSheetViews": N_("custom views"),
}
_PARTS = {
    "threadedcomment": N_("threaded comments"),
    "chartex": N_("a chart of the newer kind"),
    "media": N_("an image"),
    "ctrlprop": N_("form controls"),
    "slicer": N_("slicers"),
    "timeline": N_("timelines"),
    "embedding": N_("embedded objects"),
    "richdata": N_("pictures or data types in cells"),
    "querytable": N_("a query"),
    "connections": N_("a data connection"),
    "diagrams": N_("a diagram"),
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
    found = list({one.text(): one for one in _losses(package)}.values())
    if found:
        told = N_(
            "{file} is not written, because this would be lost: {things}. Move it to a workbook of "
            "its own, and writing goes on"
        )
        raise SheetUnwritable(phrase(told, file=package.name, things=listed(found, "; ")))


def refuse_missing_parts(package: Package, saved: bytes) -> None:
    """Raise SheetUnwritable when the saved workbook has fewer parts of any kind than before."""
    with ZipFile(BytesIO(saved)) as after:
        missing = _kinds(package.parts()) - _kinds(after.namelist())
    if missing:
        told = N_(
            "{file} is not written, because this would be lost: {things}. Move what needs it to a "
            "workbook of its own"
        )
        things = ", ".join(sorted(missing))
        raise SheetUnwritable(phrase(told, file=package.name, things=things))


def _losses(package: Package) -> Iterator[Phrase]:
    for title, part in package.sheets().items():
        if part not in package.parts():
            continue
        for thing in _in_sheet(package, part):
            told = N_("{thing} in the tab {tab}")
            yield phrase(told, thing=Phrase(thing), tab=repr(title))
    for name in package.parts():
        for sign, thing in _PARTS.items():
            if f"/{sign}" in name.lower() and not _belongs_to_sheet(name):
                yield Phrase(thing)


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
