"""What a test needs to run beside it: the form page of a project, or a command until Ctrl-C."""

import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Thread

from sheets_sync.project import Project
from sheets_sync.web import Server, create_app
from sheets_sync.workflow import open_desk


@contextmanager
def form_page(project: Project, clock: Callable[[], datetime]) -> Iterator[str]:
    """Serve the form; yields its address."""
    server = Server(create_app(open_desk(project, clock)), host="127.0.0.1", port=0)
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}/"
    finally:
        server.close()
        thread.join()


@contextmanager
def going(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """Run a command, its output to be read, until it is interrupted or the test ends."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, preexec_fn=_heed_interrupts
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def _heed_interrupts() -> None:
    # A shell without job control has what it starts in the background ignore them.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
