"""What everybody may see -> all files of the archive, each with a print of what it depends on.

Pure. Reports come first and the front page last, so that a page leads to what is there already.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import nlargest
from itertools import groupby

from digests.archive.addresses import href
from digests.archive.feeds import Revisions, feed_page, person_feed, tag_feed
from digests.archive.index import index_pages
from digests.archive.lists import (
    Group,
    Listing,
    by_person,
    by_tag,
    category_listings,
    issue_listings,
    listing_pages,
    mentor_listing,
    person_listing,
    tag_links,
    tag_listing,
    time_pages,
    top_tags,
)
from digests.archive.moved import moved_pages
from digests.archive.page import Page
from digests.archive.pictures import pictures, pictures_print
from digests.archive.public import Public, Slip, by_news
from digests.archive.rendering import ASSETS, Site
from digests.archive.telling import Link, report_path
from digests.figures import STYLE
from forms.palette import STATIC
from forms.wording import N_
from sheets_sync.tags import key

SHARED = (STATIC / "colours.css", STATIC / "icon.svg")
"""What the archive has of the form's pages."""

LATEST = 15
"""Reports on the front page."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """The reports, and where they belong."""

    public: Public
    tagged: Mapping[str, Sequence[Slip]]
    written: Mapping[str, Sequence[Slip]]


def make_pages(site: Site, revisions: Revisions) -> Iterator[Page]:
    """Yield every file of the archive."""
    public = site.public
    shown = _Shown(public, by_tag(public.slips), by_person(public.slips))
    yield from _assets()
    for slip in (*public.slips, *public.automatic):
        yield _report_page(site, slip)
    yield from moved_pages(site, (*public.slips, *public.automatic))
    yield from time_pages(site, public.slips)
    yield from _tag_pages(site, shown, revisions)
    if site.imprint.people:
        yield from _people_pages(site, shown, revisions)
    if site.imprint.mentors:
        yield from _mentor_pages(site, public)
    yield from _issue_pages(site, public)
    if public.automatic:
        yield from _automatic_pages(site, public.automatic)
    yield from index_pages(site)
    yield _search_page(site)
    yield _missing_page(site)
    everything = Listing("", "", "", public.slips, feed="feed.xml")
    yield feed_page(site, everything, "feed", revisions)
    yield _front_page(site)


def _assets() -> Iterator[Page]:
    for path in sorted([*ASSETS.iterdir(), *SHARED], key=lambda path: path.name):
        content = path.read_bytes() + (STYLE.encode() if path.name == "archive.css" else b"")
        yield Page(
            f"assets/{path.name}",
            hashlib.blake2b(content, digest_size=8).hexdigest(),
            partial(bytes, content),
        )
    # GitHub Pages would otherwise look for what it must not publish.
    yield Page(".nojekyll", "", bytes)


def _report_page(site: Site, slip: Slip) -> Page:
    path = f"{report_path(slip)}index.html"
    return Page(path, site.quick_print(slip.print), partial(_report, site, slip))


def _report(site: Site, slip: Slip) -> bytes:
    teller, told = site.teller, site.teller.report(slip, whole=True)
    onward = []
    if told.writer.href:
        more = teller.say(N_("More by {name}"), name=told.writer.words)
        onward.append(Link(more, told.writer.href))
    onward.append(Link(teller.month(slip.day), f"{slip.day:%Y/%m}/"))
    title = teller.title(slip)
    return site.render(
        "report.html", report_path(slip), one=told, title=title, onward=onward, here=""
    )


def _tag_pages(site: Site, shown: _Shown, revisions: Revisions) -> Iterator[Page]:
    for tag, heading in shown.public.headings.items():
        listing = tag_listing(site, heading, shown.tagged[tag])
        yield from listing_pages(site, listing)
        yield feed_page(site, listing, tag_feed(tag), revisions)
    categories = list(category_listings(site, shown.tagged))
    for listing in categories:
        yield from listing_pages(site, listing)
    groups = _tags_by_category(site, categories)
    yield _names(site, "tags/", site.teller.say(N_("Tags")), groups)


def _tags_by_category(
    site: Site, categories: Sequence[Listing]
) -> tuple[tuple[Link, tuple[Link, ...]], ...]:
    """Return the tags of each category, and those of none at the end."""
    at = {key(listing.heading): listing for listing in categories}
    headings = sorted(site.public.headings.values(), key=lambda one: key(one.category))
    groups = []
    for name, those in groupby(headings, lambda one: key(one.category)):
        listing = at.get(name)
        label = Link(listing.heading, href(listing.base)) if listing else Link("")
        if not listing and categories:
            label = Link(site.teller.say(N_("Without a category")))
        groups.append((label, tag_links([heading.label for heading in those])))
    # What has no category sorts first, and is read last.
    return tuple(groups[1:] + groups[:1] if categories and not groups[0][0].href else groups)


def _people_pages(site: Site, shown: _Shown, revisions: Revisions) -> Iterator[Page]:
    people = site.public.people
    for id, slips in shown.written.items():
        listing = person_listing(site, people[id], slips)
        yield from listing_pages(site, listing)
        yield feed_page(site, listing, person_feed(id), revisions)
    links = sorted(
        (
            Link(site.teller.name(people[id].name), site.teller.page_of(people[id]))
            for id in shown.written
        ),
        key=lambda link: link.words.casefold(),
    )
    groups = ((Link(""), tuple(links)),) if links else ()
    yield _names(site, "people/", site.teller.say(N_("People")), groups)


def _mentor_pages(site: Site, public: Public) -> Iterator[Page]:
    guided: dict[str, list[Slip]] = {}
    for slip in public.slips:
        if slip.writer and slip.report.mentor in public.people:
            guided.setdefault(slip.report.mentor, []).append(slip)
    links = []
    for id, slips in guided.items():
        listing = mentor_listing(site, public.people[id], slips)
        yield from listing_pages(site, listing)
        links.append(Link(listing.heading, href(listing.base)))
    links.sort(key=lambda link: link.words.casefold())
    groups = ((Link(""), tuple(links)),) if links else ()
    yield _names(site, "mentors/", site.teller.say(N_("Mentors")), groups)


def _issue_pages(site: Site, public: Public) -> Iterator[Page]:
    links = []
    for listing in issue_listings(site, public.slips):
        yield from listing_pages(site, listing)
        links.append(Link(listing.heading, listing.base))
    groups = ((Link(""), tuple(reversed(links))),) if links else ()
    yield _names(site, "issues/", site.teller.say(N_("Issues of the digest")), groups)


def _automatic_pages(site: Site, slips: Sequence[Slip]) -> Iterator[Page]:
    say = site.teller.say
    note = say(N_("Nobody typed these: a program of the older site wrote them."))
    heading = say(N_("Automatic reports"))
    yield from listing_pages(site, Listing("automatic/", "", heading, slips, notes=(note,)))


def _names(
    site: Site, path: str, heading: str, groups: Sequence[tuple[Link, tuple[Link, ...]]]
) -> Page:
    shown = {"heading": heading, "groups": groups, "notes": (), "here": path.rstrip("/")}
    return site.page(path, "names.html", (path, heading, groups), lambda: shown)


def _search_page(site: Site) -> Page:
    groups = _ways(site)
    shown = {"groups": groups, "here": "search"}
    return site.page("search/", "search.html", groups, lambda: shown)


def _missing_page(site: Site) -> Page:
    # A host shows it at any address, so that its links are whole ones.
    root = f"{site.imprint.url}/"
    made = partial(site.rooted, "missing.html", "404.html", root, here="")
    return Page("404.html", site.print("404.html"), made)


def _front_page(site: Site) -> Page:
    slips = site.public.slips
    latest = nlargest(LATEST, slips, key=by_news)
    ways = _ways(site)

    def show() -> dict[str, object]:
        fragments = [site.item(slip, level=3) for slip in latest]
        drawn = [figure.html for figure in pictures(site)]
        return {"here": "front", "fragments": fragments, "groups": ways, "pictures": drawn}

    depends = ([slip.print for slip in latest], ways, pictures_print(site))
    return site.page("", "front.html", depends, show)


def _ways(site: Site) -> tuple[Group, ...]:
    """Return the plain ways to everything: tags, years, issues, mentors, automatic reports."""
    public, say = site.public, site.teller.say
    years = sorted({slip.day.year for slip in public.slips}, reverse=True)
    further = [Link(say(N_("In pictures")), "#pictures")] if public.slips else []
    further += [Link(say(N_("Issues of the digest")), "issues/")] if public.issues else []
    further += (
        [Link(say(N_("Mentors")), "mentors/")] if site.imprint.mentors and public.slips else []
    )
    further += [Link(say(N_("Automatic reports")), "automatic/")] if public.automatic else []
    groups = (
        (say(N_("Tags")), top_tags(public.slips)),
        (say(N_("Years")), tuple(Link(str(year), f"{year:04}/") for year in years)),
        (say(N_("More")), tuple(further)),
    )
    return tuple(group for group in groups if group[1])
