"""Who gets mail, and what they chose."""

from datetime import UTC, date, datetime

from digests.filters import Everything, MentoredBy, Tagged
from digests.subscribers import Subscriber, outsider_id, subscribers
from sheets_sync.community import Community, Person, Role, Subscription, Tag

TODAY = date(2026, 11, 23)


def person(id: str, email: str, *roles: Role, left: date | None = None, lang: str = "") -> Person:
    name = id.removeprefix("p-").title()
    return Person(id, name, email, "", (), frozenset(roles), "", "", left=left, language=lang)


def community(*people: Person, wishes: tuple[Subscription, ...] = ()) -> Community:
    return Community(
        at=datetime(2026, 11, 23, tzinfo=UTC),
        people=people,
        tags=(Tag("mentoring", "Mentoring", same_as="mentorship"),),
        subscriptions=wishes,
    )


ANA = person("p-ana", "Ana@example.org", Role.MEMBER, lang="it")
BEN = person("p-ben", "ben@example.org", Role.COORDINATOR)


def test_everybody_on_the_roster_with_an_address_reads_everything() -> None:
    everybody = community(
        ANA,
        BEN,
        person("p-cem", ""),
        person("p-dia", "dia@example.org", Role.ALUMNI),  # fault 53
        person("p-eli", "eli@example.org", left=TODAY),
        person("p-fay", "fay@example.org", left=date(2026, 12, 1)),
    )

    assert subscribers(everybody, opt_in=False, today=TODAY) == (
        Subscriber("p-ana", "Ana@example.org", Everything(), "Ana", "p-ana", language="it"),
        Subscriber("p-ben", "ben@example.org", Everything(), "Ben", "p-ben", coordinator=True),
        Subscriber("p-fay", "fay@example.org", Everything(), "Fay", "p-fay"),
    )


def test_subscriptions_say_otherwise() -> None:
    wishes = (
        Subscription("ANA@Example.org", "mentoring", "monthly", date(2026, 12, 1), "pt-BR", "text"),
        Subscription("ben@example.org", "mentor:me", "stop"),
        Subscription("Out@example.org", "italy", "weekly"),
    )

    assert subscribers(community(ANA, BEN, wishes=wishes), opt_in=False, today=TODAY) == (
        Subscriber(
            "p-ana",
            "Ana@example.org",
            Tagged("mentorship"),
            "Ana",
            "p-ana",
            frequency="monthly",
            paused_until=date(2026, 12, 1),
            language="pt-BR",
            format="text",
        ),
        Subscriber(
            "p-ben",
            "ben@example.org",
            MentoredBy("p-ben", "me"),
            "Ben",
            "p-ben",
            frequency="stop",
            coordinator=True,
        ),
        Subscriber(outsider_id("out@example.org"), "Out@example.org", Tagged("italy")),
    )


def test_with_opt_in_only_those_who_chose_and_the_named_coordinators() -> None:
    wishes = (Subscription("ana@example.org", "", "weekly"),)

    found = subscribers(
        community(ANA, BEN, person("p-cem", "cem@example.org"), wishes=wishes),
        opt_in=True,
        today=TODAY,
        coordinators=["Ben@example.org", "council@example.org"],
    )

    assert [(s.id, s.address, s.coordinator) for s in found] == [
        ("p-ana", "Ana@example.org", False),
        ("p-ben", "ben@example.org", True),
        (outsider_id("council@example.org"), "council@example.org", True),
    ]


def test_alumni_are_not_mailed_although_an_old_choice_still_stands() -> None:  # fault 53
    dia = person("p-dia", "dia@example.org", Role.ALUMNI)
    wishes = (Subscription("dia@example.org", "", "weekly"),)

    found = subscribers(community(ANA, dia, wishes=wishes), opt_in=False, today=TODAY)

    assert [s.id for s in found] == ["p-ana"]


def test_a_bad_filter_silences_nobody() -> None:
    wishes = (Subscription("ana@example.org", "new york", "weekly"),)

    found = subscribers(community(ANA, BEN, wishes=wishes), opt_in=False, today=TODAY)

    assert [(s.id, s.filter, s.unread_filter) for s in found] == [
        ("p-ana", Everything(), "new york"),
        ("p-ben", Everything(), ""),
    ]


def test_one_mail_for_one_address() -> None:
    twin = person("p-twin", "ANA@example.org")
    wishes = (Subscription("ana@example.org", "", "weekly"),)

    found = subscribers(
        community(ANA, twin, wishes=wishes),
        opt_in=False,
        today=TODAY,
        coordinators=["ana@EXAMPLE.org"],
    )

    assert [(s.id, s.coordinator) for s in found] == [("p-ana", True)]


def test_no_address_in_the_id_of_an_outsider() -> None:
    assert outsider_id(" Out@Example.org ") == outsider_id("out@example.org")
    assert outsider_id("out@example.org").startswith("s-")
    assert "out" not in outsider_id("out@example.org")
