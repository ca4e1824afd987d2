"""What everybody may see -> the pages that list reports: by tag, category, person, time, issue.

Pure. Each page knows what it depends on, and is made only when that has changed.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, pairwise

from digests.archive.addresses import href, tag_address
from digests.archive.page import Page
from digests.archive.public import Heading, Label, Slip, by_day
from digests.archive.rendering import Site
from digests.archive.shelves import Shelf, cut, pieces
from digests.archive.telling import Link
from forms.hashtags import hashtag
from forms.wording import N_
from sheets_sync.community import Person
from sheets_sync.tags import key

MOST_TAGS = 24
"""Shown beside a year or on the front page: those that most reports have."""

Group = tuple[str, tuple[Link, ...]]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of reports: where it is, and what its pages say above it."""

    base: str
    kind: str
    heading: str
    slips: Sequence[Slip]
    notes: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    feed: str = ""


def listing_pages(site: Site, listing: Listing) -> Iterator[Page]:
    """Yield all pages of a list."""
    for shelf in cut(listing.base, listing.slips):
        yield _shelf_page(site, listing, shelf)


def _shelf_page(site: Site, listing: Listing, shelf: Shelf) -> Page:
    prints = [slip.print for slip in shelf.slips]
    around = (shelf.number, shelf.earlier, shelf.later, shelf.years, shelf.within)
    above = (listing.kind, listing.heading, listing.notes, listing.groups, listing.feed)
    show = partial(_shown, site, listing, shelf)
    return site.page(shelf.path, "list.html", (shelf.path, prints, around, above), show)


def _shown(site: Site, listing: Listing, shelf: Shelf) -> dict[str, object]:
    parts = [listing.heading, shelf.within, str(shelf.number) if shelf.number else ""]
    first = shelf.path == listing.base
    years = tuple(Link(f"{year.name} ({year.count})", href(year.path)) for year in shelf.years)
    back = ((listing.kind or listing.heading, (Link(listing.heading, href(listing.base)),)),)
    return {
        "kind": listing.kind,
        "heading": " · ".join(part for part in parts if part),
        "notes": listing.notes if first else (),
        "groups": (
            *(listing.groups if first else back),
            *(((site.teller.say(N_("By year")), years),) if years else ()),
        ),
        "feed": href(listing.feed),
        "fragments": [site.fragment(slip) for slip in shelf.slips],
        "earlier": href(shelf.earlier),
        "later": href(shelf.later),
        "empty": site.teller.say(N_("Nothing was reported yet.")),
    }


def by_tag(slips: Sequence[Slip]) -> dict[str, list[Slip]]:
    """Return the reports with each tag, by its key."""
    found: dict[str, list[Slip]] = defaultdict(list)
    for slip in slips:
        for label in slip.labels:
            found[label.key].append(slip)
    return found


def by_person(slips: Sequence[Slip]) -> dict[str, list[Slip]]:
    """Return the reports of each person who may be shown, by their internal id."""
    found: dict[str, list[Slip]] = defaultdict(list)
    for slip in slips:
        if slip.writer:
            found[slip.writer.id].append(slip)
    return found


def tag_listing(site: Site, heading: Heading, slips: Sequence[Slip]) -> Listing:
    """Return the list of a tag."""
    base = f"tags/{heading.label.address}/"
    category = heading.category
    link = Link(category, href(f"categories/{tag_address(key(category))}/")) if category else None
    return Listing(
        base=base,
        kind=site.teller.say(N_("Tag")),
        heading=hashtag(heading.label.shown),
        slips=slips,
        notes=(heading.description,) if heading.description else (),
        groups=((site.teller.say(N_("Category")), (link,)),) if link else (),
        feed=f"{base}feed.xml",
    )


def person_listing(site: Site, person: Person, slips: Sequence[Slip]) -> Listing:
    """Return the list of a person; its address is made to be put on a profile."""
    base = f"people/{site.public.addresses.now[person.id]}/"
    return Listing(
        base=base,
        kind=site.teller.say(N_("Person")),
        heading=site.teller.name(person.name),
        slips=slips,
        notes=(site.teller.line(person.country),) if person.country else (),
        feed=f"{base}feed.xml",
    )


