"""Sheets as Markdown in tests: a reviewer sees the sheet and the expectation together."""

from sheets_sync.headers import Table, find_table
from sheets_sync.layout import Tab
from sheets_sync.spreadsheet import Cell, Worksheet


def rows(markdown: str) -> list[list[Cell]]:
    """Return the cells of a Markdown table; a blank cell is None, a plain number a number."""
    lines = [line.strip() for line in markdown.strip().splitlines()]
    return [[_cell(part) for part in line.strip("|").split("|")] for line in lines]


def _cell(part: str) -> Cell:
    text = part.strip()
    if not text:
        return None
    return int(text) if text.isdecimal() and not text.startswith("0") else text


def table(tab: Tab, markdown: str) -> Table:
    """Return a tab that stands in the sheet as the Markdown shows it."""
    worksheet = Worksheet(tab.title, rows(markdown))
    return find_table(worksheet, tab, aliases={}, ours=True, kept={})
