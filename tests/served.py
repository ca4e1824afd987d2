"""The form page of a project, served on loopback while a test needs it."""

from collections.abc import Callable, Iterator
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
