"""What every test run shares: a run that allows no skips fails on one and names it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, sync_playwright

if TYPE_CHECKING:
    from tests.postgresql import Server

MAY_BE_SKIPPED = ("LibreOffice", "a sandbox")
"""Too large to install for each run, or not for each machine to make: a skip may name them."""


class NoSkips:
    """Collects skips, also those of pytest-xdist's workers, and fails the run for them."""

    def __init__(self) -> None:
        self.skipped: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if (
            report.skipped
            and not hasattr(report, "wasxfail")
            and isinstance(report.longrepr, tuple)
        ):
            reason = report.longrepr[2]
            if not any(one in reason for one in MAY_BE_SKIPPED):
                self.skipped[report.nodeid] = reason

    # First of the wrappers, so that the status is set before the summary is written.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return (yield)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.skipped:
            terminalreporter.section("skipped, and no skip is allowed here", red=True, bold=True)
            for test, reason in self.skipped.items():
                terminalreporter.line(f"{test}: {reason}")


def pytest_configure(config: pytest.Config) -> None:
    """Allow no skips where CI asks for it; a worker only reports to the run that started it."""
    config.addinivalue_line("markers", SAMPLED)
    if os.environ.get("TIDINGS_NO_SKIPS") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(NoSkips())


CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return one Chromium for the whole run."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not installed; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator["Server"]:
    """Return a PostgreSQL server for the whole run."""
    # Not at the top: a test tries this file alone.
    from tests.postgresql import programs, serving  # noqa: PLC0415

    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed; on Debian: apt-get install postgresql")
    with serving(found) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def state_url(request: pytest.FixtureRequest) -> str:
    """Return what `state` in the settings says: on either database, and empty so far."""
    if request.param == "sqlite":
        return "sqlite:tidings.db"
    server: Server = request.getfixturevalue("postgresql")
    return server.url()


@pytest.fixture
def on_either_database(tmp_path: Path, state_url: str) -> None:
    """Let the state of the test's folder be on either database."""
    # As above.
    from tests.places import choose  # noqa: PLC0415

    choose(tmp_path, state_url)


SAMPLED = "sampled: of these tests on PostgreSQL only each fourth is run, all of them by make soak"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what `make soak` alone runs."""
    if os.environ.get("TIDINGS_SOAK"):
        return
    more = [
        item for item in items if item.get_closest_marker("sampled") and "postgresql" in item.name
    ]
    left_out = set(more) - set(more[::4])
    items[:] = [item for item in items if item not in left_out]
