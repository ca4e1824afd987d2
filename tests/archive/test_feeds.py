"""The feeds are valid Atom (RFC 4287), and a reader never takes an old entry for a new one."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import pytest
from defusedxml import ElementTree as ET

from tests.archive.valley import URL, Valley, valley

ATOM = "{http://www.w3.org/2005/Atom}"
# RFC 3339; a feed validator also wants the zone.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
# RFC 4151: an authority, a day from which it was theirs, and what they name.
TAG_URI = re.compile(r"tag:[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*")
ONCE = {
    "feed": {"id", "title", "updated", "generator", "subtitle", "rights", "icon", "logo"},
    "entry": {"id", "title", "updated", "published", "content", "summary", "rights", "source"},
}
KNOWN = {
    "feed": ONCE["feed"] | {"author", "link", "category", "contributor", "entry"},
    "entry": ONCE["entry"] | {"author", "link", "category", "contributor"},
}
FORBIDDEN = {"script", "iframe", "object", "embed", "style", "form", "input", "meta", "link"}


class Tags(HTMLParser):
    """Notes what a feed reader would find in an entry's HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in FORBIDDEN:
            self.faults.append(f"<{tag}>")
        for name, value in attributes:
            if name.startswith("on") or name == "style":
                self.faults.append(f"{tag} {name}")
            if name in ("href", "src") and not (value or "").startswith(("http://", "https://")):
                self.faults.append(f"{tag} {name} {value} is no whole web address")
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")


def faults(content: bytes, url: str) -> list[str]:
    """Return what is wrong with a feed by the rules of the RFC and of feed validators."""
    feed = ET.fromstring(content)
    found = [] if feed.tag == f"{ATOM}feed" else [f"the root is {feed.tag}"]
    found += element_faults(feed, "feed")
    selves = [x.get("href") for x in feed.findall(f"{ATOM}link") if x.get("rel") == "self"]
    if selves != [url]:
        found.append(f"the feed says that it is at {selves}")
    ids = [text(entry, "id") for entry in feed.findall(f"{ATOM}entry")]
    found += ["two entries have one id"] * (len(set(ids)) < len(ids))
    for entry in feed.findall(f"{ATOM}entry"):
        found += element_faults(entry, "entry")
        if not entry.findall(f"{ATOM}author") and not feed.findall(f"{ATOM}author"):
            found.append("an entry has no author")
        if text(entry, "published") > text(entry, "updated"):
            found.append("an entry was updated before it was published")
    return found


def element_faults(element: Element, kind: str) -> Iterator[str]:
    names = [child.tag.removeprefix(ATOM) for child in element]
    yield from (
        f"{kind} without {name}" for name in ("id", "title", "updated") if name not in names
    )
    yield from (f"{kind} with two {name}" for name in ONCE[kind] if names.count(name) > 1)
    yield from (f"{kind} with {name}" for name in names if name not in KNOWN[kind])
    if not TAG_URI.fullmatch(text(element, "id")):
        yield f"{text(element, 'id')} is no tag: URI"
    for name in {"updated", "published"} & set(names):
        if not MOMENT.fullmatch(text(element, name)):
            yield f"{text(element, name)} is no moment"
        datetime.fromisoformat(text(element, name))
    if not text(element, "title").strip():
        yield f"{kind} with an empty title"
    for link in element.findall(f"{ATOM}link"):
        if urlsplit(link.get("href")).scheme not in ("http", "https"):
            yield f"a link leads to {link.get('href')}"
    alternates = [
        link.get("type")
        for link in element.findall(f"{ATOM}link")
        if link.get("rel") == "alternate"
    ]
    if alternates != ["text/html"]:
        yield f"{kind} with the alternates {alternates}"
    for author in element.findall(f"{ATOM}author"):
        if not text(author, "name").strip():
            yield "an author without a name"
        if author.find(f"{ATOM}email") is not None:
            yield "an author with an address"
    yield from (
        "category without a term" for x in element.findall(f"{ATOM}category") if not x.get("term")
    )
    content = element.find(f"{ATOM}content")
    if content is not None:
        tags = Tags()
        tags.feed(content.text or "")
        yield from tags.faults
        yield from (f"<{tag}> stays open" for tag in tags.open)
        if content.get("type") not in ("html", "text", "xhtml"):
            yield f"content of type {content.get('type')}"


def text(element: Element, name: str) -> str:
    found = element.find(f"{ATOM}{name}")
    return found.text or "" if found is not None else ""


def entries(here: Valley, path: str = "feed.xml") -> list[tuple[str, str]]:
    """Return title and moment of change of each entry."""
    feed = ET.fromstring((here.folder / path).read_bytes())
    return [(text(e, "title"), text(e, "updated")) for e in feed.findall(f"{ATOM}entry")]


