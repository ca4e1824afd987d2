"""What docs/SECURITY.md says: each test that it names is there, and what no other test shows."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from werkzeug.test import TestResponse

from sheets_sync.web import Desk, create_app
from tests.web.test_headers import broken, requests
from tests.web.visitor import Visitor

ROOT = Path(__file__).parent.parent.parent
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
PROGRAMS = {"subprocess", "os.system", "os.popen", "os.spawnl", "os.execv", "pty", "shlex"}
CODE = {"eval", "exec", "compile", "__import__"}
BEHIND_THE_PAGES = ("forms", "digests", "sheets_sync/web", "sheets_sync/state")


def test_every_test_that_the_table_names_is_there() -> None:
    named = NAMED.findall((ROOT / "docs" / "SECURITY.md").read_text("utf-8"))

    assert len(named) > 30
    assert [
        f"{path}::{test}"
        for path, test in named
        if not (ROOT / path).is_file() or f"def {test or 'test_'}" not in (ROOT / path).read_text()
    ] == []


def test_no_page_starts_a_program_or_runs_code() -> None:
    sources = [path for part in BEHIND_THE_PAGES for path in sorted((ROOT / part).rglob("*.py"))]

    assert len(sources) > 50
    assert [f"{path}:{line}" for path in sources for line in _dangerous(path)] == []


def _dangerous(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CODE:
            yield node.lineno
        if isinstance(node, ast.Attribute) and ast.unparse(node) in PROGRAMS:
            yield node.lineno
        if isinstance(node, ast.Import) and {one.name for one in node.names} & PROGRAMS:
            yield node.lineno
        if isinstance(node, ast.ImportFrom) and node.module in PROGRAMS:
            yield node.lineno


def test_no_answer_sets_a_cookie_or_opens_the_pages_to_other_sites(desk: Desk) -> None:
    for answer in _answers(desk, {"Origin": "https://evil.example"}):
        assert "Set-Cookie" not in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_every_answer_says_what_it_is_and_in_which_letters(desk: Desk) -> None:
    kinds = {answer.headers["Content-Type"] for answer in _answers(desk, {}) if answer.data}

    assert kinds == {"text/html; charset=utf-8", "text/plain; charset=utf-8", STYLE}


STYLE = "text/css; charset=utf-8"


def _answers(desk: Desk, headers: dict[str, str]) -> Iterator[TestResponse]:
    visitor = Visitor(create_app(replace(desk, answers_elsewhere=broken)))
    for _, method, path, options in requests(desk):
        given = options.get("headers", {})
        assert isinstance(given, dict)
        answer = visitor.raw(path, method=method, **{**options, "headers": {**headers, **given}})
        yield answer
        answer.close()
