"""Figures: the picture, the numbers behind it, and that everybody can tell its parts apart."""

import re
from datetime import date
from itertools import pairwise

import pytest
from defusedxml.ElementTree import fromstring

from digests.figures import STYLE, figures
from digests.tallies import tally
from sheets_sync.community import Community
from tests.test_tallies import COMMUNITY, TODAY, report

HOSTILE = '<script>alert("x")</script>'
REPORTS = [
    report("2026-10-05", "swag", HOSTILE),
    report("2026-10-13", "swag", person="p-2", mentor="p-1"),
    report("2026-11-25", about="Ben"),
]
# Viénot, Brettel and Mollon 1999: linear RGB as people without one kind of cone see it.
EYES = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red cones": ((0.11238, 0.88762, 0), (0.11238, 0.88762, 0), (0.00401, -0.00401, 1)),
    "no green cones": ((0.29275, 0.70725, 0), (0.29275, 0.70725, 0), (-0.02234, 0.02234, 1)),
}


def test_the_numbers_are_those_of_the_tallies():
    made = {one.name: one for one in figures(tally(REPORTS, COMMUNITY, today=TODAY), "en")}

    assert list(made) == ["reports", "tags", "mentoring", "countries"]
    assert made["reports"].header == ("Week from", "Reports")
    assert made["reports"].rows[:3] == (
        ("Oct 5, 2026", (1,)),
        ("Oct 12, 2026", (1,)),
        ("Oct 19, 2026", (0,)),
    )
    assert made["tags"].header == ("Week from", "swag", HOSTILE, "No tag")
    assert made["countries"].rows == (("Italy", (3,)),)
    assert made["reports"].description == "Oct 5, 2026 to Nov 23, 2026. Reports: 3"


def test_a_figure_is_whole_markup_with_a_name_a_text_and_a_table():
    for one in figures(tally(REPORTS, COMMUNITY, today=TODAY), "en"):
        root = fromstring(str(one.html).replace("&nbsp;", " "))
        picture = root.find("svg")
        assert picture is not None
        assert picture.get("role") == "img"
        title, text = picture.find("title"), picture.find("desc")
        assert title is not None
        assert text is not None
        assert picture.get("aria-labelledby") == f"{title.get('id')} {text.get('id')}"
        assert (title.text, text.text) == (one.title, one.description)
        table = root.find("details/div/table")
        assert table is not None
        shown = [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]
        rows = [[name, *map(str, counts)] for name, counts in one.rows]
        assert shown == [list(one.header), *rows]


def test_what_people_typed_is_never_markup():
    html = "".join(one.html for one in figures(tally(REPORTS, COMMUNITY, today=TODAY), "en"))

    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_bar_is_as_tall_as_its_count():
    tallies = tally([report("2026-11-23")] * 3 + [report("2026-11-16")], COMMUNITY, today=TODAY)
    bars = figures(tallies, "en")[0].drawing.bars

    heights = [bar.height + 1 for bar in bars]
    assert heights[1] == pytest.approx(3 * heights[0], abs=0.2)


def test_a_single_week_is_a_bar_and_dots_not_a_wall_and_nothing() -> None:
    made = {
        one.name: one
        for one in figures(tally([report("2026-11-23", about="Ben")], COMMUNITY, today=TODAY), "en")
    }

    (bar,) = made["reports"].drawing.bars
    assert bar.width == 48
    assert bar.x + bar.width / 2 == pytest.approx((38 + 392) / 2, abs=1)
    curves = made["mentoring"].drawing.curves
    assert [len(curve.dots) for curve in curves] == [1] * len(curves)
    assert str(made["mentoring"].html).count("<circle ") == len(curves)


def test_a_figure_speaks_the_language_of_its_readers():
    english, german = (figures(tally(REPORTS, COMMUNITY, today=TODAY), w)[0] for w in ("en", "de"))

    assert english.rows[0][0] == "Oct 5, 2026"
    assert german.rows[0][0] == "5. Okt. 2026"


def test_without_reports_there_is_no_figure():
    empty = tally([], Community(COMMUNITY.at), today=date(2026, 11, 25))

    assert figures(empty, "en") == ()


def shades(theme: str) -> list[tuple[float, ...]]:
    """Return the colours of the style sheet as linear RGB."""
    light, _, dark = STYLE.partition("prefers-color-scheme:dark")
    found = re.findall(r"--shade-\d:#([0-9a-f]{6})", light if theme == "light" else dark)
    return [tuple(linear(int(one[at : at + 2], 16) / 255) for at in (0, 2, 4)) for one in found]


def linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def luminance(colour: tuple[float, ...]) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def lab(colour: tuple[float, ...]) -> tuple[float, ...]:
    r, g, b = (max(part, 0) for part in colour)
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize(("theme", "paper"), [("light", "#ffffff"), ("dark", "#121417")])
def test_every_shade_stands_out_from_the_paper(theme: str, paper: str):
    # WCAG 2.2, 1.4.11: at least 3 to 1.
    ground = luminance(tuple(linear(int(paper[at : at + 2], 16) / 255) for at in (1, 3, 5)))
    for shade in shades(theme):
        high, low = max(luminance(shade), ground), min(luminance(shade), ground)
        assert (high + 0.05) / (low + 0.05) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("eyes", EYES)
def test_neighbouring_shades_differ_for_everybody(theme: str, eyes: str):
    seen = [
        lab(tuple(sum(a * b for a, b in zip(row, shade, strict=True)) for row in EYES[eyes]))
        for shade in shades(theme)
    ]

    assert len(seen) == 8
    for one, other in pairwise(seen):
        assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 40
