"""Reports -> the index in which the browser searches: names once, reports in a piece for each year.

Pure. A piece holds all that it refers to, so that nothing new elsewhere changes it.
"""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from digests.archive.page import Page
from digests.archive.public import Slip
from digests.archive.rendering import Site
from digests.filters import EXPECTED_TAG
from digests.masking import without_addresses
from digests.unreadable import THE_END
from forms.wording import N_

WORDS = {
    "member": N_("a member"),
    "nothing": N_("Nothing was found."),
    "failed": N_("The search could not be loaded. Please try again later."),
    "column": N_("column {column}: {fault}"),
    "end": THE_END,
    "tag": EXPECTED_TAG,
    "more": N_("expected and, or, a comma, or the end, found {found}"),
    "closing": N_("expected and, or, a comma, or the closing parenthesis, found {found}"),
    "quote": N_("this quotation mark has no second one"),
    "long": N_("a filter has at most {count} characters"),
    "deep": N_("more than {count} parentheses or nots inside each other"),
    "several": N_("a name of several words goes in quotes: {quoted}"),
    "beside": N_(
        "two words side by side; write {one} for one tag, or {both} for reports with both"
    ),
    "no name": N_("expected a username or a full name in quotes after {prefix}, found {found}"),
    "me": N_("“me” has to be somebody on the roster"),
    "nobody": N_("{name} is nobody on the roster; write a username, or a full name in quotes"),
    "several people": N_(
        "{name} is the name of several people; write the username of one: {names}"
    ),
}
"""What the browser says. The faults of an expression are those of `digests.filters`."""


def index_pages(site: Site) -> Iterator[Page]:
    """Yield the files of the index: its pieces, and what leads to them."""
    pieces = []
    for year, those in groupby(site.public.slips, lambda slip: slip.day.year):
        page = _piece(site, year, tuple(those))
        pieces.append([year, page.print])
        yield page
    content = _dumped(_names(site, pieces))
    yield Page("index/names.json", site.print(content), partial(bytes, content))


def _piece(site: Site, year: int, slips: Sequence[Slip]) -> Page:
    mark = site.print(year, [slip.print for slip in slips])
    return Page(f"index/{year:04}.json", mark, lambda: _dumped(_rows(site, slips)))


def _rows(site: Site, slips: Sequence[Slip]) -> dict[str, Any]:
    """Return a year's reports in columns, the latest first; numbers point into `keys` and `who`."""
    keys: dict[str, int] = {}
    who: dict[tuple[str, str], int] = {}
    days, tags, writers, ids = [], [], [], []
    for slip in reversed(slips):
        writer = site.teller.writer(slip)
        address = site.public.addresses.now[slip.writer.id] if slip.writer and writer.href else ""
        name = writer.words if slip.name else ""
        ids.append(slip.report.id.removeprefix("r-"))
        days.append(slip.day.month * 100 + slip.day.day)
        writers.append(who.setdefault((address, name), len(who)))
        tags.append([keys.setdefault(label.key, len(keys)) for label in slip.labels])
    return {
        "ids": " ".join(ids),
        "days": days,
        "writers": writers,
        "tags": tags,
        "keys": list(keys),
        "who": list(who),
    }


def _names(site: Site, pieces: Sequence[Sequence[object]]) -> dict[str, Any]:
    public, teller = site.public, site.teller
    addresses = public.addresses.now
    writers = [public.people[id] for id in sorted(public.writers)] if site.imprint.people else []
    return {
        "language": site.imprint.language,
        "words": {name: teller.words.gettext(text) for name, text in WORDS.items()},
        "counted": [
            teller.words.ngettext("{count} report", "{count} reports", count) for count in (1, 2)
        ],
        "meanings": public.meanings,
        "tags": sorted(heading.label.shown for heading in public.headings.values()),
        "people": [
            [
                addresses[one.id],
                teller.name(one.name),
                without_addresses(one.username),
                addresses[one.mentor]
                if site.imprint.mentors and one.mentor in public.people
                else "",
            ]
            for one in writers
        ],
        "mentors": [
            [addresses[one.id], teller.name(one.name), without_addresses(one.username)]
            for one in public.people.values()
            if site.imprint.mentors and any(other.mentor == one.id for other in writers)
        ],
        "pieces": list(reversed(pieces)),
    }


def _dumped(content: object) -> bytes:
    # Half of a character, as a spreadsheet may hold, has no place in UTF-8.
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return written.encode("utf-8", "replace")
