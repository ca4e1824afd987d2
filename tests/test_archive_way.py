"""The real archive all the way: init, import, sync, and a community that goes on from there.

What must come out is counted here from the JSON, without our code.
"""

import json
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook as Book
from openpyxl import load_workbook

from digests.search import Search, find, understand
from sheets_sync.answering import last_found
from sheets_sync.demo.papers import read_mail
from sheets_sync.demo.visitor import hand_in
from sheets_sync.founding import Answers, found
from sheets_sync.imports import import_archive
from sheets_sync.mailing import Mailed, Wish, sync_and_mail
from sheets_sync.project import Project, open_project
from sheets_sync.sync import Outcome, sync
from tests.people import Manager
from tests.served import form_page

FOLDER = Path(os.environ.get("TIDINGS_TEST_DATA", "/nowhere")) / "data" / "reps-archive"
pytestmark = pytest.mark.skipif(
    not (FOLDER / "REPS.json").exists(), reason="TIDINGS_TEST_DATA has no data/reps-archive"
)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
COUNCIL = "council@example.org"
NEW = ["Posted by a mentee.", "Posted by a mentor.", "Typed into the sheet."]
FORMULA_SIGNS = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Facts:
    """The archive, as plain Python reads it."""

    activities: list[dict[str, Any]]
    reps: list[dict[str, Any]]

    def name(self, username: str) -> str:
        one = next(rep for rep in self.reps if rep["display_name"] == username)
        return str(one.get("full_name") or f"{one['first_name']} {one['last_name']}")

    def current(self) -> list[dict[str, Any]]:
        return [rep for rep in self.reps if not rep.get("alumni")]

    def mentees(self) -> dict[str, list[str]]:
        found = defaultdict(list)
        for rep in self.current():
            if rep["mentor"]:
                found[rep["mentor"]["display_name"]].append(rep["display_name"])
        return found

    def alumni(self) -> set[str]:
        return {rep["display_name"] for rep in self.reps if rep.get("alumni")}

    def group(self, name: str) -> set[str]:
        return {
            rep["display_name"]
            for rep in self.current()
            if name in [group["name"] for group in rep["groups"]]
        }


@pytest.fixture(scope="module")
def facts() -> Facts:
    read = [json.loads((FOLDER / name).read_text()) for name in ("ACTIVITIES.json", "REPS.json")]
    return Facts(*read)


class Going:
    """A community whose workbook a manager has at hand."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.path = project.folder / project.settings.spreadsheet.file
        self.manager = Manager(self.path)
        self.now = NOW

    def imports(self) -> str:
        return import_archive(
            self.project.spreadsheet, self.project.state, self.project.rules, FOLDER, now=self.now
        ).text()

    def syncs(self) -> Outcome:
        return sync(self.project.spreadsheet, self.project.state, self.project.rules, now=self.now)

    def mails(self) -> Mailed:
        return sync_and_mail(self.project, Wish(), now=self.now)[1]

    def shows(self, tab: str) -> list[dict[str, Any]]:
        header, *rows = self.manager.cells(tab)
        return by_header(header, rows)


def by_header(header: Sequence[object], rows: Iterable[Sequence[object]]) -> list[dict[str, Any]]:
    padded = [[*row, *[None] * (len(header) - len(row))] for row in rows]
    return [dict(zip(map(str, header), row, strict=True)) for row in padded]


@contextmanager
def going(folder: Path) -> Iterator[Going]:
    with open_project(folder, {}) as project:
        yield Going(project)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder with the archive in it, synced once."""
    folder = tmp_path_factory.mktemp("reps")
    found(folder, Answers("Reps", [COUNCIL], "Europe/Berlin"), {})
    settings = folder / "tidings.toml"
    text = settings.read_text().replace("# coordinator =", "coordinator =")
    # The test's clock stands still between opening and sending the form.
    settings.write_text(text.replace("[form]", "[form]\nminimum_seconds = 0"))
    with going(folder) as community:
        community.imports()
        community.syncs()
    return folder


@pytest.fixture(scope="module")
def book(imported: Path) -> Book:
    return load_workbook(imported / "workbook.xlsx")


