"""The demo's community -> the README's pictures of the form and of a mail, in `docs/images/`."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from playwright.sync_api import sync_playwright

from sheets_sync.preview import as_page
from sheets_sync.project import open_project
from sheets_sync.web import Server, create_app
from sheets_sync.workflow import open_desk

IMAGES = Path(__file__).parent / "images"
CHROMIUM = "/usr/bin/chromium"
PHONE = {"width": 390, "height": 780}


def main() -> None:
    """Make both pictures anew."""
    with TemporaryDirectory() as folder:
        demo = Path(folder) / "demo"
        command = [sys.executable, "-m", "sheets_sync.cli", "demo", str(demo), "--no-serve"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        page = demo / "mail.html"
        page.write_bytes(as_page(_longest_mail(demo / "outbox")))
        with _served(demo) as form, sync_playwright() as browsers:
            browser = browsers.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
            )
            for name, address in (("form", form), ("mail", page.as_uri())):
                shown = browser.new_page(viewport=PHONE)  # type: ignore[arg-type]
                shown.goto(address)
                shown.screenshot(path=IMAGES / f"{name}.png")
            browser.close()


def _longest_mail(outbox: Path) -> bytes:
    return max((path.read_bytes() for path in outbox.glob("*.eml")), key=len)


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    with open_project(folder, {}) as project:
        desk = open_desk(project, lambda: datetime.now(UTC))
        server = Server(create_app(desk), host="127.0.0.1", port=0)
        thread = Thread(target=server.run)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.port}/?tags=mentorship"
        finally:
            server.close()
            thread.join()


if __name__ == "__main__":
    main()
