"""A desk over real parts, its application, and a real server on loopback."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from forms.definition import default_form_text, read_form
from sheets_sync.community import Community, Person, Tag
from sheets_sync.links import Links
from sheets_sync.settings import FormSettings
from sheets_sync.state import State
from sheets_sync.web import Desk, Server, create_app
from tests.places import open_at
from tests.web.village import Village, founded

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ANA = Person("p-ana", "Ana Torres", "ana@example.org", "ana", (), frozenset(), "Peru", "")
NAMES = (
    *("mentorship", "onboarding", "working-group", "planning", "press", "local-community"),
    *("translation", "Firefox", "events", "social", "newsletter", "teaching", "privacy"),
)
TAGS = tuple(Tag(name, name, "", uses=30 - number) for number, name in enumerate(NAMES))
COMMUNITY = Community(MONDAY, people=(ANA,), tags=TAGS)
EMAIL_QUESTION = '\n[[questions]]\nname = "email"\nkind = "email"\nlabel = "Your address"\n'


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """Return an empty state on disk."""
    opened = open_at(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def desk(state: State) -> Desk:
    """Return a desk without a minimum time and with room for many posts."""
    return Desk(
        form=read_form(default_form_text() + EMAIL_QUESTION, name="form.toml"),
        journal=state.journal,
        links=Links("a secret for tests"),
        settings=FormSettings(minimum_seconds=0, per_address_hour=10_000, in_all_hour=10_000),
        name="Northern Circle",
        community=lambda: COMMUNITY,
        now=lambda: MONDAY,
        zone=UTC,
    )


@pytest.fixture
def app(desk: Desk) -> Flask:
    """Return the desk's application."""
    return create_app(desk)


@pytest.fixture
def serving() -> Iterator[Callable[..., str]]:
    """Return a function that serves an application on loopback and gives its address."""
    running: list[tuple[Server, threading.Thread]] = []

    def start(app: Flask, *, seconds: float = 20) -> str:
        server = Server(app, host="127.0.0.1", port=0, seconds=seconds)
        thread = threading.Thread(target=server.run)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.port}"

    yield start
    for server, thread in running:
        server.close()
        thread.join()


@pytest.fixture
def site(desk: Desk, serving: Callable[..., str]) -> str:
    """Return the address of the desk, served with a wall clock."""
    return serving(create_app(replace(desk, now=lambda: datetime.now(UTC))))


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Return a village with three people."""
    with founded(tmp_path) as opened:
        yield opened
