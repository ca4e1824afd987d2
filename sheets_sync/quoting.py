"""A text -> a CSV cell that no spreadsheet takes for a formula (fault 9)."""

SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What begins a formula in some program, in full width too."""


def quoted(text: str) -> str:
    """Return a text as it is, or after an apostrophe where a spreadsheet would calculate it."""
    # Blanks before the sign do not stop every program.
    return f"'{text}" if text.startswith(SIGNS) or text.lstrip().startswith(SIGNS) else text
