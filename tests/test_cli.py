"""The command line: what is printed, what is left behind, and the exit status."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

import pytest
from openpyxl import load_workbook

from sheets_sync.cli.ending import redacted, status
from sheets_sync.cli.plans import letters
from sheets_sync.cli.saying import visible
from sheets_sync.cli.shell import Shell
from sheets_sync.project import one_run, open_project
from tests.served import going

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
CANARY = "canary-5f1e7b0c2d9a4e63"


@dataclass
class Told:
    """What a command told."""

    status: int
    out: str
    err: str


class Terminal:
    """Runs commands in one project folder, as a person would, without a terminal to ask in."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.environment: dict[str, str] = {}
        self.patience = 10.0
        self.now = NOW
        self._capsys = capsys

    def __call__(self, *words: str) -> Told:
        shell = Shell(
            environment=self.environment, now=lambda: self.now, patience_seconds=self.patience
        )
        code = status(["--project", str(self.folder), *words], shell)
        said = self._capsys.readouterr()
        return Told(code, said.out, said.err)


@pytest.fixture
def tidings(tmp_path, capsys):
    return Terminal(tmp_path / "project", capsys)


@pytest.fixture
def project(tidings):
    assert tidings("init", "--name", "Riverside", "--coordinator", "ana@example.org").status == 0
    return tidings.folder


def types(project: Path, tab: str, *rows: Sequence[object]) -> None:
    """Let a manager add rows; cells by column, from the left."""
    book = load_workbook(project / "workbook.xlsx")
    for row in rows:
        book[tab].append(row)
    book.save(project / "workbook.xlsx")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


# -- init ---------------------------------------------------------------------------------------


def test_init_makes_a_project(tidings):
    told = tidings("init", "--name", "Riverside", "--coordinator", "ana@example.org")

    assert told.status == 0
    assert told.out.splitlines()[:-1] == [
        "tidings.toml: made",
        "form.toml: made",
        "secret: made",
        "workbook.xlsx: made",
        "tidings.db: made",
    ]
    assert (tidings.folder / "secret").stat().st_mode & 0o777 == 0o600
    tags = load_workbook(tidings.folder / "workbook.xlsx")["Tags"]
    assert [cell.value for cell in tags["A"]] == [
        "tag",
        "mentorship",
        "onboarding",
        "working-group",
        "planning",
        "press",
        "local-community",
    ]


def test_init_again_changes_nothing(tidings, project):
    before = contents(project)

    told = tidings("init")

    assert told.status == 0
    assert set(told.out.splitlines()[:-1]) == {
        f"{name}: there already, left as it is"
        for name in ("tidings.toml", "form.toml", "secret", "workbook.xlsx", "tidings.db")
    }
    assert contents(project) == before


def test_init_makes_only_what_is_missing(tidings, project):
    (project / "form.toml").unlink()

    told = tidings("init")

    assert told.out.splitlines()[:2] == [
        "tidings.toml: there already, left as it is",
        "form.toml: made",
    ]


def test_init_without_a_terminal_needs_its_answers(tidings):
    told = tidings("init", "--name", "Riverside")

    assert told.status == 2
    assert "E-mail address of a coordinator is missing; add --coordinator" in told.err
    assert not tidings.folder.exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [("--coordinator", "ana at example"), ("--timezone", "Mars/Olympus")],
)
def test_init_refuses_an_answer_that_is_no_good(tidings, option, value):
    words = {"--name": "Riverside", "--coordinator": "ana@example.org", option: value}

    told = tidings("init", *(word for pair in words.items() for word in pair))

    assert (told.status, told.out) == (2, "")
    assert value in told.err
    assert not tidings.folder.exists()


def test_init_dry_run_makes_nothing(tidings):
    told = tidings("init", "--name", "R", "--coordinator", "ana@example.org", "--dry-run")

    assert told.status == 0
    assert told.out.splitlines()[0] == "tidings.toml: would be made"
    assert not tidings.folder.exists()


def test_any_name_survives_in_the_settings(tidings):
    name = 'Ana\'s "quoted" \\ community\x7f — কমিউনিটি'

    assert tidings("init", "--name", name, "--coordinator", "ana@example.org").status == 0
    assert tidings("check").status in {0, 1}


# -- sync ---------------------------------------------------------------------------------------