def shows(book: Book, tab: str) -> list[dict[str, Any]]:
    header, *rows = book[tab].iter_rows(values_only=True)
    return by_header(header, rows)


def test_every_report_and_person_is_there(book: Book, facts: Facts) -> None:
    reports, people = shows(book, "Reports"), shows(book, "People")

    assert Counter((row["reporter"], row["portal page"]) for row in reports) == Counter(
        (one["user"]["display_name"], one["remo_url"]) for one in facts.activities
    )
    assert [(row["date"].date().isoformat(), row["link"] or "") for row in reports] == [
        (one["report_date"], one["link"]) for one in facts.activities
    ]
    assert Counter(row["status"] for row in reports) == {"ok": len(facts.activities)}
    assert len({row["id"] for row in reports}) == len(facts.activities) == 2929
    assert sum("automatic" in row["tags"].split(", ") for row in reports) == 1969
    assert {row["username"]: row["name"] for row in people} == {
        rep["display_name"]: facts.name(rep["display_name"]) for rep in facts.reps
    }
    assert len(people) == len(facts.reps) == 729
    alumni = {row["username"] for row in people if "Alumni" in (row["groups"] or "")}
    assert alumni == facts.alumni()


def portal_words(one: dict[str, Any]) -> list[str]:
    marks = [one["activity"], one["initiative"], one["passive_report"] and "automatic"]
    areas = [area["name"] for area in one["functional_areas"]]
    return [word for word in dict.fromkeys([*marks, *areas]) if word and word != "Other"]


def test_what_the_portal_called_it_is_found_under_todays_tags(
    book: Book, imported: Path, facts: Facts
) -> None:
    def told(*words: str) -> int:
        """Count the reports with any of these words among the twenty that a report may have."""
        return sum(not set(portal_words(one)[:20]).isdisjoint(words) for one in facts.activities)

    def found(expression: str) -> int:
        with going(imported) as community:
            known = last_found(community.project.state)
            asked = understand(Search(expression), known, NOW.date())
            return len(find(asked, community.project.state.base.accepted_above(-1), known))

    assert found("mentorship") == told("Communicated with my mentee/mentor") == 77
    assert found("recruiting") == told("Recruiting", "Recruitment effort", "Recruited a Mozillian")
    assert found("press") == told("Interviewed with the press", "Public Relations")
    assert found("press and not event") < found("press")
    assert found("automatic") == 1969
    problems = [row for row in shows(book, "Problems") if row["tab"] == "Tags"]
    assert problems == []
    tags = {row["tag"]: row for row in shows(book, "Tags")}
    assert tags["Public Relations"]["same as"] == "press"
    assert tags["Public Relations"]["uses"] == told("Public Relations")
    assert {one["activity"] for one in facts.activities if len(one["activity"]) < 48} <= tags.keys()


def test_texts_are_kept_as_typed(book: Book, facts: Facts) -> None:  # fault 9
    rows = shows(book, "Reports")
    assert [row["text"] for row in rows] == [
        one["activity_description"] or one["activity"] for one in facts.activities
    ]
    like_formulas = [
        number
        for number, one in enumerate(facts.activities, 2)
        if one["activity_description"].startswith(FORMULA_SIGNS)
    ]
    assert len(like_formulas) == 4
    column = list(rows[0]).index("text") + 1
    cells = [book["Reports"].cell(number, column) for number in like_formulas]
    assert {cell.data_type for cell in cells} == {"s"}


