"""The example units are started by a real systemd, in a root, namespaces and cgroup of its own.

It may see the machine's files and change none: `/tmp`, `/run`, the network and all processes are
its own, and nothing but our units is started.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UNITS = ROOT / "docs/systemd"
SYSTEMD = Path("/lib/systemd/systemd")
MANY_SECONDS = 60
PYTHON = Path(sys.base_prefix)
PROGRAM = Path("/srv/python") / Path(sys.executable).resolve().relative_to(PYTHON)
"""Not where it stands, which may be somebody's home; the units see none."""
# `-S`: what else is installed for that Python is none of ours.
WITH = (
    "PYTHONPATH=/srv/packages:/srv/tidings LD_LIBRARY_PATH=/srv/python/lib "
    "PYTHONDONTWRITEBYTECODE=1"
)
OWN = (
    *("--unshare-user", "--uid", "0", "--gid", "0", "--unshare-pid", "--unshare-ipc"),
    *("--unshare-uts", "--unshare-cgroup", "--unshare-net", "--die-with-parent", "--as-pid-1"),
    *("--cap-add", "ALL", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"),
    *("--tmpfs", "/tmp", "--tmpfs", "/var/tmp", "--tmpfs", "/run", "--tmpfs", "/srv"),  # noqa: S108
    *("--tmpfs", "/etc/systemd", "--tmpfs", "/var/log", "--tmpfs", "/var/lib"),
    *("--ro-bind", "/sys", "/sys", "--setenv", "container", "bwrap"),
    *("--ro-bind", str(ROOT), "/srv/tidings", "--ro-bind", str(PYTHON), "/srv/python"),
    *("--ro-bind", sysconfig.get_path("purelib"), "/srv/packages"),
)
TELL = """[Unit]
DefaultDependencies=no
After={services}
Wants={services}

[Service]
Type=oneshot
Environment={environment}
ExecStart=/bin/sh /etc/systemd/system/tell.sh
"""
TELLING = """
for attempt in $(seq 100); do
    {python} -c '{ask}' >/srv/told/page 2>/dev/null && break
    sleep 0.1
done
systemctl show -p Id -p Result -p ExecMainStatus {services} >/srv/told/results
touch /srv/told/done
"""
ASK = 'from urllib.request import urlopen; print(urlopen("http://127.0.0.1:8080/healthz").read())'


def started_here(unit: str) -> str:
    """Return a unit as it stands, but for who runs it, where the program is, and what it awaits."""
    changes = {
        r"User=.*\n": "",
        r"(After|Wants)=network-online.target\n": "",
        r"\[Unit\]\n": "[Unit]\nDefaultDependencies=no\n",
        r"ExecStart=\S+": f"Environment={WITH}\nExecStart={PROGRAM} -S -m sheets_sync.cli",
    }
    for pattern, instead in changes.items():
        unit, times = re.subn(f"(?m)^{pattern}", instead, unit)
        assert times
    return unit


@contextmanager
def cgroup() -> Iterator[Path]:
    """Make a cgroup below our own, which nothing else is in."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    ours = re.search(r"(?m)^0::(.*)$", Path("/proc/self/cgroup").read_text())
    places = [Path(words[1]) for words in mounts if words[2] == "cgroup2"]
    if ours is None or not places:
        pytest.skip("a sandbox cannot be made on this machine: it has no cgroups of version 2")
    made = places[0] / ours[1].lstrip("/") / f"tidings-{os.getpid()}"
    try:
        made.mkdir()
    except OSError:
        pytest.skip("a sandbox cannot be made on this machine: it gives nobody a cgroup")
    try:
        yield made
    finally:
        for folder in [*sorted(made.rglob("*/"), reverse=True), made]:
            if folder.is_dir():
                folder.rmdir()


def told_by_systemd(tmp_path: Path, project: Path) -> dict[str, str]:
    """Start the units; return what each came to, and what the page answered."""
    told = tmp_path / "told"
    told.mkdir()
    with cgroup() as group:
        places = [
            *("--bind", str(group), "/sys/fs/cgroup"),
            *("--ro-bind", str(tmp_path / "units"), "/etc/systemd/system"),
            *("--bind", str(project), "/srv/riverside", "--bind", str(told), "/srv/told"),
        ]
        if subprocess.run(["bwrap", *OWN, *places, "true"], capture_output=True).returncode:
            pytest.skip("a sandbox cannot be made on this machine")
        starting = [str(SYSTEMD), "--system", "--unit=tell.service", "--log-target=console"]
        said = run_until(told / "done", ["bwrap", *OWN, *places, *starting], group)
        wait_until_empty(group)
    if not (told / "done").exists():
        pytest.skip(f"a sandbox cannot be made on this machine: no systemd comes up in it. {said}")
    results = (told / "results").read_text().split("\n\n")
    shown = [dict(line.split("=", 1) for line in one.splitlines()) for one in results]
    return {one["Id"]: f"{one['Result']} {one['ExecMainStatus']}" for one in shown} | {
        "page": (told / "page").read_text()
    }


def run_until(done: Path, command: list[str], group: Path) -> str:
    """Run a command in a cgroup until a file is there, and end it; return what it said."""
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: (group / "cgroup.procs").write_text("0"),
    ) as running:
        until = time.monotonic() + MANY_SECONDS
        while not done.exists() and running.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        running.kill()
        return running.communicate()[0]


def wait_until_empty(group: Path) -> None:
    """Wait for the last process to be gone, whose cgroup cannot be removed before."""
    for _ in range(100):
        with suppress(OSError):
            if "populated 0" in (group / "cgroup.events").read_text():
                return
        time.sleep(0.1)


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")
@pytest.mark.skipif(not SYSTEMD.exists(), reason="systemd is not installed")
def test_the_units_start_in_the_sandbox_that_they_ask_for(tmp_path: Path) -> None:
    cli = (sys.executable, "-m", "sheets_sync.cli", "--project", str(tmp_path / "riverside"))
    init = ["init", "--name", "Riverside", "--coordinator", "ana@example.org"]
    subprocess.run([*cli, *init, "--timezone", "UTC"], check=True, capture_output=True)
    units = tmp_path / "units"
    units.mkdir()
    for unit in ("tidings.service", "tidings-run.service"):
        (units / unit).write_text(started_here((UNITS / unit).read_text("utf-8")))
    # Without its folder it cannot work: the sandbox shuts.
    careless = (
        (units / "tidings-run.service").read_text().replace("ReadWritePaths", "ReadOnlyPaths")
    )
    (units / "careless.service").write_text(careless)
    services = "tidings-run.service careless.service tidings.service"
    (units / "tell.service").write_text(TELL.format(services=services, environment=WITH))
    (units / "tell.sh").write_text(TELLING.format(python=PROGRAM, ask=ASK, services=services))

    told = told_by_systemd(tmp_path, tmp_path / "riverside")

    assert told == {
        "tidings-run.service": "success 0",
        "careless.service": "exit-code 3",
        "tidings.service": "success 0",
        "page": "b'ok\\n'\n",
    }