def test_sync_tells_what_to_look_at(tidings, project):
    types(project, "People", ["Ana Lima", "ana@example.org"])
    types(project, "Reports", ["31/02/2026", "Ana Lima", "Met two newcomers"])

    told = tidings("sync")

    assert told.status == 1
    assert re.fullmatch(r"Synced: .*\d+ changed cells.*\.\n", told.out.splitlines(True)[0])
    assert "Reports row 2, date: '31/02/2026' is not a date" in told.out.replace("“", "'").replace(
        "”", "'"
    )


def test_a_second_sync_writes_nothing(tidings, project):
    assert tidings("sync").status == 0
    before = (project / "workbook.xlsx").read_bytes()

    told = tidings("sync")

    assert (told.status, told.out) == (0, "Synced: there was nothing to write.\n")
    assert (project / "workbook.xlsx").read_bytes() == before


def test_sync_dry_run_prints_the_plan_and_changes_nothing(tidings, project):
    before = (project / "workbook.xlsx").read_bytes()

    told = tidings("sync", "--dry-run")

    assert told.status == 0
    assert told.out.splitlines()[:2] == ["Nothing was written. The plan:", "  Tags!E2: 0"]
    assert (project / "workbook.xlsx").read_bytes() == before


# fault 76
def test_a_missing_state_is_not_replaced_unless_asked_for(tidings, project):
    tidings("sync")
    (project / "tidings.db").unlink()

    refused = tidings("sync")
    begun = tidings("sync", "--new-state")
    again = tidings("sync", "--new-state")

    assert refused.status == 3
    assert "start afresh with: tidings sync --new-state" in refused.err
    assert begun.status == 0
    assert again.status == 3
    assert "a new state is for when none is left" in again.err


# fault 47
def test_a_second_run_waits_and_then_gives_up(tidings, project):
    tidings.patience = 0.3
    with open_project(project, {}) as opened, one_run(opened):
        told = tidings("sync")
    after = tidings("sync")

    assert (told.status, told.out) == (3, "")
    assert "another run is at work" in told.err
    assert after.status == 0


# -- serve --------------------------------------------------------------------------------------


def test_serve_shows_the_form_until_interrupted_and_a_second_one_says_what_to_do(project):
    command = [sys.executable, "-m", "sheets_sync.cli", "--project", str(project), "serve"]
    with going([*command, "--port", "0"]) as server:
        assert server.stdout is not None
        address = server.stdout.readline().split()[4]
        port = str(urlsplit(address).port)
        with urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
            page = answer.read().decode()
        second = subprocess.run(
            [*command, "--port", port], capture_output=True, text=True, timeout=60
        )
        server.send_signal(signal.SIGINT)
        status = server.wait(timeout=20)

    assert (status, "What have you been up to?" in page) == (0, True)
    assert second.returncode == 2
    assert f"127.0.0.1 port {port}: Address already in use; is the page served" in second.stderr


# -- digest and run -----------------------------------------------------------------------------


@pytest.fixture
def weekly(tidings, project):
    """A community of two with a report that came after the first sync."""
    types(project, "People", ["Ana Lima", "ana@example.org"], ["Bo Ek", "bo@example.org"])
    assert tidings("sync").status == 0
    types(project, "Reports", [None, "Ana Lima", "Met two newcomers", "mentorship"])
    assert tidings("sync").status == 0
    return project


def mails(project: Path) -> list[tuple[str, str]]:
    """Return to whom a mail went, and whether the report is in it."""
    folder = project / "outbox"
    read = [
        BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        for path in folder.iterdir()
    ]
    bodies = [(mail["To"], mail.get_body("plain").get_content()) for mail in read]
    return sorted((to, "Met two newcomers" in body) for to, body in bodies)


def test_digest_says_when_the_next_is_due(tidings, weekly):
    told = tidings("digest")

    assert told.status == 0
    assert told.out == "No issue is due; the next, 2026-W48, is on Monday 2026-11-23 at 07:00.\n"


