"""Files that want to hurt, and files that are not whole yet."""

import os
import subprocess
import sys
import threading
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from sheets_sync.layout import TABS
from sheets_sync.spreadsheet import Changes, Edit, SheetError
from sheets_sync.xlsx import Workbook
from tests.xlsx.conftest import Desk

WORKBOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://'
    'schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="Reports" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="worksheets/sheet1.xml" Type="http://schemas.openxmlformats'
    '.org/officeDocument/2006/relationships/worksheet"/></Relationships>'
)
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row></sheetData></worksheet>'
)
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def packed(**parts: str | bytes) -> bytes:
    """Return a small workbook, some of its parts replaced or added."""
    content = BytesIO()
    all_parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/worksheets/sheet1.xml": SHEET.format("a"),
    }
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in (all_parts | parts).items():
            file.writestr(name, part)
    return content.getvalue()


def lying(content: bytes, part: str, declared: int) -> bytes:
    """Return the zip with a false size for one part in its directory."""
    with zipfile.ZipFile(BytesIO(content)) as file:
        true = file.getinfo(part).file_size
    at = content.rfind(part.encode())
    header = content.rfind(b"PK\x01\x02", 0, at)
    assert int.from_bytes(content[header + 24 : header + 28], "little") == true
    return content[: header + 24] + declared.to_bytes(4, "little") + content[header + 28 :]


def bomb() -> bytes:
    return packed(**{"xl/worksheets/sheet1.xml": SHEET.format("a" * (300 << 20))})


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'

HOSTILE = {
    "zip bomb": (bomb, "unpacks to .* times its size"),
    "false size": (
        lambda: lying(
            packed(**{"xl/sharedStrings.xml": "a" * (200 << 20)}), "xl/sharedStrings.xml", 1000
        ),
        "damaged",
    ),
    "many parts": (lambda: packed(**{f"xl/{n}": "" for n in range(6000)}), "6004 parts"),
    "entities": (
        lambda: packed(**{"xl/worksheets/sheet1.xml": ENTITIES + SHEET.format("&b;")}),
        "declares XML entities",
    ),
    "password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    "old .xls": (lambda: OLE + bytes(1000), r"an old \.xls workbook"),
    "macros": (lambda: packed(**{"xl/vbaProject.bin": "x"}), "holds macros"),
    "made for macros": (
        lambda: packed(**{"[Content_Types].xml": "application/vnd.ms-excel.macroEnabled"}),
        "made for macros",
    ),
    "OpenDocument": (lambda: packed(mimetype="x", **{"content.xml": "x"}), "OpenDocument"),
    "binary workbook": (lambda: packed(**{"xl/workbook.bin": "x"}), r"\.xlsb"),
    "text": (lambda: b"date,reporter\n", r"not an \.xlsx workbook"),
    "another zip": (lambda: _zip_of("a.txt"), "without a workbook in it"),
    "empty": (lambda: b"", "incomplete or damaged"),
    "broken XML": (lambda: packed(**{"xl/workbook.xml": "<workbook>"}), "workbook"),
    "broken sheet": (
        lambda: packed(**{"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row"}),
        ".",
    ),
    "no content types": (lambda: _zip_of("xl/workbook.xml"), "without a workbook in it"),
}


def _zip_of(name: str) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr(name, "x")
    return content.getvalue()


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_or_other_file_is_named_and_left_alone(tmp_path: Path, kind: str) -> None:
    # fault 33
    make, message = HOSTILE[kind]
    path = tmp_path / "workbook.xlsx"
    path.write_bytes(make())
    before = path.read_bytes()

    with pytest.raises(SheetError, match=message) as refused:
        Workbook(path, pause=0).read()

    assert "workbook.xlsx" in str(refused.value)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_what_never_ends_is_not_read(tmp_path: Path) -> None:
    pipe, device = tmp_path / "pipe.xlsx", tmp_path / "zero.xlsx"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")

    for path in (pipe, device):
        with pytest.raises(SheetError, match=r"not an \.xlsx workbook"):
            Workbook(path, pause=0).read()


@pytest.mark.parametrize("kind", ["zip bomb", "false size", "entities"])
def test_refusing_takes_less_than_a_second_and_100_mb(tmp_path: Path, kind: str) -> None:
    # fault 33
    path = tmp_path / "workbook.xlsx"
    path.write_bytes(HOSTILE[kind][0]())
    script = (
        "import resource, sys, time\n"
        "from pathlib import Path\n"
        "from sheets_sync.spreadsheet import SheetError\n"
        "from sheets_sync.xlsx import Workbook\n"
        "before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()\n"
        "try:\n    Workbook(Path(sys.argv[1]), pause=0).read()\n"
        "except SheetError:\n"
        "    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "    print(after - before, time.process_time() - start)\n"
    )

    run = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )

    kilobytes, seconds = run.stdout.split()
    assert int(kilobytes) < 100_000
    assert float(seconds) < 1


def test_a_half_copied_workbook_is_read_once_it_is_whole(desk: Desk) -> None:
    # fault 34
    whole = desk.path.read_bytes()
    desk.path.write_bytes(whole[: len(whole) // 2])
    finish = threading.Timer(0.2, desk.path.write_bytes, [whole])
    finish.start()

    snapshot = Workbook(desk.path, pause=0.3).read()

    finish.join()
    assert snapshot.worksheets[0].rows[1][1] == "Ana"


def test_a_workbook_cut_anywhere_is_a_named_error(tmp_path: Path) -> None:
    # fault 34
    path = tmp_path / "workbook.xlsx"
    Workbook(path).create(TABS, {})
    whole = path.read_bytes()

    for length in range(0, len(whole), len(whole) // 40):
        path.write_bytes(whole[:length])
        with pytest.raises(SheetError, match="incomplete or damaged"):
            Workbook(path, pause=0).read()
        assert path.read_bytes() == whole[:length]


def test_a_workbook_with_any_byte_flipped_is_read_or_named(desk: Desk) -> None:
    whole = desk.path.read_bytes()

    for at in range(7, len(whole), 97):
        desk.path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        book = Workbook(desk.path, pause=0)
        try:
            base = book.read()
            book.write(base, Changes(edits=(Edit("Reports", 2, 11, "ok"),)))
        except SheetError:
            continue
