"""Answers that Google really gave are given again, with the recorded words and with others."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.google_standin.server import serving

FOLDER = Path(os.environ.get("TIDINGS_TEST_DATA", "/nowhere"))
TOOL = FOLDER / "tools" / "gspread_replay.py"
RECORDINGS = FOLDER / "data" / "google-answers" / "recordings.jsonl"
pytestmark = pytest.mark.skipif(
    not (TOOL.exists() and RECORDINGS.exists()),
    reason="TIDINGS_TEST_DATA has no data/google-answers or no tools/gspread_replay.py",
)


@pytest.mark.parametrize("words", [(), ("--reword", "other words")], ids=["recorded", "reworded"])
def test_recorded_sessions_come_out_the_same(words: tuple[str, ...]) -> None:
    with serving() as standin:
        done = subprocess.run(
            [sys.executable, str(TOOL), str(RECORDINGS), "-v", "3", *words],
            env={**os.environ, "SHEETS_BASE_URL": standin.url},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    whole, sessions = _numbers(r"without a difference: (\d+) of (\d+)", done.stdout)
    passed, failed = _numbers(r"(\d+) passed, (\d+) failed", done.stdout)

    assert passed >= 0.99 * (passed + failed) > 900, done.stdout
    assert whole >= 0.95 * sessions > 90, done.stdout


def _numbers(pattern: str, text: str) -> tuple[int, ...]:
    found = re.findall(pattern, text)
    assert found, text
    return tuple(int(number) for number in found[-1])
