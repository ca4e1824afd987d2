"""Only what changed is written, each file at once, and what is not ours is left alone."""

import json
import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest

from digests.archive.page import Page
from digests.archive.writing import (
    PRINTS,
    ArchiveFolderError,
    Manifest,
    Written,
    load_manifest,
    write_pages,
)
from tests.archive.valley import Valley, valley


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Valley]:
    with valley(tmp_path) as opened:
        yield opened


def pages(**contents: str) -> list[Page]:
    """Return pages by name, whose print is their content."""
    return [
        Page(f"{name}/index.html", text, partial(bytes, text, "utf-8"))
        for name, text in contents.items()
    ]


def write(folder: Path, those: Sequence[Page], **options: bool) -> Written:
    return write_pages(folder, those, load_manifest(folder), {}, **options)


def test_a_build_without_changes_writes_nothing(here: Valley):
    here.types(reporter="ana", text="One.", tags="a, b", about="ben")
    here.publishes()
    before = here.stamps()

    here.syncs()
    here.now = here.now.replace(year=2027)
    again = here.builds()

    assert (again.written, again.removed) == ((), ())
    assert here.stamps() == before


def test_one_new_report_changes_what_shows_it_and_nothing_else(here: Valley):
    with here.manager.editing():
        for number in range(130):
            tag, day = ("spring", "summer")[number % 2], f"{2024 + number % 3}-03-01"
            here.types(date=day, reporter="ana", text=f"Report {number}.", tags=tag)
    here.publishes()
    before = here.stamps()
    row = here.types(date="2026-11-18", reporter="ben", text="The last one.", tags="spring")

    done = here.publishes()

    changed = {path for path, stamp in here.stamps().items() if before.get(path) != stamp}
    assert set(done.written) == {
        f"reports/{here.id(row)}/index.html", "feed.xml", "index.html",
        "2026/index.html", "2026/11/index.html",
        "tags/spring/index.html", "tags/spring/feed.xml",
        "people/ben/index.html", "people/ben/feed.xml", "people/index.html",
        "index/2026.json", "index/names.json",
    }  # fmt: skip
    assert changed == {*done.written, PRINTS}
    assert len(before) > 160


def test_only_pages_that_changed_are_made(tmp_path: Path):
    made = []

    def note(text: str) -> bytes:
        made.append(text)
        return text.encode()

    def due(**contents: str) -> list[Page]:
        return [Page(f"{n}.html", text, partial(note, text)) for n, text in contents.items()]

    write(tmp_path / "a", due(one="1", two="2"))
    write(tmp_path / "a", due(one="1", two="2"))
    write(tmp_path / "a", due(one="1", two="II", three="3"))

    assert made == ["1", "2", "II", "3"]


def test_a_page_that_was_damaged_or_removed_comes_back(tmp_path: Path):
    write(tmp_path / "a", pages(one="1", two="22"))
    (tmp_path / "a/one/index.html").unlink()
    (tmp_path / "a/two/index.html").write_text("")

    done = write(tmp_path / "a", pages(one="1", two="22"))

    assert set(done.written) == {"one/index.html", "two/index.html"}
    assert (tmp_path / "a/two/index.html").read_text() == "22"


def test_what_is_no_longer_due_goes_with_its_folder_and_no_more(tmp_path: Path):
    write(tmp_path / "a", pages(one="1", two="2"))
    (tmp_path / "a/CNAME").write_text("reports.example.org")
    (tmp_path / "a/two/mine.txt").write_text("mine")

    done = write(tmp_path / "a", [])

    assert done.removed == ("one/index.html", "two/index.html")
    left = sorted(p.relative_to(tmp_path / "a").as_posix() for p in (tmp_path / "a").rglob("*"))
    assert left == [PRINTS, "CNAME", "two", "two/mine.txt"]


def test_a_file_that_is_not_ours_is_never_replaced(tmp_path: Path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one/index.html").write_text("somebody's")

    with pytest.raises(ArchiveFolderError, match=r"one/index\.html is there already"):
        write(tmp_path, pages(two="2", one="1"))

    assert (tmp_path / "one/index.html").read_text() == "somebody's"
    assert not (tmp_path / "two").exists()


def test_nothing_outside_the_folder_is_ever_removed(tmp_path: Path):
    write(tmp_path / "a", pages(one="1", two="2"))
    (tmp_path / "secret").write_text("mine")
    listed = json.loads((tmp_path / "a" / PRINTS).read_bytes())
    for path in ("../secret", f"{tmp_path}/secret", "one/../../secret"):
        listed["files"][path] = ["x", 4]
    (tmp_path / "a" / PRINTS).write_text(json.dumps(listed))

    done = write(tmp_path / "a", pages(one="1"))

    assert done.removed == ("two/index.html",)
    assert (tmp_path / "secret").read_text() == "mine"


@pytest.mark.parametrize("at", range(4))
def test_a_build_that_was_cut_off_is_finished_by_the_next(tmp_path: Path, at: int):
    first = pages(one="1", two="2", three="3")
    write(tmp_path / "a", first)
    second = pages(one="I", two="II", three="III", four="IIII")

    def fails() -> bytes:
        raise OSError("the disk is full")

    broken = [Page(p.path, p.print, fails) if n == at else p for n, p in enumerate(second)]
    with pytest.raises(OSError, match="full"):
        write(tmp_path / "a", broken)
    # Meanwhile the sheet went back to what it was.
    done = write(tmp_path / "a", first)

    assert read_all(tmp_path / "a") == {"one": "1", "two": "2", "three": "3"}
    assert done
    assert not write(tmp_path / "a", first)


def read_all(folder: Path) -> dict[str, str]:
    return {path.parent.name: path.read_text() for path in folder.glob("*/index.html")}


def test_a_reader_never_sees_half_a_page(tmp_path: Path):
    whole = {letter * 200_000 for letter in "ab"}
    write(tmp_path, pages(one="a" * 200_000))
    seen, over = set(), Event()

    def read() -> None:
        while not over.is_set():
            seen.add((tmp_path / "one/index.html").read_text())

    reader = Thread(target=read)
    reader.start()
    for _ in range(60):
        write(tmp_path, pages(one="b" * 200_000))
        write(tmp_path, pages(one="a" * 200_000))
    over.set()
    reader.join()

    assert seen <= whole
    assert seen


def test_every_web_server_may_read_it_whatever_the_umask(tmp_path: Path):
    before = os.umask(0o077)
    try:
        write(tmp_path / "a", pages(one="1"))
    finally:
        os.umask(before)

    modes = {p.name: oct(p.stat().st_mode & 0o777) for p in (tmp_path / "a").rglob("*")}
    assert modes == {PRINTS: "0o644", "one": "0o755", "index.html": "0o644"}
    assert oct((tmp_path / "a").stat().st_mode & 0o777) == "0o755"


def test_a_lost_or_damaged_list_of_prints_is_told(tmp_path: Path):
    write(tmp_path, pages(one="1"))
    (tmp_path / PRINTS).write_text("{")

    assert load_manifest(tmp_path) == Manifest()
    with pytest.raises(ArchiveFolderError):
        write(tmp_path, pages(one="1"))


def test_what_was_hidden_cannot_be_tried_at_the_prints(here: Valley):
    """They lie among the pages, so that they are keyed: the same archive elsewhere has others."""
    here.types(reporter="ana", text="One.")
    here.publishes()
    first = load_manifest(here.folder).files["index.html"][0]
    here.project.state.base.put("archive secret", "00" * 32)

    here.builds()

    assert load_manifest(here.folder).files["index.html"][0] != first
