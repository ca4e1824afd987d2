"""Which reports are in whose mail, and why."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.edition import Arrival, DigestRules, Edition, Past, Reason, Stock, Why
from digests.filters import Everything, Names, parse
from digests.selection import select, select_again, select_all
from digests.subscribers import Subscriber, subscribers
from sheets_sync.community import Note, Problem, Report, Status, Tag
from sheets_sync.roster import Roster
from tests.digest_story import ANA, BEN, MEILIN, NOW, PEOPLE, TODAY, report, stock

RULES = DigestRules()
NAMES = Names(Roster(PEOPLE), {"mentoring": "mentorship"})
FROM_START = Past(marks={"reader": 0, "meilin": 0, "olu": 0, "ana": 0})


def reader(expression: str = "", id: str = "reader", **more: object) -> Subscriber:
    wanted = parse(expression, names=replace(NAMES, me=id))
    return replace(Subscriber(id, f"{id}@example.org", wanted), **more)


def told(edition: Edition | None) -> list[tuple[str, int, Reason]]:
    assert edition is not None
    return [
        (section.part, item.report.accepted, item.reason)
        for section in edition.content.sections
        for item in section.items
    ]


def numbers(edition: Edition | None) -> list[int]:
    return [] if edition is None else [int(id.removeprefix("r-")) for id in edition.reports]


def test_each_report_says_why_it_is_there() -> None:
    new = stock(
        [
            report(1, tags=("Mentoring", "Italy"), date=date(2026, 11, 20)),
            report(2, tags=("#italy", "swag"), date=date(2026, 11, 21)),
            report(3, person="layla", name="Layla", date=date(2026, 11, 18)),
            report(4, person="ben", name="Ben", tags=("x",), date=date(2026, 11, 19)),
            report(5, tags=("mentoring",), person="olu", date=date(2026, 11, 17)),
        ],
        people=PEOPLE,
        tags=[Tag("mentoring", "Mentoring", same_as="mentorship")],
    )

    assert told(select(new, reader("mentorship or italy"), FROM_START, RULES)) == [
        ("reports", 2, Reason(Why.TAGGED, ("#italy",))),
        ("reports", 1, Reason(Why.TAGGED, ("Mentoring", "Italy"))),
        ("reports", 5, Reason(Why.TAGGED, ("mentoring",))),
    ]
    assert told(select(new, reader("untagged, by:ben"), FROM_START, RULES)) == [
        ("reports", 4, Reason(Why.BY, ("Ben",))),
        ("reports", 3, Reason(Why.UNTAGGED)),
    ]
    assert told(select(new, reader("not (italy or by:layla)"), FROM_START, RULES)) == [
        ("reports", 4, Reason(Why.FILTER, ("not (italy or by:layla)",))),
        ("reports", 5, Reason(Why.FILTER, ("not (italy or by:layla)",))),
    ]
    assert told(select(new, reader("mentor:meilin and x"), FROM_START, RULES)) == [
        ("reports", 4, Reason(Why.TAGGED, ("x",))),
    ]
    assert told(select(new, reader("mentor:meilin and not italy"), FROM_START, RULES)) == [
        ("reports", 4, Reason(Why.MENTORED, ("陈美玲",))),
    ]


def test_a_mentors_mail_begins_with_their_mentees_whatever_the_filter() -> None:
    new = stock(
        [report(1, tags=("italy",), person="olu"), report(2), report(3, person="layla")],
        people=PEOPLE,
    )

    edition = select(new, reader("italy", "meilin", person="meilin"), FROM_START, RULES)

    assert told(edition) == [
        ("mentees", 2, Reason(Why.MENTEE)),
        ("reports", 1, Reason(Why.TAGGED, ("italy",))),
    ]


def test_nothing_wanted_makes_no_mail_but_counts_as_considered() -> None:  # fault 59
    new = stock([report(1, tags=("swag",))])
    nobody_wants, wants = reader("italy"), reader("swag", "wants")

    chosen = select_all(new, [nobody_wants, wants], Past(marks={"reader": 0, "wants": 0}), RULES)

    assert [edition.subscriber.id for edition in chosen.editions] == ["wants"]
    assert chosen.considered == {"reader", "wants"}


def test_only_what_was_accepted_and_may_be_used_is_mailed() -> None:
    everything = [
        report(1),
        report(2, status=Status.HIDDEN),
        report(3, status=Status.WITHDRAWN),
        report(4, status=Status.CHECK),
        report(5, accepted=0),
        report(6, status=Status.UNMATCHED),
        report(7),
    ]

    assert numbers(select(stock(everything, up_to=6), reader(), FROM_START, RULES)) == [4, 1]


def test_a_newcomer_starts_with_the_last_week_a_monthly_one_with_the_last_month() -> None:
    aged = ((1, 40), (2, 20), (3, 7), (4, 6), (5, 0))
    arrivals = tuple(Arrival(report(n), NOW - timedelta(days=days)) for n, days in aged)
    new = stock(up_to=5, arrivals=arrivals, first_of_month=True)

    weekly = select(new, reader(), Past(), RULES)
    monthly = select(new, reader(frequency="monthly"), Past(), RULES)

    assert (numbers(weekly), numbers(monthly)) == ([5, 4], [5, 4, 3, 2])
    assert weekly is not None
    assert (weekly.content.first, weekly.content.left_behind) == (True, 0)


def test_a_long_outage_is_caught_up_to_a_limit_and_said() -> None:
    aged = ((1, 80), (2, 70), (3, 50), (4, 1))
    arrivals = tuple(Arrival(report(n), NOW - timedelta(days=days)) for n, days in aged)

    edition = select(stock(up_to=4, arrivals=arrivals), reader(), FROM_START, RULES)

    assert edition is not None
    assert (numbers(edition), edition.content.left_behind) == ([4, 3], 2)
    assert (edition.content.catch_up_weeks, edition.content.first) == (8, False)


@pytest.mark.parametrize(
    ("choice", "first_of_month", "mailed", "considered"),
    [
        ({"frequency": "weekly"}, False, True, True),
        ({"frequency": "monthly"}, False, False, False),
        ({"frequency": "monthly"}, True, True, True),
        ({"frequency": "stop"}, True, False, True),
        ({"frequency": "bounced"}, True, False, False),
        ({"paused_until": TODAY}, True, False, False),
        ({"paused_until": TODAY - timedelta(days=1)}, True, True, True),
    ],
)
def test_who_is_served(
    choice: dict[str, object], first_of_month: bool, mailed: bool, considered: bool
) -> None:
    new = stock([report(1)], first_of_month=first_of_month)

    chosen = select_all(new, [reader(**choice)], FROM_START, RULES)

    assert (bool(chosen.editions), bool(chosen.considered)) == (mailed, considered)


def test_the_cap_keeps_mentees_and_the_newest() -> None:
    new = stock(
        [report(n, person="ana" if n == 1 else "olu", name="x") for n in range(1, 8)],
        people=PEOPLE,
    )

    edition = select(
        new, reader("", "meilin", person="meilin"), FROM_START, replace(RULES, maximum_reports=3)
    )

    assert edition is not None
    assert (numbers(edition), edition.content.more, edition.up_to) == ([1, 7, 6], 4, 7)


def test_what_was_had_above_the_mark_is_not_repeated() -> None:
    past = Past(marks={"reader": 1}, had={"reader": frozenset({"r-0000000003", "r-0000000001"})})

    found = select(stock([report(n) for n in range(1, 5)]), reader(), past, RULES)

    assert numbers(found) == [4, 2]


def test_coordinators_get_a_mail_only_for_news() -> None:
    problem = Problem("Reports", 14, "date", "x", "not a date", "mend it")
    new = stock(people=[ANA], problems=[problem], notes=[Note("open since 08:12")])
    coordinator = reader("", "olu", coordinator=True)

    first = select(new, coordinator, FROM_START, RULES)
    assert first is not None
    past = replace(FROM_START, parts={"olu": first.part})
    moved = stock(people=[ANA], problems=[replace(problem, row=20)])
    worse = stock(people=[ANA], problems=[problem, replace(problem, value="y")])

    assert select(new, coordinator, past, RULES) is None
    assert select(moved, coordinator, past, RULES) is None
    assert select(worse, coordinator, past, RULES) is not None
    assert select(new, reader("", "ana"), FROM_START, RULES) is None


def test_waiting_reports_are_for_coordinators_only() -> None:
    waiting = (report(9, status=Status.UNMATCHED, accepted=0),)
    new = stock([report(1)], waiting=waiting)
    readers = [reader("", "olu", coordinator=True), reader()]

    desks = [
        edition.content.desk for edition in select_all(new, readers, FROM_START, RULES).editions
    ]

    assert desks[0] is not None
    assert desks[0].waiting == waiting
    assert desks[1] is None


def test_a_frozen_mail_is_made_again_without_what_was_taken_back() -> None:
    new = stock([report(1), report(2, status=Status.HIDDEN), report(3)])
    ids = ["r-0000000001", "r-0000000002"]

    assert numbers(select_again(new, reader("italy"), ids, RULES)) == [1]
    assert select_again(new, reader(), ["r-0000000002"], RULES) is None


def test_equal_wishes_share_one_content() -> None:
    new = stock([report(1, tags=("a",)), report(2)], people=PEOPLE)
    readers = [reader("a or by:ana", f"x{n}") for n in range(3)] + [reader("a", "x9")]
    past = Past(marks={one.id: 0 for one in readers})

    editions = select_all(new, readers, past, RULES).editions

    assert len({edition.content for edition in editions}) == 2


def test_all_at_once_is_the_same_as_one_by_one() -> None:
    new = stock(
        [report(n, tags=("a",) if n % 2 else ("b",), person="ana") for n in range(1, 9)],
        people=PEOPLE,
    )
    on_roster = subscribers(new.community, opt_in=False, today=TODAY)
    readers = [*on_roster, reader("a"), reader("not a")]
    past = Past(marks={"ana": 3, "ben": 5}, parts={"olu": "x"})

    together = [
        (e.subscriber.id, e.reports) for e in select_all(new, readers, past, RULES).editions
    ]
    alone = [select(new, one, past, RULES) for one in readers]

    assert together == [(e.subscriber.id, e.reports) for e in alone if e is not None]


FILTERS = st.sampled_from(["", "a", "not a", "a and b", "b, untagged", "by:ana", "mentor:me"])
WEEKS = st.lists(
    st.tuples(
        st.lists(st.frozensets(st.sampled_from(["a", "b", "c"])), max_size=4),  # what arrives
        st.booleans(),  # whether the issue is made at all
        FILTERS,  # the reader's filter by then
        st.sampled_from([None, "a", "b"]),  # what the tag c means by then
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(WEEKS, st.integers(0, 3))
def test_every_wanted_report_is_mailed_exactly_once(
    weeks: list[tuple[list[frozenset[str]], bool, str, str | None]], late: int
) -> None:  # faults 55, 56, 58
    arrivals: list[Arrival] = []
    sent: list[str] = []
    wanted: list[str] = []
    past = Past(marks={"reader": 0})
    for number, (tagsets, made, expression, same) in enumerate(weeks):
        now = NOW + timedelta(weeks=number)
        for tags in tagsets:
            old = TODAY - timedelta(days=30 * late)
            one = report(len(arrivals) + 1, tags=tuple(tags), person="ana", date=old)
            arrivals.append(Arrival(one, now))
        if not made:
            continue
        tags_tab = [Tag("c", "c", same_as=same)] if same else []
        new: Stock = stock(
            arrivals=tuple(arrivals),
            up_to=len(arrivals),
            people=[ANA, BEN, MEILIN],
            tags=tags_tab,
            now=now,
            today=TODAY + timedelta(weeks=number),
        )
        meaning = {"c": same} if same else {}
        names = Names(Roster([ANA, BEN, MEILIN]), meaning, me="meilin")
        subscriber = Subscriber("reader", "r@example.org", parse(expression, names=names))
        above = [one.report for one in arrivals if one.report.accepted > past.marks["reader"]]
        wanted += [one.id for one in above if _wants(expression, one, meaning)]
        edition = select(new, subscriber, past, RULES)
        sent += edition.reports if edition else ()
        past = Past(marks={"reader": new.up_to})

    assert sorted(sent) == sorted(wanted)


def _wants(expression: str, one: Report, meaning: dict[str, str]) -> bool:
    tags = {meaning.get(tag, tag) for tag in one.tags}
    return {
        "a": "a" in tags,
        "not a": "a" not in tags,
        "a and b": {"a", "b"} <= tags,
        "b, untagged": "b" in tags or not tags,
    }.get(expression, True)


def test_everything_is_everything() -> None:
    assert reader().filter == Everything()