def test_what_is_wrong_with_the_mentors_is_found(book: Book, facts: Facts) -> None:
    mentees, alumni = facts.mentees(), facts.alumni()
    rows = shows(book, "Mentors")

    def told(words: str) -> Counter[tuple[str, str]]:
        return Counter(
            (row["mentee"], row["mentor"]) for row in rows if words in (row["problem"] or "")
        )

    def pairs(mentors: set[str]) -> Counter[tuple[str, str]]:
        return Counter((mentee, mentor) for mentor in mentors for mentee in mentees[mentor])

    alumni_mentors = alumni & set(mentees)
    ungrouped = set(mentees) - alumni - facts.group("Mentor")
    themselves = {mentor for mentor in mentees if mentor in mentees[mentor]}
    without = {rep["display_name"] for rep in facts.current() if not rep["mentor"]}
    idle = facts.group("Mentor") - set(mentees)
    found = [alumni_mentors, ungrouped, themselves, without, idle]
    assert [len(those) for those in found] == [4, 2, 1, 1, 1]

    assert told("is alumni") == pairs(alumni_mentors)
    assert sum(told("is alumni").values()) == 11
    assert told("not in the Mentor group") == pairs(ungrouped)
    assert told("their own mentor") == Counter((one, one) for one in themselves)
    assert people_told(book, "has no mentor; add a row") == without
    assert people_told(book, "in the Mentor group and mentors nobody") == idle


def people_told(book: Book, words: str) -> set[str]:
    return {row["username"] for row in shows(book, "People") if words in (row["problem"] or "")}


def test_nothing_else_is_wrong_with_the_roster(book: Book, facts: Facts) -> None:
    """Besides those there are a circle of 13 mentors and one whose dates cross, and that is all."""
    said = Counter(
        (row["tab"], next((words for words in ROSTER_FAULTS if words in row["what is wrong"]), "?"))
        for row in shows(book, "Problems")
        if row["tab"] in ("People", "Mentors")
    )
    circle = next(
        row["what is wrong"] for row in shows(book, "Problems") if "circle" in row["what is wrong"]
    )

    assert said == {
        ("Mentors", "is alumni"): 11,
        ("Mentors", "not in the Mentor group"): 4,
        ("Mentors", "their own mentor"): 1,
        ("Mentors", "in a circle"): 1,
        ("People", "has no mentor"): 1,
        ("People", "mentors nobody"): 1,
        ("People", "a mentor, and not in: Mentor"): 2,
        ("People", "left before they joined"): sum(
            bool(rep.get("date_left_program"))
            and rep["date_left_program"][:10] < rep["date_joined_program"][:10]
            for rep in facts.reps
        ),
    }
    assert len({*circle.partition(": ")[2].split(" → ")}) == len(circle_of(facts)) == 13


ROSTER_FAULTS = (
    "is alumni",
    "not in the Mentor group",
    "their own mentor",
    "in a circle",
    "has no mentor",
    "mentors nobody",
    "a mentor, and not in: Mentor",
    "left before they joined",
)


def circle_of(facts: Facts) -> set[str]:
    """Return who mentors somebody who in the end mentors them."""
    mentor = {
        rep["display_name"]: rep["mentor"]["display_name"]
        for rep in facts.current()
        if rep["mentor"]
    }

    def above(one: str) -> set[str]:
        seen: set[str] = set()
        while (one := mentor.get(one, "")) and one not in seen:
            seen.add(one)
        return seen

    return {one for one in mentor if one in above(one) and mentor[one] != one}


def test_who_lost_their_mentor_is_listed_with_who_might_take_over(
    imported: Path, facts: Facts
) -> None:
    with going(imported) as reps:
        community = reps.project.state.base.community()
    assert community is not None
    people = {person.id: person for person in community.people}
    mentees, alumni = facts.mentees(), facts.alumni()
    lost = {one for mentor in alumni & set(mentees) for one in mentees[mentor]}

    listed = {people[one.person].username: one for one in community.orphans}

    assert {one for one, orphan in listed.items() if orphan.gone} == lost
    assert len(lost) == 11
    assert len(listed) == 13  # one mentors themselves, one has no mentor
    free = facts.group("Mentor") - alumni
    countries = {rep["display_name"]: rep["country"] for rep in facts.reps}
    would_have = Counter({one: len(theirs) for one, theirs in mentees.items()})
    for username, orphan in listed.items():
        suggested = [people[id].username for id in orphan.suggested]
        near = {one for one in free - {username} if countries[one] == countries[username]}
        assert suggested
        assert set(suggested) <= free - {username}
        assert not near or set(suggested) & near, username
        loads = [would_have[one] for one in suggested]
        assert loads == sorted(loads)
        would_have[suggested[0]] += 1  # whoever was suggested first counts as theirs
    firsts = Counter(orphan.suggested[0] for orphan in listed.values())
    assert max(firsts.values()) <= 3


