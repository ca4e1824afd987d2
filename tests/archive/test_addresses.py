"""People's pages keep their address: renamed, of one name with others, in any script."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from digests.archive.addresses import give_addresses, href, tag_address
from sheets_sync.tags import key
from tests.archive.valley import Valley, valley
from tests.digest_story import person


@pytest.mark.parametrize(
    ("username", "name", "address"),
    [
        ("ana", "Ana Rossi", "ana"),
        ("Ana.Rossi", "Ana", "ana-rossi"),
        ("", "Björn Łęcki-Straße", "bjorn-lecki-strasse"),
        ("", "Søren Æbelø", "soren-aebelo"),
        ("陈美玲", "Meilin Chen", "meilin-chen"),
        ("", "ليلى حداد", "m-"),
        ("ana@example.org", "", "m-"),
        ("", "../../etc", "etc"),
        ("x" * 90, "", "x" * 60),
    ],
)
def test_an_address_is_made_of_username_or_name(username: str, name: str, address: str):
    one = person("p-1", name, username=username)

    made = give_addresses([one], {}).now["p-1"]

    assert made == address or (address == "m-" and made.startswith("m-") and len(made) == 10)


def test_two_of_one_name_get_two_addresses_whatever_their_order():
    people = [person(id, "Ana", username="") for id in ("p-1", "p-2")]

    given = give_addresses(people, {}).now

    assert given == {"p-1": "ana", "p-2": "ana-2"}
    assert give_addresses(people[::-1], {}).now == given


def test_who_is_renamed_keeps_the_old_address_beside_the_new_one():
    known = {"ana": "p-1"}

    given = give_addresses([person("p-1", "", username="anna")], known)

    assert (given.now, given.before, given.new) == (
        {"p-1": "anna"},
        {"ana": "p-1"},
        {"anna": "p-1"},
    )
    back = give_addresses([person("p-1", "", username="ana")], {**known, **given.new})
    assert (back.now, back.before, back.new) == ({"p-1": "ana"}, {"anna": "p-1"}, {})


def test_nobody_gets_what_was_somebody_elses():
    known = {"ana": "p-1"}

    given = give_addresses([person("p-2", "Ana", username="")], known)

    assert given.now == {"p-2": "ana-2"}
    assert given.before == {}  # p-1 is not there any more, and leads nowhere


@pytest.mark.parametrize(
    ("tag", "address"),
    [
        ("Local Community", "local-community"),
        ("本地化", "本地化"),
        ("हिन्दी", "हिन्दी"),
        ("c++", "c~"),
        ("a/b", "a-b~"),
        ("..", "~"),
        ("index.html", "index-html~"),
        ("x" * 50, "x" * 50),
        ("字" * 50, "字" * 20 + "~"),
    ],
)
def test_the_address_of_a_tag_is_safe_and_readable(tag: str, address: str):
    made = tag_address(key(tag))

    assert made == address or (address.endswith("~") and made[:-8] == address)
    assert len(made.encode()) < 140
    assert "/" not in made


def test_no_two_tags_meet_at_one_address():
    tags = ["c", "c+", "c++", "c#", "c.", "c/", "c-", "c~", "c-1", tag_address("c+")]

    addresses = [tag_address(tag) for tag in dict.fromkeys(map(key, tags))]

    assert len(set(addresses)) == len(addresses)


def test_links_are_of_plain_characters():
    assert href("tags/本/") == "tags/%E6%9C%AC/"
    assert href("tags/c~1?") == "tags/c~1%3F"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Valley]:
    with valley(tmp_path) as opened:
        yield opened


def test_an_address_on_a_profile_leads_there_after_a_change_of_name(here: Valley):
    here.types(reporter="ana", text="Did something.")
    here.publishes()
    here.manager.types("People", 2, "username", "annarossi")
    here.manager.types("Reports", 2, "reporter", "annarossi")

    here.publishes()

    assert "Did something." in here.words("people/annarossi/")
    old = here.page("people/ana/")
    assert 'content="0; url=../../people/annarossi/"' in old
    assert 'href="https://reports.example.org/people/annarossi/"' in old
    assert here.builds().written == ()


def test_a_plan_gives_no_address_for_good(here: Valley):
    here.types(reporter="ana", text="Did something.")
    here.syncs()

    planned = here.builds(dry_run=True)

    assert "people/ana/index.html" in planned.written
    assert not here.folder.exists()
    assert here.project.state.publishing.addresses() == {}
