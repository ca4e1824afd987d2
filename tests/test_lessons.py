"""What went wrong in the digests of other systems, told again here."""

from datetime import timedelta

from digests.edition import Arrival, DigestRules, Edition, Past, Reason, Why
from digests.filters import Names, parse
from digests.selection import select, select_all
from digests.subscribers import Subscriber
from sheets_sync.community import Tag
from sheets_sync.roster import Roster
from sheets_sync.tags import meanings
from tests.digest_story import NOW, PEOPLE, TODAY, report, stock

RULES = DigestRules()


def reader(expression: str, *tags: Tag, id: str = "reader") -> Subscriber:
    names = Names(Roster(PEOPLE), meanings(tags))
    return Subscriber(id, f"{id}@example.org", parse(expression, names=names))


def told(edition: Edition | None) -> list[tuple[int, Reason]]:
    sections = edition.content.sections if edition else ()
    return [(item.report.accepted, item.reason) for s in sections for item in s.items]


def past(*readers: Subscriber, up_to: int = 0) -> Past:
    return Past(marks={one.id: up_to for one in readers})


def test_leaving_a_tag_out_keeps_what_has_no_tag_at_all() -> None:
    # Discourse, pull request 23089: a join over tags lost the untagged topics.
    ana = reader("not swag")
    new = stock([report(1, tags=("swag",)), report(2)], people=PEOPLE)

    assert told(select(new, ana, past(ana), RULES)) == [(2, Reason(Why.FILTER, ("not swag",)))]


def test_a_report_with_several_tags_stands_in_the_mail_once() -> None:
    # Discourse, pull request 29517: one row for each tag that was not left out.
    tags = ("swag", "press", "italy", "planning")
    new = stock([report(1, tags=tags), report(2, tags=tags[1:])], people=PEOPLE)
    wide, narrow = reader("press, italy, planning", id="wide"), reader("not swag", id="narrow")

    assert told(select(new, wide, past(wide), RULES)) == [
        (2, Reason(Why.TAGGED, ("press", "italy", "planning"))),
        (1, Reason(Why.TAGGED, ("press", "italy", "planning"))),
    ]
    assert [n for n, _ in told(select(new, narrow, past(narrow), RULES))] == [2]


def test_a_tag_is_what_people_call_it_however_it_is_written() -> None:
    # Discourse, pull request 23623: the setting held names, the query compared numbers.
    same = Tag("give-aways", "Give-aways", same_as="swag")
    new = stock(
        [report(1, tags=("#SWAG",)), report(2, tags=("Give_Aways",)), report(3, tags=("swags",))],
        people=PEOPLE,
        tags=[same],
    )
    wants, avoids = reader("Swag", same, id="wants"), reader("not give-aways", same, id="avoids")

    assert [n for n, _ in told(select(new, wants, past(wants), RULES))] == [2, 1]
    assert [n for n, _ in told(select(new, avoids, past(avoids), RULES))] == [3]


def test_what_one_reader_gets_takes_nothing_from_another() -> None:
    # email-alert-api, pull request 1611: something changed twice reached only the first of two
    # lists. Here a report that was corrected after the first issue, and two filters that share it.
    italy, press = reader("italy", id="italy"), reader("press", id="press")
    first = report(1, "Before.", tags=("italy",))
    corrected = report(1, "After.", tags=("italy", "press"))
    before = stock([first], people=PEOPLE)
    later = stock(
        arrivals=(Arrival(corrected, NOW), Arrival(report(2, tags=("press", "italy")), NOW)),
        up_to=2,
        people=PEOPLE,
        now=NOW + timedelta(weeks=1),
        today=TODAY + timedelta(weeks=1),
    )

    one = select_all(before, [italy, press], past(italy, press), RULES)
    two = select_all(later, [italy, press], past(italy, press, up_to=1), RULES)

    assert [(e.subscriber.id, e.reports) for e in one.editions] == [("italy", (first.id,))]
    assert [(e.subscriber.id, len(e.reports)) for e in two.editions] == [("italy", 1), ("press", 1)]


def test_a_wide_and_a_narrow_filter_each_give_each_report_once() -> None:
    wide, narrow = reader("italy, press", id="wide"), reader("italy and press", id="narrow")
    new = stock(
        [
            report(1, tags=("italy",)),
            report(2, tags=("press",)),
            report(3, tags=("italy", "press")),
        ],
        people=PEOPLE,
    )

    editions = select_all(new, [wide, narrow], past(wide, narrow), RULES).editions

    assert [(e.subscriber.id, [n for n, _ in told(e)]) for e in editions] == [
        ("wide", [3, 2, 1]),
        ("narrow", [3]),
    ]
