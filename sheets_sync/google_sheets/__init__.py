"""A spreadsheet on Google: read in one call or two, written in one, and always checked."""

from sheets_sync.google_sheets.calls import Calls, Patience
from sheets_sync.google_sheets.spreadsheet import GoogleSpreadsheet

__all__ = ["Calls", "GoogleSpreadsheet", "Patience"]
