"""A tag grows into a category: mails, pages and the form show it, and no report is touched."""

import re

import pytest

from tests.web.village import founded


@pytest.fixture
def village(tmp_path):
    with founded(tmp_path / "village") as made:
        yield made


def headings(page: str, level: int) -> list[str]:
    found = re.findall(rf"<h{level}[^>]*>(.*?)</h{level}>", page, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", one).strip() for one in found]


def test_a_category_counts_from_now_on_and_back_to_old_reports(village):
    village.reports(
        "ana: Talked with a journalist #press",
        "ben: Helped Cleo begin #onboarding",
        "ana: Watered the plants",
    )
    before = village.manager.cells("Reports")
    rows = [row[0] for row in village.manager.cells("Tags")]
    village.manager.types("Tags", rows.index("press") + 1, "category", "Outreach <b>")
    village.sync()

    village.freezes()
    village.delivers()
    body = village.mails()["ben@example.org"].get_body(("plain",))
    text = body.get_content().replace("\r", "") if body else ""
    reader = village.project.links.reports(village.id_of("ben@example.org"), 0)
    pages = village.browser.get(reader.partition("example.org")[2]).text
    form = village.browser.get("/").text

    assert re.findall(r"^(.+)\n=+$", text, re.MULTILINE) == [
        "Outreach <b>",
        "Other reports",
        "What you can do",
    ]
    assert text.index("Outreach") < text.index("journalist") < text.index("Other reports")
    assert text.index("Other reports") < text.index("Helped Cleo")
    assert headings(pages, 3) == ["Outreach &lt;b&gt;", "Other reports"]
    assert re.findall(r'<p class="category">(.*?)</p>', form) == [
        "<bdi>Outreach &lt;b&gt;</bdi>",
        "Other tags",
    ]
    assert village.manager.cells("Reports") == before


def test_without_categories_nothing_is_grouped(village):
    village.reports("ana: Talked with a journalist #press", "ben: Watered the plants")

    reader = village.project.links.reports(village.id_of("ben@example.org"), 0)

    assert headings(village.browser.get(reader.partition("example.org")[2]).text, 3) == []
    assert 'class="category"' not in village.browser.get("/").text
