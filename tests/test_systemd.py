"""The example units: as tight as the program can bear, and no tighter."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from sheets_sync.cli.group import tidings

ROOT = Path(__file__).parent.parent
UNITS = sorted((ROOT / "docs/systemd").glob("*.service"))
MOST_EXPOSURE = 13
"""In tenths: systemd calls what is below 2.0 well kept."""
NO_NEW_CODE = """
import ctypes, os, sys
PR_SET_MDWE, REFUSE_EXEC_GAIN = 65, 1
os.environ["MDWE"] = str(ctypes.CDLL(None).prctl(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0))
if os.environ["MDWE"] != "0":
    sys.exit(77)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not installed"
)


def values(unit: Path, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", unit.read_text("utf-8"), re.MULTILINE)


def test_the_units_run_commands_that_there_are_in_the_same_sandbox():
    commands = [values(unit, "ExecStart")[0].split()[1] for unit in UNITS]
    sandboxes = {
        re.search(r"\n# It writes .*?(?=\n\n|\Z)", unit.read_text("utf-8"), re.DOTALL)[0].strip()
        for unit in UNITS
    }

    assert commands == ["run", "serve"]
    assert set(commands) <= set(tidings.commands)
    assert len(sandboxes) == 1
    assert all(values(unit, "WorkingDirectory") == values(unit, "ReadWritePaths") for unit in UNITS)


@analyze
def test_systemd_understands_every_line_of_them(tmp_path):
    for unit in (ROOT / "docs/systemd").iterdir():
        # The program stands elsewhere here, and that alone is not looked at.
        told = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={sys.executable}", unit.read_text("utf-8"))
        (tmp_path / unit.name).write_text(told, "utf-8")

    def verified() -> subprocess.CompletedProcess[str]:
        command = ["systemd-analyze", "verify", "--man=no", *sorted(tmp_path.iterdir())]
        return subprocess.run(command, capture_output=True, text=True)

    done = verified()
    with (tmp_path / "tidings-run.timer").open("a", encoding="utf-8") as timer:
        timer.write("[Timer]\nOnCalender=daily\n")

    assert (done.returncode, done.stderr) == (0, "")
    assert "OnCalender" in verified().stderr


@analyze
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_little_exposed(unit):
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager"]
    done = subprocess.run(
        [*command, f"--threshold={MOST_EXPOSURE}", unit], capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout


def calls_of(group: str) -> set[str]:
    """Return the system calls that a group of systemd's holds."""
    told = subprocess.run(
        ["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True
    )
    names = [line.strip() for line in told.stdout.splitlines()[1:]]
    names = [name for name in names if name and not name.startswith("#")]
    return {call for name in names for call in (calls_of(name) if name.startswith("@") else {name})}


@analyze
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_the_whole_way_needs_no_system_call_that_the_units_forbid(tmp_path):
    allowed: set[str] = set()
    for words in values(UNITS[0], "SystemCallFilter"):
        groups = [calls_of(group) for group in words.lstrip("~").split()]
        allowed = allowed.difference(*groups) if words[0] == "~" else allowed.union(*groups)
    log = tmp_path / "forbidden"
    # Who starts it may do more.
    others = ",".join(f"?{call}" for call in sorted(allowed | {"execve", "arch_prctl"}))
    tracing = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", str(log), "-e", f"trace=!{others}"]
    demo = [sys.executable, "-m", "sheets_sync.cli", "demo", "--no-serve", str(tmp_path / "demo")]

    subprocess.run([*tracing, *demo], cwd=ROOT, check=True, capture_output=True, timeout=120)

    assert log.read_text() == ""


def test_the_whole_way_needs_no_memory_that_is_written_and_run(tmp_path):
    demo = ["-m", "sheets_sync.cli", "demo", "--no-serve", str(tmp_path / "demo")]
    done = subprocess.run(
        [sys.executable, "-c", NO_NEW_CODE, *demo], cwd=ROOT, capture_output=True, timeout=120
    )

    if done.returncode == 77:
        pytest.skip("this Linux cannot forbid it")
    assert done.returncode == 0


SHUT = (
    *("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", tempfile.gettempdir()),
    *("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup"),
    *("--cap-drop", "ALL", "--new-session", "--die-with-parent"),
    *("--ro-bind", str(ROOT), str(ROOT)),
)
"""What the units allow of files, devices, processes and rights, as bubblewrap is told of it."""


@pytest.mark.skipif(
    shutil.which("bwrap") is None, reason="bubblewrap, which makes a sandbox, is not installed"
)
def test_the_whole_way_writes_nowhere_but_into_its_folder(tmp_path):
    # `ReadWritePaths`, `ProtectSystem`, `PrivateTmp`, `PrivateDevices`, `PrivateUsers`,
    # `CapabilityBoundingSet`, `NoNewPrivileges`.
    def shut(*command):
        folder = ("--bind", str(tmp_path), str(tmp_path))
        return subprocess.run(
            ["bwrap", *SHUT, *folder, "--chdir", str(ROOT), *command],
            capture_output=True,
            text=True,
            timeout=120,
        )

    if shut("true").returncode:
        pytest.skip("a sandbox cannot be made on this machine")
    cli = (sys.executable, "-m", "sheets_sync.cli")
    demo = shut(*cli, "demo", "--no-serve", str(tmp_path / "demo"))
    run = shut(*cli, "--project", str(tmp_path / "demo"), "run")

    assert (demo.returncode, run.returncode) == (0, 0), demo.stderr + run.stderr
    assert shut("touch", str(ROOT / "elsewhere")).returncode == 1
    assert shut("touch", "/etc/elsewhere").returncode == 1