def test_run_makes_the_due_issue_once_and_writes_its_line(tidings, weekly):
    tidings.now = NOW.replace(hour=8)

    first, second = tidings("run"), tidings("run")

    assert (first.status, second.status) == (0, 0)
    assert "Issue 2026-W48: 1 report to 2 people." in first.out.splitlines()
    assert "No issue is due; the next, 2026-W49" in second.out
    assert mails(weekly) == [("Ana Lima <ana@example.org>", True), ("Bo Ek <bo@example.org>", True)]
    line = [cell.value for cell in load_workbook(weekly / "workbook.xlsx")["Digests"][2]]
    assert line[0] == "2026-W48"
    assert line[2:6] == [1, 2, 2, 0]


def test_digest_early_is_found_made_by_run(tidings, weekly):
    early = tidings("digest", "--early")
    tidings.now = NOW.replace(hour=8)
    ran = tidings("run")

    assert "Issue 2026-W48: 1 report to 2 people." in early.out.splitlines()
    assert "No issue is due; the next, 2026-W49" in ran.out
    assert len(mails(weekly)) == 2


def test_digest_dry_run_says_who_would_get_what(tidings, weekly):
    told = tidings("digest", "--now", "2026-11-23T07:00", "--dry-run")

    assert told.status == 0
    assert told.out.splitlines() == [
        "Issue 2026-W48 would go to 2 people:",
        "  ana@example.org: 1 report",
        "  bo@example.org: 1 report",
    ]
    assert not (weekly / "outbox").exists()


def test_the_preview_is_the_very_mail(tidings, weekly, tmp_path):
    out = tmp_path / "preview.eml"

    told = tidings("digest", "--preview", "bo@example.org", "--early", "--out", str(out))

    assert told.status == 0
    mail = BytesParser(policy=policy.default).parsebytes(out.read_bytes())
    assert mail["To"] == "Bo Ek <bo@example.org>"
    assert "Met two newcomers" in mail.get_body("plain").get_content()
    assert not (weekly / "outbox").exists()


def test_a_preview_without_a_person_shows_whoever_comes_first(tidings, weekly, tmp_path):
    out = tmp_path / "preview.eml"

    assert tidings("digest", "--early", "--out", str(out), "--preview").status == 0
    assert b"Met two newcomers" in out.read_bytes()


def test_the_preview_opens_in_the_browser_as_it_stands_in_the_mail(tidings, weekly, tmp_path):
    out, seen = tmp_path / "preview.eml", tmp_path / "seen"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" >{seen}\n')
    browser.chmod(0o700)
    words = [sys.executable, "-m", "sheets_sync.cli", "--project", str(weekly), "digest", "--early"]

    for more in (["--preview", "bo@example.org"], ["--preview", "bo@example.org", "--out", out]):
        subprocess.run(
            [*words, *more], env={**os.environ, "BROWSER": str(browser)}, check=True, timeout=60
        )

    page = Path(unquote(urlsplit(seen.read_text()).path)).read_bytes().decode()
    mail = BytesParser(policy=policy.default).parsebytes(out.read_bytes())
    assert page == mail.get_body("html").get_content()
    assert "Met two newcomers" in page
    assert not (weekly / "outbox").exists()


def test_a_test_copy_counts_for_nothing(tidings, weekly):
    told = tidings("digest", "--to", "me@example.org")
    tidings.now = NOW.replace(hour=8)
    ran = tidings("run")

    assert told.status == 0
    assert "Issue 2026-W48: 1 report to 2 people." in ran.out.splitlines()


# fault 82
def test_a_clock_that_jumped_is_doubted(tidings, weekly):
    tidings("run")
    tidings.now = NOW.replace(year=2027)

    doubted, believed = tidings("run"), tidings("run", "--clock-is-right")

    assert doubted.status == 3
    assert "Set the clock right" in doubted.err
    assert believed.status == 0


# fault 75
def test_a_state_older_than_the_spreadsheet_does_not_send(tidings, weekly):
    old = (weekly / "tidings.db").read_bytes()
    tidings("digest", "--early")
    for name in ("tidings.db-wal", "tidings.db-shm"):
        (weekly / name).unlink(missing_ok=True)
    (weekly / "tidings.db").write_bytes(old)
    before = len(mails(weekly))

    told = tidings("run")

    assert told.status == 3
    assert "Bring back the newest state" in told.err
    assert len(mails(weekly)) == before


