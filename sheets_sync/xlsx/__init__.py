"""The workbook file: read with python-calamine, written with openpyxl, replaced in one step."""

from sheets_sync.xlsx.workbook import Workbook

__all__ = ["Workbook"]
