"""Reports -> Atom feeds (RFC 4287), whose entries keep their ids for good (RFC 4151).

Pure. When an entry was last changed is remembered from build to build, in `Revisions`.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from heapq import nlargest
from urllib.parse import quote
from xml.etree import ElementTree as ET

from digests.archive.addresses import href, short_print
from digests.archive.lists import Listing
from digests.archive.page import Page
from digests.archive.public import Slip, by_news, seal
from digests.archive.rendering import Site
from digests.archive.telling import moment, report_path
from sheets_sync.tags import key

ENTRIES = 30
ATOM = "http://www.w3.org/2005/Atom"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML can hold, not even escaped: one such sign, and no reader shows the feed."""
Known = Mapping[str, Sequence[str]]
"""Id of a report -> print of its words, and when they became these."""


class Revisions:
    """When each entry was last changed. `known` is what the build before returned as `kept`."""

    def __init__(self, site: Site, known: Known, now: datetime) -> None:
        self._secret = site.imprint.secret
        self._known = known
        self._now = now
        self.kept: dict[str, list[str]] = {}

    def updated(self, slip: Slip) -> str:
        """Return when the report became what it is, as feeds write it."""
        id = slip.report.id
        if id not in self.kept:
            self.kept[id] = self._revision(slip)
        return self.kept[id][1]

    def _revision(self, slip: Slip) -> list[str]:
        one = slip.report
        words = (one.text, one.outcome, one.link, one.date.toordinal(), one.about, one.extra)
        tags = sorted(label.key for label in slip.labels)
        mark = seal(self._secret, words, tags)
        known = self._known.get(one.id)
        if known is None:
            return [mark, moment(slip.published)]
        return [mark, known[1] if known[0] == mark else moment(max(self._now, slip.published))]


def feed_page(site: Site, listing: Listing, name: str, revisions: Revisions) -> Page:
    """Return the feed of a list; `name` tells it from the others for good."""
    latest = nlargest(ENTRIES, listing.slips, key=by_news)
    entries = [(slip, revisions.updated(slip)) for slip in latest]
    depends = [(slip.print, updated) for slip, updated in entries]
    path = listing.feed
    made = partial(_feed, site, listing, name, entries)
    return Page(path, site.print(path, name, listing.heading, depends), made)


def tag_feed(tag: str) -> str:
    """Return what tells a tag's feed from the others: the tag's key, never its address."""
    return f"tag/{quote(tag, safe='')}"


def person_feed(person: str) -> str:
    """Return what tells a person's feed from the others, whatever they are called."""
    return f"person/{short_print(person)}"


def _feed(site: Site, listing: Listing, name: str, entries: Sequence[tuple[Slip, str]]) -> bytes:
    imprint = site.imprint
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": imprint.language})
    heading = f"{listing.heading} · {imprint.title}" if listing.heading else imprint.title
    _add(feed, "title", heading)
    _add(feed, "id", _id(site, name))
    _add(feed, "updated", max((updated for _, updated in entries), default=_founded(site)))
    _link(feed, "self", f"{imprint.url}/{href(listing.feed)}", "application/atom+xml")
    _link(feed, "alternate", f"{imprint.url}/{href(listing.base)}", "text/html")
    author = ET.SubElement(feed, "author")
    _add(author, "name", imprint.title)
    _add(feed, "generator", "Tidings")
    for slip, updated in entries:
        feed.append(_entry(site, slip, updated))
    for element in feed.iter():
        element.text = _NO_XML.sub("", element.text) if element.text else None
        element.attrib = {name: _NO_XML.sub("", value) for name, value in element.attrib.items()}
    ET.indent(feed, "")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + bytes(ET.tostring(feed, "utf-8")) + b"\n"


def _entry(site: Site, slip: Slip, updated: str) -> ET.Element:
    entry = ET.Element("entry")
    told = site.teller.report(slip, whole=True)
    _add(entry, "title", f"{told.writer.words}: {site.teller.title(slip)}")
    _add(entry, "id", _id(site, f"report/{slip.report.id}"))
    _add(entry, "published", moment(slip.published))
    _add(entry, "updated", updated)
    _link(entry, "alternate", f"{site.imprint.url}/{report_path(slip)}", "text/html")
    author = ET.SubElement(entry, "author")
    _add(author, "name", told.writer.words)
    if told.writer.href:
        _add(author, "uri", f"{site.imprint.url}/{told.writer.href}")
    for tag in told.tags:
        ET.SubElement(entry, "category", {"term": key(tag.words), "label": tag.words})
    content = ET.SubElement(entry, "content", {"type": "html"})
    content.text = site.render("entry.html", "", one=told).decode()
    return entry


def _id(site: Site, name: str) -> str:
    return f"tag:{site.imprint.authority}:{name}"


def _founded(site: Site) -> str:
    """Return the moment from which the ids are valid, for a feed without an entry."""
    return f"{site.imprint.authority.partition(',')[2]}T00:00:00Z"


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _link(parent: ET.Element, relation: str, url: str, kind: str) -> None:
    ET.SubElement(parent, "link", {"rel": relation, "type": kind, "href": url})
