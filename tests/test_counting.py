"""Progress of a long stage: a bar with rate and time left on a terminal, one line elsewhere."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

from sheets_sync.cli.saying import counting

MAILING = """
import time
from sheets_sync.cli.saying import counting

with counting("Mailing") as tell:
    for done in range(1, 5):
        tell(done, 9)
        time.sleep(0.2)
"""


def test_elsewhere_one_line_says_how_much_and_how_fast(capsys):
    with counting("Mailing") as tell:
        for done in range(6):
            tell(done, 5)

    assert re.fullmatch(r"Mailing 5 of 5 in \d+ s, [\d,]+ a second\n", capsys.readouterr().err)


def test_where_nothing_was_to_be_done_nothing_is_said(capsys):
    with counting("Mailing") as tell:
        tell(0, 0)

    assert capsys.readouterr().err == ""


def test_a_terminal_shows_rate_and_time_left():
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    command = [sys.executable, "-c", MAILING]
    with subprocess.Popen(command, stderr=theirs, env=environment) as child:
        os.close(theirs)
        shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", b"".join(_all_of(ours)).decode())
        child.wait(30)
    os.close(ours)

    assert re.search(r"Mailing .*4/9 +\d+/s +0:00:0\d", shown)


def _all_of(terminal: int) -> Iterator[bytes]:
    # Once the other end is closed, reading is an error on Linux.
    with suppress(OSError):
        while piece := os.read(terminal, 1 << 16):
            yield piece
