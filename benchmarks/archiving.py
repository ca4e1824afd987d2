"""The public archive of 56,290 reports: built whole, built again, and after one new report.

The size of a real community's archive, and four years of weekly issues on top. Then the size of
the first page, and how long a filter takes in Chromium.
"""

import random
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import sync_playwright

from benchmarks.invented import names, tags, text
from benchmarks.table import Result, at_most, information
from digests.archive.writing import Written
from sheets_sync.archiving import build_archive
from sheets_sync.community import Community, Person, Report, Role, Status
from sheets_sync.founding import Answers, found
from sheets_sync.project import Project, open_project
from sheets_sync.state.base import COMMUNITY, REPORT, Known, record_reports
from sheets_sync.state.database import writing

REPORTS, PEOPLE = 56_290, 730
FIRST = ("index.html", "assets/colours.css", "assets/archive.css")
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
FIRST_DAY = date(2011, 7, 1)
FILTERS = ("mentorship", "mentorship and (italy or spain) and not swag", "untagged", "not press")
WHAT = f"the public archive of {REPORTS:,} reports"


def measure(folder: Path) -> list[Result]:
    """Build, build again, add a report, build; then look with a browser."""
    with _community(folder / "community") as project:
        pages = folder / "pages"
        whole, made = _timed(project, pages)
        idle, nothing = _timed(project, pages)
        assert not nothing
        _record(project, [_report(_chance(7), REPORTS, _people(), NOW.date())])
        one, changed = _timed(project, pages)
        assert 5 < len(changed.written) < 60, changed.written
    weight = sum((pages / name).stat().st_size for name in FIRST)
    answers = _in_browser(pages)
    files = f"{len(changed.written)} files"
    return [
        information(f"{WHAT}, all {made.pages:,} files", whole, "s"),
        at_most(f"{WHAT} without a change, beside all of it", "s", idle, whole, 0.1),
        at_most(f"the same after one new report ({files}), beside all of it", "s", one, whole, 0.1),
        at_most("its first page with its style sheet, beside 100 KB", "KB", weight / 1e3, 100, 1),
        at_most("a filter over it in Chromium, beside 100 ms", "ms", max(answers), 100, 1),
    ]


def _timed(project: Project, pages: Path) -> tuple[float, Written]:
    began = time.perf_counter()
    done = build_archive(project, pages, now=NOW)
    return time.perf_counter() - began, done


@contextmanager
def _community(folder: Path) -> Iterator[Project]:
    """Yield a project whose state is as after a sync of all these reports."""
    found(folder, Answers("Riverside", ["ana@example.org"]), {})
    settings = folder / "tidings.toml"
    address = '[archive]\nurl = "http://127.0.0.1"\n'
    settings.write_text(settings.read_text("utf-8").replace("[archive]\n", address), "utf-8")
    chance, people = _chance(1), _people()
    days = (NOW.date() - FIRST_DAY).days
    with open_project(folder, {}) as project:
        _record(
            project,
            [
                _report(chance, number, people, FIRST_DAY + timedelta(days * number // REPORTS))
                for number in range(REPORTS)
            ],
        )
        community = COMMUNITY.dump_json(Community(NOW, people=tuple(people))).decode()
        project.state.base.put("community", community)
        yield project


def _chance(seed: int) -> random.Random:
    return random.Random(seed)


def _people() -> list[Person]:
    chance = _chance(2)
    return [
        Person(
            f"p-{at:016x}",
            name,
            f"p{at}@example.org",
            f"user{at}",
            (),
            frozenset({Role.MEMBER}),
            "",
            "",
        )
        for at, name in enumerate(names(PEOPLE, chance))
    ]


def _report(chance: random.Random, number: int, people: Sequence[Person], day: date) -> Report:
    writer = people[int(PEOPLE * chance.random() ** 2)]
    return Report(
        id=f"r-{chance.getrandbits(40):010x}",
        date=day,
        reporter=writer.username,
        person=writer.id,
        name=writer.name,
        text=text(chance),
        tags=tuple(filter(None, tags(chance).split(", "))),
        link="",
        about=(),
        outcome="",
        status=Status.OK,
        mentor="",
        received=NOW,
        source="archive",
        accepted=0,
        once_at=f"https://portal.example.org/u/{writer.username}/r/{day:%Y/%B}/{day.day}/{number}/",
    )


def _record(project: Project, reports: Sequence[Report]) -> None:
    rows = [
        Known(
            one.id,
            "Reports",
            REPORT.dump_json(one).decode(),
            "",
            one.status,
            0,
            None,
            None,
            0,
            "{}",
        )
        for one in reports
    ]
    with writing(project.state.engine) as db:
        record_reports(db, rows)


def _in_browser(pages: Path) -> list[float]:
    """Return the milliseconds that each filter takes, until its hits are shown."""
    handler = partial(_Quiet, directory=str(pages))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        with sync_playwright() as playwright:
            program = shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/search/")
            page.wait_for_selector("article.report")
            return [page.evaluate(_TIMED, asked) for asked in FILTERS * 3][len(FILTERS) :]
    finally:
        server.shutdown()
        server.server_close()


_TIMED = """(asked) => {
  const field = document.getElementById("filter");
  const began = performance.now();
  field.value = asked;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  document.body.getBoundingClientRect();
  return performance.now() - began;
}"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
