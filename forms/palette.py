"""The one style sheet with colours -> the same colours for what cannot load it.

Pages load the sheet itself. Mail programs know neither that nor custom properties, so in mails
each colour is written out where it is used.
"""

import re
from pathlib import Path

STATIC = Path(__file__).with_name("static")
COLOURS = (STATIC / "colours.css").read_text("utf-8")

_NAMED = re.compile(r"(--[a-z-]+): (#[0-9a-f]{6});")
_USED = re.compile(r"var\((--[a-z-]+)\)")
_DARK = "@media (prefers-color-scheme: dark)"


def palette(*, dark: bool = False) -> dict[str, str]:
    """Return the colours by their names."""
    light, _, others = COLOURS.partition(_DARK)
    return dict(_NAMED.findall(others.partition("@media")[0] if dark else light))


def painted(style: str, *, dark: bool = False) -> str:
    """Return a style with its colours written out."""
    colours = palette(dark=dark)
    return _USED.sub(lambda name: colours[name[1]], style)
