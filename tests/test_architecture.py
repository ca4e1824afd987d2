"""The layout holds: who may import whom, and one home for each outside library.

Each rule reads the source with `ast` and names the offending line.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("forms", "sheets_sync", "digests")
MAY_IMPORT = {
    "forms": {"forms"},
    "sheets_sync": {"sheets_sync", "forms"},
    "digests": {"digests", "sheets_sync", "forms"},
}
SHELL = {
    "answering",
    "listing",
    "settings",
    "keys",
    "project",
    "google_access",
    "google_forms",
    "form_workflow",
    "form_publishing",
    "form_collecting",
    "form_checks",
    "founding",
    "mailing",
    "confirming",
    "stats",
    "operating",
    "overdue",
    "backing_up",
    "erasing",
    "exporting",
    "heartbeat",
    "table_workflow",
    "mail_records",
    "preview",
    "workflow",
    "archiving",
    "checks",
    "web",
    "cli",
    "demo",
}
"""Of `sheets_sync`: may import anything, and is imported only by itself."""
HOMES = {
    "gspread": ("sheets_sync.google_sheets",),
    "google": ("sheets_sync.google_access",),
    "requests": (
        "sheets_sync.google_sheets",
        "sheets_sync.google_access",
        "sheets_sync.google_forms",
    ),
    "openpyxl": ("sheets_sync.xlsx",),
    "python_calamine": ("sheets_sync.xlsx",),
    "sqlalchemy": ("sheets_sync.state",),
    "sqlite3": ("sheets_sync.state",),
    "psycopg": ("sheets_sync.state.sessions",),
    "smtplib": ("digests.send",),
    "flask": ("sheets_sync.web",),
    "greenlet": ("sheets_sync.web.dispatching",),
    "waitress": ("sheets_sync.web",),
    "werkzeug": ("sheets_sync.web",),
    "click": ("sheets_sync.cli",),
    "rich": ("sheets_sync.cli",),
    "itsdangerous": ("sheets_sync.links",),
    "dns": ("sheets_sync.mail_records",),
    "css_inline": ("digests.render",),
}
NAMELESS = {"utils", "util", "helpers", "helper", "common", "models", "errors", "misc"}


@dataclass(frozen=True)
class Module:
    """One source file, parsed."""

    path: Path
    name: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.name.split(".")[0]

    @property
    def is_shell(self) -> bool:
        return _is_shell(self.name)

    def imports(self) -> Iterator[tuple[str, int]]:
        """Return the full name of each thing imported, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                source = node.module or ""
                yield from ((f"{source}.{alias.name}", node.lineno) for alias in node.names)

    def at(self, line: int) -> str:
        """Return a line as people look it up: place and text."""
        text = self.path.read_text("utf-8").splitlines()[line - 1].strip()
        return f"{self.path.relative_to(ROOT)}:{line}: {text}"


def _modules() -> list[Module]:
    return [
        Module(path, _dotted(path), ast.parse(path.read_text("utf-8")))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    ]


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _is_shell(name: str) -> bool:
    return (
        name.split(".")[0] == "sheets_sync"
        and name.split(".")[1:2] != []
        and (name.split(".")[1] in SHELL)
    )


def _within(name: str, homes: tuple[str, ...]) -> bool:
    """Say whether a module is one of these, below one, or beside it: `render` and `render_html`."""
    return any(re.match(rf"{re.escape(home)}(\b|_)", name) for home in homes)


MODULES = _modules()


def test_imports_point_upstream():
    assert [
        module.at(line)
        for module in MODULES
        if not module.is_shell
        for name, line in module.imports()
        if (package := name.split(".")[0]) in PACKAGES and package not in MAY_IMPORT[module.package]
    ] == []


def test_the_shell_is_imported_only_by_the_shell():
    assert [
        module.at(line)
        for module in MODULES
        if not module.is_shell
        for name, line in module.imports()
        if _is_shell(name)
    ] == []


@pytest.mark.parametrize("library", HOMES)
def test_each_outside_library_has_its_one_home(library):
    assert [
        module.at(line)
        for module in MODULES
        if not _within(module.name, HOMES[library])
        for name, line in module.imports()
        if name.split(".")[0] == library
    ] == []


def test_everything_imported_is_named_in_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    texts = [*project["dependencies"], *project["optional-dependencies"]["postgresql"]]
    named = {_plain(re.split(r"[^\w.-]", text)[0]) for text in texts}
    belongs_to = packages_distributions()

    assert [
        module.at(line)
        for module in MODULES
        for name, line in module.imports()
        if (top := name.split(".")[0]) not in sys.stdlib_module_names
        and top not in PACKAGES
        and not named & {_plain(distribution) for distribution in belongs_to.get(top, [])}
    ] == []


def test_no_module_has_a_name_that_says_nothing():
    assert [module.name for module in MODULES if module.name.split(".")[-1] in NAMELESS] == []


def test_no_module_takes_the_name_of_one_in_the_standard_library():
    assert [
        module.name for module in MODULES if module.name.split(".")[-1] in sys.stdlib_module_names
    ] == []


def test_each_module_says_first_what_it_is():
    assert [module.name for module in MODULES if not ast.get_docstring(module.tree)] == []


def _plain(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()
