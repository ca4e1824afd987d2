"""Old addresses -> small pages that lead to the new ones: of an older site, and of renamed people.

Pure. Nothing leads to somebody who asked not to be shown: the old address would name them.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from urllib.parse import unquote

from digests.archive.page import Page
from digests.archive.public import Slip
from digests.archive.rendering import Site
from digests.archive.telling import report_path

LONGEST_NAME = 200
"""Bytes of a username; file systems allow 255."""
_OLD = re.compile(
    r"https?://[^/]+/(u/(?!\.+/)([^/@?#\x00-\x1f]{1,80})/r/\d{4}/[^\W\d_]{3,20}/\d{1,2}/\d{1,18})/?"
)
"""`/u/NAME/r/YYYY/Month/D/ID/`, as the Reps portal had it."""


def moved_pages(site: Site, slips: Sequence[Slip]) -> Iterator[Page]:
    """Yield a page for each old address, once."""
    profiles: dict[str, str] = {}
    seen: set[str] = set()
    for slip in slips:
        path, name = old_address(slip.report.once_at)
        if path and path not in seen and slip.writer is not None:
            seen.add(path)
            yield _moved(site, path, report_path(slip))
            if name not in profiles:
                profiles[name] = site.teller.page_of(slip.writer)
    for name, page in profiles.items():
        if page:
            yield _moved(site, f"u/{name}/", page)
    for before, id in site.public.addresses.before.items():
        person = site.public.people.get(id)
        if person and (page := site.teller.page_of(person)):
            yield _moved(site, f"people/{before}/", page)


def old_address(url: str) -> tuple[str, str]:
    """Return the path of a report's old page, and its writer's name there; empty for any other."""
    found = _OLD.fullmatch(unquote(url) if "%" in url else url)
    if found is None or len(found[2].encode()) > LONGEST_NAME:
        return "", ""
    return f"{found[1]}/", found[2]


def _moved(site: Site, path: str, to: str) -> Page:
    made = partial(site.render, "moved.html", path, to=to)
    return Page(f"{path}index.html", site.quick_print(to), made)
