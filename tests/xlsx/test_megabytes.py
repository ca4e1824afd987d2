"""A megabyte of a workbook that was made to hurt is read or named within a second."""

import os
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sheets_sync.layout import TABS
from sheets_sync.spreadsheet import SheetError
from sheets_sync.xlsx import Workbook
from tests.pace import less_than_a_second

SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
LEADS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
SHEET = "xl/worksheets/sheet1.xml"
COLUMNS = "ABCDEFGHI"
MEGABYTE = 1_000_000
Parts = dict[str, str | bytes]


def ordinary() -> dict[str, bytes]:
    """Return the parts of an ordinary workbook."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        Workbook(path).create(TABS, {"Reports": [[None, "ben", "=1+1 came", "tea"]] * 3})
        with zipfile.ZipFile(path) as book:
            return {name: book.read(name) for name in book.namelist()}


PARTS = ordinary()


def packed(changed: Parts) -> bytes:
    """Return the workbook with some parts changed or added."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in (PARTS | changed).items():
            book.writestr(name, content)
    return made.getvalue()


def padded(changed: Parts) -> bytes:
    """Return the same filled up with noise to a megabyte, so that the rest may unpack to most."""
    noise = os.urandom(max(MEGABYTE - len(packed(changed)), 0))
    return packed(changed | {"xl/noise.bin": noise})


def sheet(rows: str, *, after: str = "", x: str = "") -> Parts:
    """Return the first tab with these rows; `x` is a prefix of all tags."""
    space = f"xmlns:{x[:-1]}" if x else "xmlns"
    return {
        SHEET: f'<{x}worksheet {space}="{SPACE}"><{x}sheetData>{rows}</{x}sheetData>'
        f"{after}</{x}worksheet>"
    }


def grid(rows: int, cell: str, *, x: str = "") -> str:
    """Return rows of nine cells each; `@` stands for the place."""
    lines = (
        "".join(cell.replace("@", f"{letter}{row}") for letter in COLUMNS)
        for row in range(1, rows + 1)
    )
    return "".join(f'<{x}row r="{row}">{line}</{x}row>' for row, line in enumerate(lines, 1))


def shared(strings: str, rows: str) -> Parts:
    """Return the first tab with these rows, and strings that its cells share."""
    types, links = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
    kind = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{KIND}"/></Types>'
    link = f'<Relationship Id="r99" Type="{LEADS}" Target="sharedStrings.xml"/></Relationships>'
    return sheet(rows) | {
        "xl/sharedStrings.xml": f'<sst xmlns="{SPACE}">{strings}</sst>',
        types: PARTS[types].replace(b"</Types>", kind.encode()),
        links: PARTS[links].replace(b"</Relationships>", link.encode()),
    }


def corner(place: str) -> str:
    """Return a cell in the first corner, and one at a place."""
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    first = '<row r="1"><c r="A1"><v>1</v></c></row>'
    return f'{first}<row r="{row}"><c r="{place}"><v>1</v></c></row>'


def tabs(many: int) -> Parts:
    """Return a workbook that shows one tab very often."""
    part = "xl/workbook.xml"
    ones = (f'<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>' for n in range(100, 100 + many))
    return {part: PARTS[part].replace(b"<sheets>", f"<sheets>{''.join(ones)}".encode())}


def elsewhere(rows: str) -> Parts:
    """Return the first tab with these rows, in a part that is not called like one."""
    links = "xl/_rels/workbook.xml.rels"
    led = PARTS[links].replace(b"worksheets/sheet1.xml", b"odd.xml")
    assert led != PARTS[links]
    return {"xl/odd.xml": sheet(rows)[SHEET], links: led}


