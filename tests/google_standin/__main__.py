"""`python -m tests.google_standin --port N`: an empty Google on loopback until it is stopped."""

import argparse
import json
import signal
import sys
from pathlib import Path
from types import FrameType

from tests.google_standin.server import Standin, start
from tests.google_standin.world import World


def main() -> None:
    """Serve until SIGTERM or Ctrl-C."""
    words = argparse.ArgumentParser(prog="python -m tests.google_standin", description=__doc__)
    words.add_argument("--port", type=int, default=8765, help="0 takes a free one")
    words.add_argument("--delay", type=float, default=0, metavar="SECONDS", help="for each call")
    words.add_argument("--quota", action="store_true", help="60 reads and 60 writes a minute")
    words.add_argument("--credentials", type=Path, help="write a service account's file here")
    given = words.parse_args()
    limit = 60 if given.quota else None
    world = World(delay=given.delay, reads_per_minute=limit, writes_per_minute=limit)
    server = start(world, given.port)
    standin = Standin(world, server.server_port)
    if given.credentials:
        given.credentials.write_text(json.dumps(standin.credentials(), indent=2), "utf-8")
        given.credentials.chmod(0o600)
    signal.signal(signal.SIGTERM, _stop)
    sys.stdout.write(f"{standin.url}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
