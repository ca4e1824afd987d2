"""A portal's archive that nobody lived: as many records as the real one has, and as varied.

What was counted in a sample of 2,929 real reports stands here as numbers; nothing of the sample
itself. `tests/test_portal.py` compares the two.
"""

import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.invented import names, text

REPORTS, CURRENT, ALUMNI, MENTORS = 56_290, 219, 510, 43
AUTOMATIC = 1969 / 2929
"""Part of the reports that the event system made."""
YEARS = {
    2011: 7,
    2012: 134,
    2013: 330,
    2014: 562,
    2015: 520,
    2016: 425,
    2017: 238,
    2018: 178,
    2019: 198,
    2020: 337,
}
MADE = {"Attended an Event": 1256, "Organized an Event": 443, "Completed post-event metrics": 270}
TYPED = {
    "Month recap": 191,
    "Month planning": 135,
    "Participated in a meeting": 125,
    "Communicated with my mentee/mentor": 77,
    "Gave a talk": 72,
    "Consulted for a functional area": 55,
    "Worked on project planning": 51,
    "Recruitment effort": 48,
    "Wrote an article": 23,
    "Interviewed with the press": 11,
    "Something else": 172,
}
INITIATIVES = {None: 1636, "Other": 762, "Talks": 96, "Spaces": 66, "Campaigns": 61, "Clubs": 48}
AREAS = tuple(
    [
        "Localization",
        "Community-support",
        "People",
        "Code",
        "Web-Development",
        "Leadership",
        "Campus",
        "Evangelism",
        "Engagement",
        "Apps",
        "Recruiting",
        "Mobile",
        "Public-Relations",
        "Developer-Tools",
        "Marketing",
        "Addons",
        "Support",
        "Creative",
        "Documentation",
        "Diversity",
        "Accessibility",
        "Privacy",
        "Labs",
        "Quality",
        "Design",
    ]
)
HOW_MANY_AREAS = dict(enumerate((85, 2040, 93, 129, 110, 94, 66, 40, 44, 31, 33, 46, 24, 40, 54)))
LENGTHS = {True: (1, 30, 105, 235, 367, 453, 500), False: (1, 27, 45, 84, 157, 270, 1800)}
"""Of texts, made and typed, at each of STEPS."""
STEPS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
EMPTY = {True: 270 / 1969, False: 134 / 960}
BROKEN = {True: 500 / 1969, False: 136 / 960}
"""Part of the texts that have line breaks."""
SIGNED = 4 / 960
"""Part of the typed texts that begin like a formula."""
LINKED = {True: 1.0, False: 302 / 960}
REPEATED = 63 / 2929
"""Part of the reports that repeat another one exactly, but for their number."""


def make_portal(folder: Path, reports: int = REPORTS, *, seed: int = 1) -> None:
    """Write ACTIVITIES.json and REPS.json, the same for the same seed."""
    chance = random.Random(seed)
    people = _people(chance)
    activities: list[dict[str, Any]] = []
    for number in range(1, reports + 1):
        if activities and chance.random() < REPEATED:
            activities.append(_numbered(dict(chance.choice(activities)), number))
        else:
            activities.append(_activity(people, number, chance))
    folder.mkdir(parents=True, exist_ok=True)
    for name, records in (("ACTIVITIES.json", activities), ("REPS.json", people)):
        (folder / name).write_text(json.dumps(records, ensure_ascii=False), "utf-8")


def _people(chance: random.Random) -> list[dict[str, Any]]:
    called = names(CURRENT + ALUMNI, chance)
    users = [_user(name, number) for number, name in enumerate(called)]
    current = [_rep(user, users[: MENTORS - 4], chance) for user in users[:CURRENT]]
    return [*current, *(_stub(user, chance) for user in users[CURRENT:])]


def _user(name: str, number: int) -> dict[str, str]:
    first, _, last = name.partition(" ")
    return {"first_name": first, "last_name": last, "display_name": f"rep{number:04d}", "_url": ""}


