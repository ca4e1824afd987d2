"""What docs/SECURITY.md says: each test that it names is there, and what no other test shows."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from werkzeug.test import TestResponse

from sheets_sync.cli.commands import serve
from sheets_sync.web import Desk, create_app
from tests.web.test_headers import broken, exchange, requests
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


LEVEL_ONE = """
 1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1
3.4.2 3.5.1 3.5.2 3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5
6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2
8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3 10.4.4 10.4.5 11.3.1 11.3.2 11.4.1 12.1.1
12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1
"""
"""What the ASVS 5.0.0 asks of level 1."""


def test_the_table_has_every_requirement_once_with_a_test_or_a_reason() -> None:
    lines = (ROOT / "docs" / "SECURITY.md").read_text("utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if re.match(r"\| \d", line)]
    numbers = [one for row in rows for one in re.findall(r"\d+\.\d+\.\d+", row[0])]

    assert sorted(numbers) == sorted(LEVEL_ONE.split())
    assert [
        row[0] for row in rows if "tests/" not in row[-1] and not row[1].startswith(REASONS)
    ] == []


REASONS = ("does not apply: ", "above")


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


def test_hashes_are_strong_and_nothing_is_encrypted_here() -> None:
    sources = [path for part in PRODUCT for path in sorted((ROOT / part).rglob("*.py"))]
    text = "\n".join(path.read_text("utf-8") for path in sources)

    assert set(re.findall(r"\bhashlib\.(\w+)", text)) == {"sha256", "blake2b"}
    assert re.findall(r"^\s*(?:import|from) (?:Crypto|cryptography|nacl|uuid)\b", text, re.M) == []
    # How long is waited before a call is made again may be foreseen.
    assert [path.name for path in sources if "import random" in path.read_text("utf-8")] == [
        "calls.py"
    ]


PRODUCT = ("forms", "sheets_sync", "digests")


def test_the_page_listens_on_this_machine_only() -> None:
    host = next(option for option in serve.params if option.name == "host")

    assert host.default == "127.0.0.1"


def test_no_script_keeps_anything_in_the_browser() -> None:
    scripts = [path for part in PRODUCT for path in sorted((ROOT / part).rglob("*.js"))]
    kept = re.compile(r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.")

    assert scripts
    assert [path.name for path in scripts if kept.search(path.read_text("utf-8"))] == []


UPWARDS = ("../", "..%2f", "%2e%2e/", "..%5c", "....//", "%252e%252e/", "/", "//", ".%00./")


def test_no_path_leads_to_another_file(site: str) -> None:
    for start in ("/static/", "/papers/", "/"):
        for up in UPWARDS:
            for file in ("etc/passwd", ".git/config", "tidings.toml", "secret", "pyproject.toml"):
                path = f"{start}{up * 8}{file}"
                answer = exchange(
                    site, f"GET {path} HTTP/1.0\r\nHost: x\r\n\r\n".encode()
                ).partition(b"\r\n")[0]
                assert (path, answer.split(b" ")[1]) in ((path, b"404"), (path, b"308"))
    assert b" 200 " in exchange(site, b"GET /static/tidings.css HTTP/1.0\r\nHost: x\r\n\r\n")[:20]


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
