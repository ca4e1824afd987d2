"""Managers who edit People and Mentors in any order, while reports propose pairs.

Whatever they do: no cell of theirs changes, a second sync writes nothing, and nobody has a mentor
whom no place names.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.keeping import Keeping, keeping
from tests.people import Typed

NAMES = ("ana", "Ben Okafor", "cho@example.org", "dia", "Zoe", "")
DAYS = (None, date(2026, 1, 5), date(2026, 11, 20), date(2027, 2, 1))
THEIRS = {
    "People": ("name", "email", "username", "groups", "left", "mentor"),
    "Mentors": ("mentee", "mentor", "since", "until", "note"),
}
Act = Callable[[Keeping, int, int], object]


def somewhere(k: Keeping, tab: str, number: int) -> int:
    """Return the number of a row below the header."""
    return 2 + number % max(1, len(k.manager.cells(tab)) - 1)


def types(tab: str, column: str, values: tuple[Typed, ...]) -> Act:
    return lambda k, a, b: k.manager.types(
        tab, somewhere(k, tab, a), column, values[b % len(values)]
    )


ACTS: dict[str, Act] = {
    "own mentor": types("People", "mentor", NAMES),
    "username": types("People", "username", ("ana", "benok", "dia", "")),
    "groups": types("People", "groups", ("Rep", "Rep, Mentor", "Alumni", "")),
    "left": types("People", "left", DAYS),
    "mentee": types("Mentors", "mentee", NAMES),
    "mentor": types("Mentors", "mentor", NAMES),
    "since": types("Mentors", "since", DAYS),
    "until": types("Mentors", "until", DAYS),
    "paste": lambda k, a, b: k.manager.inserts_row(
        "People", somewhere(k, "People", a), [None, "ben@example.org", f"benok{b % 2}"]
    ),
    "sort people": lambda k, a, b: k.manager.sorts("People", "name", descending=bool(a % 2)),
    "sort pairs": lambda k, a, b: k.manager.sorts("Mentors", "mentor", descending=bool(a % 2)),
    "copy pair": lambda k, a, b: k.manager.copies_row("Mentors", somewhere(k, "Mentors", a), 2),
    "delete pair": lambda k, a, b: k.manager.deletes_row("Mentors", somewhere(k, "Mentors", a)),
    "delete person": lambda k, a, b: k.manager.deletes_row("People", somewhere(k, "People", a)),
    "report": lambda k, a, b: k.posts(
        NAMES[a % 4], f"{a} {b} {k.now}", about=NAMES[b % 5], tags="mentoring"
    ),
    "wait": lambda k, a, b: k.pass_time(days=a),
}


def theirs(k: Keeping, tab: str) -> Counter[tuple[object, ...]]:
    return Counter(row for row in k.shows(tab, *THEIRS[tab]) if any(row))


def syncs_and_looks(k: Keeping) -> None:
    before = {tab: theirs(k, tab) for tab in THEIRS}

    k.sync(accept_removals=True)

    after = {tab: theirs(k, tab) for tab in THEIRS}
    added = after["Mentors"] - before["Mentors"]
    assert after["People"] == before["People"]
    assert before["Mentors"] - after["Mentors"] == Counter()
    assert all(str(row[4]).startswith("proposed by report r-") for row in added)
    assert k.sync(accept_removals=True).written is False
    named = {*(row[1] for row in after["Mentors"]), *(row[5] for row in after["People"])}
    for person in (people := {one.id: one for one in k.community().people}).values():
        if person.mentor:
            mentor = people[person.mentor]
            assert named & {mentor.name, mentor.username, mentor.email}


act = st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 40), st.integers(0, 40))
rounds = st.lists(st.lists(act, min_size=2, max_size=6), min_size=1, max_size=3)


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # shrinking would save thousands of workbooks
    suppress_health_check=[HealthCheck.too_slow],
)
@given(rounds)
def test_any_order_of_edits_keeps_what_people_typed(
    rounds: list[list[tuple[str, int, int]]],
) -> None:
    with TemporaryDirectory() as folder, keeping("xlsx", Path(folder)) as k:
        k.holds(
            People=(
                "| name | email | username | groups | left | mentor |",
                "| Ana Rossi | ana@example.org | ana | Rep, Mentor | | |",
                "| Ben Okafor | ben@example.org | | Rep | | ana |",
                "| Cho Min | cho@example.org | cho | Rep, Mentor | | |",
                "| Dia Ray | dia@example.org | dia | Rep, Mentor | | cho |",
            ),
            Mentors=(
                "| mentee | mentor | since | until | note |",
                "| ana | dia | | | |",
                "| cho | ana | | | ours |",
            ),
        )
        k.sync()
        for acts in rounds:
            with k.manager.editing():
                for name, a, b in acts:
                    ACTS[name](k, a, b)
            syncs_and_looks(k)