def ids(here: Valley, path: str = "feed.xml") -> list[str]:
    """Return the ids of a feed and its entries."""
    feed = ET.fromstring((here.folder / path).read_bytes())
    return [text(feed, "id"), *(text(e, "id") for e in feed.findall(f"{ATOM}entry"))]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Valley]:
    with valley(tmp_path) as opened:
        yield opened


HOSTILE = (
    "<script>alert(1)</script> & ]]> <b>bold</b> \"quoted\" 'too'\n"
    'javascript:alert(1) https://example.org/?a=1&b="<x>" \u202eright\u202c 😀 ]]&gt;'
)


def test_every_feed_is_valid(here: Valley):
    here.types(reporter="ana", text=HOSTILE, tags="a<b, c&d, 本地化, a/b", about="<i>x</i>",
               outcome=HOSTILE, link="https://example.org/?x=1&y=<2>")  # fmt: skip
    here.types(reporter="<b>Stranger</b>", text="\u0085", link="https://example.org", decision="ok")
    with here.manager.editing():
        for number in range(40):
            here.types(reporter="ben", text=f"Report {number}", tags="many")
    here.publishes()

    feeds = sorted(path.relative_to(here.folder).as_posix() for path in here.folder.rglob("*.xml"))
    wrong = {
        path: faults((here.folder / path).read_bytes(), f"{URL}/{quoted(path)}") for path in feeds
    }
    assert wrong == {path: [] for path in feeds}
    assert len(feeds) == 8
    assert len(entries(here)) == len(entries(here, "tags/many/feed.xml")) == 30


def quoted(path: str) -> str:
    return "".join(
        c if c.isascii() else "".join(f"%{byte:02X}" for byte in c.encode()) for c in path
    )


def test_a_feed_without_entries_is_valid(here: Valley):
    here.publishes()

    assert faults((here.folder / "feed.xml").read_bytes(), f"{URL}/feed.xml") == []


def test_the_checks_find_faults():
    broken = f"""<feed xmlns="{ATOM[1:-1]}"><title/><id>urn:x</id><id>y</id>
        <entry><updated>yesterday</updated><content type="html">&lt;script&gt;</content></entry>
        </feed>""".replace("yesterday", "2026-11-23")

    assert len(faults(broken.encode(), f"{URL}/feed.xml")) > 8


def test_an_entry_keeps_its_id_and_moment_through_all_that_may_happen(here: Valley):
    row = here.types(date=date(2026, 11, 19), reporter="ana", text="Talked with Ben.", tags="tea")
    here.publishes()
    known = {path: ids(here, path) for path in ("feed.xml", "people/ana/feed.xml")}
    told = entries(here)

    with here.manager.editing():  # moved, renamed, an address of another host, a day later
        here.manager.types("People", 2, "username", "annarossi")
        here.manager.types("People", 2, "name", "Ana Weiss")
        here.manager.types("Reports", row, "reporter", "annarossi")
    here.moves("https://elsewhere.example.org")
    here.now += timedelta(days=1)
    here.publishes()

    assert ids(here) == known["feed.xml"]
    assert ids(here, "people/annarossi/feed.xml") == known["people/ana/feed.xml"]
    assert entries(here) == [("Ana Weiss: Talked with Ben.", told[0][1])]
    assert known["feed.xml"][0] == "tag:reports.example.org,2026-11-20:feed"


def test_a_correction_is_told_once(here: Valley):
    row = here.types(date=date(2026, 11, 19), reporter="ana", text="Talked with Ben.")
    here.types(date=date(2026, 11, 18), reporter="ben", text="Something else.")
    here.publishes()
    first = dict(entries(here))

    here.now += timedelta(hours=2)
    here.manager.types("Reports", row, "text", "Talked with Ben for an hour.")
    here.publishes()
    corrected = dict(entries(here))
    here.now += timedelta(hours=2)
    here.types(reporter="ben", text="A third.")
    here.publishes()

    assert first["Ana Rossi: Talked with Ben."] == "2026-11-20T07:30:00Z"
    assert corrected == {
        "Ana Rossi: Talked with Ben for an hour.": "2026-11-20T09:30:00Z",
        "Ben Okafor: Something else.": "2026-11-20T07:30:00Z",
    }
    assert dict(entries(here)) == corrected | {"Ben Okafor: A third.": "2026-11-20T11:30:00Z"}


def test_what_is_hidden_is_gone_from_every_feed(here: Valley):
    row = here.types(reporter="ana", text="A secret.", tags="tea")
    here.types(reporter="ana", text="Something else.", tags="tea")
    here.publishes()

    here.manager.types("Reports", row, "decision", "hide")
    here.publishes()

    shown = ["Ana Rossi: Something else."]
    assert [title for title, _ in entries(here)] == shown
    assert [title for title, _ in entries(here, "tags/tea/feed.xml")] == shown
    assert [title for title, _ in entries(here, "people/ana/feed.xml")] == shown
