"""Whatever people wrote, feeds and the index are well-formed, valid and made at once.

Short here, long in `make soak`.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from digests.archive.addresses import give_addresses
from digests.archive.feeds import Revisions
from digests.archive.pages import make_pages
from digests.archive.public import Holdings, Imprint, make_public
from digests.archive.rendering import Site
from forms.wording import translations
from sheets_sync.community import Community, Person, Report, Status
from sheets_sync.tags import Tag
from tests.archive.test_feeds import faults, quoted
from tests.archive.valley import URL
from tests.pace import less_than_a_second

SOAK = bool(os.environ.get("TIDINGS_SOAK"))
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
MEGABYTE = 1_000_000
NASTY = (
    "<script>alert(1)</script>", "]]>", "&#0;", "&amp;", "<!--", "<?xml ?>", "\x00", "\x0b",
    "\x1b[31m", "\x85", "\ud800", "\udfff", "\ufffe", "\uffff", "\u202e", "\u2066", "\u200f",
    "\U000e0001",
    "\u2028", "e\u0301" * 40, "javascript:alert(1)", "data:text/html,x", "https://[", "#", "..",
    "https://example.org/?a=1&b=<\"'>", "https://exa mple.org", "ana@example.org", "/", "\\", "%00",
    "\r\n\r\n",
)  # fmt: skip
letters = st.characters(codec=None)
words = st.lists(st.sampled_from(NASTY) | st.text(letters, max_size=12), max_size=6).map("".join)


def report(number: int, *, text: str = "x", **more: object) -> Report:
    """Return a report; what is not named is ordinary."""
    given = {
        "date": date(2026, 11, 20), "reporter": "ana", "person": "p-1", "name": "Ana Rossi",
        "tags": (), "link": "", "about": (), "outcome": "", "status": Status.OK, "mentor": "",
        "received": MONDAY, "source": "form", "accepted": number, **more,
    }  # fmt: skip
    return Report(id=f"r-{number:010}", text=text, **given)  # type: ignore[arg-type]


def person(name: str, username: str) -> Person:
    return Person("p-1", name, "ana@example.org", username, (), frozenset(), "", "")


def files(
    reports: list[Report], *, name: str, username: str, tag: str
) -> Iterator[tuple[str, bytes]]:
    """Build the archive of these reports; yield the feeds, and what the browser's search reads."""
    community = Community(MONDAY, people=(person(name, username),), tags=(Tag("tea", tag, ""),))
    imprint = Imprint("Valley", URL, "reports.example.org,2026-11-20", secret=b"x")
    addresses = give_addresses(community.people, {})
    public = make_public(Holdings(reports, community, UTC), addresses, imprint)
    site = Site(public, imprint, translations("en"))
    for page in make_pages(site, Revisions(site, {}, MONDAY)):
        if page.path.endswith((".xml", ".json")):
            yield page.path, page.make()


@settings(
    max_examples=3_000 if SOAK else 60,
    deadline=None,
    derandomize=not SOAK,
    phases=[Phase.generate, Phase.shrink] if SOAK else [Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    said=st.lists(
        st.tuples(words, words, words, st.lists(words, max_size=3)), min_size=1, max_size=3
    ),
    name=words,
    username=words,
    tag=words,
    written=st.booleans(),
)
def test_any_words_make_valid_feeds(said, name, username, tag, written) -> None:
    # faults 8, 9, 10, 15
    reports = [
        report(
            number, text=text, outcome=other, link=link, tags=tuple(tags), about=(other,),
            name=name, extra=((other, text),), person="p-1" if written else "",
        )
        for number, (text, other, link, tags) in enumerate(said, 1)
    ]  # fmt: skip

    made = dict(files(reports, name=name, username=username, tag=tag))

    assert "feed.xml" in made
    assert wrong(made) == []
    assert [path for path, content in made.items() if b"ana@example.org" in content] == []


def wrong(made: dict[str, bytes]) -> list[tuple[str, list[str]]]:
    """Return the files that no reader would take, with what is wrong."""
    for path, content in made.items():
        if path.endswith(".json"):
            json.loads(content)
    feeds = [path for path in made if path.endswith(".xml")]
    found = [(path, faults(made[path], f"{URL}/{quoted(path)}")) for path in feeds]
    return [(path, those) for path, those in found if those]


HUGE = [
    "x",
    "<",
    "&",
    "\x00",
    "\ud800",
    "\u202e",
    "a@b.de ",
    "https://e.org/ ",
    "\n",
    "#a,",
    "é",
    "]]>",
    " ",
]


@pytest.mark.parametrize("part", HUGE)
def test_a_megabyte_becomes_a_valid_feed_at_once(part: str) -> None:
    # As much as thirty reports of a sheet may hold, each with 32,000 characters.
    text = part * (MEGABYTE // 30 // len(part.encode("utf-8", "surrogatepass")))
    reports = [report(number, text=f"x{text}", tags=("tea",)) for number in range(1, 31)]

    with less_than_a_second():
        made = [next(files(reports, name="Ana Rossi", username="ana", tag="tea"))]

    assert [path for path, _ in made] == ["tags/tea/feed.xml"]
    assert wrong(dict(made)) == []
