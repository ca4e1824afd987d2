"""A community with a public archive, for tests that tell a story: type, sync, build, look."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digests.archive.writing import Written
from sheets_sync.archiving import archive_folder, build_archive
from sheets_sync.founding import Answers, found
from sheets_sync.mailing import Wish, sync_and_mail, sync_project
from sheets_sync.project import Project, open_project
from tests.people import Manager, Typed

MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
URL = "https://reports.example.org"
PEOPLE = """
| name       | email            | username | groups      | country | public |
| Ana Rossi  | ana@example.org  | ana      | Rep, Mentor | Italy   |        |
| Ben Okafor | ben@example.org  | ben      | Rep         | Nigeria |        |
| Cleo Min   | cleo@example.org | cleo     | Coordinator |         |        |
| Zuza Quiet | zuza@example.org | zuzaq    | Rep         | Spain   | no     |
"""
TAGS = """
| tag        | same as    | category | description         |
| mentorship |            | People   | Helping each other. |
| mentoring  | mentorship |          |                     |
| planning   |            | Craft    |                     |
"""


class Valley:
    """Sheet, state and archive of one community, and a clock that the story moves."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.folder = archive_folder(project)
        self.now = MONDAY - timedelta(days=3)
        self.manager = Manager(project.folder / "workbook.xlsx")

    def types(self, **cells: Typed) -> int:
        """Type a report below the last one; returns its row."""
        with self.manager.editing():
            row = len(self.manager.cells("Reports")) + 1
            for column, value in cells.items():
                self.manager.types("Reports", row, column.replace("_", " "), value)
        return row

    def syncs(self) -> None:
        """Bring sheet and state together."""
        sync_project(self.project, self.now)

    def mails(self) -> None:
        """Do what cron does for the mail."""
        sync_and_mail(self.project, Wish(early=True), now=self.now)

    def builds(self, *, dry_run: bool = False) -> Written:
        """Build the archive as of the last sync."""
        return build_archive(self.project, self.folder, now=self.now, dry_run=dry_run)

    def publishes(self) -> Written:
        """Sync, then build."""
        self.syncs()
        return self.builds()

    def moves(self, url: str) -> None:
        """Let the archive be reached somewhere else."""
        settings = self.project.settings
        archive = settings.archive.model_copy(update={"url": url})
        moved = settings.model_copy(update={"archive": archive})
        self.project = replace(self.project, settings=moved)

    def id(self, row: int) -> str:
        """Return the id of the report in a row."""
        header, *rows = self.manager.cells("Reports")
        return str(rows[row - 2][header.index("id")])

    def page(self, path: str) -> str:
        """Return a page by its address below the front."""
        file = self.folder / path
        return (file if file.suffix else file / "index.html").read_text("utf-8")

    def words(self, path: str) -> str:
        """Return what somebody reads on a page, on one line."""
        main = self.page(path).partition("<main")[2].partition("</main>")[0]
        return " ".join(re.sub("<[^>]*>", " ", main.partition(">")[2]).split())

    def paths(self) -> set[str]:
        """Return the addresses of all pages and feeds, the fixed ones left out."""
        files = (p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*.*ml"))
        found = {path.removesuffix("index.html") for path in files}
        return {one for one in found if not one.startswith(("reports/", "404"))}

    def holding(self, words: str) -> list[str]:
        """Return the files, or names of files, in which some words stand, in any case."""
        wanted = words.casefold().encode()
        return sorted(
            str(path.relative_to(self.folder))
            for path in self.folder.rglob("*")
            if wanted in str(path.relative_to(self.folder)).casefold().encode()
            or (path.is_file() and wanted in path.read_bytes().lower())
        )

    def stamps(self) -> dict[str, tuple[int, int]]:
        """Return when each file was last written, and which file it is on the disk."""
        found = (p for p in self.folder.rglob("*") if p.is_file())
        return {
            p.relative_to(self.folder).as_posix(): (p.stat().st_mtime_ns, p.stat().st_ino)
            for p in found
        }


@contextmanager
def valley(
    folder: Path, settings: str = "", *, digest: str = "", tags: str = TAGS
) -> Iterator[Valley]:
    """Open a community; `settings` are lines of [archive], and `digest` of [digest].

    Without `tags` its Tags tab is as `init` made it.
    """
    found(folder, Answers("Green Valley", ["cleo@example.org"], "Europe/Berlin"), {})
    path = folder / "tidings.toml"
    lines = f'[archive]\nurl = "{URL}"\n{settings}\n'
    text = path.read_text("utf-8").replace("[archive]\n", lines)
    path.write_text(text.replace("[digest]\n", f"[digest]\n{digest}\n"), "utf-8")
    with open_project(folder, {}) as project:
        here = Valley(project)
        with here.manager.editing():
            here.manager.holds("People", PEOPLE)
            if tags:
                here.manager.holds("Tags", tags)
            here.manager.holds("Mentors", "| mentee | mentor |\n| ben | ana |")
        yield here
