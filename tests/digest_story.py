"""An invented community for the tests of digests: people, reports, and an issue's stock."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from digests.edition import Arrival, Stock
from sheets_sync.community import (
    Community,
    Note,
    Orphan,
    Person,
    Problem,
    Report,
    Role,
    Status,
    Subscription,
    Tag,
    Trend,
)

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
MEMBER, MENTOR = frozenset({Role.MEMBER}), frozenset({Role.MENTOR})


def person(id: str, name: str, **more: Any) -> Person:
    known: dict[str, Any] = {
        "email": f"{id}@example.org",
        "username": id,
        "groups": (),
        "roles": MEMBER,
        "country": "",
        "mentor": "",
        "last_report": TODAY,
    }
    return Person(id, name, **(known | more))


def report(number: int, text: str = "Something happened.", **more: Any) -> Report:
    known: dict[str, Any] = {
        "id": f"r-{number:010}",
        "date": TODAY - timedelta(days=1),
        "reporter": "",
        "person": "ana",
        "name": "Ana Silva",
        "text": text,
        "tags": (),
        "link": "",
        "about": (),
        "outcome": "",
        "status": Status.OK,
        "mentor": "",
        "received": NOW,
        "source": "form",
        "accepted": number,
    }
    return Report(**(known | more))


def stock(
    reports: Sequence[Report] = (),
    *,
    people: Sequence[Person] = (),
    tags: Sequence[Tag] = (),
    wishes: Sequence[Subscription] = (),
    problems: Sequence[Problem] = (),
    notes: Sequence[Note] = (),
    orphans: Sequence[Orphan] = (),
    trends: Sequence[Trend] = (),
    age: timedelta = timedelta(days=1),
    **more: Any,
) -> Stock:
    community = Community(
        at=NOW,
        people=tuple(people),
        tags=tuple(tags),
        subscriptions=tuple(wishes),
        problems=tuple(problems),
        notes=tuple(notes),
        orphans=tuple(orphans),
        trends=tuple(trends),
    )
    known: dict[str, Any] = {
        "issue": "2026-W48",
        "now": NOW,
        "today": TODAY,
        "up_to": max((one.accepted for one in reports), default=0),
        "arrivals": tuple(Arrival(one, NOW - age) for one in reports),
        "community": community,
    }
    return Stock(**(known | more))


ANA = person("ana", "Ana Silva", mentor="meilin", country="Portugal")
BEN = person("ben", "בן כהן", mentor="meilin", last_report=date(2026, 9, 3))
LAYLA = person("layla", "ليلى حداد", mentor="")
DIA = person("dia", "Dia Sens", roles=frozenset({Role.ALUMNI}), email="")
MEILIN = person("meilin", "陈美玲", roles=MENTOR | MEMBER)
OLU = person("olu", "Olú Adébáyọ̀", roles=frozenset({Role.COORDINATOR}))
RANI = person("rani", "রানী দাস", last_report=None, joined=date(2026, 9, 1))
PEOPLE = (ANA, BEN, DIA, LAYLA, MEILIN, OLU, RANI)


def lively_stock() -> Stock:
    """Return a week of reports in several scripts, with something for a coordinator to do."""
    return stock(
        [
            report(
                1,
                "Met Luca, our newest member, for an hour.\nWe went through the style guide, and "
                "he will try a first translation.\n\nNotes: https://example.org/notes/(luca).",
                tags=("mentorship", "Onboarding"),
                about=("layla",),
                outcome="He asked for a second call next week.",
                date=date(2026, 11, 20),
            ),
            report(
                2,
                "تحدثت مع صحفية من جريدة محلية عن برنامجنا.\nستنشر مقالا يوم الأحد https://example.org/a.",
                person="layla",
                name="ليلى حداد",
                tags=("صحافة", "press"),
                date=date(2026, 11, 21),
            ),
            report(
                3,
                "הכנתי את סדר היום לפגישה המקומית הבאה. Write to ben@example.org.",
                person="ben",
                name="בן כהן",
                tags=("planning", "local-community"),
                date=date(2026, 11, 18),
            ),
            report(
                4,
                "和新成员一起翻译了三篇文章。",
                person="meilin",
                name="陈美玲",
                tags=("本地化", "mentorship"),
                link="https://example.org/zh/article/2026/11/very-long-address-of-a-translated-article-that-goes-on",
                date=date(2026, 11, 19),
                extra=(("Hours", "2.5"),),
            ),
            report(5, "Small thing: answered mails.", date=date(2026, 11, 17)),
        ],
        people=PEOPLE,
        waiting=(
            report(
                0,
                "Organised a stall at the fair.",
                id="r-waiting001",
                status=Status.UNMATCHED,
                name="Jo",
                person="",
            ),
        ),
        problems=(
            Problem(
                "Reports",
                14,
                "date",
                "31/02/2026",
                "“31/02/2026” is not a date",
                "write 2026-02-28",
            ),
            Problem("Mentors", 3, "mentor", "Dia", "Dia is alumni", "choose another mentor"),
        ),
        orphans=(Orphan("layla", gone="dia", suggested=("meilin", "olu")), Orphan("rani")),
        trends=(
            Trend("press", "Press", 6, 0, is_new=True),
            Trend("صحافة", "صحافة", 4, 1.5),
        ),
        notes=(Note("Olú has workbook.xlsx open since 08:12; rows are written later."),),
    )
