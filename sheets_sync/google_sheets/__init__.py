"""A spreadsheet on Google."""
