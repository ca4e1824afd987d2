"""The README tells the truth: its commands run, and nothing that there is goes unnamed."""

import re
import shlex
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pydantic import BaseModel

from sheets_sync.cli import tidings
from sheets_sync.settings import Settings, read_settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def commands() -> list[str]:
    """Return every `tidings` command line that stands in a block, in order."""
    lines = re.findall(r"^(?: {4})?(tidings .+)$", README, re.MULTILINE)
    return [line.strip() for line in lines]


def run(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Run one line as a reader would, with the program of this environment."""
    words = [sys.executable, "-m", "sheets_sync.cli", *shlex.split(line)[1:]]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, input="")


def test_the_commands_run_one_after_the_other(tmp_path):
    statuses = {}
    (tmp_path / "old.csv").write_text("Who,What did you do?\nAna Lima,Planted a linden\n")
    for line in commands():
        if not any(word in line for word in (" serve", " reps", " shared")):
            done = run(tmp_path, line)
            statuses[line] = (done.returncode, done.stderr if done.returncode > 1 else "")
        if line.endswith(" check"):
            fill_in(tmp_path / "riverside" / "workbook.xlsx")
            say_where_the_archive_is(tmp_path / "riverside" / "tidings.toml")
            run(tmp_path, "tidings --project riverside sync")

    assert len(statuses) == 26
    assert {line: told for line, told in statuses.items() if told[0] > 1} == {}
    assert b"Met two newcomers" in (tmp_path / "mail.eml").read_bytes()


def fill_in(workbook: Path) -> None:
    """Do what the README says between the commands."""
    book = load_workbook(workbook)
    book["People"].append(["Ana Lima", "ana@example.org", "ana"])
    book["Reports"].append([date.today(), "Ana Lima", "Met two newcomers"])  # noqa: DTZ011 - a day
    book.save(workbook)


def say_where_the_archive_is(settings: Path) -> None:
    """Set what the README says before the archive is built."""
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("# url =", "url ="), "utf-8")


def test_a_new_state_is_made_where_none_is_left(tmp_path):
    line = commands()[0].split(" init")[0] + " sync --new-state"
    run(tmp_path, commands()[0])
    (tmp_path / "riverside" / "tidings.db").unlink()

    assert run(tmp_path, line).returncode == 0


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="SQLite's program is not installed")
def test_a_backup_taken_and_put_back_as_told_brings_everything_back(tmp_path):
    folder, copies = tmp_path / "riverside", tmp_path / "backup"
    command = "tidings --project riverside"
    run(tmp_path, f"{command} init --name Riverside --coordinator cleo@example.org")
    fill_in(folder / "workbook.xlsx")
    run(tmp_path, f"{command} sync")
    run(tmp_path, f"{command} digest --early")
    assert list(folder.glob("outbox/**/*.eml"))
    before = told(tmp_path, command)

    copies.mkdir()
    section = README.partition("## Backup and restore")[2].partition("To restore, ")[0]
    for line in re.findall(r"^    (.+)$", section, re.MULTILINE):
        there = line.replace("/srv/riverside", str(folder)).replace("/backup", str(copies))
        subprocess.run(["bash", "-c", there], check=True)
    shutil.rmtree(folder)
    shutil.copytree(copies, folder)

    assert run(tmp_path, f"{command} check").returncode < 2
    assert told(tmp_path, command) == before
    assert run(tmp_path, f"{command} run").returncode == 0
    assert not list(folder.glob("outbox/**/*.eml"))


def told(folder: Path, command: str) -> list[str]:
    """Return what a project has: how its issue fares, its reports, and the key of its links."""
    asked = [run(folder, f"{command} {line}") for line in ("digest --status", "reports")]
    assert [one.returncode for one in asked] == [0, 0]
    return [*(one.stdout for one in asked), (folder / "riverside" / "secret").read_text("utf-8")]


def test_the_archive_is_imported_as_told(tmp_path, archive):
    lines = [line.replace("FOLDER", str(archive)) for line in commands() if "project reps" in line]
    run(tmp_path, commands()[0].replace("riverside", "reps"))

    done = [run(tmp_path, line) for line in lines]

    assert [(one.returncode, one.stderr if one.returncode else "") for one in done] == [(0, "")] * 3


@pytest.fixture
def archive(tmp_path):
    """An archive of nobody, in the right shape."""
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "REPS.json").write_text("[]")
    (folder / "ACTIVITIES.json").write_text("[]")
    return folder


def test_every_command_is_named():
    assert [name for name in tidings.commands if f"`tidings {name}`" not in README] == []


def test_every_setting_is_explained():
    table = README[README.index("## Settings") : README.index("## Who should see")]

    assert [key for key in _keys(Settings) if f"`{key}`" not in table] == []


def test_the_defaults_are_those_of_the_settings():
    """The table's defaults, put into a file, change nothing."""
    told = []
    for keys, values in re.findall(r"^\| (`[^|]+) \| (`[^|]+) \|", README, re.MULTILINE):
        names = re.findall(r"`([\w.]+)`", keys)
        told += zip(names, re.findall(r"`([^`]+)`", values), strict=True)
    settings = [pair for pair in told if "." in pair[0] or pair[0] == "state"]
    settings.sort(key=lambda pair: "." in pair[0])

    text = "\n".join(f"{key} = {value}" for key, value in settings)

    assert len(settings) > 20
    assert read_settings(text, name="the table") == Settings()


def test_the_settings_in_examples_can_be_used():
    examples = re.findall(r"^```toml\n(.+?)^```", README, re.MULTILINE | re.DOTALL)

    assert len(examples) > 1
    assert [read_settings(text, name="an example") == Settings() for text in examples] == [
        False for _ in examples
    ]


def test_every_make_target_that_is_named_is_there():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    texts = README + (ROOT / "CONTRIBUTING.md").read_text("utf-8")

    assert set(re.findall(r"\bmake (demo|test|check|[a-z]+)`", texts)) <= targets


def test_every_file_that_is_linked_is_there():
    linked = re.findall(r"\]\(([^)#:]+)\)", README)

    assert [name for name in linked if not (ROOT / name).exists()] == []


def _keys(model: type[BaseModel], before: str = "") -> list[str]:
    found = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found += _keys(kind, f"{before}{name}.")
        elif name == "groups":
            found += [f"groups.{role}" for role in ("member", "mentor", "alumni", "coordinator")]
        else:
            found.append(before + name)
    return found
