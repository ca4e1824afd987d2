"""A folder -> its desk served in a process of its own, so that tests can kill it."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from forms.definition import DEFAULT, load_form
from sheets_sync.links import Links
from sheets_sync.settings import FormSettings
from sheets_sync.web import Desk, Server, create_app
from tests.places import open_at


def main(folder: Path) -> None:
    """Serve until killed; the port is printed first."""
    state = open_at(folder)
    desk = Desk(
        form=load_form(DEFAULT),
        journal=state.journal,
        links=Links("a secret for tests"),
        settings=FormSettings(minimum_seconds=0, per_address_hour=10**6, in_all_hour=10**6),
        name="Circle",
        community=lambda: None,
        now=lambda: datetime.now(UTC),
        zone=UTC,
    )
    server = Server(create_app(desk), host="127.0.0.1", port=0)
    print(server.port, flush=True)  # noqa: T201 - how the test learns where it is
    server.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
