"""The demo: its community, its folder, its visitors and its pages."""

import re
import signal
import sys
import time
import unicodedata
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.request import urlopen

import pytest

from forms.rules import split_tags
from sheets_sync.demo.community import Invented, load_invented
from sheets_sync.demo.papers import Papers, read_mail
from sheets_sync.demo.place import MARKER, clear, free_port, make_place
from sheets_sync.demo.run import run
from sheets_sync.demo.trouble import DemoError
from sheets_sync.demo.visitor import hidden_fields
from sheets_sync.tags import key
from tests.people import Manager
from tests.served import going

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


# The whole demo


NOW = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A demo that ran twice, and what it said the second time."""
    folder = tmp_path_factory.mktemp("place") / "demo"
    run(folder, serve=False, now=lambda: NOW, out=lambda line: None)
    said: list[str] = []
    run(folder, serve=False, now=lambda: NOW, out=said.append)
    return folder, said


def test_the_demo_tells_what_happened_and_what_to_open(shown: tuple[Path, list[str]]) -> None:
    folder, said = shown
    mails = len(list((folder / "outbox").glob("*.eml")))

    assert said[:2] == [
        f"An invented community moves into {folder}:",
        "  54 people, 51 mentorships, 5 tags, 9 subscriptions, 65 reports",
    ]
    assert said[3].startswith("  esi: The library evening was full.")
    assert [line for line in said if line.startswith(("Frozen", "Delivered"))] == [
        "Frozen: this week's issue, 2026-W48, with 23 reports.",
        f"Delivered: {mails} mails into {folder / 'outbox'}, one to each reader.",
    ]
    assert mails > 40
    assert (
        said[said.index("What to do next:") + 1]
        == f"  1. Open a mail of this week: {folder}/outbox"
    )


def test_the_demos_workbook_shows_a_good_dozen_of_faults(shown: tuple[Path, list[str]]) -> None:
    manager = Manager(shown[0] / "workbook.xlsx")
    header, *rows = manager.cells("Problems")
    at = [header.index(name) for name in ("tab", "column", "what is wrong")]
    told = {" ".join(str(row[place]) for place in at) for row in rows}

    for words in (
        "Mentors mentor nobody on the People tab",
        "Mentors mentee nobody on the People tab",
        "Mentors until it ends before it begins",
        "Mentors mentee the same pair",
        "Mentors mentor Łukasz Wójcik has 2 mentors",
        "Mentors mentor Hugo Brandt is alumni",
        "Mentors mentor they are their own mentor",
        "Mentors mentor they mentor each other in a circle",
        "Mentors mentor Γιώργος Παπαδόπουλος is not in the Mentor group",
        "People mentor Tomás Ó Briain has no mentor",
        "Reports reporter several people bear this name",
        "Reports date “31/02/2026” is not a date",
        "Reports reporter nobody on the People tab",
        "Reports reporter nobody is named",
        "Reports text there is neither text nor link",
        "Reports link “see my blog” is not a link",
        "Reports id copied from",
        "Tags same as there is no such tag",
        "Subscriptions filter column",
    ):
        assert any(line.startswith(words) for line in told), words
    header, *rows = manager.cells("Reports")
    assert '=HYPERLINK("https://example.com","click me")' in [
        row[header.index("text")] for row in rows
    ]
    assert [row[header.index("source")] for row in rows].count("form") == 3


def test_what_was_posted_is_in_the_mails(shown: tuple[Path, list[str]], invented: Invented) -> None:
    mails = {
        str(mail["To"]): mail.get_body(("plain",))
        for mail in map(read_mail, (shown[0] / "outbox").glob("*.eml"))
    }
    body = next(body for to, body in mails.items() if "amara@example.org" in to)
    assert body is not None
    text = body.get_content()

    for submission in invented.submissions:
        for line in filter(None, submission["text"].splitlines()):
            assert line in text
    assert not any("soren@example.org" in to for to in mails)  # who stopped


def test_the_demo_serves_the_form_and_the_mails_until_interrupted(tmp_path: Path) -> None:
    port = free_port(0)
    command = [sys.executable, "-m", "sheets_sync.cli", "demo", str(tmp_path / "demo")]
    with going([*command, "--serve", "--port", str(port)]) as server:
        assert server.stdout is not None
        said = ""
        for line in server.stdout:
            said += line
            if "until Ctrl-C" in line:
                break
        pages = {path: _got(port, path) for path in ("/", "/papers/")}
        mail = re.search(r'href="(/papers/[^"]+\.html)"', pages["/papers/"])
        assert mail is not None
        shown = _got(port, mail[1])
        server.send_signal(signal.SIGINT)
        status = server.wait(timeout=20)

    assert status == 0
    assert f"Report something: http://127.0.0.1:{port}/" in said
    assert "What have you been up to?" in pages["/"]
    assert "<title>The demo's mails</title>" in pages["/papers/"].replace("&#39;", "'")
    assert f"http://127.0.0.1:{port}/" in shown


def _got(port: int, path: str) -> str:
    for _ in range(50):
        try:
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                assert "script-src" not in answer.headers["Content-Security-Policy"]
                return str(answer.read().decode())
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("the demo's page did not come up")
