"""What people made with their program stays, or the workbook is not written."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from sheets_sync.spreadsheet import Append, Edit, SheetUnwritable
from tests.xlsx.conftest import Desk

SHEET = "xl/worksheets/sheet1.xml"
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def gets(path: Path, added: dict[str, str | bytes], beside: str = "", link: str = "") -> None:
    """Add parts, XML at the end of the first sheet, and a link from it, as an editor would."""
    content = BytesIO()
    with ZipFile(path) as before, ZipFile(content, "w") as after:
        for name in before.namelist():
            xml = before.read(name).decode()
            if name == SHEET:
                xml = xml.replace("</worksheet>", f"{beside}</worksheet>")
            if link and name == "xl/worksheets/_rels/sheet1.xml.rels":
                to = f'<Relationship Id="x1" Type="{LINK}/drawing" Target="{link}"/>'
                xml = xml.replace("</Relationships>", f"{to}</Relationships>")
            after.writestr(name, xml)
        for name, part in added.items():
            after.writestr(name, part)
    path.write_bytes(content.getvalue())


def drawing(inner: str) -> str:
    return (
        '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing">'
        f"<xdr:twoCellAnchor>{inner}</xdr:twoCellAnchor></xdr:wsDr>"
    )


def extension(inner: str) -> str:
    return f'<extLst><ext uri="{{0}}" xmlns:x14="urn:x14">{inner}</ext></extLst>'


def shape(path: Path, inner: str) -> None:
    gets(path, {"xl/drawings/drawing9.xml": drawing(inner)}, link="../drawings/drawing9.xml")


LOST: dict[str, tuple[Callable[[Path], None], str]] = {
    "text box": (lambda p: shape(p, "<xdr:sp/>"), "a text box or shape in the tab 'Reports'"),
    "image": (lambda p: shape(p, "<xdr:pic/>"), "an image in the tab 'Reports'"),
    "group": (
        lambda p: shape(p, "<xdr:grpSp/><xdr:cxnSp/>"),
        "grouped shapes in the tab 'Reports'; a line in the tab 'Reports'",
    ),
    "sparklines": (
        lambda p: gets(p, {}, extension("<x14:sparklineGroups/>")),
        "sparklines in the tab 'Reports'",
    ),
    "far lists": (
        lambda p: gets(p, {}, extension("<x14:dataValidations/>")),
        "a drop-down list that takes its choices from another tab in the tab 'Reports'",
    ),
    "unknown": (
        lambda p: gets(p, {}, extension("<x99:holograms xmlns:x99='urn:x99'/>")),
        "a newer feature of Excel in the tab 'Reports'",
    ),
    "controls": (lambda p: gets(p, {"xl/ctrlProps/ctrlProp1.xml": "<x/>"}), "form controls"),
    "threads": (
        lambda p: gets(p, {"xl/threadedComments/threadedComment1.xml": "<x/>"}),
        "threaded comments",
    ),
    "new chart": (
        lambda p: gets(p, {"xl/charts/chartEx1.xml": "<x/>"}),
        "a chart of the newer kind",
    ),
    "unnamed": (lambda p: gets(p, {"xl/wonders/wonder1.xml": "<x/>"}), "xl/wonders/wonder.xml"),
}


@pytest.mark.parametrize("kind", LOST)
def test_what_would_be_lost_is_named_and_the_file_left_alone(desk: Desk, kind: str) -> None:
    # fault 45
    make, thing = LOST[kind]
    make(desk.path)
    before = desk.path.read_bytes()

    assert desk.cell(2, 1) == "Ana", "reading is fine"
    with pytest.raises(SheetUnwritable) as refused:
        desk.write(Edit("Reports", 2, 11, "ok"))

    assert str(refused.value).startswith(
        f"workbook.xlsx is not written, because this would be lost: {thing}. Move "
    )
    assert desk.path.read_bytes() == before
    assert [entry.name for entry in desk.path.parent.iterdir()] == ["workbook.xlsx"]


def test_what_people_make_with_formats_and_charts_survives(desk: Desk) -> None:
    # fault 45
    with desk.manager.editing() as book:
        sheet = book["Reports"]
        sheet["P1"], sheet["P2"], sheet["P3"] = "mine", 5, "=P2*2"
        sheet["B2"].fill = PatternFill("solid", fgColor="FFFF00")
        sheet["C2"] = CellRichText("plain ", TextBlock(InlineFont(b=True), "bold "), "end")
        sheet["C3"].comment = Comment("Ask her", "Bo")
        sheet["P2"].font = Font(bold=True, color="FF0000")
        sheet["P2"].hyperlink = "https://example.org/"
        sheet.column_dimensions["Q"].hidden = True
        sheet.row_dimensions[3].hidden = True
        sheet.row_dimensions[3].height = 50
        sheet.freeze_panes = "C2"
        sheet.merge_cells("R1:S2")
        sheet.conditional_formatting.add(
            "P2:P3", CellIsRule(operator="greaterThan", formula=["3"], font=Font(bold=True))
        )
        own = DataValidation(type="whole", operator="between", formula1="1", formula2="9")
        own.add("P2:P3")
        sheet.add_data_validation(own)
        sheet.protection.sheet = False
        chart = BarChart()
        chart.add_data(Reference(sheet, min_col=16, min_row=1, max_row=3), titles_from_data=True)
        sheet.add_chart(chart, "U2")
        theirs = book.create_sheet("Theirs")
        for row in (["a", "b"], ["1", "2"]):
            theirs.append(row)
        theirs.add_table(Table(displayName="Mine", ref="A1:B2"))
        book.defined_names["Answer"] = DefinedName("Answer", attr_text="Reports!$P$2")
        hidden = book.create_sheet("Hidden")
        hidden.sheet_state = "hidden"
    before = _features(desk.path)

    desk.write(
        Edit("Reports", 2, 11, "ok"), Append("Reports", {1: "Cy"}), Append("Theirs", {0: "3"})
    )

    after = _features(desk.path)
    grown = {"lists": "P2:P4", "conditional": ["P2:P4"], "table": "A1:B3", "filter": "A1:N4"}
    assert after == before | grown


def _features(path: Path) -> dict[str, object]:
    book = load_workbook(path, rich_text=True)
    sheet = book["Reports"]
    with ZipFile(path) as parts:
        charts = [name for name in parts.namelist() if "/charts/" in name]
    return {
        "fill": sheet["B2"].fill.fgColor.rgb,
        "rich": str(sheet["C2"].value) + repr(type(sheet["C2"].value)),
        "bold": [getattr(part, "font", None) and part.font.b for part in sheet["C2"].value],
        "comment": (sheet["C3"].comment.text, sheet["C3"].comment.author),
        "note": sheet["A1"].comment.text,
        "font": (sheet["P2"].font.b, sheet["P2"].font.color.rgb),
        "link": sheet["P2"].hyperlink.target,
        "formula": sheet["P3"].value,
        "column": sheet.column_dimensions["Q"].hidden,
        "widths": [sheet.column_dimensions[letter].width for letter in "ABCP"],
        "row": (sheet.row_dimensions[3].hidden, sheet.row_dimensions[3].height),
        "freeze": sheet.freeze_panes,
        "merged": str(sheet.merged_cells),
        "conditional": [str(rule.sqref) for rule in sheet.conditional_formatting],
        "lists": str(sheet.data_validations.dataValidation[-1].sqref),
        "own list": str(sheet.data_validations.dataValidation[0].sqref),
        "table": book["Theirs"].tables["Mine"].ref,
        "filter": sheet.auto_filter.ref,
        "name": book.defined_names["Answer"].attr_text,
        "states": [found.sheet_state for found in book.worksheets],
        "charts": charts,
    }
