"""A path → the parts of a workbook that is safe to parse, or an error that says what it is.

Faults 33 and 34: everything is judged from the zip directory before anything is unpacked, and
no part may unpack to more than the directory declares.
"""

import copy
import re
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from stat import S_ISREG
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from sheets_sync.spreadsheet import SheetError
from sheets_sync.xlsx.bounds import MOST_CELLS, cells_laid_out, cells_merged, characters_shown
from sheets_sync.xlsx.formulas import Found, find
from sheets_sync.xlsx.refusals import (
    BINARY,
    EMPTY,
    ENTITIES,
    FAR,
    FOR_MACROS,
    FORBIDDEN,
    HUGE,
    INCOMPLETE,
    LARGE,
    LONG,
    MACROS,
    MERGED,
    MISSING,
    OLD,
    OPEN_DOCUMENT,
    OTHER,
    PARTS,
    PROTECTED,
    REPEATED,
    TAGS,
    TIGHT,
    TWICE,
    UNREADABLE,
    hostile,
    refused,
)

LARGEST_FILE = 64 << 20
LARGEST_UNPACKED = 1 << 30
MOST_PARTS = 5_000
SMALL = 4 << 20
"""Up to this a workbook may be packed as tightly as it likes."""
TIGHTEST = 45
"""How many times larger than packed what exceeds it may be; 100,000 real rows are 15 to 40."""
MOST_SHOWN = 130
"""Characters that cells show, for each byte of the file: 20,000 times a text of a page or two."""
FREE_TAGS, MOST_TAGS = 200_000, 2
"""So many in all, and for each byte of the file; real ones have one for each two bytes."""
LARGEST_TREE = 1 << 20
"""What is made a tree: a part that lists others, or says what a drawing holds."""
ATTEMPTS = 3

_UNZIPPING = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)

_STRINGS = re.compile(r"/?xl/[^/]*strings[^/]*\.xml\Z", re.IGNORECASE)
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_RELATIONSHIP = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class _Incomplete(SheetError):
    """The file ends too early or does not add up, as while it is being copied."""


@dataclass(frozen=True, slots=True)
class Package:
    """A workbook file in memory, checked."""

    name: str
    content: bytes
    zip: zipfile.ZipFile
    formulas: dict[str, Found] = field(default_factory=dict)
    """Errors and formulas of each part that is a sheet."""
    trees: dict[str, Element] = field(default_factory=dict)

    def parts(self) -> list[str]:
        """Return the names of all parts."""
        return self.zip.namelist()

    def part(self, name: str) -> bytes:
        """Return one part unpacked, never more than the directory declares."""
        declared = self.zip.getinfo(name)
        # One byte more is asked for than there should be, so that a false size shows.
        asked = copy.copy(declared)
        asked.file_size += 1
        try:
            with self.zip.open(asked) as file:
                found = file.read(asked.file_size)
        except _UNZIPPING as broken:
            raise _Incomplete(f"{self.name}, {name}: {broken}") from broken
        if len(found) != declared.file_size:
            raise _Incomplete(f"{self.name}: {name} has not the size that the file declares")
        if b"<!DOCTYPE" in found[:4096] or b"<!ENTITY" in found[:4096]:
            raise refused(self.name, ENTITIES, part=name)
        return found

    def tree(self, name: str) -> Element:
        """Return one part as a tree; an empty one when there is no such part."""
        if name not in self.trees:
            self.trees[name] = self._tree(name)
        return self.trees[name]

    def _tree(self, name: str) -> Element:
        if name not in self.zip.NameToInfo:
            return Element("none")
        xml = self.part(name)
        if len(xml) > LARGEST_TREE:
            raise hostile(self.name, LONG, part=name, most=LARGEST_TREE >> 20)
        with _named(self.name, name):
            return fromstring(xml)

    def sheets(self) -> dict[str, str]:
        """Return title → part of every tab, in order."""
        return dict(self.tabs())

    def tabs(self) -> list[tuple[str, str]]:
        """Return title and part of every tab, also of those with one title."""
        targets = self.targets("xl/workbook.xml")
        return [
            (sheet.get("name", ""), targets.get(sheet.get(_RELATIONSHIP, ""), ""))
            for sheet in self.tree("xl/workbook.xml").iter()
            if _local(sheet) == "sheet"
        ]

    def targets(self, part: str) -> dict[str, str]:
        """Return relationship id → part that it leads to, for one part."""
        folder, _, name = part.rpartition("/")
        found = self.tree(f"{folder}/_rels/{name}.rels")
        return {
            link.get("Id", ""): _resolve(folder, link.get("Target", ""))
            for link in found
            if link.get("TargetMode") != "External"
        }

    def elements(self, part: str) -> Iterator[str]:
        """Return the local names of all elements of a part."""
        return (_local(element) for element in self.tree(part).iter())


