"""A spreadsheet to ask about."""

import pytest

from tests.google_standin.asking import Asking
from tests.google_standin.world import World


@pytest.fixture
def ours() -> Asking:
    world = World()
    return Asking(world, world.add_spreadsheet("Ours"))
