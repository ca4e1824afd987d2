"""`tidings archive build`, and `run` where the archive is to be published."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from sheets_sync.cli.ending import status
from sheets_sync.cli.shell import Shell
from sheets_sync.erasing import carry_out, look
from tests.archive.valley import MONDAY, Valley, valley


def tidings(folder: Path, *words: str, environment: Mapping[str, str] | None = None) -> int:
    shell = Shell(environment=environment or {}, now=lambda: MONDAY + timedelta(hours=1))
    return status(["--project", str(folder), *words], shell)


def told(here: Valley) -> None:
    here.types(reporter="ana", text="Told.", tags="tea")
    here.syncs()


def test_a_build_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with valley(tmp_path) as here:
        told(here)

    statuses = [tidings(tmp_path, "archive", "build") for _ in range(2)]

    assert statuses == [0, 0]
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith(f" files written in {tmp_path / 'archive'}.")
    assert second == f"Archive: nothing changed in {tmp_path / 'archive'}."


def test_a_plan_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with valley(tmp_path) as here:
        told(here)

    assert tidings(tmp_path, "archive", "build", "--dry-run") == 0

    said = capsys.readouterr().out
    assert said.startswith("Nothing was written. The plan:\n  write assets/archive.css\n")
    assert "would be written" in said
    assert not (tmp_path / "archive").exists()


def test_another_folder(tmp_path: Path):
    with valley(tmp_path) as here:
        told(here)

    assert tidings(tmp_path, "archive", "build", "--folder", str(tmp_path / "elsewhere")) == 0

    assert (tmp_path / "elsewhere/people/ana/index.html").exists()
    assert not (tmp_path / "archive").exists()


@pytest.mark.parametrize("folder", [".", "..", "theirs"])
def test_no_folder_of_others_and_not_the_projects_own_is_built_into(
    tmp_path: Path, folder: str, capsys: pytest.CaptureFixture[str]
):
    with valley(tmp_path / "project") as here:
        told(here)
    project, theirs = tmp_path / "project", tmp_path / "project/theirs"
    theirs.mkdir()
    (theirs / "index.html").write_text("somebody's page")
    before = sorted(tmp_path.rglob("*.html"))

    assert tidings(project, "archive", "build", "--folder", str(project / folder)) == 2

    said = capsys.readouterr().err
    assert "Nothing was written. Name a" in said
    assert "a fault in Tidings itself" not in said
    assert sorted(tmp_path.rglob("*.html")) == before


def test_without_an_address_nothing_is_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with valley(tmp_path):
        pass
    settings = tmp_path / "tidings.toml"
    settings.write_text(settings.read_text().replace("\nurl =", "\n# url ="))

    assert tidings(tmp_path, "archive", "build") == 2
    assert "archive.url is not set" in capsys.readouterr().err

    settings.write_text(settings.read_text().replace("[archive]", "[archive]\npublish = true"))
    assert tidings(tmp_path, "run") == 2
    assert "archive (line" in (said := capsys.readouterr().err)
    assert "add url =" in said


def test_a_run_publishes_only_where_that_is_switched_on(tmp_path: Path):
    with valley(tmp_path / "off") as here:
        told(here)
    with valley(tmp_path / "on", "publish = true") as here:
        told(here)

    assert [tidings(tmp_path / name, "run") for name in ("off", "on")] == [0, 0]

    assert not (tmp_path / "off/archive").exists()
    assert "Told." in (tmp_path / "on/archive/tags/tea/index.html").read_text()


def test_a_folder_that_cannot_be_used_fails_the_run_after_the_mail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with valley(tmp_path, "publish = true") as here:
        told(here)
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive/index.html").write_text("somebody's page")

    assert tidings(tmp_path, "run") == 3

    said = capsys.readouterr().out
    assert "\nSent: " in said
    assert said.splitlines()[-1].startswith(
        f"Not finished: the archive in {tmp_path / 'archive'}: "
    )
    assert "index.html is there already, and this archive did not make it" in said
    assert (tmp_path / "archive/index.html").read_text() == "somebody's page"


def test_who_is_erased_is_gone_from_the_archive_too(tmp_path: Path):
    with valley(tmp_path) as here:
        here.types(reporter="ana", text="Told.", tags="tea")
        here.types(reporter="ben", text="Helped.", about="Ana Rossi")
        here.publishes()
        assert here.holding("Rossi") != []
        assert set(here.project.state.publishing.addresses()) == {"ana", "ben", "cleo"}

        done = carry_out(here.project, look(here.project, "ana"), now=here.now)

        assert here.holding("Rossi") == here.holding("people/ana") == here.holding(">Told.<") == []
        assert "Helped." in here.words("people/ben/")
        assert set(here.project.state.publishing.addresses()) == {"ben", "cleo"}
        assert [place for place in done.left if "archive" in place] == []