def open_package(path: Path, *, pause: float) -> Package:
    """Return the workbook at the path, looked at up to three times when it seems half-copied."""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(pause)
        try:
            return _checked(path)
        except _Incomplete as incomplete:
            last = incomplete
    backups = path.parent / "backups"
    raise refused(path, INCOMPLETE, fault=last.told, backups=backups) from last


def damaged(package: Package, fault: BaseException) -> SheetError:
    """Return the error for a workbook whose parts cannot be understood."""
    return refused(package.name, UNREADABLE, fault=fault)


def _checked(path: Path) -> Package:
    content = _content(path)
    _refuse_other_kinds(path, content)
    try:
        package = Package(path.name, content, zipfile.ZipFile(BytesIO(content)))
    except _UNZIPPING as broken:
        raise _Incomplete(str(broken)) from broken
    _check_directory(package)
    _check_parts(package)
    return package


def _content(path: Path) -> bytes:
    try:
        there = path.stat()
        if there.st_size > LARGEST_FILE:
            raise refused(path, LARGE, most=LARGEST_FILE >> 20)
        if not S_ISREG(there.st_mode):  # a pipe or a device might never end
            raise refused(path, OTHER)
        return path.read_bytes()
    except FileNotFoundError as missing:
        raise refused(path, MISSING, backups=path.parent / "backups") from missing
    except OSError as denied:
        raise refused(path, FORBIDDEN, fault=denied.strerror) from denied


def _refuse_other_kinds(path: Path, content: bytes) -> None:
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise refused(path, PROTECTED)
        raise refused(path, OLD)
    if content and not b"PK\x03\x04".startswith(content[:4]):
        raise refused(path, OTHER)


def _check_directory(package: Package) -> None:
    entries = package.zip.infolist()
    names = set(package.parts())
    if "mimetype" in names and "content.xml" in names:
        raise refused(package.name, OPEN_DOCUMENT)
    if "xl/workbook.bin" in names:
        raise refused(package.name, BINARY)
    if any(name.endswith("vbaProject.bin") for name in names):
        raise refused(package.name, MACROS)
    if any(entry.flag_bits & 1 for entry in entries):
        raise refused(package.name, PROTECTED)
    if len(entries) > MOST_PARTS or len(names) != len(entries):
        raise hostile(package.name, PARTS, parts=len(entries))
    _check_sizes(package)
    if not {"xl/workbook.xml", "[Content_Types].xml"} <= names:
        raise refused(package.name, EMPTY)


def _check_sizes(package: Package) -> None:
    entries = package.zip.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > LARGEST_UNPACKED:
        raise hostile(package.name, HUGE, most=LARGEST_UNPACKED >> 20)
    if unpacked > _most_unpacked(package):
        largest = max(entries, key=lambda entry: entry.file_size)
        tightness = largest.file_size / max(largest.compress_size, 1)
        raise hostile(package.name, TIGHT, part=largest.filename, times=round(tightness))


def _most_unpacked(package: Package) -> int:
    return SMALL + TIGHTEST * len(package.content)


def _check_parts(package: Package) -> None:
    sheets, tags = {}, 0
    for name in package.parts():
        if not name.endswith("/"):
            unpacked = package.part(name)
            tags += max(unpacked.count(b"<"), unpacked.count(b"=") // 2)
            # Whatever it is called: the list of tabs may lead to any part.
            if b"sheetData" in unpacked:
                sheets[name] = unpacked
    if tags > FREE_TAGS + MOST_TAGS * len(package.content):
        raise hostile(package.name, TAGS, tags=tags)
    if b"macroEnabled" in package.part("[Content_Types].xml"):
        raise refused(package.name, FOR_MACROS)
    _check_cells(package, list(sheets.values()))
    for name, xml in sheets.items():
        with _named(package.name, name):
            package.formulas[name] = find(xml)


def _check_cells(package: Package, sheets: list[bytes]) -> None:
    tabs = [part for _, part in package.tabs() if part]
    if len(tabs) != len(set(tabs)):
        raise hostile(package.name, TWICE)
    if cells_laid_out(sheets) > MOST_CELLS:
        raise hostile(package.name, FAR)
    if sum(map(cells_merged, sheets)) > MOST_CELLS:
        raise hostile(package.name, MERGED)
    most = min(SMALL + MOST_SHOWN * len(package.content), LARGEST_UNPACKED)
    for name in filter(_STRINGS.match, package.parts()):
        if characters_shown(sheets, package.part(name), limit=most) > most:
            raise hostile(package.name, REPEATED)


@contextmanager
def _named(name: str, part: str) -> Iterator[None]:
    """Turn what a parser says of a part into an error of ours."""
    try:
        yield
    except (ParseError, DefusedXmlException, UnicodeError, ValueError) as broken:
        raise _Incomplete(f"{name}, {part}: {broken}") from broken


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _resolve(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    parts = [part for part in folder.split("/") if part]
    for step in target.split("/"):
        if step == "..":
            del parts[-1:]
        elif step != ".":
            parts.append(step)
    return "/".join(parts)