FAR = "stands far below or beside"
PACKED = "times its size"
HOSTILE: dict[str, tuple[str, Callable[[], Parts]]] = {
    "a zip bomb": (PACKED, lambda: sheet(" " * 90_000_000)),
    "small zip bombs": (
        PACKED,
        lambda: {f"xl/{n}.xml": "<a>" + " " * 9_000_000 + "</a>" for n in range(9)},
    ),
    "millions of cells": ("tags", lambda: sheet("<row>" + "<c/>" * 4_000_000 + "</row>")),
    "millions of attributes": ("tags", lambda: sheet('r="A1" ' * 6_000_000)),
    "one far cell": (FAR, lambda: sheet(corner("XFD1048576"))),
    "one far cell, half hidden": (
        FAR,
        lambda: sheet('<row><c s=\' r="A1"\' r="XFD1048576"><v>1</v></c></row>'),
    ),
    "one far cell in small letters": (FAR, lambda: sheet(corner("A1").replace("A1", "xfd999999"))),
    "one far cell in an odd part": (FAR, lambda: elsewhere(corner("XFD1048576"))),
    "one far error": (FAR, lambda: sheet('<row><c r="A9999999" t="e"><v>#N/A</v></c></row>')),
    "a far cell below very many": (
        FAR,
        lambda: sheet(grid(20_000, '<c r="@"><v>1</v></c>') + corner("A1048576")),
    ),
    "a long text in very many cells": (
        "a long text",
        lambda: shared(
            f"<si><t>{'a' * 32_000}</t></si>", grid(5_000, '<c r="@" t="s"><v>0</v></c>')
        ),
    ),
    "one tab very often": ("two of its tabs are one", lambda: tabs(9_000)),
    "a list of tabs that is too long": ("larger than", lambda: tabs(40_000)),
    "everything is merged": (
        "merged",
        lambda: sheet("", after='<mergeCell ref="A1:XFD1048576"/>' * 9_000),
    ),
    "deep XML": ("cannot be read", lambda: sheet("<row><c>" * 50_000 + "</c></row>" * 50_000)),
    "deep XML that is made a tree": (
        "",
        lambda: {"docProps/custom.xml": "<a>" * 120_000 + "</a>" * 120_000},
    ),
    "formulas in cells without a place": (
        "do not say where",
        lambda: sheet("<row>" + "<c><f>1</f></c>" * 200_000 + "</row>"),
    ),
    "a tag that has no end": ("do not say where", lambda: sheet("<f" + " " * 40_000_000 + "/>")),
    "formulas outside of cells": ("", lambda: sheet("<row/>" + "<f/>" * 150_000)),
    "values that begin and begin": (
        "cannot be read",
        lambda: sheet('<row><c r="A1" t="e"><f>' + "<v " * 150_000 + "</c></row>"),
    ),
    "a row that is no number": ("int()", lambda: sheet('<row r="x"><c t="e"/></row>')),
    "a row beyond all": (FAR, lambda: sheet('<row r="9999999999"><c t="e"/></row>')),
    "a column beyond all": ("", lambda: sheet(f'<row r="1"><c r="{"Z" * 900_000}1" t="e"/></row>')),
    "a shared string that is not there": (
        "cannot be read",
        lambda: shared("<si/>", '<row><c r="A1" t="s"><v>99999999</v></c></row>'),
    ),
}
HEAVY: dict[str, Callable[[], Parts]] = {
    "one huge text": lambda: sheet(
        f'<row><c r="A1" t="inlineStr"><is><t>{"a" * 40_000_000}</t></is></c></row>'
    ),
    "formulas": lambda: sheet(grid(18_000, '<c r="@"><f>1+1</f><v>2</v></c>')),
    "prefixed formulas": lambda: sheet(
        grid(18_000, "<x:c r='@'><x:f>1+1</x:f></x:c>", x="x:"), x="x:"
    ),
    "errors": lambda: sheet(grid(14_000, '<c r="@" t="e"><v>#REF!</v></c>')),
    "cells": lambda: sheet(grid(25_000, '<c r="@"><v>1</v></c>')),
    "empty cells": lambda: sheet(grid(35_000, '<c r="@"/>')),
    "cells far apart": lambda: sheet(corner("A480000")),
    "merged cells": lambda: sheet("", after='<mergeCell ref="A1:A3"/>' * 400_000),
    "one long text in many cells": lambda: shared(
        f"<si><t>{'a' * 5_000}</t></si>", grid(2_500, '<c r="@" t="s"><v>0</v></c>')
    ),
    "shared strings": lambda: shared("<si><t>a</t></si>" * 400_000, ""),
    "formats": lambda: {
        "xl/styles.xml": f'<styleSheet xmlns="{SPACE}"><cellXfs>'
        + "<xf/>" * 900_000
        + "</cellXfs></styleSheet>"
    },
    "spaces": lambda: sheet(" r " * 13_000_000),
    "parts": lambda: {f"xl/{number}.xml": "<a/>" for number in range(4_000)},
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_megabyte_that_asks_for_more_is_named_at_once(tmp_path: Path, kind: str) -> None:
    # fault 33
    fault, make = HOSTILE[kind]
    book = tmp_path / "book.xlsx"
    book.write_bytes(padded(make()))

    with less_than_a_second():
        said = read(book)

    assert fault in said
    assert bool(said) == bool(fault)


@pytest.mark.parametrize("kind", HEAVY)
def test_a_megabyte_of_anything_is_read_at_once(tmp_path: Path, kind: str) -> None:
    book = tmp_path / "book.xlsx"
    book.write_bytes(padded(HEAVY[kind]()))
    assert book.stat().st_size < 1.3 * MEGABYTE

    with less_than_a_second():
        assert read(book) == ""


def read(book: Path) -> str:
    """Read a workbook; return how it was refused, if it was."""
    try:
        assert Workbook(book, pause=0).read().worksheets
    except SheetError as fault:
        assert book.name in str(fault)  # noqa: PT017 - either is right
        return str(fault)
    return ""


def test_formats_down_to_the_last_row_are_no_reason_to_refuse(tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    styled = '<row r="1048576" ht="12.8" spans="1:14"><c r="XFD1048576" s="1"/></row>'
    book.write_bytes(packed(sheet('<row r="2"><c r="B2"><v>7</v></c></row>' + styled)))

    assert Workbook(book).read().worksheets[0].rows == [["", ""], ["", 7]]
