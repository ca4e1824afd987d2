"""Senders know of each other by locks, never by what a crash left behind."""

import signal
import subprocess
import sys
from pathlib import Path

from sheets_sync.state.senders import SendersHere

JOINS = """
import sys, time
from pathlib import Path
from sheets_sync.state.senders import SendersHere
with SendersHere(Path(sys.argv[1])).join() as name:
    print(name, flush=True)
    time.sleep(60)
"""

ASKS = """
import sys
from pathlib import Path
from sheets_sync.state.senders import SendersHere
for _ in range(2000):
    assert SendersHere(Path(sys.argv[1])).gone({sys.argv[2]})
"""


def joined(folder: Path) -> tuple["subprocess.Popen[str]", str]:
    """Start a process that is a sender; returns it and its name."""
    command = [sys.executable, "-c", JOINS, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def ended(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_sender_is_there_until_it_leaves_or_is_killed(tmp_path):
    # fault 64
    senders = SendersHere(tmp_path / "senders")
    process, other = joined(tmp_path / "senders")
    try:
        with senders.join() as mine:
            assert senders.gone({mine, other}) == set()
        assert senders.gone({mine, other}) == {mine}
    finally:
        ended(process)

    assert senders.gone({mine, other}) == {mine, other}


def test_a_file_that_a_crash_left_is_no_sender_and_is_swept_away(tmp_path):
    process, killed = joined(tmp_path)
    ended(process)
    assert [path.name for path in tmp_path.iterdir()] == [killed]

    with SendersHere(tmp_path).join() as name:
        assert [path.name for path in tmp_path.iterdir()] == [name]
    assert list(tmp_path.iterdir()) == []


def test_who_is_not_known_here_is_gone(tmp_path):
    # The state was brought back from a backup, or is of a version that wrote no names.
    senders = SendersHere(tmp_path / "senders")

    assert senders.gone({"", "0123456789abcdef"}) == {"", "0123456789abcdef"}


def test_asking_at_the_same_time_takes_nobody_for_a_sender(tmp_path):
    process, killed = joined(tmp_path)
    ended(process)
    askers = [
        subprocess.Popen([sys.executable, "-c", ASKS, str(tmp_path), killed]) for _ in range(2)
    ]

    assert [asker.wait(60) for asker in askers] == [0, 0]
