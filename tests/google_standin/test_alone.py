"""`python -m tests.google_standin` runs alone until it is stopped by its process id."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import requests

ROOT = Path(__file__).parent.parent.parent


def test_it_runs_alone_and_ends_when_told(tmp_path: Path) -> None:
    key = tmp_path / "credentials.json"
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.google_standin", "--port", "0", "--credentials", str(key)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout is not None
        url = running.stdout.readline().strip()
        headers = {"Authorization": "Bearer test"}
        body = {"properties": {"title": "Ours"}}
        made = requests.post(f"{url}/v4/spreadsheets", json=body, headers=headers, timeout=5).json()
        assert made["properties"]["title"] == "Ours"
        assert json.loads(key.read_text())["token_uri"] == f"{url}/token"
        assert key.stat().st_mode & 0o077 == 0
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=5) == 0
        if running.stdout:
            running.stdout.close()
