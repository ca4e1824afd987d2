"""Colours have one home: pages load it, and mails have its colours written out."""

import re
from pathlib import Path

import pytest

from digests.render import TEMPLATES
from forms.palette import STATIC, painted, palette

ROOT = Path(__file__).parent.parent
HOMES = {
    Path("forms/static/colours.css"),
    # The shades that tell the lines of a chart apart.
    Path("digests/templates/figures.css"),
}
NAMES = "white|black|red|green|blue|gray|grey|silver|yellow|orange|teal|navy"
WRITTEN = re.compile(
    rf"#(?:[0-9a-f]{{8}}|[0-9a-f]{{6}}|[0-9a-f]{{3,4}})\b(?=[^{{]*[;}}\"])"
    rf"|\b(?:rgba?|hsla?|hwb|oklab|oklch|lab|lch|color)\(|[:\s](?:{NAMES})\s*[;}}!]",
    re.IGNORECASE,
)


def sources() -> list[Path]:
    kinds = {".css", ".html", ".svg"}
    folders = ("forms", "sheets_sync", "digests")
    found = [p for folder in folders for p in (ROOT / folder).rglob("*") if p.suffix in kinds]
    return [path.relative_to(ROOT) for path in found]


def colours_in(path: Path) -> list[str]:
    return WRITTEN.findall((ROOT / path).read_text("utf-8"))


def test_no_colour_stands_elsewhere():
    holding = {path for path in sources() if colours_in(path)}

    assert holding - {Path("forms/static/icon.svg")} == HOMES


def test_the_icon_has_the_colours_of_the_pages():
    assert set(colours_in(Path("forms/static/icon.svg"))) <= set(palette().values())


@pytest.mark.parametrize("style", [STATIC / "tidings.css", TEMPLATES / "mail.css"])
def test_every_colour_that_is_used_is_there(style: Path):
    used = set(re.findall(r"var\((--[a-z-]+)\)", style.read_text("utf-8")))

    assert len(used) > 5
    assert used <= set(palette())


def test_light_and_dark_have_the_same_names():
    assert list(palette()) == list(palette(dark=True))
    assert len(set(palette(dark=True).values()) & set(palette().values())) == 0


def test_a_style_is_painted_light_or_dark():
    style = "a { color: var(--accent); }"

    assert painted(style) == "a { color: #0d5c63; }"
    assert painted(style, dark=True) == "a { color: #8ed4d0; }"


def linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    parts = [linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("words", "ground"),
    [
        *((words, ground) for words in ("ink", "soft", "accent") for ground in ("paper", "card")),
        ("accent-strong", "tint"),
        ("on-accent", "accent"),
        ("on-accent", "accent-strong"),
        ("wrong", "wrong-tint"),
        ("notice", "notice-tint"),
    ],
)
def test_words_can_be_read_on_their_ground(words: str, ground: str, dark: bool):
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    colours = palette(dark=dark)
    low, high = sorted(luminance(colours[f"--{one}"]) for one in (words, ground))

    assert (high + 0.05) / (low + 0.05) >= 4.5
