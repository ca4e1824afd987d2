"""Old addresses -> small pages that lead to the new ones: of an older site, and of renamed people.

Pure. Nothing leads to somebody who asked not to be shown: the old address would name them.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from urllib.parse import unquote, urlsplit

from digests.archive.page import Page
from digests.archive.public import Slip
from digests.archive.site import Site
from digests.archive.telling import report_path

LONGEST_NAME = 200
"""Bytes of a username; file systems allow 255."""
_OLD = re.compile(r"/(u/(?!\.+/)([^/@\x00-\x1f]{1,80})/)r/\d{4}/[^\W\d_]{3,20}/\d{1,2}/\d{1,18}/?")
"""`/u/NAME/r/YYYY/Month/D/ID/`, as the Reps portal had it."""


def moved_pages(site: Site, slips: Sequence[Slip]) -> Iterator[Page]:
    """Yield a page for each old address, once."""
    profiles: dict[str, str] = {}
    seen: set[str] = set()
    for slip in slips:
        path, profile = old_address(slip.report.once_at)
        if path and path not in seen and slip.writer is not None:
            seen.add(path)
            yield _moved(site, path, report_path(slip))
            if page := site.teller.page_of(slip.writer):
                profiles.setdefault(profile, page)
    for profile, page in profiles.items():
        yield _moved(site, profile, page)
    for before, id in site.public.addresses.before.items():
        person = site.public.people.get(id)
        if person and (page := site.teller.page_of(person)):
            yield _moved(site, f"people/{before}/", page)


def old_address(url: str) -> tuple[str, str]:
    """Return the path of a report's old page, and that of its writer; empty when it is no such."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return "", ""
    found = _OLD.fullmatch(path)
    if found and len(found[2].encode()) > LONGEST_NAME:
        return "", ""
    return (f"{path.strip('/')}/", found[1]) if found else ("", "")


def _moved(site: Site, path: str, to: str) -> Page:
    made = partial(site.render, "moved.html", path, to=to)
    return Page(f"{path}index.html", site.print(path, to), made)
