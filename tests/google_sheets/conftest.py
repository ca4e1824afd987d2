"""A community that sets Tidings up on Google: a folder, a key, a spreadsheet, and a terminal."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.google_standin.book import Book
from tests.google_standin.oauth import service_account
from tests.google_standin.server import Standin, serving
from tests.google_standin.world import World
from tests.test_cli import Terminal, Told

ANSWERS = ("--name", "Riverside", "--coordinator", "ana@example.org")


@dataclass
class SettingUp:
    """What a community manager has open while setting Tidings up."""

    tidings: Terminal
    standin: Standin
    book: Book
    key: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tidings.environment["SHEETS_EMULATOR_HOST"] = self.standin.url.removeprefix("http://")
        self.key = service_account(self.world, f"{self.standin.url}/token")
        self.folder.mkdir()
        self.saves_key(self.key)

    @property
    def world(self) -> World:
        return self.standin.world

    @property
    def folder(self) -> Path:
        return self.tidings.folder

    def saves_key(self, content: object, *, mode: int = 0o600) -> None:
        """Put a key file into the project folder."""
        path = self.folder / "credentials.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        path.chmod(mode)

    def shares(self, role: str) -> None:
        """Share the spreadsheet with the service account, or, with no role, take that back."""
        self.world.files[self.book.id].role = role

    def inits(self, *words: str) -> Told:
        """Run `init` with this spreadsheet."""
        return self.tidings("init", "--google", self.book.id, *ANSWERS, *words)

    def checks(self) -> list[str]:
        """Run `check`; returns the faults alone."""
        return [line for line in self.tidings("check").out.splitlines() if line.startswith("!")]

    def does(self, *requests_: dict[str, Any]) -> None:
        """Let a person change something in the spreadsheet."""
        self._answer("POST", ":batchUpdate", json={"requests": requests_})

    def types(self, place: str, *rows: list[object]) -> None:
        """Let a person type rows, from this place on."""
        body = {"valueInputOption": "USER_ENTERED", "data": [{"range": place, "values": rows}]}
        self._answer("POST", "/values:batchUpdate", json=body)

    def everything(self) -> dict[str, Any]:
        """Return all that the spreadsheet holds, looks and cells; of each tab the first rows."""
        tabs = self._answer("GET", "", params={"fields": "sheets.properties.title"})["sheets"]
        ranges = [f"'{tab['properties']['title']}'!1:8" for tab in tabs]
        found = self._answer("GET", "", params={"includeGridData": "true", "ranges": ranges})
        return {one["properties"]["title"]: one for one in found["sheets"]}

    def rows(self, tab: str) -> list[list[str]]:
        """Return the texts of a tab, as a person sees them."""
        return self._answer("GET", f"/values/{tab}").get("values", [])

    def _answer(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """Ask as a person does, whatever the service account may do."""
        file = self.world.files[self.book.id]
        role, file.role = file.role, "owner"
        url = f"{self.standin.url}/v4/spreadsheets/{self.book.id}{path}"
        headers = {"Authorization": "Bearer a-person"}
        checks, self.world.checks_tokens = self.world.checks_tokens, False
        answer = requests.request(method, url, headers=headers, timeout=10, **options)
        file.role, self.world.checks_tokens = role, checks
        assert answer.ok, answer.text
        return dict(answer.json())


@pytest.fixture
def setting_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[SettingUp]:
    with serving(World()) as standin:
        standin.world.checks_tokens = True
        book = standin.world.add_spreadsheet("Riverside reports")
        yield SettingUp(Terminal(tmp_path / "riverside", capsys), standin, book)
