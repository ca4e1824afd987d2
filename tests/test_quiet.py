"""Who was not seen lately, and who is told of it: nobody but their mentor and the coordinators."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from digests.edition import DigestRules, Past, Stock
from digests.filters import Everything
from digests.selection import select_all
from digests.subscribers import Subscriber
from sheets_sync.community import Person, Role
from sheets_sync.last_seen import last_reports
from tests.digest_story import MEILIN, OLU, TODAY, person, report, stock
from tests.web.village import Village, founded

RULES = DigestRules()
EVERYTHING = Everything()
COORDINATOR = Subscriber("olu", "olu@example.org", EVERYTHING, person="olu", coordinator=True)
MENTOR = Subscriber("meilin", "meilin@example.org", EVERYTHING, person="meilin")
MENTEE = Subscriber("q", "q@example.org", EVERYTHING, person="q")


def ago(weeks: int) -> date:
    return TODAY - timedelta(weeks=weeks)


def silent(weeks: int, **more: object) -> Person:
    known: dict[str, object] = {"mentor": "meilin", "last_report": ago(weeks)}
    return person("q", "Quiet", **(known | more))


def told(new: Stock, rules: DigestRules = RULES) -> dict[str, list[tuple[str, date | None]]]:
    """Return of whom each reader hears."""
    return {
        edition.subscriber.id: [(one.person.id, one.since) for one in edition.content.quiet]
        for edition in select_all(new, [COORDINATOR, MENTOR, MENTEE], Past(), rules).editions
    }


def named(somebody: Person, *, watching_since: date | None = None) -> list[str]:
    """Return who hears of somebody."""
    people = [MEILIN, OLU, replace(somebody, id="q")]
    return list(told(stock(people=people, watching_since=watching_since)))


@pytest.mark.parametrize(
    ("weeks", "who"),
    [(4, []), (5, ["meilin"]), (7, ["meilin"]), (8, ["olu", "meilin"]), (60, ["olu", "meilin"])],
)
def test_the_mentor_is_told_first_and_then_the_coordinators(weeks: int, who: list[str]) -> None:
    assert named(silent(weeks)) == who


def test_of_somebody_without_a_mentor_the_coordinators_hear_at_once() -> None:
    assert named(silent(5, mentor="")) == ["olu"]


@pytest.mark.parametrize(
    "more",
    [
        {"break_until": TODAY},
        {"break_until": ago(-12)},
        {"break_until": ago(4)},
        {"joined": ago(4)},
        {"roles": frozenset({Role.ALUMNI, Role.MEMBER})},
        {"roles": frozenset({Role.COORDINATOR})},
        {"left": TODAY},
    ],
)
def test_breaks_beginnings_and_ends_are_respected(more: dict[str, object]) -> None:
    assert named(silent(20)) == ["olu", "meilin"]
    assert named(silent(20, **more)) == []


def test_a_break_without_an_end_in_sight_hides_nobody() -> None:
    assert named(silent(20, break_until=ago(-13))) == ["olu", "meilin"]


def test_nobody_was_quiet_before_tidings_looked() -> None:
    never = silent(0, last_report=None)

    assert named(never, watching_since=ago(4)) == []
    assert named(never, watching_since=ago(5)) == ["meilin"]


def test_who_never_reported_is_said_as_such() -> None:
    people = [MEILIN, replace(silent(0, last_report=None), id="n"), silent(6)]

    found = told(stock(people=people, watching_since=ago(6)))

    assert found == {"meilin": [("n", None), ("q", ago(6))]}


def test_thresholds_are_rules() -> None:
    rules = DigestRules(quiet_weeks=1, quiet_weeks_coordinators=2)

    assert told(stock(people=[MEILIN, silent(2)]), rules) == {
        "olu": [("q", ago(2))],
        "meilin": [("q", ago(2))],
    }


def test_only_what_people_typed_counts() -> None:
    reports = [
        report(1, date=ago(9)),
        report(2, date=ago(1), source="archive", tags=("Automatic", "event")),
        report(3, date=ago(1), status="withdrawn"),
        report(4, date=ago(8), source="archive", tags=("event",)),
        report(5, date=ago(7), tags=("automatic",)),
    ]

    assert last_reports(reports[:3]) == {"ana": ago(9)}
    assert last_reports(reports[:4]) == {"ana": ago(8)}
    assert last_reports(reports) == {"ana": ago(7)}


# -- in real mails ------------------------------------------------------------------------------


@pytest.fixture
def year(tmp_path):
    """Return a village a year and a half later; Ben, Dai and Eve have Ana as their mentor."""
    with founded(tmp_path / "village", digest="hold_after_days = 1000") as village:
        village.manager.holds(
            "People",
            """
            | name       | email            | username | groups      | break until |
            | Ana Rossi  | ana@example.org  | ana      | Rep, Mentor |             |
            | Ben Okafor | ben@example.org  | ben      | Rep         |             |
            | Dai Wynne  | dai@example.org  | dai      | Rep         |             |
            | Eve Adams  | eve@example.org  | eve      | Rep         |             |
            | Fay Long   | fay@example.org  | fay      | Rep         | 2030-01-01  |
            | Cleo Min   | cleo@example.org | cleo     | Coordinator |             |
            """,
        )
        village.manager.holds("Mentors", "| mentee | mentor |\n| ben | ana |\n| dai | ana |")
        village.reports("ben: Met a newcomer", "dai: Wrote a post")
        yield village


def later(village: Village, **time: float) -> None:
    """Let time pass, then let Ana report, and everybody get their mail."""
    village.now += timedelta(**time)
    for old in (village.project.folder / "outbox").glob("*.eml"):
        old.unlink()
    village.reports("ana: Another week")
    village.freezes()
    village.delivers()


def part(village: Village, address: str) -> str:
    """Return what a mail says below the reports."""
    body = village.mails()[address].get_body(("plain",))
    assert body is not None
    return body.get_content().replace("\r\n", "\n").partition("What you can do")[2]


def test_a_mentors_mail_names_them_and_nobody_elses_does(year: Village):
    later(year, weeks=6)

    assert "- Ben Okafor: no report seen since November 21, 2026\n" in part(year, "ana@example.org")
    assert "- Dai Wynne: no report seen since November 21, 2026\n" in part(year, "ana@example.org")
    assert "Eve Adams" not in part(year, "ana@example.org")
    assert "- Eve Adams: no report seen yet\n" in part(year, "cleo@example.org")
    assert "Dai Wynne" not in part(year, "cleo@example.org").split("problems to mend")[0]
    for other in ("ben", "dai", "eve", "fay"):
        assert "no report seen" not in part(year, f"{other}@example.org")


def test_after_a_year_they_stand_apart_and_are_still_what_they_were(year: Village):
    before = year.manager.text("People")
    later(year, weeks=9)
    assert "- Ben Okafor: no report seen since" in part(year, "cleo@example.org")
    assert "Not seen for 12 months" not in part(year, "cleo@example.org")

    for _ in range(7):
        later(year, weeks=6)
    year.reports("dai: Back again")
    later(year, weeks=5)

    lately, _, long = part(year, "ana@example.org").partition("Not seen for 12 months")
    assert "Dai Wynne" in lately
    assert "Ben Okafor" in long
    assert "Ben Okafor" in part(year, "cleo@example.org").partition("Not seen for 12 months")[2]
    assert "They may have gone on to other things. Only they can say so" in long
    header, *rows = year.manager.cells("People")
    kept = [row[: header.index("mentor")] for row in rows]
    year.manager.holds("People", before)
    assert kept == [row[: header.index("mentor")] for row in year.manager.cells("People")[1:]]


def test_a_break_longer_than_twelve_weeks_is_asked_about(year: Village):
    later(year, weeks=6)

    assert "Fay Long: no report seen yet" in part(year, "cleo@example.org")
    assert [
        problem.text() for problem in year.sync().problems if problem.column == "break until"
    ] == [
        "People row 6, break until: this is more than 12 weeks away; a break covers the weeks "
        "before its end; write 2027-03-27 or an earlier day, and a later one when that has passed"
    ]
