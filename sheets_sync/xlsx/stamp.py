"""The stamp of the last writer <-> a custom document property, which other programs keep."""

from typing import Any

from openpyxl import Workbook as Book
from openpyxl.packaging.custom import StringProperty

from sheets_sync.spreadsheet import Stamp
from sheets_sync.xlsx.package import Package

PROPERTY = "Tidings stamp"


def read_stamp(package: Package) -> Stamp | None:
    """Return the stamp, None when there is none that can be understood."""
    for found in package.tree("docProps/custom.xml"):
        if found.get("name") == PROPERTY:
            instance, _, counter = "".join(found.itertext()).strip().rpartition(" ")
            return Stamp(instance, int(counter)) if counter.isdecimal() and instance else None
    return None


def put_stamp(book: Book, stamp: Stamp) -> None:
    """Leave the stamp in the workbook."""
    properties: Any = book.custom_doc_props  # type: ignore[attr-defined]
    if PROPERTY in properties.names:
        del properties[PROPERTY]
    value = f"{stamp.instance} {stamp.counter}"
    properties.append(StringProperty(name=PROPERTY, value=value))