def mentor_listing(site: Site, mentor: Person, slips: Sequence[Slip]) -> Listing:
    """Return the reports of a mentor's mentees, by the mentor that they had then."""
    addresses = site.public.addresses.now
    mentees = tuple(
        Link(site.teller.name(one.name), site.teller.page_of(one))
        for one in sorted(site.public.people.values(), key=lambda one: one.name.casefold())
        if one.mentor == mentor.id
    )
    return Listing(
        base=f"mentors/{addresses[mentor.id]}/",
        kind=site.teller.say(N_("Mentor")),
        heading=site.teller.name(mentor.name),
        slips=slips,
        groups=((site.teller.say(N_("Mentees today")), mentees),) if mentees else (),
    )


def category_listings(site: Site, tagged: Mapping[str, Sequence[Slip]]) -> Iterator[Listing]:
    """Yield the list of each category: the reports with any of its tags."""
    tags: dict[str, list[Label]] = defaultdict(list)
    shown: dict[str, str] = {}
    for heading in site.public.headings.values():
        if name := key(heading.category):
            tags[name].append(heading.label)
            shown.setdefault(name, heading.category)
    for name, labels in sorted(tags.items()):
        those = {slip.report.id: slip for label in labels for slip in tagged[label.key]}
        yield Listing(
            base=f"categories/{tag_address(name)}/",
            kind=site.teller.say(N_("Category")),
            heading=shown[name],
            slips=sorted(those.values(), key=by_day),
            groups=((site.teller.say(N_("Tags")), tag_links(labels)),),
        )


def tag_links(labels: Sequence[Label]) -> tuple[Link, ...]:
    """Return links to tags, in the order of their letters."""
    ordered = sorted(labels, key=lambda label: label.shown.casefold())
    return tuple(Link(hashtag(one.shown), href(f"tags/{one.address}/")) for one in ordered)


def issue_listings(site: Site, slips: Sequence[Slip]) -> Iterator[Listing]:
    """Yield the list of each issue of the digest: what was accepted since the one before."""
    accepted = sorted(slips, key=lambda slip: slip.report.accepted)
    numbers = [slip.report.accepted for slip in accepted]
    bounds = [bisect_right(numbers, up_to) for up_to in (0, *(i.up_to for i in site.public.issues))]
    for issue, (start, end) in zip(site.public.issues, pairwise(bounds), strict=True):
        those = sorted(accepted[start:end], key=by_day)
        year, _, week = issue.name.partition("-W")
        heading = site.teller.say(N_("Week {week} of {year}"), week=week.lstrip("0"), year=year)
        kind = site.teller.say(N_("Issue of the digest"))
        yield Listing(f"issues/{issue.name}/", kind, heading, those)


def time_pages(site: Site, slips: Sequence[Slip]) -> Iterator[Page]:
    """Yield a page for each year, and the pages of each month."""
    for year, in_year in groupby(slips, lambda slip: slip.day.year):
        months = {
            month: list(those) for month, those in groupby(in_year, lambda slip: slip.day.month)
        }
        yield _year_page(site, year, months)
        for month, those in months.items():
            base = f"{year:04}/{month:02}/"
            back = (Link(str(year), f"{year:04}/"),)
            groups = ((site.teller.say(N_("Year")), back),)
            heading = site.teller.month(those[0].day)
            listing = Listing(base, site.teller.say(N_("Month")), heading, those, groups=groups)
            for shelf in pieces(base, those):
                yield _shelf_page(site, listing, shelf)


def _year_page(site: Site, year: int, months: Mapping[int, Sequence[Slip]]) -> Page:
    links = tuple(
        Link(f"{site.teller.month(those[0].day)} ({len(those)})", f"{year:04}/{month:02}/")
        for month, those in months.items()
    )
    groups = [(site.teller.say(N_("Months")), links)]
    if tags := top_tags([slip for those in months.values() for slip in those]):
        groups.append((site.teller.say(N_("Tags")), tags))
    listing = Listing(
        f"{year:04}/", site.teller.say(N_("Year")), str(year), (), groups=tuple(groups)
    )
    shown = partial(_shown, site, listing, Shelf(listing.base, ()))
    return site.page(
        listing.base, "list.html", (listing.base, groups), lambda: {**shown(), "empty": ""}
    )


def top_tags(slips: Sequence[Slip]) -> tuple[Link, ...]:
    """Return links to the tags that most of these reports have, in the order of their letters."""
    counted = Counter(label for slip in slips for label in slip.labels)
    top = sorted(counted, key=lambda label: (-counted[label], label.key))[:MOST_TAGS]
    return tag_links(top)
