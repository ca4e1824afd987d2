"""What the README says of PostgreSQL is true: its steps are taken, its workflow is read and run."""

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from sheets_sync import keys
from sheets_sync.cli import tidings
from tests.postgresql import Server
from tests.test_readme import README, ROOT, run

SECTION = README[README.index("## With PostgreSQL") : README.index("## Every week")]
THERE = "postgresql+psycopg://tidings@db.example.org/tidings"


def workflow() -> dict[str, Any]:
    (text,) = re.findall(r"^```yaml\n(.+?)^```", SECTION, re.MULTILINE | re.DOTALL)
    return dict(yaml.safe_load(text))


def steps() -> list[dict[str, Any]]:
    (job,) = workflow()["jobs"].values()
    return list(job["steps"])


def test_a_project_moves_as_told(tmp_path: Path, postgresql: Server):
    url = postgresql.url("tidings_moving")
    lines = re.findall(r"^ +(tidings .+)$", SECTION, re.MULTILINE)
    line = next(line for line in lines if "--dry-run" in line)
    founding = "tidings --project shared init --name Riverside --coordinator ana@example.org"
    assert run(tmp_path, founding).returncode == 0

    planned = run(tmp_path, line.replace(THERE, url))
    moved = run(tmp_path, lines[lines.index(line) + 1].replace(THERE, url))
    settings = tmp_path / "shared" / "tidings.toml"
    settings.write_text(f'state = "{url}"\n{settings.read_text()}')
    synced = run(tmp_path, "tidings --project shared sync")

    assert [one.returncode for one in (planned, moved, synced)] == [0, 0, 0]
    assert "Nothing was copied" in planned.stdout
    assert "Copied and compared" in moved.stdout


def test_the_database_is_made_as_told(postgresql: Server):
    statements = re.findall(r"^ +(CREATE .+);$", SECTION, re.MULTILINE)

    with postgresql.connect("postgres") as admin:
        for statement in statements:
            admin.execute(re.sub(r"\btidings\b", "as_told", statement))
        told = admin.execute("SELECT datname FROM pg_database WHERE datname = 'as_told'").fetchone()

    assert told == ("as_told",)


def test_the_workflow_is_started_by_the_clock_and_waits_for_the_one_before():
    found = workflow()

    (minutes,) = {one["cron"] for one in found[True]["schedule"]}  # YAML takes `on` for a truth
    assert re.fullmatch(r"\d+(,\d+)* \* \* \* \*", minutes)
    assert found["concurrency"] == {"group": "tidings", "cancel-in-progress": False}
    assert found["permissions"] == {"contents": "read"}


def test_the_workflow_keeps_nothing_on_the_machine():
    used = [step["uses"].partition("@")[0] for step in steps() if "uses" in step]
    options = [step.get("with", {}) for step in steps()]

    assert used == ["actions/checkout", "actions/checkout", "actions/setup-python"]
    assert [one for one in options if "cache" in one] == []
    assert all(
        one["persist-credentials"] is False
        for step, one in zip(steps(), options, strict=True)
        if "checkout" in step.get("uses", "")
    )


def test_its_secrets_are_those_that_the_program_reads():
    given = {name: value for step in steps() for name, value in step.get("env", {}).items()}

    known = (keys.SECRET_VARIABLE, keys.STATE_PASSWORD_VARIABLE, keys.PASSWORD_VARIABLE)
    assert given == {name: f"${{{{ secrets.{name} }}}}" for name in (*known, "GOOGLE_KEY")}
    # In no command itself, where it would stand in the log of the job.
    assert [step for step in steps() if "secrets." in step.get("run", "")] == []


def test_its_commands_are_there_and_do_what_is_said(tmp_path: Path, postgresql: Server):
    scripts = "\n".join(step.get("run", "") for step in steps())
    installed = re.findall(r"-r program/(\S+)", scripts)
    calls = re.findall(r"^tidings (\S+)(.*)$", scripts, re.MULTILINE)
    founding = "tidings --project shared init --name Riverside --coordinator ana@example.org"
    run(tmp_path, founding)
    settings = tmp_path / "shared" / "tidings.toml"
    settings.write_text(f'state = "{postgresql.url()}"\n{settings.read_text()}')
    run(tmp_path, "tidings --project shared init")

    assert [name for name in installed if not (ROOT / name).exists()] == []
    assert calls == [("run", "")]
    assert calls[0][0] in tidings.commands
    assert run(tmp_path, f"tidings --project shared {calls[0][0]}").returncode == 0


def test_its_key_is_for_the_job_alone(tmp_path: Path):
    (script,) = (step["run"] for step in steps() if "GOOGLE_KEY" in step.get("env", {}))
    key = '{"private_key": "-----BEGIN\\nsecret\\n"}'

    subprocess.run(["bash", "-c", script], cwd=tmp_path, env={"GOOGLE_KEY": key}, check=True)

    assert (tmp_path / "credentials.json").read_text() == key
    assert (tmp_path / "credentials.json").stat().st_mode & 0o777 == 0o600


def test_what_is_installed_for_it_holds_the_driver_and_a_hash_of_each():
    text = (ROOT / "requirements-postgresql.lock").read_text("utf-8")
    packages = re.split(r"\n(?=\S)", text.strip())

    assert re.search(r"^psycopg-binary==", text, re.MULTILINE)
    assert [one.split()[0] for one in packages if "--hash=sha256:" not in one] == []
    assert "index-url" not in text
