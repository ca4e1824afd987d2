"""Finding reports: the expressions of the digests, people by name, days as people say them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.search import Search, SearchError, find, understand
from sheets_sync.community import Community, Person, Report, Status, Tag

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


def person(id: str, name: str, mentor: str = "", username: str = "") -> Person:
    return Person(id, name, f"{id}@example.org", username or id, (), frozenset(), "", mentor)


PEOPLE = (
    person("ana", "Ana Rossi"),
    person("ben", "Ben Okafor", mentor="ana"),
    person("cho", "Cho Min", username="cho.min"),
    person("cho2", "Cho Min", username="minnie"),
)
COMMUNITY = Community(
    NOW, PEOPLE, tags=(Tag("mentoring", "mentoring", "mentorship"), Tag("event", "event", ""))
)


def report(id: str, writer: str, day: int, *tags: str, status: Status = Status.OK) -> Report:
    return Report(
        id=id, date=date(2026, 11, day), reporter=writer, person=writer, name=writer, text=id,
        tags=tags, link="", about=(), outcome="", status=status, mentor="", received=NOW,
        source="form", accepted=0,
    )  # fmt: skip


REPORTS = [
    report("call", "ana", 2, "mentorship"),
    report("talk", "ben", 9, "#Mentoring", "event"),
    report("walk", "ben", 16, "mentoring"),
    report("note", "cho", 20),
    report("odd", "ben", 21, "mentoring", status=Status.CHECK),
    *(
        report(s.value, "ana", 22, "mentorship", status=s)
        for s in Status
        if s not in ("ok", "check")
    ),
]


def found(**asked: object) -> list[str]:
    search = Search(**asked)  # type: ignore[arg-type]
    return [one.id for one in find(understand(search, COMMUNITY, TODAY), REPORTS, COMMUNITY)]


def test_everything_that_may_be_mailed_is_found_the_latest_first():
    assert found() == ["odd", "note", "walk", "talk", "call"]


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"tags": "mentorship and not event"}, ["odd", "walk", "call"]),
        ({"tags": "untagged, event"}, ["note", "talk"]),
        ({"by": ["ben"]}, ["odd", "walk", "talk"]),
        ({"by": ["Ana Rossi", "cho.min"]}, ["note", "call"]),
        ({"mentor": ["Ana Rossi"], "tags": "event"}, ["talk"]),
        ({"since": "2026-11-16"}, ["odd", "note", "walk"]),
        ({"since": "1w"}, ["odd", "note", "walk"]),
        ({"since": "2W", "until": "3d"}, ["note", "walk", "talk"]),
        ({"since": "1m", "by": ["ana"]}, ["call"]),
        ({"until": "1y"}, []),
    ],
)
def test_options_narrow(asked, ids):
    assert found(**asked) == ids


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"tags": "mentorship and"},
            "--tags, column 15: expected a tag, found the end",
        ),
        (
            {"by": ["Cho Min"]},
            "--by: “Cho Min” is the name of several people; write the username of one: cho.min, "
            "minnie",
        ),
        (
            {"mentor": ["nobody"]},
            "--mentor: “nobody” is nobody on the roster; write a username, or a full name in "
            "quotes",
        ),
        (
            {"since": "8 moons"},
            "--since: “8 moons” is no day; write one such as 2026-11-23, or how long ago: 10d, "
            "8w, 6m or 1y",
        ),
        ({"until": "9999y"}, "--until: “9999y” is no day; write one such as 2026-11-23, or how "
            "long ago: 10d, 8w, 6m or 1y"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_named(asked, message):
    with pytest.raises(SearchError) as error:
        understand(Search(**asked), COMMUNITY, TODAY)

    assert str(error.value) == message


def test_a_month_ago_is_the_same_day_or_the_last_of_that_month():
    def since(typed: str, today: date) -> date:
        return understand(Search(since=typed), COMMUNITY, today).since

    assert since("1m", date(2027, 3, 31)) == date(2027, 2, 28)
    assert since("11m", date(2026, 11, 23)) == date(2025, 12, 23)
    assert since("1y", date(2028, 2, 29)) == date(2027, 2, 28)


@given(st.text())
def test_nothing_that_is_typed_breaks_it(typed):
    for search in (Search(tags=typed), Search(by=[typed]), Search(since=typed)):
        try:
            understand(search, COMMUNITY, TODAY)
        except SearchError as error:
            assert str(error).startswith("--")  # noqa: PT017 - anything else would be a fault