# fault 75
def test_going_on_with_an_old_state_keeps_the_lines_of_the_digests(tidings, weekly):
    old = (weekly / "tidings.db").read_bytes()
    tidings("digest", "--early")
    line = [cell.value for cell in load_workbook(weekly / "workbook.xlsx")["Digests"][2]]
    for name in ("tidings.db-wal", "tidings.db-shm"):
        (weekly / name).unlink(missing_ok=True)
    (weekly / "tidings.db").write_bytes(old)
    before = len(mails(weekly))

    tidings("sync", "--take-over")
    told = [tidings("digest", "--accept-old-state"), tidings("run")]

    assert [one.status for one in told] == [0, 0]
    assert [cell.value for cell in load_workbook(weekly / "workbook.xlsx")["Digests"][2]] == line
    assert len(mails(weekly)) == before


def test_a_mail_server_that_is_away_is_status_3_and_nothing_is_lost(tidings, weekly):
    settings = weekly / "tidings.toml"
    text = settings.read_text()
    away = text.replace('"folder:outbox"', '"smtp://127.0.0.1:9"\nallow_insecure = true')
    settings.write_text(away)
    failed = tidings("digest", "--early")
    settings.write_text(text)
    done = tidings("run")

    assert failed.status == 3
    assert "Not finished" in failed.err
    assert done.status == 0
    assert len(mails(weekly)) == 2


# -- errors -------------------------------------------------------------------------------------


def test_outside_a_project_it_says_how_to_make_one(tidings):
    told = tidings("sync")

    assert (told.status, told.out) == (2, "")
    assert told.err.splitlines()[-1].endswith("or make one with: tidings init")
    assert not tidings.folder.exists()


@pytest.mark.parametrize("words", [["sing"], ["sync", "--loud"], ["serve", "--port", "many"]])
def test_wrong_use_is_status_2(tidings, words):
    assert tidings(*words).status == 2


# fault 79
def test_wrong_settings_are_status_2_with_every_fault(tidings, project):
    (project / "tidings.toml").write_text('[digest]\nhour = 25\nweekday = "someday"\n')

    told = tidings("sync")

    assert told.status == 2
    assert "has 2 faults:" in told.err
    assert "digest.hour (line 2)" in told.err
    assert "digest.weekday (line 3)" in told.err


# fault 80
def test_a_secret_that_others_can_read_is_refused(tidings, project):
    (project / "secret").chmod(0o644)

    told = tidings("sync")

    assert told.status == 2
    assert "can be read by others on this machine (mode 0644); run: chmod 600" in told.err


def test_a_damaged_workbook_is_status_3(tidings, project):  # fault 19
    (project / "workbook.xlsx").write_bytes(b"PK\x03\x04 half a file")

    told = tidings("sync")

    assert told.status == 3
    assert told.err.splitlines()[-1].startswith(f"Not finished: {project / 'workbook.xlsx'}: ")


# fault 81
def test_a_fault_of_ours_is_one_line_and_a_log_without_secrets(tidings, project):
    secret = (project / "secret").read_text().strip()
    # A value of the state that no Tidings writes, with a secret and an address in it.
    _spoil(project / "tidings.db", f"{secret} of ana@example.org \x1b[31m")

    told = tidings("check")

    log = (project / "tidings.log").read_text()
    assert told.status == 3
    assert told.err.splitlines() == [
        "Not finished: a fault in Tidings itself; nothing is lost. "
        f"Details: {project / 'tidings.log'}"
    ]
    assert "Traceback" in log
    assert [part for part in (secret, "ana@example.org", "\x1b") if part in log] == []


def _spoil(database: Path, value: str) -> None:
    import sqlite3  # noqa: PLC0415 - only this test looks behind the state

    connection = sqlite3.connect(database)
    connection.execute("INSERT INTO kept VALUES ('last sync', ?)", (value,))
    connection.commit()
    connection.close()


# faults 80, 81
def test_no_output_ever_holds_a_secret(tidings, project):
    (project / "secret").write_text(CANARY)
    tidings.environment = {"TIDINGS_MAIL_PASSWORD": f"{CANARY}-mail"}
    url = f'url = "smtp://ana:{CANARY}@127.0.0.1:9"'
    settings = (project / "tidings.toml").read_text()
    (project / "tidings.toml").write_text(settings.replace('url = "folder:outbox"', url))

    told = [tidings(*words) for words in (["sync"], ["check"], ["sync", "--dry-run"], ["init"])]

    assert [one for one in told if CANARY in one.out + one.err] == []
    assert "holds a password" in told[1].out
    logs = "".join(path.read_text() for path in project.glob("*.log"))
    assert CANARY not in logs