def test_importing_and_syncing_again_changes_nothing(imported: Path) -> None:
    with going(imported) as reps:
        before = reps.path.read_bytes()
        said = reps.imports()
        again = reps.syncs()
        after = reps.path.read_bytes()

    assert said.splitlines() == [
        "People: 0 new, 729 there already",
        "Mentors: 0 new, 218 there already",
        "Reports: 0 new, 2929 there already",
        "Tags: 0 new, 139 there already",
        "Left out: 0",
    ]
    assert not again.changes
    assert after == before


def test_reporters_off_the_roster_are_unmatched(
    imported: Path, facts: Facts, tmp_path: Path
) -> None:
    reported = Counter(one["user"]["display_name"] for one in facts.activities)
    mentors = {rep["mentor"]["display_name"] for rep in facts.current() if rep["mentor"]}
    gone = [username for username, _ in reported.most_common() if username not in mentors][:5]
    folder = tmp_path / "reps"
    shutil.copytree(imported, folder)

    with going(folder) as reps:
        reps.now += timedelta(hours=1)
        people = [row["username"] for row in reps.shows("People")]
        with reps.manager.editing():
            for number in sorted((people.index(one) + 2 for one in gone), reverse=True):
                reps.manager.deletes_row("People", number)
        reps.syncs()
        statuses = Counter(
            row["reporter"] for row in reps.shows("Reports") if row["status"] == "unmatched"
        )

    assert statuses == {one: reported[one] for one in gone}


def test_the_community_goes_on_and_nothing_old_is_mailed(
    imported: Path, facts: Facts, tmp_path: Path
) -> None:
    """A mentor, their mentees and a coordinator get addresses; three people report."""
    mentees = facts.mentees()
    mentor = max(facts.group("Mentor"), key=lambda one: (len(mentees[one]), one))
    coordinator = min(facts.group("Council") - {mentor, *mentees[mentor]})
    readers = [mentor, coordinator, *mentees[mentor]]
    first, second, third = mentees[mentor][0], coordinator, mentor
    alumnus = min(facts.alumni())
    folder = tmp_path / "reps"
    shutil.copytree(imported, folder)

    with going(folder) as reps:
        reps.now += timedelta(days=2)
        people = [row["username"] for row in reps.shows("People")]
        with reps.manager.editing():
            for username in [*readers, alumnus]:
                row = people.index(username) + 2
                reps.manager.types("People", row, "email", f"{username}@example.org")
            below = len(facts.activities) + 2
            reps.manager.types("Reports", below, "reporter", facts.name(second))
            reps.manager.types("Reports", below, "text", "Typed into the sheet.")
        with form_page(reps.project, lambda: reps.now) as address:
            hand_in(address, {"reporter": first, "text": "Posted by a mentee."})
            hand_in(address, {"reporter": f"{third}@example.org", "text": "Posted by a mentor."})
        reps.now = NOW + timedelta(days=7)
        mailed = reps.mails()
        after = reps.path.read_bytes()
        reps.now += timedelta(minutes=5)
        again = reps.mails()
        unchanged = reps.path.read_bytes() == after
        mails = [read_mail(file) for file in (folder / "outbox").glob("*.eml")]

    assert mailed.made is not None
    assert (mailed.made.issue.name, mailed.made.issue.reports) == ("2026-W49", 3)
    assert (again.made, again.delivered.sent, unchanged) == (None, 0, True)
    texts = {parseaddr(str(mail["To"]))[1]: plain_text(mail) for mail in mails}
    assert sorted(texts) == sorted([*(f"{one}@example.org" for one in readers), COUNCIL])
    for text in texts.values():
        lines = map(str.strip, text.splitlines())
        assert sorted(line for line in lines if line.startswith(("Typed", "Posted"))) == NEW
        assert text.count("Why: ") == len(NEW)  # so nothing of the archive
    mentors_mail = texts[f"{mentor}@example.org"]
    assert mentors_mail.index("Your mentees") < mentors_mail.index("Posted by a mentee.")
    assert mentors_mail.count("Why: your mentee") == 1


def plain_text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
