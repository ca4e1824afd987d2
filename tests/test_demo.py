"""The demo: its community, its folder, its visitors and its pages."""

import re
import unicodedata
from collections import Counter
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from forms.rules import split_tags
from sheets_sync.demo.community import Invented, load_invented
from sheets_sync.demo.papers import Papers
from sheets_sync.demo.place import MARKER, clear, make_place
from sheets_sync.demo.trouble import DemoError
from sheets_sync.demo.visitor import hidden_fields
from sheets_sync.tags import key

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def invented() -> Invented:
    return load_invented(TODAY)


def test_the_community_is_large_and_lives_in_many_places(invented: Invented) -> None:
    people = invented.rows["People"]
    scripts = {
        unicodedata.name(letter).split()[0]
        for person in people
        for letter in str(person["name"])
        if letter.isalpha()
    }

    assert len(people) >= 40
    assert len({person["country"] for person in people}) >= 20
    assert sum("Mentor" in str(person["groups"]) for person in people) == 8
    assert {"LATIN", "CYRILLIC", "ARABIC", "DEVANAGARI", "CJK", "HANGUL", "GREEK"} <= scripts


def test_sixty_reports_lie_within_six_weeks(invented: Invented) -> None:
    days = [row["date"] for row in invented.rows["Reports"]]
    real = [day for day in days if isinstance(day, date)]

    assert len(days) >= 60
    assert min(real) >= TODAY - timedelta(weeks=6)
    assert max(real) <= TODAY
    assert [day for day in days if not isinstance(day, date)] == ["31/02/2026"]
    assert sum(day > TODAY - timedelta(days=7) for day in real) >= 15


def test_tags_come_in_many_spellings(invented: Invented) -> None:
    typed = Counter(
        tag for row in invented.rows["Reports"] for tag in split_tags(str(row["tags"]))[0]
    )
    spellings = {tag for tag in typed if key(tag) in {"mentorship", "mentor-ship", "mentoring"}}
    assert spellings >= {"Mentorship", "#mentorship", "mentor ship", "mentoring"}


def test_every_address_is_made_up(invented: Invented) -> None:
    hosts = set(re.findall(r"(?:@|://)([\w.-]+)", repr(invented)))
    assert len(hosts) > 10
    assert [host for host in hosts if not re.fullmatch(r"(.+\.)?example\.(org|com)", host)] == []


def test_the_folder_is_made_anew_only_when_it_is_the_demos(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    make_place(folder, "http://127.0.0.1:8080", {})
    (folder / "left over").write_text("x")
    clear(folder)
    assert not folder.exists()

    folder.mkdir()
    clear(folder)
    folder.mkdir()
    (folder / "thesis.txt").write_text("ten years")
    with pytest.raises(DemoError, match="holds something that is not the demo's"):
        clear(folder)
    assert (folder / "thesis.txt").read_text() == "ten years"


def test_a_folder_that_is_open_elsewhere_is_left_alone(tmp_path: Path) -> None:  # fault 41
    (tmp_path / MARKER).touch()
    (tmp_path / ".~lock.workbook.xlsx#").touch()
    with pytest.raises(DemoError, match=r"workbook.xlsx is open in another program"):
        clear(tmp_path)


def test_a_link_or_a_file_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "demo").symlink_to(tmp_path / "real")
    (tmp_path / "file").touch()
    for name in ("demo", "file"):
        with pytest.raises(DemoError, match="is not a folder"):
            clear(tmp_path / name)


def test_hidden_fields_are_found() -> None:
    page = '<form><input type=hidden name="token" value="a&amp;b"><input name="text"></form>'
    assert hidden_fields(page) == {"token": "a&b"}


def test_the_mails_are_listed_and_shown(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["To"] = "Ana <ana@example.org>"
    mail["Subject"] = "<b>News</b>"
    mail.set_content("plain words")
    mail.add_alternative("<p>rich words</p>", subtype="html")
    (tmp_path / "2026-W48-ana.eml").write_bytes(bytes(mail))
    papers = Papers(tmp_path, ("Read & smile.",))

    front = papers("")
    assert front is not None
    page = front.body.decode()
    assert '<a href="/papers/2026-W48-ana.html"><bdi>Ana</bdi></a>: &lt;b&gt;News&lt;/b&gt;' in page
    assert "<li>Read &amp; smile.</li>" in page
    shown = [papers(f"2026-W48-ana.{kind}") for kind in ("html", "txt")]
    assert [(one.body.strip(), one.content_type) for one in shown if one] == [
        (b"<p>rich words</p>", "text/html; charset=utf-8"),
        (b"plain words", "text/plain; charset=utf-8"),
    ]
    assert [papers(name) for name in ("2026-W48-ana.eml", "../x.html", "x", ".html")] == [None] * 4
