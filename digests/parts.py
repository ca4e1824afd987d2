"""The community today -> what only mentors and coordinators get, and whether it is news to them."""

import hashlib
from collections.abc import Iterator

from digests.edition import Content, Desk, Stock
from sheets_sync.community import Status

WAITING = frozenset({Status.UNMATCHED, Status.HELD})
"""Kept from readers until a coordinator looks."""


def desk(stock: Stock) -> Desk:
    """Return what coordinators should look at."""
    waiting = tuple(report for report in stock.waiting if report.status in WAITING)
    community = stock.community
    orphans = {one.person for one in community.orphans}
    problems = tuple(one for one in community.problems if one.orphan not in orphans)
    return Desk(waiting, problems, community.orphans, community.trends, community.notes)


def part_of(content: Content) -> str:
    """Return short prints of what the coordinators' and mentors' part holds, to compare later."""
    return " ".join(sorted({_print(thing) for thing in _things(content)}))


def has_news(part: str, before: str) -> bool:
    """Tell whether a part holds anything that the part of the last mail did not."""
    return not set(part.split()) <= set(before.split())


def _things(content: Content) -> Iterator[tuple[str, ...]]:
    for quiet in content.quiet:
        yield "quiet", quiet.person.id, f"{quiet.since} {quiet.is_long}"
    if content.asked_since is not None:
        yield "asked", str(content.asked_since)
    for one in content.unanswered:
        yield "unanswered", one.person.id, str(one.since)
    for leaning in content.leaning:
        yield "leaning", leaning.person.id, str(leaning.since)
    if content.desk is not None:
        for report in content.desk.waiting:
            yield "waiting", report.id, report.status
        for problem in content.desk.problems:
            # Not by row: sorting the sheet makes no news.
            yield "problem", problem.tab, problem.column, problem.value, problem.message
        for orphan in content.desk.orphans:
            yield "orphan", orphan.person, orphan.gone
        for trend in content.desk.trends:
            yield "trend", trend.key, str(trend.is_new)
        for note in content.desk.notes:
            yield "note", note.text()


def _print(thing: tuple[str, ...]) -> str:
    text = "\0".join(thing).encode("utf-8", "replace")
    return hashlib.blake2b(text, digest_size=6).hexdigest()
