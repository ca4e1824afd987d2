"""Debian's postfix, unpacked and not installed -> its smtp-sink and smtp-source."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.measuring import ROOT

PLACE = ROOT / "build" / "postfix"
SINK, SOURCE = (PLACE / "usr" / "sbin" / name for name in ("smtp-sink", "smtp-source"))


def is_there() -> bool:
    """Unpack it once; False where there is no Debian to take it from."""
    if SINK.exists():
        return True
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        return False
    PLACE.mkdir(parents=True, exist_ok=True)
    fetched = subprocess.run(
        ["apt-get", "-qq", "download", "postfix"], cwd=PLACE, check=False, capture_output=True
    )
    for package in PLACE.glob("postfix_*.deb"):
        subprocess.run(["dpkg", "-x", package.name, "."], cwd=PLACE, check=True)
    return fetched.returncode == 0 and SINK.exists()


@contextmanager
def sink() -> Iterator[int]:
    """Take any mail and forget it; gives the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    whose = ["-u", "nobody"] if os.getuid() == 0 else []
    with subprocess.Popen(
        [SINK, *whose, f"127.0.0.1:{port}", "500"], env=_environment()
    ) as process:
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()


def source(port: int, *, sessions: int, size: int, mails: int) -> float:
    """Send ready bytes as fast as Postfix's own load generator can; returns mails a second."""
    kind = ["-s", str(sessions), "-l", str(size), "-m", str(mails)]
    ends = ["-f", "tidings@example.org", "-t", "reader@example.org"]
    began = time.perf_counter()
    subprocess.run([SOURCE, *kind, *ends, f"127.0.0.1:{port}"], env=_environment(), check=True)
    return mails / (time.perf_counter() - began)


def _environment() -> dict[str, str]:
    return os.environ | {"LD_LIBRARY_PATH": str(PLACE / "usr" / "lib" / "postfix")}


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                assert re.match(rb"220", connection.recv(100))
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("smtp-sink does not answer")
