"""What the last sync found, and what somebody asks -> rows about tags and reports.

Whoever prints them may pass them on, so no row holds a private address.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date

from digests.masking import Mask, without_addresses
from digests.press import DigestError
from forms.hashtags import spelling
from sheets_sync.community import Community, Person, Report, Tag, Trend
from sheets_sync.state import State

Cell = str | int | float | date | Sequence[str] | None
Cells = Mapping[str, Cell]

NEW, RISING, LOOKS_LIKE = "new", "rising", "looks like"
TAG_COLUMNS = (
    *("tag", "uses", "first used", "last used", "category", "same as", LOOKS_LIKE),
    *("trend", "this month", "a month before"),
)
REPORT_COLUMNS = ("date", "id", "name", "mentor", "tags", "link", "about", "outcome", "text")
BRIEF_COLUMNS = ("date", "id", "name", "tags", "text")
"""What fits into a line."""
LEFT_OUT = "(e-mail address left out)"


def last_found(state: State) -> Community:
    """Return what the last good sync found; raises DigestError before the first."""
    found = state.base.community()
    if found is None:
        raise DigestError("Nothing was synced yet; run: tidings sync")
    return found


def tag_rows(community: Community, only: Set[str] = frozenset()) -> list[Cells]:
    """Return a row for each tag, the most used first; `only` those that are one of these."""
    trends = {trend.key: trend for trend in community.trends}
    spelling = {tag.key: tag.shown for tag in community.tags}
    wanted = [tag for tag in community.tags if not only or only & _marks(tag, trends.get(tag.key))]
    wanted.sort(key=lambda tag: (-tag.uses, tag.key))
    return [_tag_row(tag, trends.get(tag.key), spelling) for tag in wanted]


def _marks(tag: Tag, trend: Trend | None) -> set[str]:
    marks = {_word(trend)} if trend else set()
    return marks | ({LOOKS_LIKE} if tag.looks_like else set())


def _word(trend: Trend) -> str:
    return NEW if trend.is_new else RISING


def _tag_row(tag: Tag, trend: Trend | None, spelling: Mapping[str, str]) -> Cells:
    return {
        "tag": tag.shown,
        "uses": tag.uses,
        "first used": tag.first_used,
        "last used": tag.last_used,
        "category": tag.category,
        "same as": spelling.get(tag.same_as, tag.same_as),
        LOOKS_LIKE: tag.looks_like,
        "trend": _word(trend) if trend else "",
        "this month": trend.uses if trend else None,
        "a month before": trend.before if trend else None,
    }


def report_rows(community: Community, reports: Sequence[Report]) -> list[Cells]:
    """Return a row for each report, with the mentor whom its writer has today."""
    people = {person.id: person for person in community.people}
    mask = Mask(community.people, reports)
    return [_report_row(report, people, mask) for report in reports]


def _report_row(report: Report, people: Mapping[str, Person], mask: Mask) -> Cells:
    writer = people.get(report.person)
    mentor = people.get(writer.mentor) if writer else None
    return {
        "date": report.date,
        "id": report.id,
        "name": without_addresses(report.name),
        "mentor": mentor.name if mentor else "",
        "tags": list(map(spelling, report.tags)),
        "link": mask.text(report.link, LEFT_OUT),
        "about": _masked(report.about, mask),
        "outcome": mask.text(report.outcome, LEFT_OUT),
        "text": mask.text(report.text, LEFT_OUT),
    }


def _masked(texts: Iterable[str], mask: Mask) -> list[str]:
    return [mask.text(text, LEFT_OUT) for text in texts]
