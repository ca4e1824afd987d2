"""The old Reps portal's activities, initiatives and areas -> rows of the Tags tab.

Reports keep the portal's own words as their tags; what these mean today is said in `same as`, where
managers can change it. Pure.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sheets_sync.community import Tag
from sheets_sync.reps_archive import AUTOMATIC, as_tag
from sheets_sync.reps_records import Activity
from sheets_sync.spreadsheet import Value
from sheets_sync.tags import key, meanings

ACTIVITIES = (
    ("mentee", "mentorship"),
    ("event", "event"),
    ("gave a talk", "talk"),
    ("planning", "planning"),
    ("recap", "recap"),
    ("meeting", "meeting"),
    ("attended a call", "meeting"),
    ("functional area", "working-group"),
    ("recruit", "recruiting"),
    ("wrote", "writing"),
    ("press", "press"),
    ("program duties", "program-duties"),
    ("campus", "campus"),
    ("bug fixed", "code"),
    ("bug", "testing"),
    ("testday", "testing"),
    ("test pilot", "testing"),
    ("translat", "localization"),
    ("common voice", "common-voice"),
    ("video", "media"),
    ("yearbook", "yearbook"),
    ("firefox os", "firefox-os"),
    ("mozactivate", "mozactivate"),
    ("campaign", "campaign"),
)
"""What an activity's name holds, and the tag that it means; the first that fits counts."""

INITIATIVES = (
    ("onboarding", "onboarding"),
    ("common voice", "common-voice"),
    ("mozactivate", "mozactivate"),
    ("campus", "campus"),
    ("tech speakers", "tech-speakers"),
    ("community spaces", "community-spaces"),
    ("connected devices", "connected-devices"),
    ("firefox os", "firefox-os"),
    ("firefox for android", "firefox-mobile"),
    ("stumbling", "location-services"),
    ("sumo", "support"),
    ("yearbook", "yearbook"),
    ("mozilla reps", "reps-program"),
    ("campaigns", "campaign"),
)
"""The same for initiatives."""

AREAS = {
    "evangelism-product": "evangelism",
    "evangelism-mission": "evangelism",
    "community-support-/-participation": "community-support",
    "advocacy-and-policy": "advocacy",
    "diversity-and-inclusion": "diversity",
    "mozilla-reps": "reps-program",
    "code-contributions": "code",
    "user-support-(sumo)": "support",
    "public-relations": "press",
    "quality-assurance": "testing",
    "developer-documentation": "documentation",
}
"""Areas, by key, that another tag stands for; all others are tags of their own."""

ACTIVITY, INITIATIVE, AREA = "an activity", "an initiative", "an area"
BY_MACHINE = "a report by the event system"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A name of the portal's as reports bear it, what kind it was, and the tag that it means."""

    tag: str
    kind: str
    means: str


def tag_rows(reports: Iterable[Activity], present: Iterable[Tag]) -> list[dict[str, Value]]:
    """Return the rows that the Tags tab lacks: for each name, and for each tag that one means.

    Where a manager has joined that tag to another already, the name means that one.
    """
    tags = tuple(present)
    joined, there = meanings(tags), {tag.key for tag in tags}
    rows: dict[str, dict[str, Value]] = {}
    for one in portal_meanings(reports):
        if key(one.tag) in there:
            continue
        means = joined.get(one.means, one.means)
        note = f"{one.kind} of the Reps portal"
        row: dict[str, Value] = {"tag": one.tag, "description": note}
        if means != key(one.tag):
            row["same as"] = means
        rows.setdefault(key(one.tag), row)
    for means in [str(row["same as"]) for row in rows.values() if "same as" in row]:
        if means not in there:
            rows.setdefault(means, {"tag": means})
    return list(rows.values())


def portal_meanings(reports: Iterable[Activity]) -> Iterator[Meaning]:
    """Yield what each name in these reports means, kind by kind, each in alphabetical order."""
    known = tuple(reports)
    activities = {one.activity for one in known}
    initiatives = {one.initiative for one in known} - {"Other"}
    areas = {area.name for one in known for area in one.functional_areas}
    yield from _meant(activities, ACTIVITY, lambda name: _first(name, ACTIVITIES))
    yield from _meant(initiatives, INITIATIVE, lambda name: _first(name, INITIATIVES))
    yield from _meant(areas, AREA, lambda name: AREAS.get(key(name), ""))
    if any(one.passive_report for one in known):
        yield Meaning(AUTOMATIC, BY_MACHINE, AUTOMATIC)


def _meant(names: Iterable[str], kind: str, means: Callable[[str], str]) -> Iterator[Meaning]:
    for name in sorted(names):
        if tag := as_tag(name):
            yield Meaning(tag, kind, means(name) or key(tag))


def _first(name: str, table: Sequence[tuple[str, str]]) -> str:
    folded = name.casefold()
    return next((means for words, means in table if words in folded), "")
