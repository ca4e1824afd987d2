"""A story -> its community on the first day: a folder, a spreadsheet, and those who read."""

from pathlib import Path
from typing import Any

from forms.definition import default_form_text
from sheets_sync.founding import Answers, preparation, settings_text
from sheets_sync.google_sheets.known import OneRun
from sheets_sync.project import state_place
from sheets_sync.settings import FILE, load_settings
from sheets_sync.state import open_state
from tests.simulation.google import Google
from tests.simulation.machine import Clock, Machine, dice
from tests.simulation.managers import Office
from tests.simulation.paper import WATCHED, Paper
from tests.simulation.people import Crowd, Writer, writers
from tests.simulation.world import STARTS, STATE, Story, World

SITE = "https://tidings.example.org"
MENTORS = 5


def founded(story: Story, folder: Path) -> World:
    """Make the community, and switch its machine on."""
    world = World(story, folder)
    _make_folder(folder)
    book = world.google.book
    book.restore(_prepared(folder))
    book.restore(book.saved())  # a copy: the next story starts from the same
    people = writers(story.people, dice(story.seed, "who writes"), busy=story.busy)
    _fill_in(world, people)
    world.papers = {tab: Paper(world.google.person, tab) for tab in WATCHED}
    world.crowd = Crowd(world, people, dice(story.seed, "the people"))
    world.office = Office(world, dice(story.seed, "the managers"))
    world.unsteady_readers = {one.email for one in people if one.number % 3 == 2}
    world.steady_readers = {one.email for one in people} - world.unsteady_readers
    world.google.around = world.relay.around = world.meanwhile
    world.boots()
    return world


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = settings_text(Answers("Our community", ["p0@example.org"], "Europe/Berlin"))
    settings = text.replace("# public_url = ", f'public_url = "{SITE}"\n# public_url = ')
    (folder / FILE).write_text(settings, "utf-8")
    (folder / "form.toml").write_text(default_form_text(), "utf-8")
    (folder / "secret").write_text("a secret of no value whatever\n", "utf-8")
    (folder / "secret").chmod(0o600)
    open_state(f"sqlite:{STATE}", folder=folder, create=True).close()


_made: dict[str, Any] = {}


def _prepared(folder: Path) -> dict[str, Any]:
    """Return a spreadsheet as `init` makes it; made once, since that takes a second."""
    if not _made:
        google = Google(Machine(Clock(STARTS[0])), 0)
        settings = load_settings(folder / FILE)
        place = state_place(folder, settings, {})
        google.opened(OneRun()).prepare(preparation(folder, settings, place))
        for sheet in google.book.sheets:
            # What takes the time of a read are the formats of blank rows.
            del sheet.rows[sheet.last_row() + 1 :]
        _made.update(google.book.saved())
    return _made


def _fill_in(world: World, people: list[Writer]) -> None:
    columns = ("name", "email", "username", "groups")
    rows = [(one.name, one.email, one.username, _groups(one)) for one in people]
    pairs = [(one.username, f"p{one.number % MENTORS}") for one in people if one.number % 7]
    _fill(world, "People", columns, rows)
    _fill(world, "Mentors", ("mentee", "mentor"), pairs)
    world.google.person.adds_column("Reports", "notes")


def _groups(one: Writer) -> str:
    if one.number == 0:
        return "Rep, Coordinator"
    return "Rep, Mentor" if one.number < MENTORS else "Rep"


def _fill(world: World, tab: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    person = world.google.person
    header = [str(cell) for cell in person.cells(tab)[0]]
    for number, row in enumerate(rows, start=2):
        for name, value in zip(columns, row, strict=True):
            person.types(tab, number, header.index(name), value)
