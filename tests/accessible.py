"""A page in the browser -> what axe-core finds against WCAG 2.2 A and AA."""

import json
from importlib.util import find_spec
from pathlib import Path

from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


def violations(page: Page, *, only_colours: bool = False) -> list[str]:
    """Return what is found, and that a page is wider than the screen.

    Another colour scheme changes nothing but colours: there these are enough.
    """
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.origin is not None
    # A strict CSP refuses script tags.
    if page.evaluate("window.axe === undefined"):
        page.evaluate(Path(spec.origin).with_name("axe.min.js").read_text("utf-8"))
    wanted = COLOURS if only_colours else WCAG
    found = page.evaluate(f"axe.run({{runOnly: {json.dumps(wanted)}}})")
    wrong = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append("wider than the screen")
    return wrong