def test_redaction_takes_the_longer_of_two_secrets_first():
    assert redacted("a-secret-long, a-secret", ["a-secret", "a-secret-long"]) == (
        "[secret], [secret]"
    )


# fault 83
def test_nothing_that_somebody_wrote_steers_the_terminal(tidings, project):
    types(project, "People", ["Ana", "no \u009b31m address\u2028second line"])
    types(project, "Reports", [None, "Eve\x85 \u202eevil", "Hi"])

    told = tidings("sync")

    assert told.status == 1
    assert "“no 31m address second line” is not an e-mail address" in told.out
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", told.out) == []


def test_visible_keeps_words_of_every_script():
    assert visible("নববর্ষ, می‌خواهم, 👩‍👧 é") == "নববর্ষ, می‌خواهم, 👩‍👧 é"
    assert visible("a\x1b[2Jb\nc\td") == r"a\x1b[2Jb\nc\td"


# -- check --------------------------------------------------------------------------------------


def test_check_after_init_says_what_to_do_next(tidings, project):
    told = tidings("check")

    assert told.status == 1
    assert "! sync: there was none yet; run: tidings sync" in told.out.splitlines()
    assert told.out.splitlines()[-1] == "1 to mend."


def test_check_fails_without_a_coordinator(tidings, project):
    settings = (project / "tidings.toml").read_text()
    (project / "tidings.toml").write_text(settings.replace('["ana@example.org"]', "[]"))
    tidings("sync")

    told = tidings("check")

    assert told.status == 1
    assert "! community.coordinators: nobody would hear of what needs a person" in told.out


def test_check_counts_people_without_an_address(tidings, project):
    types(project, "People", ["Ana Lima", "ana@example.org"], ["Bo Ek"], ["Chi Ito"])
    tidings("sync")

    told = tidings("check")

    assert "· People: 2 of 3 have no address and get no mail" in told.out.splitlines()


def test_check_says_who_holds_the_workbook(tidings, project):
    tidings("sync")
    (project / ".~lock.workbook.xlsx#").write_text(
        ",maria,elsewhere,23.11.2026 09:00,file:///home/maria;"
    )

    told = tidings("check")

    assert told.status == 1
    assert "workbook.xlsx is open: maria on elsewhere" in told.out


def test_check_lists_the_faults_of_the_settings(tidings, project):
    (project / "tidings.toml").write_text("[digest]\nhour = 25\n")

    told = tidings("check")

    assert told.status == 1
    assert "digest.hour (line 2)" in told.out


# -- import -------------------------------------------------------------------------------------


def test_import_of_a_folder_without_an_archive_is_status_2(tidings, project, tmp_path):
    told = tidings("import", "reps-archive", str(tmp_path))

    assert told.status == 2
    assert "REPS.json" in told.err


# -- starting -----------------------------------------------------------------------------------


def test_help_loads_nothing_heavy():
    heavy = "pydantic sqlalchemy flask openpyxl python_calamine jinja2 babel rich gspread"
    script = (
        "import sys; from sheets_sync.cli.ending import status; from sheets_sync.cli.shell import "
        "Shell; status(['--help'], Shell()); print(sorted(set(sys.modules) & set(sys.argv[1:])))"
    )

    said = subprocess.run(
        [sys.executable, "-c", script, *heavy.split()], capture_output=True, text=True, check=True
    )

    assert said.stdout.splitlines()[-1] == "[]"


def test_what_a_command_makes_is_for_this_account_only(tmp_path):
    words = ["init", "--name", "Riverside", "--coordinator", "ana@example.org"]

    subprocess.run(
        [sys.executable, "-m", "sheets_sync.cli", "--project", str(tmp_path / "p"), *words],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )

    assert {path.name: oct(path.stat().st_mode & 0o077) for path in (tmp_path / "p").iterdir()} == {
        name: "0o0"
        for name in ("tidings.toml", "form.toml", "secret", "workbook.xlsx", "tidings.db")
    }


@pytest.mark.parametrize(
    ("column", "shown"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_named_as_people_know_them(column, shown):
    assert letters(column) == shown
