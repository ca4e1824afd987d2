"""A folder -> a fresh project folder for the demo; a folder that is not a demo's is left alone."""

import shutil
import socket
from collections.abc import Mapping
from pathlib import Path

from sheets_sync.demo.trouble import DemoError
from sheets_sync.founding import found
from sheets_sync.settings import FILE

HOST = "127.0.0.1"
MARKER = ".tidings-demo"

SETTINGS = """\
# The settings of the demo. A folder of your own, with all settings explained, comes from:
# tidings --project FOLDER init

[community]
name = "Tidings demo"
timezone = "Europe/Rome"
coordinators = ["amara@example.org", "jiri@example.org", "sofia@example.org"]
public_url = "{address}"

[form]
# The demo's three visitors type faster than people do; the usual time is 3.
minimum_seconds = 0

[mail]
# Nothing leaves this machine: each mail becomes a file.
url = "folder:outbox"
sender = "Tidings demo <tidings@example.org>"
"""


def make_place(folder: Path, address: str, environment: Mapping[str, str]) -> None:
    """Make the project folder of the demo, whose pages are at this address."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).write_text("tidings demo may remove this folder with all that is in it.\n")
    (folder / FILE).write_text(SETTINGS.format(address=address), "utf-8")
    found(folder, None, environment)


def clear(folder: Path) -> None:
    """Remove an earlier demo; raises DemoError when the folder holds anything else."""
    if not folder.exists():
        return
    if not folder.is_dir() or folder.is_symlink():
        raise DemoError(f"{folder} is not a folder; name another one: tidings demo FOLDER")
    if any(folder.iterdir()) and not (folder / MARKER).exists():
        raise DemoError(
            f"{folder} holds something that is not the demo's, and is left as it is; name another "
            "folder: tidings demo FOLDER"
        )
    if held := next(folder.glob(".~lock.*#"), None) or next(folder.glob("~$*"), None):
        name = held.name.removeprefix(".~lock.").removeprefix("~$").removesuffix("#")
        raise DemoError(f"{folder / name} is open in another program; close it there, then go on")
    shutil.rmtree(folder)


def free_port(wanted: int) -> int:
    """Return the wanted port of this machine, or, where another program has it, a free one."""
    for port in (wanted, 0):
        try:
            with socket.create_server((HOST, port)) as listening:
                return int(listening.getsockname()[1])
        except OSError:
            continue
    raise DemoError("no port of this machine is free; stop another server first")