def _rep(
    user: dict[str, str], mentors: list[dict[str, str]], chance: random.Random
) -> dict[str, Any]:
    groups = ["Rep", "Mentor"] if user in mentors else ["Rep"]
    return {
        **user,
        "date_joined_program": _day(chance).isoformat(),
        "date_left_program": None,
        "country": chance.choice(("India", "Italy", "Kenya", "Brazil", "Germany", "Indonesia")),
        "mentor": chance.choice(mentors),
        "groups": [{"name": name} for name in groups],
    }


def _stub(user: dict[str, str], chance: random.Random) -> dict[str, Any]:
    joined = _day(chance)
    return {
        "alumni": True,
        "full_name": f"{user['first_name']} {user['last_name']}",
        "display_name": user["display_name"],
        "date_joined_program": f"{joined}T00:00:00",
        "date_left_program": f"{joined + timedelta(days=700)}T00:00:00",
        "country": chance.choice(("France", "Spain", "Mexico", "Kenya", "Poland")),
    }


def _activity(people: list[dict[str, Any]], number: int, chance: random.Random) -> dict[str, Any]:
    made = chance.random() < AUTOMATIC
    day = _day(chance)
    person = chance.choice(people)
    activity = _chosen(MADE if made else TYPED, chance)
    areas = chance.sample(AREAS, _chosen(HOW_MANY_AREAS, chance))
    return _numbered(
        {
            "user": _named(person),
            "activity": activity,
            "initiative": _chosen(INITIATIVES, chance),
            "functional_areas": [{"name": name} for name in areas],
            "activity_description": _text(made, chance),
            "report_date": day.isoformat(),
            "mentor": person.get("mentor"),
            "location": "Somewhere, A Region, A Country",
            "longitude": None,
            "latitude": None,
            "link": f"https://example.org/{number}" if chance.random() < LINKED[made] else "",
            "link_description": "",
            "passive_report": made,
            "event": None,
        },
        number,
    )


def _named(person: dict[str, Any]) -> dict[str, str]:
    first, _, last = str(person.get("full_name", "")).partition(" ")
    return {
        "first_name": person.get("first_name", first),
        "last_name": person.get("last_name", last),
        "display_name": person["display_name"],
        "_url": "",
    }


def _numbered(activity: dict[str, Any], number: int) -> dict[str, Any]:
    day = date.fromisoformat(activity["report_date"])
    path = f"u/{activity['user']['display_name']}/r/{day:%Y/%B}/{day.day}/{number}/"
    return {**activity, "remo_url": f"https://reps.mozilla.org/{path}"}


def _text(made: bool, chance: random.Random) -> str:
    if chance.random() < EMPTY[made]:
        return ""
    length = _length(LENGTHS[made], chance)
    words = text(chance)
    while len(words) < length:
        words = f"{words} {text(chance)}"
    words = words[:length].replace("\n", " ")
    if chance.random() < BROKEN[made] / (1 - EMPTY[made]):
        words = words[: length // 2] + "\n" + words[length // 2 :]
    sign = "-" if not made and chance.random() < SIGNED else ""
    return sign + words


def _length(quantiles: tuple[int, ...], chance: random.Random) -> int:
    where = chance.random()
    at = next(at for at in range(1, len(STEPS)) if where <= STEPS[at])
    part = (where - STEPS[at - 1]) / (STEPS[at] - STEPS[at - 1])
    # Towards the longest there are ever fewer.
    part = part**4 if at == len(STEPS) - 1 else part
    return round(quantiles[at - 1] + part * (quantiles[at] - quantiles[at - 1]))


def _day(chance: random.Random) -> date:
    return date(_chosen(YEARS, chance), 1, 1) + timedelta(days=chance.randrange(365))


def _chosen(weights: dict[Any, int], chance: random.Random) -> Any:
    return chance.choices(list(weights), weights=list(weights.values()))[0]
