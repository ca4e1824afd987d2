"""The files around the project: what they promise to people who come after."""

import json
import os
import re
import subprocess
import sys
import tomllib
from email.utils import parseaddr
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "credentials.example.json"


def test_the_example_credentials_have_the_shape_of_a_service_account_key():
    example = json.loads(EXAMPLE.read_text("utf-8"))

    assert sorted(example) == [
        "auth_uri",
        "client_email",
        "client_id",
        "private_key",
        "private_key_id",
        "project_id",
        "token_uri",
        "type",
        "universe_domain",
    ]
    assert example["type"] == "service_account"
    assert all(isinstance(value, str) and value for value in example.values())


def test_the_example_credentials_are_fake():
    example = json.loads(EXAMPLE.read_text("utf-8"))

    assert "THIS IS NOT A KEY" in example["private_key"]
    assert set(example["private_key_id"] + example["client_id"]) == {"0"}
    assert parseaddr(example["client_email"])[1].endswith(".example")


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-dev.lock", "requirements-postgresql.lock"]
)
def test_a_lock_file_has_hashes_and_names_no_registry(lock):
    text = (ROOT / lock).read_text("utf-8")
    packages = re.split(r"\n(?=[a-z0-9])", text)

    assert [block.split()[0] for block in packages if "--hash=sha256:" not in block] == []
    assert "://" not in text


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_holds_every_dependency_that_is_declared(lock):
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = declared["project"]["dependencies"] + declared["dependency-groups"]["build"]
    if lock == "requirements-dev.lock":
        wanted += declared["dependency-groups"]["dev"]
    locked = re.findall(r"^([a-z0-9][a-z0-9-]*)==", (ROOT / lock).read_text("utf-8"), re.MULTILINE)

    assert [name for name in map(_bare_name, wanted) if name not in locked] == []


def test_the_default_set_is_at_most_fifty_packages():
    text = (ROOT / "requirements.lock").read_text("utf-8")
    packages = re.findall(r"^([a-z0-9][a-z0-9.-]*)==", text, re.MULTILINE)

    assert 20 < len(packages) <= 50


def test_both_lock_files_agree():
    runtime, development = (
        dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    )

    assert runtime == {name: development.get(name) for name in runtime}


def test_the_licence_is_the_mozilla_public_license():
    text = (ROOT / "LICENSE").read_text("utf-8")

    assert text.startswith("Mozilla Public License Version 2.0\n")
    assert "Exhibit B - " in text


def test_a_run_that_allows_no_skips_fails_on_one_and_names_it(tmp_path):
    (tmp_path / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text("utf-8"))
    (tmp_path / "test_some.py").write_text(
        "import pytest\n"
        "def test_office(): pytest.skip('LibreOffice is not installed')\n"
        "def test_browser(): pytest.skip('Chromium is not installed')\n"
        "def test_plain(): pass\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", "."]
    strict = {**os.environ, "TIDINGS_NO_SKIPS": "1", "PYTHONPATH": str(ROOT)}

    run = subprocess.run(
        command, cwd=tmp_path, env=strict, capture_output=True, text=True, check=False
    )

    assert run.returncode == 1
    told = [line for line in run.stdout.splitlines() if line.startswith("test_some.py::")]
    assert told == ["test_some.py::test_browser: Skipped: Chromium is not installed"]


@pytest.mark.parametrize(("option", "status"), [("--help", 0), ("--redme", 2)])
def test_an_option_of_the_benchmarks_that_is_none_measures_nothing(option, status):
    command = [sys.executable, "-m", "benchmarks", option]

    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)

    assert (told.returncode, "Measuring" in told.stderr) == (status, False)
    assert "--readme" in told.stdout + told.stderr


def test_the_last_results_are_as_every_benchmark_writes_them():
    results = json.loads((ROOT / "benchmarks/results.json").read_text("utf-8"))

    keys = ["name", "figure", "unit", "beside", "ratio", "goal", "met"]
    assert [list(one) for one in results] == [keys] * len(results)
    assert {one["met"] for one in results if one["goal"]} == {True}


def _bare_name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match
    return match[0].lower().replace("_", "-").replace(".", "-")
