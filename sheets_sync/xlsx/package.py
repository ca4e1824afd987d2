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
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from sheets_sync.spreadsheet import SheetError
from sheets_sync.xlsx.formulas import Found, find

LARGEST_FILE = 64 << 20
LARGEST_UNPACKED = 1 << 30
MOST_PARTS = 5_000
SMALL_PART = 10 << 20
"""Below this a part may be packed as tightly as it likes."""
TIGHTEST = 100
"""How many times larger than packed a larger part may be; 100,000 real rows are 15 to 40."""
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

_SHEET = re.compile(r"/?xl/worksheets/[^/]+\.xml\Z", re.IGNORECASE)
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
            raise SheetError(
                f"{self.name}: {name} declares XML entities, which no spreadsheet program "
                "writes; it may be an attack. Do not use this file"
            )
        return found

    def tree(self, name: str) -> Element:
        """Return one part as a tree; an empty one when there is no such part."""
        if name not in self.zip.NameToInfo:
            return Element("none")
        try:
            return fromstring(self.part(name))
        except (ParseError, DefusedXmlException, UnicodeError, ValueError) as broken:
            raise _Incomplete(f"{self.name}, {name}: {broken}") from broken

    def sheets(self) -> dict[str, str]:
        """Return title → part of every tab, in order."""
        targets = self.targets("xl/workbook.xml")
        return {
            sheet.get("name", ""): targets.get(sheet.get(_RELATIONSHIP, ""), "")
            for sheet in self.tree("xl/workbook.xml").iter()
            if _local(sheet) == "sheet"
        }

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
    raise SheetError(
        f"{path}: the workbook is incomplete or damaged ({last}); if it is being copied or "
        f"uploaded, wait until that is done, else put back a copy from {path.parent / 'backups'}"
    ) from last


def damaged(package: Package, fault: BaseException) -> SheetError:
    """Return the error for a workbook whose parts cannot be understood."""
    return SheetError(
        f"{package.name}: the workbook cannot be read ({fault}); open it with LibreOffice or Excel "
        "and save it again, or put back a copy from the backups"
    )


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
        if path.stat().st_size > LARGEST_FILE:
            raise SheetError(
                f"{path}: larger than {LARGEST_FILE >> 20} MB; move old rows to another workbook"
            )
        return path.read_bytes()
    except FileNotFoundError as missing:
        raise SheetError(
            f"{path}: the workbook is not there; put it back (copies are in "
            f"{path.parent / 'backups'}) or make one with `tidings init`"
        ) from missing
    except OSError as refused:
        raise SheetError(
            f"{path}: cannot be read ({refused.strerror}); check that it is a file and who may "
            "read it"
        ) from refused


def _refuse_other_kinds(path: Path, content: bytes) -> None:
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise SheetError(f"{path}: protected by a password; save it without one")
        raise SheetError(
            f"{path}: an old .xls workbook under another name; open it and save it as .xlsx"
        )
    if content and not b"PK\x03\x04".startswith(content[:4]):
        raise SheetError(
            f"{path}: not an .xlsx workbook; open it in a spreadsheet program, save it as .xlsx"
        )


def _check_directory(package: Package) -> None:
    entries = package.zip.infolist()
    names = set(package.parts())
    if "mimetype" in names and "content.xml" in names:
        raise SheetError(f"{package.name}: an OpenDocument file; save it as .xlsx")
    if "xl/workbook.bin" in names:
        raise SheetError(f"{package.name}: a binary workbook (.xlsb); save it as .xlsx")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise SheetError(f"{package.name}: holds macros; save it as .xlsx, without them")
    if any(entry.flag_bits & 1 for entry in entries):
        raise SheetError(f"{package.name}: protected by a password; save it without one")
    if len(entries) > MOST_PARTS or len(names) != len(entries):
        raise _hostile(package, f"it has {len(entries):,} parts")
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise _hostile(package, f"it unpacks to more than {LARGEST_UNPACKED >> 20} MB")
    for entry in entries:
        tightness = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > SMALL_PART and tightness > TIGHTEST:
            raise _hostile(package, f"{entry.filename} unpacks to {tightness:.0f} times its size")
    if not {"xl/workbook.xml", "[Content_Types].xml"} <= names:
        raise SheetError(f"{package.name}: a zip file without a workbook in it; save it as .xlsx")


def _hostile(package: Package, why: str) -> SheetError:
    return SheetError(
        f"{package.name}: refused, for {why}; delete unused rows and formats, or check where the "
        "file comes from"
    )


def _check_parts(package: Package) -> None:
    for name in package.parts():
        if not name.endswith("/"):
            unpacked = package.part(name)
            if _SHEET.match(name):
                package.formulas[name] = find(unpacked)
    if b"macroEnabled" in package.part("[Content_Types].xml"):
        raise SheetError(f"{package.name}: made for macros (.xlsm); save it as .xlsx")


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
